"""Finds the row of digits near where the number should be, for cards whose corners were found a bit wrong.

A corner that is some millimetres off moves, turns and stretches the strip, until it cuts off the number's end
or its feet. The row itself is easily told: eighteen dark digits in a line, with blank paper around.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import FIELDS, HEIGHT_MM, WIDTH_MM
from idcheck.types import Box, Gray, Matrix

PX_PER_MM: Final = 4.0
_BOX: Final = FIELDS["id_number"]
_AROUND_MM: Final = 8.0
_BESIDE_MM: Final = 20.0
"""An end of the card that a hand holds may be found centimetres off."""
AREA: Final = Box(
    _BOX.x - _BESIDE_MM,
    _BOX.y - _AROUND_MM,
    _BOX.width + 2 * _BESIDE_MM,
    _BOX.height + 2 * _AROUND_MM,
)
"""Where a row is looked for, in mm on the card."""

_LEFT_MM: Final = 0.3341 * WIDTH_MM + 0.4
_RIGHT_MM: Final = 0.8619 * WIDTH_MM - 0.4
_MIDDLE_MM: Final = 0.8514 * HEIGHT_MM
"""Where the ink of the first digit should begin, that of the last should end, and the middle between above
and below."""
ENDS_MM: Final = np.array([(_LEFT_MM, _MIDDLE_MM), (_RIGHT_MM, _MIDDLE_MM)])
"""Both ends of the row where it should be, in mm on the card; shape (2, 2)."""

_STROKE_MM: Final = 2.0
_SMOOTH_MM: Final = 0.2
_INK_SHARE: Final = 0.35
_LEAST_CONTRAST: Final = 4.0
_GAP_MM: Final = 1.6
_HALF_ROW_MM: Final = 2.0
_LENGTHS: Final = (0.72, 1.28)
_SLANTS: Final = (0.0, *np.arange(0.05, 0.5, 0.05), *-np.arange(0.05, 0.5, 0.05))


def find(area: Gray) -> tuple[Matrix, ...]:
    """What may be the number's row, the longest first.

    Args:
        area: `AREA` of the card at `PX_PER_MM`.

    Returns:
        affine maps, shape (3, 3), in mm on the card: from where the number should be to where the row is.
    """
    dark = _ink(area)
    joined = cv2.dilate(dark, np.ones((1, round(_GAP_MM * PX_PER_MM)), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    order = sorted(range(1, count), key=lambda i: -int(stats[i, cv2.CC_STAT_WIDTH]))
    rows = (_row((labels == label) & (dark > 0)) for label in order if _wide_enough(stats[label]))
    return tuple(row for row in rows if row is not None)


def _ink(area: Gray) -> NDArray[np.uint8]:
    """1 where strokes are darker than what is around them."""
    smooth = cv2.GaussianBlur(area, (0, 0), _SMOOTH_MM * PX_PER_MM)
    size = round(_STROKE_MM * PX_PER_MM) | 1
    darker = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((size, size), np.uint8))
    least = max(_LEAST_CONTRAST, _INK_SHARE * float(np.percentile(darker, 98)))
    return np.asarray(darker > least, np.uint8)


def _wide_enough(stats: NDArray[np.int32]) -> bool:
    return float(stats[cv2.CC_STAT_WIDTH]) >= _LENGTHS[0] * (_RIGHT_MM - _LEFT_MM) * PX_PER_MM


def _row(dark: NDArray[np.bool_]) -> Matrix | None:
    """Where a row of dark pixels lies; None where it is too short or too long."""
    y, x = (at + 0.5 for at in np.nonzero(dark))
    near = np.ones(x.size, np.bool_)
    for _ in range(2):  # again without what hangs on to the row: a word across it, the edge of a finger
        slope, start = _line(x[near], y[near])
        near = abs(y - start - slope * x) < _HALF_ROW_MM * PX_PER_MM
        if not near.any():
            return None
    x, below = x[near], (y - start - slope * x)[near]
    slant = max(_SLANTS, key=lambda slant: _upright(x - slant * below))
    upright = x - slant * below
    ends = np.array([upright.min() - 0.5, upright.max() + 0.5])
    left, right = np.column_stack((ends, start + slope * ends)) / PX_PER_MM + (AREA.x, AREA.y)
    shortest, longest = np.array(_LENGTHS) * (_RIGHT_MM - _LEFT_MM)
    if not shortest <= np.linalg.norm(right - left) <= longest:
        return None
    return _map(left, right, np.array([slant, 1.0 + slope * slant]))


def _line(x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[float, float]:
    """Slope and start of the line nearest to points; `numpy.polyfit` takes ten times as long."""
    apart = x - x.mean()
    slope = float(apart @ y / max(apart @ apart, 1e-9))
    return slope, float(y.mean() - slope * x.mean())


def _upright(x: NDArray[np.float64]) -> float:
    """How much dark pixels gather in columns, as they do where the strokes of digits stand upright."""
    columns = np.bincount((x - x.min()).astype(np.intp))
    return float(columns @ columns)


def _map(left: NDArray[np.float64], right: NDArray[np.float64], down: NDArray[np.float64]) -> Matrix:
    """The affine map of the printed row to these ends, with strokes in this direction and its height kept."""
    along = (right - left) / (_RIGHT_MM - _LEFT_MM)
    normal = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    linear = np.column_stack((along, down / (down @ normal)))
    return np.vstack((np.column_stack((linear, left - linear @ (_LEFT_MM, _MIDDLE_MM))), (0.0, 0.0, 1.0)))
