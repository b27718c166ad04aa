"""What hides the card: fingers, sleeves, other things, glare; and what the frame cuts off.

Everything follows from one small mask, so that another way of making the mask changes nothing else.

A card is printed on paper of one colour, and its print is thin. A morphological closing (Serra, Image
Analysis and Mathematical Morphology, 1982) fills the print with the paper around it. A smooth surface
fitted to the rest by iteratively reweighted least squares (Holland and Welsch 1977) is the paper under
this light. What departs from it in chromaticity is not card: a shadow keeps the chromaticity and stays
card, a finger does not. Only what is darker than shadows are is taken for a cover by its luma alone.

Glare is where a reflection, or the exposure, has wiped the print out: paper clipped in two channels or more,
and no black print left in it, in all of a clipped part or in a line where characters follow on each other.

Compared on the paper of 290 drawn cards that were found within 2 % of their width, as intersection over
union with what truly covers it, and with where truly less than 40 % of the contrast is left: this 0.82 and
0.52 (in 2.4 ms); a small network (U-shaped, 95,000 weights, 96 by 60 cells, 1.9 ms) 0.92 and 0.63. In
fields the covered share is off by 0.012 on average here, 0.003 there; of 47 that are covered to more than 5
% this misses 4, that 1; of 528 bare ones this takes 9 for covered, that none. Yet of 1,110 fresh photos and
120 of another renderer both tell 76 of 82 covered cards and take 3 of 240 clear ones for covered, while
this tells 56 of 60 with glare, that 52: it misses pale strips of the paper's brightness, and clipped paper
on which faint print is left. It is not used before it is better at these too.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from functools import lru_cache
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import FIELDS, HEIGHT_MM, PORTRAIT, WIDTH_MM
from idcheck.quality.line import filled_line
from idcheck.scene.rectify import Rectified
from idcheck.types import Box, Gray

Cell = TypeVar("Cell", bound=np.generic)
F32 = NDArray[np.float32]
Flags = NDArray[np.bool_]

CELLS_PER_MM: Final = 2.5
SHAPE: Final = (round(HEIGHT_MM * CELLS_PER_MM), round(WIDTH_MM * CELLS_PER_MM))
"""Rows and columns of the mask: 135, 214."""
CLIPPED: Final = 250
"""Level from which a channel counts as clipped: JPEG does not keep 255 exactly."""

_PRINT_MM: Final = 2.8
"""As wide as two strokes and the gap between them."""
_FINGER_MM: Final = 4.0
"""What is thinner is print or noise, never a finger."""
_COLOUR_LIMIT: Final = 0.075
"""Of chromaticity, see `_planes`: above the noise of phones in poor light, below the palest finger."""
_NOISE_LIMIT: Final = 16.0
"""Times the mean square of the chromaticity of what fits the paper: four standard deviations."""
_SHADOW_LIMIT: Final = -0.75
"""Of the natural logarithm of luma: a hand's shadow leaves more than half of the gamma-coded level."""
_RIM: Final = 5
"""Cells: what is nearer to a clipped part's rim than half of this may show print from beyond it."""
_SPOT: Final = 30
"""Cells: a clipped part of fewer is too small to look for print in."""
_PRINTED_SHARE: Final = 97
"""Percentile of a printed area's cells that are black."""
_CLEAR_INK, _FAINT_INK = 40, 20
"""Levels below the paper, averaged over a cell: print that can be read, and what may be a blank's pattern."""
_TWO_CHARACTERS_MM: Final = 8.5
"""So long is the shortest name."""
_NAME: Final = replace(filled_line(FIELDS["name"]), x=FIELDS["name"].x, width=_TWO_CHARACTERS_MM)
_PRINTED_ON: Final = ((filled_line(FIELDS["id_number"]), 1.3), (_NAME, 2.2))
"""Where characters follow on each other, and how far from the nearest paper between them may be, in mm."""


class Cover(IntEnum):
    """What a cell of the mask shows."""

    CLEAR = 0
    COVERED = 1
    GLARE = 2
    OUTSIDE = 3


def cover_mask(rectified: Rectified) -> Gray:
    """What hides the card, cell by cell.

    Args:
        rectified: the whole card.

    Returns:
        uint8, shape `SHAPE`, values of `Cover`. The portrait is never covered: its colours are its own.
    """
    size = SHAPE[::-1]
    seen = np.asarray(cv2.resize(rectified.bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    valid = cv2.resize(rectified.valid.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    paper = np.asarray(cv2.morphologyEx(seen, cv2.MORPH_CLOSE, _disc(_PRINT_MM)), np.uint8)
    usable = valid & paper_cells()
    planes = _planes(paper)
    ink = np.asarray(cv2.subtract(paper[..., 1], seen[..., 1]), np.uint8)
    strangeness, light = _departure(planes, usable, _paper_colour(planes, ink, paper[..., 1], usable))
    clipped = _clipped(paper)
    glare = _washed_out(clipped, ink)
    strange = ((strangeness > 1) | (light < _SHADOW_LIMIT)) & usable & ~clipped
    covered = cv2.morphologyEx(strange.astype(np.uint8), cv2.MORPH_OPEN, _disc(_FINGER_MM)) > 0
    mask = np.full(SHAPE, Cover.CLEAR, np.uint8)
    mask[glare] = Cover.GLARE
    mask[covered] = Cover.COVERED
    mask[~valid] = Cover.OUTSIDE
    return mask


def cells(mask: NDArray[Cell], box: Box) -> NDArray[Cell]:
    """The cells of a mask that lie in a box of the card, in mm."""
    left, top = int(box.x * CELLS_PER_MM), int(box.y * CELLS_PER_MM)
    right, bottom = (box.x + box.width) * CELLS_PER_MM, (box.y + box.height) * CELLS_PER_MM
    return mask[top : round(bottom), left : round(right)]


def paper_cells() -> Flags:
    """Where the mask is of paper, not of the portrait; shape `SHAPE`."""
    return ~_portrait()


def _disc(mm: float) -> Gray:
    side = round(mm * CELLS_PER_MM) | 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


@lru_cache(maxsize=1)
def _portrait() -> Flags:
    inside = np.zeros(SHAPE, np.uint8)
    x, y, width, height = PORTRAIT.x, PORTRAIT.y, PORTRAIT.width, PORTRAIT.height
    cells(inside, Box(x - 1.5, y - 1.5, width + 3, height + 3))[:] = 1
    return inside > 0


@lru_cache(maxsize=1)
def _places() -> F32:
    """1, x, y, x², xy, y² of each cell, x and y from -1 to 1; shape (6, cells)."""
    y, x = np.mgrid[-1 : 1 : SHAPE[0] * 1j, -1 : 1 : SHAPE[1] * 1j].astype(np.float32).reshape(2, -1)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _planes(paper: Gray) -> F32:
    """R - G and B - G over luma, and the natural logarithm of luma; shape (3, cells)."""
    blue, green, red = cv2.split(paper.astype(np.float32))
    luma = np.maximum(0.114 * blue + 0.587 * green + 0.299 * red, 8)
    return np.stack([(red - green) / luma, (blue - green) / luma, np.log(luma)]).reshape(3, -1)


def _clipped(paper: Gray) -> Flags:
    """Two channels at least: one alone clips in coloured light long before anything is lost."""
    blue, green, red = (plane >= CLIPPED for plane in cv2.split(paper))
    return np.asarray((blue & green) | (green & red) | (red & blue))


def _washed_out(clipped: Flags, ink: Gray) -> Flags:
    """Where clipped paper has lost its print too: part by part, by the blackest print that is left inside.

    A lamp's reflection lightens print as much as paper; paper that is merely exposed to the limit leaves
    print as black as it was. Where one part shows that, another needs less to be believed: it may be blank.
    """
    if not clipped.any():
        return clipped
    count, parts, stats, _ = cv2.connectedComponentsWithStats(clipped.astype(np.uint8))
    inside = cv2.erode(clipped.astype(np.uint8), np.ones((_RIM, _RIM), np.uint8)) > 0
    of_part, blackness = parts[inside], ink[inside]
    blackest = np.zeros(count, np.float32)
    for part in np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= _SPOT):
        if (own := blackness[of_part == part]).size:
            blackest[part] = np.percentile(own, _PRINTED_SHARE)
    blackest[0] = 255
    limit = _FAINT_INK if (blackest[1:] >= _CLEAR_INK).any() else _CLEAR_INK
    return np.asarray((blackest < limit)[parts] | _wiped(clipped, ink))


def _wiped(clipped: Flags, ink: Gray) -> Flags:
    """Where characters are missing in clipped paper, though beside it print may stand on such paper."""
    wiped = np.zeros(SHAPE, np.bool_)
    for line, apart_mm in _PRINTED_ON:
        printed = np.asarray((cells(ink, line) >= _CLEAR_INK).any(axis=0, keepdims=True), np.uint8)
        reach = np.ones((1, 2 * round(apart_mm * CELLS_PER_MM) + 1), np.uint8)
        near = cv2.dilate(printed, reach) > 0
        cells(wiped, line)[:] = cells(clipped, line) & ~near
    return wiped


def _paper_colour(planes: F32, ink: Gray, level: Gray, usable: Flags) -> F32:
    """The likeliest chromaticity of paper: where print is, bright, away from the edges that hands hold."""
    few = np.s_[::3]  # 214 columns are no multiple of 3
    _, _, _, xx, _, yy = _places()[:, few]
    printed = np.minimum(cv2.blur(ink, (9, 9)), 20).ravel()[few]
    bright = level.ravel()[few].astype(np.float32) ** 2
    weight = np.exp(-xx - yy) * bright * printed * usable.ravel()[few]
    bins = np.clip((planes[:2, few] + 1) * 40, 0, 79).astype(np.intp)
    counts = np.bincount(bins[0] * 80 + bins[1], weight, 6400).reshape(80, 80).astype(np.float32)
    smooth = cv2.GaussianBlur(counts, (0, 0), 1.2)
    best = np.array(np.unravel_index(int(smooth.argmax()), smooth.shape), np.float32)
    return np.asarray((best + 0.5) / 40 - 1, np.float32)


def _departure(planes: F32, usable: Flags, seed: F32) -> tuple[F32, F32]:
    """How far each cell is from the smooth paper: in chromaticity, 1 being the limit, and in log luma."""
    few = np.s_[:, ::7]  # 214 columns are no multiple of 7: the samples spread over the whole card
    places, values = np.ascontiguousarray(_places()[few]), np.ascontiguousarray(planes[few])
    both, use = np.concatenate([places, values]), usable.ravel()[::7]
    weight = (use & (_square(values - np.append(seed, 0)[:, None]) < 0.01)).astype(np.float32)
    for terms in (3, 3, 6, 6, 6, 6):
        base = places[:terms]
        moments = (base * weight) @ both.T
        normal = moments[:, :terms] + 1e-3 * np.eye(terms, dtype=np.float32)
        surface = np.linalg.solve(normal, moments[:, len(places) :]).T
        rest = values - surface @ base
        far = _square(rest) / 0.024**2
        dark = np.square(rest[2] / 0.12)
        weight = (use / ((1 + far * far) * (1 + dark * dark))).astype(np.float32)
    scatter = float((weight * _square(rest)).sum()) / max(float(weight.sum()), 1.0)
    departure = planes - surface @ _places()
    limit = max(_COLOUR_LIMIT**2, _NOISE_LIMIT * scatter)
    return (_square(departure) / limit).reshape(SHAPE), departure[2].reshape(SHAPE)


def _square(planes: NDArray[np.floating]) -> F32:
    """Squared length of the chromaticity."""
    return np.asarray(planes[0] * planes[0] + planes[1] * planes[1], np.float32)
