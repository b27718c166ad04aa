"""Prepares a strip for a reader: finds the line of print in it and leaves the blank away.

The pixels stay as they are. On 400 drawn names with every defect, a gain to constant brightness, a mild
stretch of the contrast and a slight smoothing each brought one more name read exactly; a strong stretch cost
four names, sharpening six.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.types import Gray

LINE_MM: Final = 5.4
"""Height kept around a name's line: characters of 3.7 mm with the air that the reader was trained on."""
_CHARACTER_MM: Final = 3.7
_MARGIN_MM: Final = 0.45
_RIM_MM: Final = 0.4
_RIM_INK: Final = 0.8
"""Of the paper's level: what is darker at the strip's rim may be ink."""
_COLUMN_INK: Final = 0.3
_WORD_GAP_MM: Final = 1.6
"""Wider than any gap between the characters of a name."""
APART_MM: Final = 8.5
"""Two characters' room: names leave no more between their characters, should even one be hidden."""
_SMOOTH_MM: Final = 0.12
_WIDEST_STROKE_MM: Final = 2.0
_LINE_SHARE: Final = 0.3
_TEXT_SHARE: Final = 0.25
_SPARSE_SHARE: Final = 0.05
_SPARSE_MM: Final = 4.5
"""How far behind the last dense character another one may end that has few strokes, as 广 and 一 have."""
_RIVAL_SHARE: Final = 0.5
_CHARACTERS_MM: Final = (2.2, 4.3)
"""Height of a line of characters, those of long names included."""
_CHARACTER_HIGH_MM: Final = 3.6
_BEGINNING_MM: Final = 12.0
"""Of a strip, in which a name has most of its characters."""
_BELOW_MM: Final = 0.25
"""How far below the middle of its strip a name's characters have theirs, in the median."""
_FAR_MM: Final = 4.0
"""As far from there nothing is taken for a name, however much ink there is."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a line of print stands in a strip, in pixels; the ends are beyond the last row and column."""

    top: int
    bottom: int
    left: int
    right: int


def trim(strip: Gray, px_per_mm: float, line_mm: float = LINE_MM) -> Gray:
    """The part of a strip that holds its line of print, with a little air around it.

    Args:
        strip: dark print on lighter ground.
        px_per_mm: of the strip.
        line_mm: height kept around the line.

    Returns:
        a view of the strip; the whole strip when no print stands out.
    """
    found = extent(strip, px_per_mm)
    if found is None:
        return strip
    half, centre = line_mm / 2 * px_per_mm, (found.top + found.bottom) / 2
    left, right = ends(strip, found, px_per_mm)
    return strip[max(0, round(centre - half)) : round(centre + half), left:right]


def ends(strip: Gray, found: Extent, px_per_mm: float) -> tuple[int, int]:
    """Which columns :func:`trim` keeps: the first, and the one after the last."""
    margin = _MARGIN_MM * px_per_mm
    return max(0, round(found.left - margin)), min(strip.shape[1], round(found.right + margin))


def extent(strip: Gray, px_per_mm: float) -> Extent | None:
    """Where the line of print stands; none where no print stands out.

    Where two lines show, it is the lower one: cards of some regions print a second script above the Chinese.
    A dark or bright area wider than any stroke (a finger, the frame's edge, glare) is not taken for print.
    Nor does the rim of one, far behind the print, say how high the line stands.
    """
    ink = ink_of(strip, px_per_mm)
    rows = _rows(ink, px_per_mm)
    if rows is None:
        return None
    profile = _along(ink, rows, px_per_mm)
    spans = _runs(profile, _TEXT_SHARE)
    if not spans:
        return None
    apart = [before[1] for before, after in pairwise(spans) if after[0] - before[1] > APART_MM * px_per_mm]
    if apart:
        rows = _rows(ink[:, : apart[0]], px_per_mm) or rows
        profile = _along(ink, rows, px_per_mm)
        spans = _runs(profile, _TEXT_SHARE) or spans
    return Extent(*rows, spans[0][0], _end(profile, spans[-1][1], px_per_mm))


def middle(strip: Gray, line: Extent, px_per_mm: float) -> float:
    """The middle of a name's characters from top to bottom.

    That of the extent, if it is as high as characters are. In noise it is higher, and of characters that have
    but few strokes (丁, 子) it holds some. Then it is where a character's height holds most ink. Of 77 such
    names that were legible in photos 58 instead of 52 match by it.

    Args:
        strip: dark print on lighter ground.
        line: where the print stands; see :func:`extent`.
        px_per_mm: of the strip.

    Returns:
        in pixels from the strip's upper end.
    """
    low, high = (mm * px_per_mm for mm in _CHARACTERS_MM)
    if low <= line.bottom - line.top <= high:
        return (line.top + line.bottom) / 2
    rows = ink_of(strip, px_per_mm)[:, : round(_BEGINNING_MM * px_per_mm)].mean(axis=1)
    above_paper = np.maximum(rows - np.quantile(rows, 0.1), 0)
    window = np.ones(2 * round(_CHARACTER_HIGH_MM * px_per_mm / 2) + 1)
    held = np.convolve(above_paper, window, "same")
    off_mm = (np.arange(len(rows)) + 0.5 - len(rows) / 2) / px_per_mm - _BELOW_MM
    return float((held / max(held.max(), 1e-6) - (off_mm / _FAR_MM) ** 2).argmax()) + 0.5


def _rows(ink: NDArray[np.float32], px_per_mm: float) -> tuple[int, int] | None:
    """Where a line begins and ends from top to bottom; None where there is none."""
    lines = _runs(_profile(ink.mean(axis=1), 0.5 * px_per_mm), _LINE_SHARE)
    weights = [float(ink[top:bottom].sum()) for top, bottom in lines]
    likely = [
        line for line, w in zip(lines, weights, strict=True) if w >= _RIVAL_SHARE * max(weights, default=0.0)
    ]
    return likely[-1] if likely else None


def _end(profile: NDArray[np.float64], right: int, px_per_mm: float) -> int:
    """Where a line ends, by its profile, whose last dense character ends at `right`."""
    behind = profile[right:]
    if not behind.size:
        return right
    least = _SPARSE_SHARE + float(np.median(behind))  # noise is ink, too
    sparse = np.flatnonzero(behind[: round(_SPARSE_MM * px_per_mm)] > least)
    return right + int(sparse[-1]) + 1 if sparse.size else right


def _along(ink: NDArray[np.float32], rows: tuple[int, int], px_per_mm: float) -> NDArray[np.float64]:
    """How much stands in each column of a line, from 0 to 1."""
    return _profile(ink[slice(*rows)].mean(axis=0), 0.9 * px_per_mm)


def begins_before(strip: Gray, px_per_mm: float) -> bool:
    """Whether a line of print began before the strip: print touches its left end, and more follows close.

    What touches it and stands apart is the end of something else, such as the line's label.
    """
    dark = _RIM_INK * float(np.median(strip[::4, ::4]))
    rim = max(1, round(_RIM_MM * px_per_mm))
    if strip[:, :rim].min() > dark:
        return False
    found = extent(strip, px_per_mm)
    if found is None or found.left > rim:
        return False
    return first_word(strip, found, px_per_mm) > _CHARACTER_MM * px_per_mm


def first_word(strip: Gray, line: Extent, px_per_mm: float) -> int:
    """The last column before a line's first gap wider than any within a name, or the strip's last."""
    ink = ink_of(strip, px_per_mm)[line.top : line.bottom]
    columns = np.flatnonzero(ink.max(axis=0) > _COLUMN_INK * ink.max())
    gaps = np.flatnonzero(np.diff(columns) > _WORD_GAP_MM * px_per_mm)
    return int(columns[gaps[0]]) if gaps.size else strip.shape[1] - 1


def leaves(strip: Gray, px_per_mm: float) -> int:
    """Which end of the strip cuts its line of print: the upper, -1, the lower, 1, or neither, 0."""
    found = extent(strip, px_per_mm)
    if found is None or found.bottom - found.top >= len(strip):
        return 0
    return int(found.bottom == len(strip)) - int(found.top == 0)


def ink_of(strip: Gray, px_per_mm: float) -> NDArray[np.float32]:
    """How much darker each pixel is than its surroundings, where that is no wider than a stroke.

    Paper between something bright and the upper or lower end goes on beyond the end, and is none.
    """
    smooth = cv2.GaussianBlur(strip.astype(np.float32), (0, 0), _SMOOTH_MM * px_per_mm)
    size = round(_WIDEST_STROKE_MM * px_per_mm) | 1
    tall = cv2.copyMakeBorder(smooth, size, size, 0, 0, cv2.BORDER_REPLICATE)
    ink = cv2.morphologyEx(tall, cv2.MORPH_BLACKHAT, np.ones((size, size), np.uint8))
    return np.asarray(ink[size:-size], np.float32)


def _profile(values: NDArray[np.float32], width: float) -> NDArray[np.float64]:
    """A profile smoothed over `width` pixels, from 0 to 1; all 0 where it is flat."""
    size = round(width) | 1
    even = np.concatenate((np.full(size // 2, values[0]), values, np.full(size // 2, values[-1])))
    smooth = np.convolve(even, np.ones(size) / size, "valid")
    smooth -= smooth.min()
    peak = smooth.max()
    return smooth / peak if peak > 0.5 else np.zeros_like(smooth)


def _runs(profile: NDArray[np.float64], share: float) -> list[tuple[int, int]]:
    """The stretches where a profile exceeds `share`, each as start and end."""
    edges = np.diff(np.concatenate(([0], profile > share, [0])).astype(np.int8))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
