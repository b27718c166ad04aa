"""Whether something hides where a name may go on, so that what was read need not be all of it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.types import Gray

_PITCH_MM: Final = 3.8
_PITCHES_MM: Final = (2.6, 4.4)
"""Of characters: as cards are set, and what is believed of a line."""
_BEHIND_MM: Final = (0.3, 1.9)
"""From a line's end, where one more character would begin: where paper shows there, none does."""
_HALF_HIGH_MM: Final = 1.6
_PAPER: Final = 0.85
"""Quantile of a line's levels that is paper."""
_SHADE: Final = 0.7
"""Of the level of paper: what is darker from top to bottom of the line is not paper in the shade."""
_LEAST_HIDDEN: Final = 0.5
"""Of that place. On 1,250 drawn photos and 120 of another renderer so much is hidden behind none of 623
legible names, and behind all four of which a finger hides the end."""


def is_hidden(strip: Gray, middles_mm: NDArray[np.float64], px_per_mm: float) -> bool:
    """Whether one more character behind a line could not be seen.

    Args:
        strip: dark print on lighter ground.
        middles_mm: of the line's characters, from the strip's left end; shape (k,).
        px_per_mm: of the strip.
    """
    if not middles_mm.size:
        return False
    pitch = float(np.median(np.diff(middles_mm))) if middles_mm.size > 1 else _PITCH_MM
    half = float(np.clip(pitch, *_PITCHES_MM)) / 2
    middle, reach = len(strip) / 2, _HALF_HIGH_MM * px_per_mm
    rows = strip[max(0, round(middle - reach)) : round(middle + reach)]
    begins, ends = middles_mm[0] - half, middles_mm[-1] + half
    printed = rows[:, max(0, round(begins * px_per_mm)) : round(ends * px_per_mm)]
    behind = rows[:, slice(*(round((ends + mm) * px_per_mm) for mm in _BEHIND_MM))]
    if not printed.size or not behind.size:
        return False
    dark = np.median(behind, axis=0) < _SHADE * np.quantile(printed, _PAPER)
    return bool(dark.mean() >= _LEAST_HIDDEN)
