"""Whether a name may have a character more than was read: behind something beside it, or in a gap."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.types import Gray, Room

_PITCH_MM: Final = 3.8
_PITCHES_MM: Final = (2.6, 4.0)
"""Of characters: as cards are set, and what is believed of a line's widest gap: beside a dot it is narrow."""
_BESIDE_MM: Final = (0.3, 1.9)
"""From a line's end, where one more character would begin: where paper shows there, none does."""
_BEFORE_MM: Final = 3.5
"""From the strip's left end: what begins farther right may have a character before it."""
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
    gaps = np.diff(middles_mm)
    pitch = float(gaps.max()) if gaps.size else _PITCH_MM
    half = float(np.clip(pitch, *_PITCHES_MM)) / 2
    begins, ends = middles_mm[0] - half, middles_mm[-1] + half
    near, far = _BESIDE_MM
    beside = [(ends + near, ends + far)]
    if begins >= _BEFORE_MM:
        beside.append((begins - far, begins - near))
    if any(_is_hidden(strip, (begins, ends), place, px_per_mm) for place in beside):
        return Room.HIDDEN
    dense = middles_mm[0] <= _FIRST_MM and gaps.max(initial=0.0) <= _APART_MM
    return Room.NONE if dense and 1 < middles_mm.size <= _FEW else Room.UNKNOWN


def _is_hidden(
    strip: Gray, name_mm: tuple[float, float], place_mm: tuple[float, float], px_per_mm: float
) -> bool:
    """Whether a character that stands at a place beside the name could not be seen."""
    middle, reach = len(strip) / 2, _HALF_HIGH_MM * px_per_mm
    rows = strip[max(0, round(middle - reach)) : round(middle + reach)]
    printed, beside = (
        rows[:, slice(*(max(0, round(mm * px_per_mm)) for mm in span))] for span in (name_mm, place_mm)
    )
    if not printed.size or not beside.size:
        return False
    paper, shown = np.quantile(printed, _PAPER), np.median(beside, axis=0)
    hidden = (shown < _SHADE * paper) | ((shown >= _CLIPPED) & (paper < _NOT_CLIPPED))
    return bool(hidden.mean() >= _LEAST_HIDDEN)
