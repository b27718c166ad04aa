"""Prints sex and birth date on a card's paper: the part of the card around them, in linear light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.types import Box
from models.number.printing import OCR_B, PX_PER_MM, RELATIVES, Light, Rng, coverage, paper, patchy, shape_of
from samples import fonts
from samples.fonts import Face
from samples.identity import ETHNICITIES, MINORITY_ETHNICITIES, REGIONS

AREA: Final = Box(4.0, 9.0, 46.0, 23.0)
"""What is printed, in mm on the card."""
_CJK: Final = tuple(
    Face(f"Noto{kind}CJK-{weight}.ttc", package, 2)
    for kind, package, weights in (
        ("Sans", "fonts-noto-cjk", ("Regular", "Bold")),
        ("Sans", "fonts-noto-cjk-extra", ("Light", "DemiLight", "Medium", "Black")),
        ("Serif", "fonts-noto-cjk", ("Regular", "Bold")),
        ("Serif", "fonts-noto-cjk-extra", ("Light", "Medium")),
    )
    for weight in weights
)
FACES: Final = (
    *_CJK,
    Face("wqy-zenhei.ttc", "fonts-wqy-zenhei"),
    Face("wqy-microhei.ttc", "fonts-wqy-microhei"),
    Face("uming.ttc", "fonts-arphic-uming"),
    Face("gbsn00lp.ttf", "fonts-arphic-gbsn00lp"),
    Face("gkai00mp.ttf", "fonts-arphic-gkai00mp"),
    Face("LXGWWenKai-Regular.ttf", "fonts-lxgw-wenkai"),
)
HELD_OUT: Final = (
    Face("NotoSerifCJK-SemiBold.ttc", "fonts-noto-cjk-extra", 2),
    Face("ukai.ttc", "fonts-arphic-ukai"),
    Face("LXGWWenKaiMono-Regular.ttf", "fonts-lxgw-wenkai"),
)
"""Faces that are never trained on."""
DIGIT_FACES: Final = (*OCR_B, *(face for face in RELATIVES if "Mono" not in face.file))
_SEX_AT: Final = (0.188, 0.339)
_YEAR_AT: Final = (0.186, 0.451)
_LABELS: Final = (
    ("性", 0.080, 0.337),
    ("别", 0.121, 0.337),
    ("民", 0.306, 0.337),
    ("族", 0.347, 0.337),
    ("出", 0.082, 0.450),
    ("生", 0.123, 0.450),
    ("住", 0.080, 0.568),
    ("址", 0.121, 0.568),
)
"""Text, and where its baseline begins, in fractions of the card (`idcheck.layout` says where from)."""
_LINES: Final = (0.150, 0.275, 0.388, 0.507)
"""Baselines of a second script."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a card says.

    Attributes:
        sex: 男 or 女.
        birth: eight digits, which need be no date.
        padded: whether the zeros of month and day are printed.
    """

    sex: str
    birth: str
    padded: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """Printed particulars.

    Attributes:
        light: what the paper reflects, shape of `AREA` at `PX_PER_MM`.
        ink: coverage of the values' ink, 0 to 1, the same shape.
        places: middle of the sex and of each of the eight digits, mm on the card, shape (9, 2); of a zero
            that is not printed, where it would be.
        widths: mm, likewise, shape (9,).
        printed: whether each of them is printed at all, shape (9,).
    """

    light: Light
    ink: Light
    places: NDArray[np.float64]
    widths: NDArray[np.float64]
    printed: NDArray[np.bool_]


class _Page:
    """Layers of ink on which text is put in fractions of the card."""

    def __init__(self, shift: NDArray[np.float64]) -> None:
        height, width = shape_of(AREA)
        self.values = Image.new("L", (width, height))
        self.labels = Image.new("L", (width, height))
        self.shift = shift

    def put(self, layer: Image.Image, at: tuple[float, float], text: str, face: Face, em_mm: float) -> float:
        """Print a text, its baseline beginning in a place in fractions of the card; its length in mm."""
        font = fonts.load(face, max(6, round(em_mm * PX_PER_MM)))
        x, y = np.array(at) * (WIDTH_MM, HEIGHT_MM) + self.shift - (AREA.x, AREA.y)
        ImageDraw.Draw(layer).text((x * PX_PER_MM, y * PX_PER_MM), text, 255, font, anchor="ls")
        return float(font.getlength(text)) / PX_PER_MM


def particulars(rng: Rng, written: Written, face: Face) -> Print:
    """Print a card's sex and birth date among all that stands around them."""
    page = _Page(rng.normal(0, [0.4, 0.25]))
    em = float(np.clip(rng.normal(3.0, 0.17), 2.6, 3.5))
    places, widths, printed = _values(rng, page, written, face, em)
    light, ink = inked(rng, AREA, page.values, page.labels, 0.2)
    return Print(light, ink, places, widths, printed)


def _values(
    rng: Rng, page: _Page, written: Written, face: Face, em: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Print everything; where the nine characters stand, how wide they are, and which there are."""
    label_face = face if rng.random() < 0.6 else FACES[int(rng.integers(len(FACES)))]
    label_em = float(rng.normal(2.65, 0.12))
    for text, x, y in _LABELS:
        if rng.random() < 0.97:
            page.put(page.labels, (x, y), text, label_face, label_em)
    found = [_put_row(page, _SEX_AT, written.sex, face, em)]
    digit_face, digit_em = face, em
    if rng.random() < 0.22:
        digit_face, digit_em = (
            DIGIT_FACES[int(rng.integers(len(DIGIT_FACES)))],
            em * float(rng.uniform(0.85, 1)),
        )
    columns = _columns(rng, written, digit_face, digit_em) if rng.random() < 0.7 else None
    x = _YEAR_AT[0]
    for part, (digits, unit) in enumerate(zip(_parts(written), "年月日", strict=True)):
        x = x if columns is None else columns[2 * part]
        row = _put_row(page, (x, _YEAR_AT[1]), digits, digit_face, digit_em)
        if part and len(digits) == 1:
            width = row[1][0]
            row = np.concatenate([row[0][:1] - (width, 0), row[0]]), np.repeat(width, 2)
        found.append(row)
        x += _length(digits, digit_face, digit_em) + float(rng.uniform(0, 1.8)) / WIDTH_MM
        x = x if columns is None else columns[2 * part + 1]
        x += page.put(page.labels, (x, _YEAR_AT[1]), unit, label_face, label_em) / WIDTH_MM
        x += float(rng.uniform(0, 1.8)) / WIDTH_MM
    _put_others(rng, page, face, em)
    printed = [True, *(c is not None for part in _parts(written) for c in _slots(part))]
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found]), np.array(printed)


def _parts(written: Written) -> tuple[str, str, str]:
    """Year, month and day as they are printed."""
    year, month, day = written.birth[:4], written.birth[4:6], written.birth[6:]
    return (year, month, day) if written.padded else (year, month.removeprefix("0"), day.removeprefix("0"))


def _slots(digits: str) -> tuple[str | None, ...]:
    return (None, digits) if len(digits) == 1 else tuple(digits)


def _columns(rng: Rng, written: Written, face: Face, em: float) -> tuple[float, ...]:
    """Where year, 年, month, 月, day, 日 begin on a card that prints each in a column of its own."""
    _, month, day = _parts(written)
    spread = rng.normal(0, 0.003, 6)
    centred = rng.random() < 0.5
    aside = [(0.038 - _length(text, face, em)) / 2 if centred else 0.0 for text in (month, day)]
    return tuple(np.array([0.186, 0.286, 0.342 + aside[0], 0.387, 0.432 + aside[1], 0.477]) + spread)


def _length(text: str, face: Face, em: float) -> float:
    """Of a printed text, in card widths."""
    font = fonts.load(face, max(6, round(em * PX_PER_MM)))
    return float(font.getlength(text)) / PX_PER_MM / WIDTH_MM


def _put_row(
    page: _Page, at: tuple[float, float], text: str, face: Face, em: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Print a value; the middles of its characters, mm on the card, and their widths in mm."""
    page.put(page.values, at, text, face, em)
    ends = np.array([_length(text[:n], face, em) for n in range(len(text) + 1)]) * WIDTH_MM
    middles = np.column_stack(((ends[1:] + ends[:-1]) / 2, np.full(len(text), -0.37 * em)))
    return middles + np.array(at) * (WIDTH_MM, HEIGHT_MM) + page.shift, np.diff(ends)


def _put_others(rng: Rng, page: _Page, face: Face, em: float) -> None:
    """The name's foot, the people's name, the first line of the address, and a second script."""
    names = (*ETHNICITIES, *MINORITY_ETHNICITIES, *["汉"] * 12)
    page.put(page.values, (0.402, 0.339), names[int(rng.integers(len(names)))], face, em)
    page.put(
        page.values, (0.187, 0.228), "".join(rng.choice(list("王李张刘陈杨敏静丽强磊军洋勇"), 3)), face, 3.7
    )
    page.put(page.values, (0.187, 0.570), REGIONS[int(rng.integers(len(REGIONS)))][1][:11], face, em)
    if rng.random() < 0.15:
        script = fonts.LATIN[int(rng.integers(len(fonts.LATIN)))]
        for y in _LINES:
            for x in (0.08, 0.187, 0.305):
                letters = "".join(chr(int(c)) for c in rng.integers(0x0628, 0x063A, int(rng.integers(2, 9))))
                page.put(page.labels, (x, y + float(rng.normal(0, 0.006))), letters, script, 1.7)


def inked(
    rng: Rng, area: Box, values: Image.Image, labels: Image.Image, weakest: float
) -> tuple[Light, Light]:
    """Paper with labels and values printed on it, and the values' ink.

    Args:
        rng: chooses.
        area: of the card that is drawn.
        values: what is to be read, as coverage of `area`.
        labels: what stands around it, in an ink that may be paler.
        weakest: how pale the values' own may be, 0 to 1.
    """
    ink = _weighed(rng, values)
    if rng.random() < 0.2:
        ink = ink * patchy(rng, ink.shape)
    light = paper(rng, area)
    for coat, palest in ((_weighed(rng, labels), 0.65), (ink, weakest)):
        dark, density = float(rng.uniform(0.02, palest * 0.7)), float(rng.uniform(1 - palest / 2, 1))
        light = light * (1 - coat * density) + np.minimum(light, dark) * coat * density
    return np.asarray(light, np.float32), np.asarray(ink, np.float32)


def _weighed(rng: Rng, layer: Image.Image) -> Light:
    """A drawn layer with strokes of a weight and softness of its own."""
    soft = cv2.GaussianBlur(coverage(layer), (0, 0), float(rng.uniform(0.4, 1.0)))
    weight = float(np.clip(rng.normal(0.48, 0.1), 0.25, 0.7))
    return np.asarray(np.clip((soft - weight) * float(rng.uniform(1.2, 3)) + 0.5, 0, 1), np.float32)


def random_written(rng: Rng) -> Written:
    """A sex and eight digits, each hardly dependent on the others.

    Half of the years, months and days are ones that there are; the others may be any digits, so that what is
    read is what is printed, and no more is known of dates than how they are written.
    """
    year = int(rng.integers(1930, 2030) if rng.random() < 0.5 else rng.integers(0, 10_000))
    month, day = (
        int(rng.integers(1, last + 1) if rng.random() < 0.6 else rng.integers(1, 100)) for last in (12, 31)
    )
    sex = "男女"[int(rng.integers(2))]
    return Written(sex, f"{year:04}{month:02}{day:02}", padded=bool(rng.random() < 0.12))
