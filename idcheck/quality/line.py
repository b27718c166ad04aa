"""Where in a field the print is: what happens beside it is no defect.

The number fills its line, whatever it is. A name does not: two characters take a quarter of the room that the
longest takes. It begins where every name begins and runs on until no more ink follows; one more character's
room belongs to it, because what hides the last character leaves no ink there.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.quality.quantile import quantile
from idcheck.types import Box, Gray

_CHARACTER_MM: Final = 4.4
"""Of a name, with the gap that follows."""
_PAPER_MM: Final = 2.0
"""As wide as two strokes and the gap between them."""
_STROKE_MM: Final = 0.1
_BLACKEST: Final = 0.92
"""Quantile of a column's pixels that tells how black it is."""
_INKED: Final = 0.4
"""Of the contrast of the line's blackest columns: what is no weaker is print."""


def filled_line(box: Box) -> Box:
    """A field's box without the room that it leaves around a line of print."""
    return Box(box.x + 0.03 * box.width, box.y + 0.25 * box.height, 0.94 * box.width, 0.5 * box.height)


def begun_line(box: Box, luma: Gray, shown: NDArray[np.bool_]) -> Box:
    """The same, as far as its print runs on from the left without a gap of a character.

    Args:
        box: of the field, in mm.
        luma: of the box, flat.
        shown: where it shows the card itself; the shape of ``luma``.
    """
    line, scale = filled_line(box), luma.shape[1] / box.width
    fine = cv2.GaussianBlur(luma, (0, 0), _STROKE_MM * scale)
    side = round(_PAPER_MM * scale) | 1
    paper = cv2.morphologyEx(fine, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    ink = cv2.subtract(paper, fine) * shown
    inner = ink[round(0.2 * ink.shape[0]) : round(0.85 * ink.shape[0])]
    rank = round(_BLACKEST * (inner.shape[0] - 1))
    columns = np.partition(inner, rank, axis=0)[rank]
    inked = np.flatnonzero(columns > _INKED * quantile(columns, 0.95))
    if inked.size == 0:
        return line
    gaps = np.flatnonzero(np.diff(inked) > 0.8 * _CHARACTER_MM * scale)
    last = box.x + float(inked[gaps[0]] if gaps.size else inked[-1]) / scale
    return Box(line.x, line.y, min(line.width, last + _CHARACTER_MM - line.x), line.height)
