"""Prints validity periods on a card's paper: the part of the emblem side around them, in linear light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from idcheck.layout import EMBLEM_FIELDS, HEIGHT_MM, WIDTH_MM
from idcheck.types import LONG_TERM, Box
from models.number.printing import OCR_B, PX_PER_MM, RELATIVES, Light, Rng, shape_of
from models.particulars.printing import FACES, inked
from samples import fonts
from samples.fonts import Face
from samples.identity import REGIONS

_BOX: Final = EMBLEM_FIELDS["validity"]
_MARGIN_MM: Final = 3.0
AREA: Final = Box(
    _BOX.x - 11.0, _BOX.y - _MARGIN_MM, _BOX.width + 11.0 + _MARGIN_MM, _BOX.height + 2 * _MARGIN_MM
)
"""What is printed, in mm on the card."""
DIGIT_FACES: Final = (*OCR_B, *RELATIVES)
_BASELINE_MM: Final = 0.909 * HEIGHT_MM
_LINE_MM: Final = 5.9
"""From the baseline of 签发机关 to that of 有效期限."""


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A printed period.

    Attributes:
        light: what the paper reflects, shape of `AREA` at `PX_PER_MM`.
        ink: coverage of the period's ink, 0 to 1, the same shape.
        places: middle of each character, mm on the card, shape (characters, 2).
        widths: of each, in mm.
    """

    light: Light
    ink: Light
    places: NDArray[np.float64]
    widths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Type:
    """How a text is set: its font, and by how much its characters stand further apart than the font says."""

    font: ImageFont.FreeTypeFont
    spread: float

    def set(self, layer: Image.Image, at_mm: tuple[float, float], text: str) -> NDArray[np.float64]:
        """Print a text, its baseline beginning in a place of the card; the ends of its characters, in mm."""
        x, y = at_mm
        ends = [x]
        for character in text:
            at = ((x - AREA.x) * PX_PER_MM, (y - AREA.y) * PX_PER_MM)
            ImageDraw.Draw(layer).text(at, character, 255, self.font, anchor="ls")
            x += float(self.font.getlength(character)) * self.spread / PX_PER_MM
            ends.append(x)
        return np.array(ends)


def period(rng: Rng, text: str, face: Face) -> Print:
    """Print a period among all that stands around it, its digits now and then in another face."""
    values, labels = (Image.new("L", shape_of(AREA)[::-1]) for _ in range(2))
    em = float(rng.uniform(2.5, 3.35))
    spread = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.95, 1.12))
    usual = _type(face, em, spread)
    digits = usual
    if rng.random() < 0.25:
        digits = _type(
            DIGIT_FACES[int(rng.integers(len(DIGIT_FACES)))], em * float(rng.uniform(0.8, 1)), spread
        )
    start = float(rng.uniform(0.395, 0.455)) * WIDTH_MM + float(rng.normal(0, 0.3))
    baseline = _BASELINE_MM + float(rng.normal(0, 0.45))
    figures, term = text.removesuffix(LONG_TERM), LONG_TERM if text.endswith(LONG_TERM) else ""
    ends = digits.set(values, (start, baseline), figures)
    if term:
        after = ends[-1] + float(rng.uniform(-0.1, 0.5))
        ends = np.concatenate([ends[:-1], usual.set(values, (after, baseline), term)])
    places = np.column_stack(((ends[1:] + ends[:-1]) / 2, np.full(len(text), baseline - 0.36 * em)))
    _around(rng, values, labels, _type(face, em, spread), (start, baseline))
    light, ink = inked(rng, AREA, values, labels, 0.25)
    return Print(light, ink, places, np.diff(ends))


def _type(face: Face, em_mm: float, spread: float) -> _Type:
    return _Type(fonts.load(face, max(6, round(em_mm * PX_PER_MM))), spread)


def _around(
    rng: Rng, values: Image.Image, labels: Image.Image, kind: _Type, at_mm: tuple[float, float]
) -> None:
    """The label before the period, and above it who issued the card."""
    start, baseline = at_mm
    label_face = FACES[int(rng.integers(len(FACES)))]
    label = _type(label_face, float(rng.normal(2.7, 0.12)), float(rng.uniform(1.0, 1.15)))
    width = sum(float(label.font.getlength(c)) for c in "有效期限") * label.spread / PX_PER_MM
    above = baseline - _LINE_MM + float(rng.normal(0, 0.2))
    for text, y in (("有效期限", baseline), ("签发机关", above)):
        label.set(labels, (start - width - float(rng.uniform(0.8, 3.5)), y), text)
    kind.set(values, (start, above), f"{REGIONS[int(rng.integers(len(REGIONS)))][1][:8]}公安局")


def random_text(rng: Rng) -> str:
    """A period whose digits hardly depend on each other, so that it is read by its print alone."""
    first = _date(rng)
    return f"{first}-{LONG_TERM if rng.random() < 0.25 else _date(rng)}"


def _date(rng: Rng) -> str:
    year = int(rng.integers(1984, 2060) if rng.random() < 0.5 else rng.integers(0, 10_000))
    month, day = (
        int(rng.integers(1, last + 1) if rng.random() < 0.6 else rng.integers(0, 100)) for last in (12, 31)
    )
    return f"{year:04}.{month:02}.{day:02}"
