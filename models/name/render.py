"""Draws lines of names as the name reader is shown them, with all that photos suffer.

The order is that of the world: print, cover, light, lens, sensor, tone curve, processing, JPEG; then the line
is cut out, a little misplaced. What cameras do to light is the number reader's (`models.number.render`). All
is drawn at the photo's own resolution, so that what is lost is lost.

    python -m models.name.render --glyphs DIR --seed 1 --count 96 --out sheet.png

draws a sheet of lines to look at; DIR is that of `models.name.classes`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.reading.fields import STRIP_PX_PER_MM
from idcheck.reading.name import COLUMN_MM
from idcheck.reading.strip import LINE_MM
from idcheck.types import Gray, Matrix
from models.name.classes import (
    CELL_PX,
    EM_PX,
    OTHERS,
    PLAIN,
    Glyphs,
    alphabet,
    everyday,
    lookalikes,
    path,
    vectors,
)
from models.number.printing import Light, Rng
from models.number.render import Conditions, developed, disc, track
from samples.fonts import Face
from samples.identity import GIVEN, SURNAMES

WIDTH_MM: Final = 17.3
"""Of what training sees: four characters, or a part of a longer name."""
COLUMNS: Final = round(WIDTH_MM / COLUMN_MM)
"""So many of a network's columns is that."""
SHAPE: Final = round(LINE_MM * STRIP_PX_PER_MM), round(WIDTH_MM * STRIP_PX_PER_MM)
"""Of a line's picture, as strips show it."""
_DRAWN: Final = 14.0
"""Pixels per mm of the page."""
_PAGE_MM: Final = (WIDTH_MM + 6.0, 9.4)
_LINE_AT_MM: Final = (3.0, 2.0)
"""Where on the page the line that is cut out begins."""
_DOTS: Final = 0.05
"""Of all characters."""
_GIVEN_AWAY: Final = 0.6
"""Of how often each class is drawn, to its look-alikes."""
_MOST: Final = 8
"""Characters that a line can hold, those cut off at its ends included."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line and the truth about it.

    Attributes:
        picture: of `SHAPE`, at the resolution of the strips that readers are given.
        characters: classes, -1 after the last; shape (`_MOST`,).
        centres: of each character, in mm from the picture's left end.
        visible: how much of each character's ink nothing hides, 0 to 1.
    """

    picture: Gray
    characters: NDArray[np.int32]
    centres: NDArray[np.float32]
    visible: NDArray[np.float32]


class Printer:
    """Draws lines with the glyphs that `models.name.classes` has left in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def glyphs(self, face: Face) -> Glyphs:
        """All glyphs of one face."""
        return _glyphs(path(self._folder, face))

    def draw(self, rng: Rng, face: Face, wanted: NDArray[np.int64], conditions: Conditions) -> Line:
        """Print some classes in a row, photograph them, and cut the line out again.

        Those that the face lacks are left out.
        """
        glyphs = self.glyphs(face)
        there = [int(c) for c in wanted if glyphs[c].any()]
        printed = _printed(rng, glyphs, there)
        ink = printed.ink
        light = _paper(rng)
        dark, density = float(rng.uniform(0.02, 0.2)), float(1 - 0.35 * max(0.0, rng.uniform(-1, 1)))
        light = light * (1 - ink * density) + dark * density * ink
        light = _beside(rng, light, glyphs, printed.start_mm)
        light, hidden = _covered(rng, light, conditions)
        places = zip(printed.centres_mm, printed.widths_mm, strict=True)
        visible = [_share(ink, hidden, x, width) for x, width in places]
        picture = _photographed(rng, light, conditions)
        centres = np.array(printed.centres_mm) - _LINE_AT_MM[0]
        return Line(
            picture,
            _padded(np.array(there), -1).astype(np.int32),
            _padded(centres, -99).astype(np.float32),
            _padded(np.array(visible), 0).astype(np.float32),
        )

    def random(self, rng: Rng, shares: NDArray[np.float64]) -> Line:
        """A line as training sees it, its classes drawn by their shares."""
        face = random_face(rng)
        wanted, conditions = random_classes(rng, shares), random_conditions(rng, face)
        return self.draw(rng, face, wanted, conditions)


@lru_cache(maxsize=32)
def _glyphs(file: Path) -> Glyphs:
    return np.asarray(np.load(file, mmap_mode="r"))


def _padded(values: NDArray[Any], rest: float) -> NDArray[Any]:
    return np.concatenate([values[:_MOST], np.full(max(0, _MOST - len(values)), rest)])


# ---------------------------------------------------------------- what is drawn


def expected() -> NDArray[np.float64]:
    """How often each class is printed, as far as lists tell, which is what a reader in use expects."""
    return _shares(in_names=0.2, general=0.33, everyday_=0.3)


def frequencies(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """How often each class is drawn: more evenly than it is printed, and look-alikes nearly as often.

    Of what each has a part goes to those that look most like it: so what is hardly ever printed is seen often
    enough to be told from what often is.

    Args:
        vectors: of the classes, as `models.name.classes` makes them.
    """
    share = _shares(in_names=0.12, general=0.23, everyday_=0.3)
    near, weights = lookalikes(vectors)
    given = _GIVEN_AWAY * share[:, None] * weights
    share -= given.sum(axis=1)
    np.add.at(share, near, given)
    share[0] = _DOTS
    return np.asarray(share / share.sum())


def _shares(*, in_names: float, general: float, everyday_: float) -> NDArray[np.float64]:
    """Parts of all that is printed, each spread evenly over a list, and what is left over all classes.

    The everyday list is ordered by level; its first 3,500 are those of general use.
    """
    index = {c: i for i, c in enumerate(alphabet())}
    share = np.full(len(index), (1 - in_names - general - everyday_) / len(index))
    for characters, part in (
        (SURNAMES + GIVEN, in_names),
        (everyday()[:3500], general),
        (everyday(), everyday_),
    ):
        for character in characters:
            share[index[character]] += part / len(characters)
    share[0] = _DOTS
    return np.asarray(share / share.sum())


def random_classes(rng: Rng, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """A name's worth of classes, each independent of the others, so that no names can be learnt.

    Args:
        rng: decides.
        shares: from :func:`frequencies`.
    """
    count = int(rng.choice([0, 1, 2, 3, 4, 7], p=[0.03, 0.04, 0.12, 0.28, 0.38, 0.15]))
    return np.asarray(rng.choice(len(shares), count, p=shares))


def random_face(rng: Rng) -> Face:
    """Mostly sans serif."""
    pool = PLAIN if rng.random() < 0.68 else OTHERS
    return pool[int(rng.integers(len(pool)))]


def random_conditions(rng: Rng, face: Face) -> Conditions:
    """From a clear photo to one that hardly anybody can read; most can be read with some patience."""
    kind = rng.random()
    stops = float(rng.uniform(-1.2, 0.2))
    if kind < 0.2:
        stops = float(rng.uniform(-4.9, -1.2))
    elif kind < 0.34:
        stops = float(rng.uniform(0.2, 2.0))
    blur = rng.random()
    low, high = (2.9, 6.5) if rng.random() < 0.65 else (6.5, 12.0)
    scale = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return Conditions(
        face=face,
        px_per_mm=scale,
        soft_mm=float(abs(rng.normal(0, 0.07))),
        defocus_mm=float(0.8 * rng.random() ** 1.6) if blur < 0.4 or blur > 0.92 else 0.0,
        motion_mm=float(1.3 * rng.random() ** 1.6) if blur > 0.72 else 0.0,
        stops=stops,
        shot_noise=float(10 ** rng.uniform(-4.3, -2.8)),
        read_noise=float(10 ** rng.uniform(-3.5, -2.0)),
        lifted=float(rng.uniform(0, -stops)) if stops < -1 and rng.random() < 0.5 else 0.0,
        jpeg=int(rng.integers(35, 97)),
        turn_deg=0.0 if rng.random() < 0.4 else float(rng.uniform(-35, 35)),
        tilt_deg=float(np.degrees(abs(rng.normal(0, 0.04)))),
        corners_mm=float(abs(rng.normal(0, 0.3))),
        cover=("none", "finger", "glare", "patches")[int(rng.choice(4, p=(0.8, 0.06, 0.09, 0.05)))],
        shadow=bool(rng.random() < 0.15),
        processing=float(rng.random() ** 1.5),
    )


# ---------------------------------------------------------------- the printed line


def _page_shape() -> tuple[int, int]:
    return round(_PAGE_MM[1] * _DRAWN), round(_PAGE_MM[0] * _DRAWN)


@dataclass(frozen=True, slots=True, eq=False)
class _Printed:
    """A line's ink, and where its characters stand: their middles, widths and the first one's left, in mm."""

    ink: Light
    centres_mm: list[float]
    widths_mm: list[float]
    start_mm: float


def _start(rng: Rng) -> float:
    """Where on the page the first character begins; far aside where a card's corners were found badly."""
    near = float(np.clip(rng.normal(1.2, 0.6), -0.6, 4.0))
    return _LINE_AT_MM[0] + (near if rng.random() < 0.75 else float(rng.uniform(-2.5, 8.0)))


def _down(rng: Rng) -> float:
    """How far below the picture's middle the line stands, in mm; farther where noise hid where it was."""
    return float(rng.normal(0, 0.28)) if rng.random() < 0.85 else float(rng.uniform(-0.9, 0.9))


def _printed(rng: Rng, glyphs: Glyphs, classes: list[int]) -> _Printed:
    """Print some classes in a row."""
    em = float(np.clip(rng.normal(3.72, 0.16), 3.2, 4.2))
    if rng.random() < 0.18:
        em = float(rng.uniform(2.6, 3.4))  # as cards print long names
    pitch = em * (1.0 if rng.random() < 0.5 else float(rng.uniform(1.0, 1.12)))
    if len(classes) == 2 and rng.random() < 0.25:
        pitch = em * float(rng.uniform(1.4, 2.1))
    narrow_dot = float(rng.uniform(0.14, 1.05))
    dot_aside = float(rng.choice([0.0, 0.0, rng.uniform(-1, 0.4)]))
    start = x = _start(rng) - (float(rng.uniform(0, len(classes) - 3)) * pitch if len(classes) > 4 else 0.0)
    middle = _LINE_AT_MM[1] + LINE_MM / 2 + _down(rng)
    cell = em * _DRAWN * CELL_PX / EM_PX
    size = (round(cell), round(cell * float(np.exp(rng.normal(0, 0.03)))))
    page = np.zeros(_page_shape(), np.uint8)
    centres, widths = [], []
    for character in classes:
        width = pitch * (narrow_dot if character == 0 else 1.0)
        aside = (width / 2 - 0.13 * em) * dot_aside if character == 0 else 0.0
        centres.append(x + width / 2 + aside)
        widths.append(min(width, em))
        glyph = cv2.resize(glyphs[character], size, interpolation=cv2.INTER_LINEAR)
        _stamp(page, glyph, (centres[-1], middle))
        x += width
    soft = cv2.GaussianBlur(page.astype(np.float32) / 255, (0, 0), float(rng.uniform(0.04, 0.09)) * _DRAWN)
    weight = float(np.clip(rng.normal(0.5, 0.09), 0.28, 0.7))
    ink = np.clip((soft - weight) * float(rng.uniform(1.2, 3)) + 0.5, 0, 1)
    if rng.random() < 0.15:
        ink = ink * _patchy(rng)
    return _Printed(np.asarray(ink, np.float32), centres, widths, start)


def _stamp(page: NDArray[np.uint8], glyph: NDArray[Any], centre_mm: tuple[float, float]) -> None:
    """The glyph onto the page, as far as it lies within."""
    height, width = glyph.shape
    left, top = round(centre_mm[0] * _DRAWN - width / 2), round(centre_mm[1] * _DRAWN - height / 2)
    x0, y0, x1, y1 = (
        max(0, left),
        max(0, top),
        min(page.shape[1], left + width),
        min(page.shape[0], top + height),
    )
    if x0 < x1 and y0 < y1:
        part = page[y0:y1, x0:x1]
        np.maximum(part, glyph[y0 - top : y1 - top, x0 - left : x1 - left], out=part)


@lru_cache(maxsize=1)
def _grid() -> tuple[Light, Light]:
    height, width = _page_shape()
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(_DRAWN)
    return y, x


def _paper(rng: Rng) -> Light:
    y, x = _grid()
    light = np.full(y.shape, float(rng.uniform(0.5, 0.88)), np.float32)
    for _ in range(int(rng.integers(0, 3))):
        slope, turns = float(rng.uniform(-0.8, 0.8)), float(2 * np.pi / rng.uniform(0.5, 2))
        along = x[:1] / np.float32(rng.uniform(2, 9)) + np.float32(rng.uniform(0, 6))
        phase = y + (slope * x[:1] + float(rng.uniform(0.1, 0.9)) * np.sin(along))
        light *= 1 + float(rng.uniform(0, 0.09)) * np.sin(phase * turns)
    gradient = 1 + float(rng.normal(0, 0.008)) * (x - 11) + float(rng.normal(0, 0.01)) * (y - 4)
    return np.asarray(light * gradient, np.float32)


def _patchy(rng: Rng) -> Light:
    height, width = _page_shape()
    coarse = rng.uniform(0.3, 1.6, (round(_PAGE_MM[1]), round(_PAGE_MM[0]))).astype(np.float32)
    return np.asarray(
        np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0.3, 1), np.float32
    )


def _beside(rng: Rng, light: Light, glyphs: Glyphs, start_mm: float) -> Light:
    """What else is printed near: the label before the name, a second script above, pale words across."""
    kind = rng.random()
    if kind > 0.55:
        return light
    layer = np.zeros(_page_shape(), np.uint8)
    if kind < 0.25:
        size = round(float(rng.uniform(2.6, 3.1)) * _DRAWN * CELL_PX / EM_PX)
        middle = _LINE_AT_MM[1] + 2.7 + float(rng.normal(0, 0.3))
        at = start_mm - float(rng.uniform(3.0, 5.2))
        for character in "名姓":
            label = glyphs[alphabet().index(character)]
            _stamp(layer, cv2.resize(label, (size, size), interpolation=cv2.INTER_AREA), (at, middle))
            at -= float(rng.uniform(2.8, 4.0))
        strength = float(rng.uniform(0.3, 0.9))
    elif kind < 0.37:
        size = round(float(rng.uniform(1.6, 2.6)) * _DRAWN)
        at, top = 1.0, _LINE_AT_MM[1] - float(rng.uniform(0.3, 1.6))
        while at < float(rng.uniform(6, 30)) and at < _PAGE_MM[0]:
            mark = glyphs[int(rng.integers(1, 6000))]
            flat = cv2.resize(
                mark, (round(size * float(rng.uniform(0.5, 1.6))), size), interpolation=cv2.INTER_AREA
            )
            _stamp(layer, flat, (at, top))
            at += float(rng.uniform(0.6, 1.2)) * size / _DRAWN
        strength = float(rng.uniform(0.5, 0.95))
    else:
        size = round(float(rng.uniform(3, 7)) * _DRAWN)
        turn = cv2.getRotationMatrix2D((CELL_PX / 2, CELL_PX / 2), float(rng.uniform(-40, 40)), 1.0)
        x, y = float(rng.uniform(0, _PAGE_MM[0])), float(rng.uniform(1, _PAGE_MM[1] - 1))
        for _ in range(int(rng.integers(1, 5))):
            mark = cv2.warpAffine(glyphs[int(rng.integers(1, 3000))], turn, (CELL_PX, CELL_PX))
            _stamp(layer, cv2.resize(mark, (size, size), interpolation=cv2.INTER_LINEAR), (x, y))
            x += size / _DRAWN
        strength = float(rng.uniform(0.04, 0.35))
    return np.asarray(light * (1 - np.float32(strength / 255) * layer), np.float32)


# ---------------------------------------------------------------- what lies over it


def _covered(rng: Rng, light: Light, conditions: Conditions) -> tuple[Light, Light]:
    """The page under fingers, shadows and reflections, and how much of it they hide."""
    hidden = np.zeros(light.shape, np.float32)
    y, x = _grid()
    if conditions.shadow:
        angle, edge = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0, _PAGE_MM[0]))
        across = (x - edge) * np.float32(np.cos(angle)) + (y - 4) * np.float32(np.sin(angle))
        dark = np.clip(across / np.float32(rng.uniform(0.2, 8)) + 0.5, 0, 1)
        light = np.asarray(light * (1 - np.float32(rng.uniform(0.2, 0.8)) * dark), np.float32)
    if conditions.cover == "glare":
        spot = _blot(rng, (1.0, 12.0)) * np.float32(rng.uniform(0.2, 2.5))
        return light + spot, np.asarray(spot > 0.9, np.float32)
    if conditions.cover in ("finger", "patches"):
        hidden = _finger(rng) if conditions.cover == "finger" else _blot(rng, (0.5, 3.0), soft_mm=0.2)
        tone = float(rng.uniform(0.03, 0.6)) * (1 + np.float32(rng.normal(0, 0.03)) * (x - 11))
        light = light * (1 - hidden) + np.clip(tone, 0.01, 1) * hidden
    return np.asarray(light, np.float32), hidden


def _blot(rng: Rng, sizes_mm: tuple[float, float], soft_mm: float = 1.0) -> Light:
    mask = np.zeros(_page_shape(), np.float32)
    half = np.exp(rng.uniform(np.log(sizes_mm[0]), np.log(sizes_mm[1]), 2)) * _DRAWN / 2
    centre = (
        round(float(rng.uniform(2, _PAGE_MM[0] - 2)) * _DRAWN),
        round(float(rng.uniform(1, 8)) * _DRAWN),
    )
    axes = (max(1, round(float(half.max()))), max(1, round(float(half.min()))))
    cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.05, soft_mm)) * _DRAWN), np.float32)


def _finger(rng: Rng) -> Light:
    mask = np.zeros(_page_shape(), np.float32)
    side = float(rng.choice([-1, 1]))
    tip = np.array([rng.uniform(0, _PAGE_MM[0]), _PAGE_MM[1] / 2 + side * rng.uniform(-1, 4)])
    thick = float(rng.uniform(4, 14))
    inner = tip + np.array([rng.normal(0, 0.3), side]) * thick / 2
    outer = inner + np.array([rng.normal(0, 0.4), side]) * 40
    ends = [(round(float(p[0]) * _DRAWN), round(float(p[1]) * _DRAWN)) for p in (inner, outer)]
    cv2.line(mask, ends[0], ends[1], 1.0, round(thick * _DRAWN))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.08, 0.5)) * _DRAWN), np.float32)


def _share(ink: Light, hidden: Light, centre_mm: float, width_mm: float) -> float:
    cell = slice(
        max(0, round((centre_mm - width_mm / 2) * _DRAWN)), max(0, round((centre_mm + width_mm / 2) * _DRAWN))
    )
    there = ink[:, cell]
    return float((there * (1 - hidden[:, cell])).sum() / max(1.0, float(there.sum())))


# ---------------------------------------------------------------- the photo


def _photographed(rng: Rng, light: Light, conditions: Conditions) -> Gray:
    """What the camera sees of the page, and the line that is cut out of its picture."""
    radius, length = conditions.defocus_mm * _DRAWN, conditions.motion_mm * _DRAWN
    for kernel in ([disc(radius)] if radius > 0.4 else []) + ([track(rng, length)] if length > 0.6 else []):
        light = np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
    sigma = float(np.hypot(conditions.soft_mm, 0.4 / conditions.px_per_mm)) * _DRAWN
    soft = cv2.GaussianBlur(light, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    to_photo, size = _pose(rng, conditions)
    seen = cv2.warpPerspective(
        soft,
        to_photo @ np.diag([1 / _DRAWN, 1 / _DRAWN, 1]) @ _HALF,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    photo = developed(rng, np.asarray(seen, np.float32), conditions)
    off = np.eye(3)
    off[:2, :2] += rng.normal(0, [[0.008, 0.012], [0.012, 0.008]])
    mm = 1 / STRIP_PX_PER_MM
    from_strip = to_photo @ _about(_LINE_AT_MM, off) @ np.diag([mm, mm, 1]) @ _HALF
    strip = cv2.warpPerspective(
        photo,
        from_strip,
        SHAPE[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(strip, np.uint8)


_HALF: Final = np.array([[1.0, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])


def _about(start_mm: tuple[float, float], off: Matrix) -> Matrix:
    """From the line, in mm from its corner, to the page: as found, turned and stretched about its middle."""
    middle = np.array([WIDTH_MM / 2, LINE_MM / 2])
    there, back = np.eye(3), np.eye(3)
    there[:2, 2] = middle + start_mm
    back[:2, 2] = -middle
    return np.asarray(there @ off @ back)


def _pose(rng: Rng, conditions: Conditions) -> tuple[Matrix, tuple[int, int]]:
    """From mm on the page to the photo, and the photo's size; the photo's pixels are as in OpenCV."""
    turn, scale = np.radians(conditions.turn_deg), conditions.px_per_mm
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    spread = float(np.radians(conditions.tilt_deg))
    squeeze = np.eye(3)
    squeeze[0, 1], squeeze[1, 0] = rng.normal(0, spread, 2)
    squeeze[1, 1] -= abs(rng.normal(0, 2 * spread))
    matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0, 0, 1]]) @ squeeze
    width, height = _PAGE_MM
    corners = matrix[:2, :2] @ np.array([[0, width, width, 0], [0, 0, height, height]])
    low, high = corners.min(axis=1), corners.max(axis=1)
    matrix[:2, 2] = -low + rng.uniform(0, 1, 2) - 0.5
    size = np.maximum(8, np.ceil(high - low))
    return matrix, (int(size[0]), int(size[1]))


# ---------------------------------------------------------------- a sheet to look at


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--glyphs", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=96)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    printer, shares = Printer(args.glyphs), frequencies(vectors(args.glyphs))
    rngs = (np.random.default_rng((args.seed, number)) for number in range(args.count))
    lines = [printer.random(rng, shares).picture for rng in rngs]
    cv2.imwrite(str(args.out), np.concatenate([np.concatenate(lines[i::6]) for i in range(6)], axis=1))


if __name__ == "__main__":
    main()
