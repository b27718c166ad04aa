"""Finds the middle dot between two characters of a name, where the networks took it for nothing.

Prints that give the dot a fifth of a character's width leave it in a gap that hardly differs from others.
What tells it is its shape: small, round, alone in the gap, half-way up, and as dark as the strokes.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.types import Gray

_PAPER: Final = 0.9
_INK: Final = 0.05
"""Quantiles of a line's levels that are paper and strokes."""
_LEAST_CONTRAST: Final = 25.0
"""Levels between them from which a dot is told from noise."""
_DARK: Final = 0.45
"""Of the contrast: what is darker than the paper by that much is ink."""
_CHARACTER_MM: Final = 3.8
_BODY: Final = 0.28
"""Of the distance between two characters' middles: nearer to one of them is its own."""
_SIZE_MM: Final = (0.2, 0.95)
"""Of a dot, in both directions."""
_LONGER: Final = 1.9
"""How much longer than wide, or wider than long, it may be."""
_HEIGHT_OFF_MM: Final = 0.6
"""How far above or below the middle of the characters it may stand."""


def between(line: Gray, px_per_mm: float, left_mm: float, right_mm: float) -> float | None:
    """The dot between two characters of a line.

    Args:
        line: dark print on lighter ground, one line high.
        px_per_mm: of it.
        left_mm: the middle of the character before, from the line's left end.
        right_mm: that of the one after.

    Returns:
        its middle, in mm from the line's left end; None where there is none.
    """
    body = _BODY * (right_mm - left_mm)
    start, end = round((left_mm + body) * px_per_mm), round((right_mm - body) * px_per_mm)
    both = slice(
        max(0, round((left_mm - _CHARACTER_MM / 2) * px_per_mm)),
        round((right_mm + _CHARACTER_MM / 2) * px_per_mm),
    )
    paper, ink = np.quantile(line[:, both], (_PAPER, _INK))
    if paper - ink < _LEAST_CONTRAST or end - start < 3:
        return None
    dark = np.asarray(line < paper - _DARK * (paper - ink), np.uint8)
    rows = np.flatnonzero(dark[:, both].any(axis=1))
    middle = (rows[0] + rows[-1] + 1) / 2
    found = [
        (x + width / 2) / px_per_mm
        for x, y, width, height, area in _parts(dark)
        if start <= x
        and x + width <= end
        and _is_dot(width, height, y + height / 2 - middle, px_per_mm)
        and dark[rows[0] : rows[-1] + 1, x : x + width].sum() == area
    ]
    return found[0] if len(found) == 1 else None


def _parts(dark: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Left, top, width, height and area of each connected part, shape (parts, 5)."""
    return np.asarray(cv2.connectedComponentsWithStats(dark, connectivity=8)[2][1:], np.int32)


def _is_dot(width: int, height: int, off: float, px_per_mm: float) -> bool:
    least, most = (mm * px_per_mm for mm in _SIZE_MM)
    small = least <= width <= most and least <= height <= most
    round_ = max(width, height) <= _LONGER * min(width, height)
    return small and round_ and abs(off) <= _HEIGHT_OFF_MM * px_per_mm
