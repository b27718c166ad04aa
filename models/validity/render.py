"""Draws strips of the validity period as the pipeline cuts them out, with all that photos suffer.

What is printed is `models.validity.printing`'s; what cameras and fingers do to it is the number reader's
(`models.number.render`).

    python -m models.validity.render --seed 1 --count 48 --out sheet.png

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

from idcheck.layout import EMBLEM_FIELDS
from idcheck.reading.fields import STRIP_PX_PER_MM
from idcheck.reading.validity import INPUT_SIZE, picture
from idcheck.scene.rectify import flatten
from idcheck.types import Gray
from models.number import render as photos
from models.number.printing import PX_PER_MM, Light, Rng
from models.number.render import Conditions
from models.particulars.printing import FACES
from models.validity import printing
from models.validity.printing import AREA, Print
from samples.fonts import Face

_BOX: Final = EMBLEM_FIELDS["validity"]
_SIZE: Final = (round(_BOX.width * STRIP_PX_PER_MM), round(_BOX.height * STRIP_PX_PER_MM))
_LINE_MM: Final = 5.9
_DARK: Final = 0.25
"""Share of strips taken in the dark beyond the number's own: there the period is misread first."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A strip and the truth about it.

    Attributes:
        picture: the field, as `idcheck.reading.fields` shows it to an engine.
        text: what is printed.
        centres: of each character, x in pixels of the network's input.
        visible: how much of each one's ink lies in the photo with nothing before it, 0 to 1.
        readable: whether the strip shows a period at all, upright and unmirrored.
    """

    picture: Gray
    text: str = field(repr=False)
    centres: NDArray[np.float32]
    visible: NDArray[np.float32]
    readable: bool


def draw(rng: Rng, text: str, conditions: Conditions) -> Strip:
    """Print `text`, photograph it, and cut it out again."""
    page = printing.period(rng, text, conditions.face)
    if conditions.wrong == "other text":
        page = replace(page, light=np.roll(page.light, round(_LINE_MM * PX_PER_MM), axis=0))
    light, hidden = photos.covered(rng, page.light, AREA, conditions)
    taken = photos.photographed(rng, light, AREA, _BOX, conditions)
    strip = flatten(taken.photo, taken.found, _BOX, _SIZE)
    if conditions.wrong in ("mirrored", "turned"):
        strip = np.ascontiguousarray(strip[:, ::-1] if conditions.wrong == "mirrored" else strip[::-1, ::-1])
    visible = _visible(page, hidden) * taken.within(page.places)
    centres = (taken.seen_at(page.places)[:, 0] - _BOX.x) / _BOX.width * INPUT_SIZE[0]
    return Strip(strip, text, centres.astype(np.float32), visible, conditions.wrong == "no")


def random_conditions(rng: Rng, faces: tuple[Face, ...] = FACES) -> Conditions:
    """From a clear photo to one that nobody can read: as for the number, whose digits are a third higher."""
    conditions = photos.clearer(rng, photos.random_conditions(rng, faces), (3.0, 14.0), 0.7)
    if rng.random() >= _DARK:
        return conditions
    stops = float(rng.uniform(-5, -3))
    return replace(conditions, stops=stops, lifted=photos.lifted(rng, stops))


def _visible(page: Print, hidden: Light) -> NDArray[np.float32]:
    """How much of each character nothing hides."""
    shares = []
    for (x, y), width in zip(page.places, page.widths, strict=True):
        low = (np.array([x - width / 2, y - 1.6]) - (AREA.x, AREA.y)) * PX_PER_MM
        high = low + np.array([width, 3.2]) * PX_PER_MM
        cell = slice(max(0, round(low[1])), round(high[1])), slice(max(0, round(low[0])), round(high[0]))
        ink = page.ink[cell]
        shares.append(float((ink * (1 - hidden[cell])).sum() / max(1.0, float(ink.sum()))))
    return np.array(shares, np.float32)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = []
    for number in range(args.count):
        rng = np.random.default_rng((args.seed, number))
        rows.append(picture(draw(rng, printing.random_text(rng), random_conditions(rng)).picture))
    cv2.imwrite(str(args.out), np.concatenate([np.concatenate(rows[i::3]) for i in range(3)], axis=1))


if __name__ == "__main__":
    main()
