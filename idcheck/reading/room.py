"""Whether a name may have a character more than was read: behind something, or in a gap."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.types import Gray, Room

_PITCH_MM: Final = 3.8
_PITCHES_MM: Final = (2.6, 4.0)
"""Of characters: as cards are set, and what is believed of a line's widest gap: beside a dot it is narrow."""
_BEHIND_MM: Final = (0.3, 1.9)
"""From a line's end, where one more character would begin: where paper shows there, none does."""
_HALF_HIGH_MM: Final = 1.6
_PAPER: Final = 0.85
"""Quantile of a line's levels that is paper."""
_SHADE: Final = 0.7
"""Of the level of paper: what is darker from top to bottom of the line is not paper in the shade."""
_CLIPPED: Final = 250
_NOT_CLIPPED: Final = 240
"""A reflection hides print where it clips what beside it does not."""
_LEAST_HIDDEN: Final = 0.5
"""Of that place. On 1,572 drawn photos and 120 of another renderer so much is hidden behind none of 767
legible names, behind all four of which a finger hides the end, and all three of which a reflection does."""
_FIRST_MM: Final = 4.2
"""From the strip's left end to the first character's middle at most, where none was missed before it;"""
_APART_MM: Final = 5.5
"""and between the middles of neighbours, where none was missed between them."""
_FEW: Final = 6
"""So many characters are all that there are; more may go on in a second line."""


def left(strip: Gray, middles_mm: NDArray[np.float64], px_per_mm: float) -> Room:
    """Whether the line of a name leaves room for one more character that was not seen.

    Of 683 legible names on drawn photos that were read exactly, 676 leave none; neither does one of 637
    others that was read with a character too few, of which all but the first were lost.

    Args:
        strip: of the name, dark print on lighter ground.
        middles_mm: of the characters that were read, from the strip's left end; shape (k,).
        px_per_mm: of the strip.
    """
    if not middles_mm.size:
        return Room.UNKNOWN
    if _is_hidden_behind(strip, middles_mm, px_per_mm):
        return Room.HIDDEN
    dense = middles_mm[0] <= _FIRST_MM and np.diff(middles_mm).max(initial=0.0) <= _APART_MM
    return Room.NONE if dense and 1 < middles_mm.size <= _FEW else Room.UNKNOWN


def _is_hidden_behind(strip: Gray, middles_mm: NDArray[np.float64], px_per_mm: float) -> bool:
    """Whether one more character behind the line could not be seen."""
    pitch = float(np.diff(middles_mm).max()) if middles_mm.size > 1 else _PITCH_MM
    half = float(np.clip(pitch, *_PITCHES_MM)) / 2
    middle, reach = len(strip) / 2, _HALF_HIGH_MM * px_per_mm
    rows = strip[max(0, round(middle - reach)) : round(middle + reach)]
    begins, ends = middles_mm[0] - half, middles_mm[-1] + half
    printed = rows[:, max(0, round(begins * px_per_mm)) : round(ends * px_per_mm)]
    behind = rows[:, slice(*(round((ends + mm) * px_per_mm) for mm in _BEHIND_MM))]
    if not printed.size or not behind.size:
        return False
    paper, shown = np.quantile(printed, _PAPER), np.median(behind, axis=0)
    hidden = (shown < _SHADE * paper) | ((shown >= _CLIPPED) & (paper < _NOT_CLIPPED))
    return bool(hidden.mean() >= _LEAST_HIDDEN)
