"""Draws the strips of sex and birth date as the pipeline cuts them out, with all that photos suffer.

What is printed is `models.particulars.printing`'s; what cameras and fingers do to it is the number reader's
(`models.number.render`).

    python -m models.particulars.render --seed 1 --count 64 --out sheet.png

draws a sheet of strips to look at.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import PARTICULARS
from idcheck.reading.particulars import BOTH, WIDTHS, picture
from idcheck.types import Gray
from models.number import render as photos
from models.number.printing import PX_PER_MM, Light, Rng
from models.number.render import Conditions, Taken
from models.particulars import printing
from models.particulars.printing import AREA, FACES, Print, Written
from samples.fonts import Face

_SEX, _BIRTH = PARTICULARS["sex"], PARTICULARS["birth"]
_LINE_MM: Final = 6.2
"""From one printed line to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class Strips:
    """The strips and the truth about them.

    Attributes:
        picture: the network's input, shape (36, 256).
        written: what is printed.
        printed: of the sex and each digit, whether it is printed at all, shape (9,).
        centres: of each, x in pixels of the picture, shape (9,).
        visible: how much of each one's ink lies in the photo with nothing before it, 0 to 1, shape (9,); of a
            zero that is not printed, how much of its place does.
        readable: whether the strips show the values at all, upright and unmirrored.
    """

    picture: Gray
    written: Written = field(repr=False)
    printed: NDArray[np.bool_]
    centres: NDArray[np.float32]
    visible: NDArray[np.float32]
    readable: bool


def draw(rng: Rng, written: Written, conditions: Conditions) -> Strips:
    """Print what is written, photograph it, and cut it out again."""
    page = printing.particulars(rng, written, conditions.face)
    if conditions.wrong == "other text":
        aside = round(float(rng.choice([-_LINE_MM, _LINE_MM])) * PX_PER_MM)
        page = replace(page, light=np.roll(page.light, aside, axis=0))
    light, hidden = photos.covered(rng, page.light, AREA, conditions)
    taken = photos.photographed(rng, light, AREA, BOTH, conditions)
    strips = picture(taken.photo, taken.card)
    if conditions.wrong in ("mirrored", "turned"):
        across = strips[:, ::-1]
        strips = np.ascontiguousarray(across if conditions.wrong == "mirrored" else across[::-1])
    readable = conditions.wrong == "no"
    visible = _visible(page, hidden) * taken.within(page.places)
    return Strips(strips, written, page.printed, _centres(page, taken), visible, readable)


def random_conditions(rng: Rng, faces: tuple[Face, ...] = FACES) -> Conditions:
    """From a clear photo to one that nobody can read, as for the number, a little clearer."""
    return photos.clearer(rng, photos.random_conditions(rng, faces), (2.6, 13.0), 0.8)


def _visible(page: Print, hidden: Light) -> NDArray[np.float32]:
    """How much of each character nothing hides."""
    shares = []
    for (x, y), width, printed in zip(page.places, page.widths, page.printed, strict=True):
        low = (np.array([x - width / 2, y - 2.0]) - (AREA.x, AREA.y)) * PX_PER_MM
        high = low + np.array([width, 4.0]) * PX_PER_MM
        cell = slice(max(0, round(low[1])), round(high[1])), slice(max(0, round(low[0])), round(high[0]))
        ink = page.ink[cell] if printed else np.ones_like(page.ink[cell])
        shares.append(float((ink * (1 - hidden[cell])).sum() / max(1.0, float(ink.sum()))))
    return np.array(shares, np.float32)


def _centres(page: Print, taken: Taken) -> NDArray[np.float32]:
    """Where the characters stand in the picture."""
    seen = taken.seen_at(page.places)[:, 0]
    sex = (seen[:1] - _SEX.x) / _SEX.width * WIDTHS["sex"]
    birth = (seen[1:] - _BIRTH.x) / _BIRTH.width * WIDTHS["birth"]
    # What lies beyond a strip's end is not in the other strip.
    return np.concatenate(
        [np.where(sex < WIDTHS["sex"], sex, np.nan), np.where(birth > 0, birth + WIDTHS["sex"], np.nan)]
    ).astype(np.float32)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = []
    for number in range(args.count):
        rng = np.random.default_rng((args.seed, number))
        rows.append(draw(rng, printing.random_written(rng), random_conditions(rng)).picture)
    cv2.imwrite(str(args.out), np.concatenate([np.concatenate(rows[i::4]) for i in range(4)], axis=1))


if __name__ == "__main__":
    main()
