"""Long names that go on in a second line: both lines behind one another, as readers know them."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.reading.strip import extent, first_word, ink_of
from idcheck.types import Gray

_FULL_MM: Final = 27.0
"""Where on the strip a line ends at least that has no room for one more character."""
_CHARACTER_MM: Final = 3.2
"""Of the beginning of both lines, which are compared; further right something else may be printed between."""
_BELOW_MM: Final = (2.0, 4.0)
"""Under the middle of a line: where a second one of the name would be, and else nothing is."""
_SHARE: Final = 0.4
"""Of the first line's ink, which there must be. On 43 photos of long names those of one line have 0.26 at
most, those of two 0.59 at least."""
_BETWEEN_MM: Final = (1.0, 2.2)
"""Under the middle of the first line: where it ends."""
_HEIGHT_MM: Final = (2.2, 4.2)
"""Of the second line, with what lies between it and what follows."""
_ABOVE_MM: Final = 0.3
_SMOOTH_MM: Final = 0.5
_PAPER_MM: Final = 0.5
"""Over which paper is evened out whose print was taken away."""
_GAP_MM: Final = 0.3
"""Between the two lines, behind one another."""
_AFTER_MM: Final = 1.0


def in_one_line(strip: Gray, height: int, px_per_mm: float) -> Gray | None:
    """Both lines of a name, the second one behind the first; None where there is but one.

    Args:
        strip: the name's box and as much below it as a second line takes.
        height: of the name's box alone, in pixels, which the result has too.
        px_per_mm: of the strip.
    """
    first = extent(strip[:height], px_per_mm)
    if first is None or first.right < _FULL_MM * px_per_mm:
        return None
    ink = ink_of(strip, px_per_mm)
    beginning = first.left, first.left + round(_CHARACTER_MM * px_per_mm)
    rows = cv2.blur(ink[:, slice(*beginning)], (1, round(_SMOOTH_MM * px_per_mm) | 1)).mean(axis=1)
    middle = (first.top + first.bottom) / 2
    own = rows[_span(middle, (-1.0, 1.0), px_per_mm)].mean()
    if rows[_span(middle, _BELOW_MM, px_per_mm)].mean() < _SHARE * own:
        return None
    between = _emptiest(rows, _span(middle, _BETWEEN_MM, px_per_mm))
    below = _emptiest(rows, _span(between, _HEIGHT_MM, px_per_mm))
    above = max(0, round(2 * middle - between - _ABOVE_MM * px_per_mm))
    size = round(_PAPER_MM * px_per_mm) | 1
    paper = np.asarray(cv2.blur(np.clip(strip + ink, 0, 255).astype(np.uint8), (size, size)), np.uint8)
    upper, lower = (
        _alone(strip, paper, slice(top, bottom + 1), height)
        for top, bottom in ((above, between), (between, below))
    )
    ends, begins = extent(upper, px_per_mm), extent(lower, px_per_mm)
    if ends is None or begins is None:
        return None
    gap = round(_GAP_MM / 2 * px_per_mm)
    end = first_word(lower, begins, px_per_mm) + round(_AFTER_MM * px_per_mm)
    return np.hstack((upper[:, : ends.right + gap], lower[:, max(0, begins.left - gap) : end]))


def _span(middle: float, beyond_mm: tuple[float, float], px_per_mm: float) -> slice:
    first, last = (max(0, round(middle + mm * px_per_mm)) for mm in beyond_mm)
    return slice(first, last)


def _emptiest(rows: NDArray[np.float32], span: slice) -> int:
    return int(span.start) + int(rows[span].argmin())


def _alone(strip: Gray, paper: Gray, rows: slice, height: int) -> Gray:
    """Some rows in the middle of a strip of a height, above and below them paper without print."""
    paper = paper.copy()
    paper[rows] = strip[rows]
    top = (rows.start + rows.stop - height) // 2
    beyond = max(0, -top), max(0, top + height - len(paper))
    whole = cv2.copyMakeBorder(paper, *beyond, 0, 0, cv2.BORDER_REPLICATE)
    return np.asarray(whole[max(0, top) :][:height], np.uint8)
