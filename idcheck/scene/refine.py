"""Corners to a fraction of a pixel: the four edges fitted as straight lines in the full-resolution photo.

Along each edge a band is flattened, as fine as the photo. Short pieces of the edge each show how strongly the
brightness changes at each distance from the line that the networks gave. The line that the most pieces agree
on is found by trying offsets and slopes, then fitted to the pieces' own sub-pixel peaks (iteratively
reweighted least squares with Tukey's biweight; Huber & Ronchetti, Robust Statistics, 2009, chapter 7). A
piece under a finger disagrees and counts for nothing; an edge of which too little shows keeps the line that
it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import CORNER_RADIUS_MM, HEIGHT_MM, WIDTH_MM
from idcheck.scene.geometry import CORNERS_MM, Points, as_quad, card_to_photo, project, px_per_mm
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import flatten
from idcheck.types import Box, Matrix

Floats = NDArray[np.float64]

_BAND_MM: Final = 6.0
"""How far to either side of the line an edge is looked for. Nothing is printed so close to a card's edge."""
_CLEAR_MM: Final = CORNER_RADIUS_MM + 1.0
"""An edge is straight this far from its corners."""
_PIECES: Final = 32
_ALONG: Final = (np.arange(_PIECES) + 0.5) / _PIECES
"""Where the pieces' middles are, as fractions of the band's length."""
_BETWEEN: Final = np.stack([1 - _ALONG, _ALONG])
"""From a line's offsets at its two ends to those at the pieces' middles."""
_POWERS: Final = np.stack([np.ones(_PIECES), _ALONG, _ALONG**2], axis=1)
_STEP_MM: Final = 0.35
"""Between the offsets that are tried."""
_STEEPEST_MM: Final = 2.5
"""Most that the offsets at a band's two ends may differ."""
_FINEST_PX_PER_MM: Final = 8.0
_SPREADS_MM: Final = (0.8, 3.0)
"""How far off a line is taken to be, at least and at most."""
_LEAST_SUPPORT: Final = 0.4
"""Share of the pieces in the photo that must agree before a line moves."""
_LEAST_SHOWN: Final = 8
"""Where fewer pieces are in the photo, those that are not count as if they disagreed."""
_LEAST_GAIN: Final = 0.3
"""By how much the sum of the four supports must rise before a corner's other place is taken."""
_OTHERS_MM: Final = 2.5
"""How far the three other corners may move then: one corner in four is wrong, not all."""
_WITHIN_MM: Final = 0.5
"""How near the line a piece's own peak must be to agree with it."""
_FARTHEST_MM: Final = 9.0
"""A corner that would move farther than this is not believed."""
_BANDS_MM: Final = (
    Box(_CLEAR_MM, -_BAND_MM, WIDTH_MM - 2 * _CLEAR_MM, 2 * _BAND_MM),
    Box(WIDTH_MM - _BAND_MM, _CLEAR_MM, 2 * _BAND_MM, HEIGHT_MM - 2 * _CLEAR_MM),
    Box(_CLEAR_MM, HEIGHT_MM - _BAND_MM, WIDTH_MM - 2 * _CLEAR_MM, 2 * _BAND_MM),
    Box(-_BAND_MM, _CLEAR_MM, 2 * _BAND_MM, HEIGHT_MM - 2 * _CLEAR_MM),
)
"""Top, right, bottom, left: every array below has the edges in this order."""


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """Corners after refinement.

    Attributes:
        corners: shape (4, 2), in pixels of the photo, in the order they came in.
        support: share of each edge (top, right, bottom, left) that agreed with its line; 0 where it kept the
            line that it had.
    """

    corners: Points
    support: Floats


def refine(photo: Picture, corners: Points, off_mm: float | Floats = 1.5) -> Refined:
    """Move the corners of a card to where its edges cross.

    A corner under a finger may be so far off that an edge through it is lost. Then each corner of a lost
    edge is tried where it would complete a parallelogram with the others, and kept there if the edges agree
    better.

    Args:
        photo: the photo.
        corners: shape (4, 2), in the card's reading orientation, in pixels of the photo.
        off_mm: how far off the corners are likely to be, all or each: nearer edges are preferred.
    """
    off = np.broadcast_to(off_mm, 4)
    spread_mm = np.clip(np.sqrt((off**2 + np.roll(off, -1) ** 2) / 2), *_SPREADS_MM)
    first, scale = _fitted(photo, corners, spread_mm), px_per_mm(as_quad(corners))
    lost = np.flatnonzero(first.support == 0)
    if lost.size not in (1, 2):
        return first
    best, needed = first, first.support.sum() + _LEAST_GAIN
    for corner in sorted({int(k) for edge in lost for k in (edge, (edge + 1) % 4)}):
        completed = first.corners.copy()
        completed[corner] = completed[corner - 1] + completed[(corner + 1) % 4] - completed[corner - 2]
        tried = _fitted(photo, completed, spread_mm)
        moved = np.linalg.norm(np.delete(tried.corners - corners, corner, axis=0), axis=1) / scale
        if moved.max() < _OTHERS_MM and tried.support.sum() > needed:
            best, needed = tried, tried.support.sum()
    return best


def _fitted(photo: Picture, corners: Points, spread_mm: Floats) -> Refined:
    to_photo = card_to_photo(as_quad(corners))
    scale = float(np.clip(px_per_mm(as_quad(corners)), 1.5, _FINEST_PX_PER_MM))
    profiles = _profiles(photo, to_photo, scale)
    offsets, support = fit_lines(profiles, spread_mm, _shown(photo, to_photo))
    expected = CORNERS_MM
    crossed = _crossings(offsets)
    moved = np.linalg.norm(crossed - expected, axis=1)
    crossed = np.where((moved > _FARTHEST_MM)[:, None], expected, crossed)
    return Refined(project(to_photo, crossed), support)


def _shown(photo: Picture, to_photo: Matrix) -> NDArray[np.bool_]:
    """Which pieces of the four expected lines lie within the photo's frame; shape (4, pieces)."""
    c, w, h = _CLEAR_MM, WIDTH_MM, HEIGHT_MM
    ends = np.array([((c, 0), (w - c, 0)), ((w, c), (w, h - c)), ((c, h), (w - c, h)), ((0, c), (0, h - c))])
    middles = ends[:, :1] * (1 - _ALONG)[:, None] + ends[:, 1:] * _ALONG[:, None]
    x, y = project(to_photo, middles.reshape(-1, 2)).reshape(*middles.shape).transpose(2, 0, 1)
    return np.asarray((x >= 0) & (y >= 0) & (x <= photo.width) & (y <= photo.height))


def _profiles(photo: Picture, to_photo: Matrix, scale: float) -> Floats:
    """Strength of the brightness change, shape (edges, pieces, distances); distances run outward."""
    across = round(2 * _BAND_MM * scale)
    pieces = np.empty((4, _PIECES, across), np.float32)
    for edge, box in enumerate(_BANDS_MM):
        along = round(max(box.width, box.height) * scale / 2)  # averaged in pieces: half as fine suffices
        lies = edge % 2 == 0
        size = (along, across) if lies else (across, along)
        flat = flatten(photo, to_photo, box, size, black_beyond=False)  # the frame is no edge of the card
        rows = flat.T if lies else flat
        outward = rows[:, ::-1] if edge in (0, 3) else rows
        cv2.resize(
            outward.astype(np.float32), (across, _PIECES), dst=pieces[edge], interpolation=cv2.INTER_AREA
        )
    sigma = max(0.8, 0.12 * scale)
    smooth = cv2.GaussianBlur(pieces.reshape(-1, across), (0, 0), sigmaX=sigma, sigmaY=0.01).reshape(
        pieces.shape
    )
    change = np.zeros(pieces.shape)
    np.abs(smooth[..., 2:] - smooth[..., :-2], out=change[..., 1:-1])
    return change / 2


def fit_lines(profiles: Floats, spread_mm: Floats, shown: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The straight edge in each band.

    Args:
        profiles: strength of the brightness change, shape (bands, pieces, distances); the middle of the
            distances, which cover the band, is the line that is expected.
        spread_mm: how far off each expected line is likely to be, shape (bands,).
        shown: which pieces are in the photo, shape (bands, pieces); the others say nothing.

    Returns:
        offsets, shape (bands, 2): the edge's distance from the expected line at the band's two ends, in mm,
        positive outward; and the share of the shown pieces that agree, shape (bands,): 0, with no offset,
        where too few do.
    """
    bands, pieces, distances = profiles.shape
    if not shown.all():
        profiles = profiles * shown[..., None]
    # A piece counts by how clearly it shows an edge, up to one: a sleeve counts no more than the card.
    strongest, counts = np.sort(profiles.max(axis=2), axis=1), shown.sum(axis=1)
    rank = np.minimum(pieces - counts + np.round(0.4 * counts).astype(np.intp), pieces - 1)
    reference = np.maximum(strongest[np.arange(bands), rank], 1.0)
    tried, crossed = _lines_to_try(distances)
    votes = np.minimum(profiles / reference[:, None, None], 1.0).astype(np.float32)
    score = votes.reshape(bands, -1).take(crossed, axis=1).sum(axis=1) / pieces
    first, last = tried.T
    nearness = np.exp(-(first**2 + last**2 - first * last) / (2 * spread_mm[:, None] ** 2))
    best = np.argmax(score * (0.6 + 0.4 * nearness), axis=1)
    offsets, agree = _polished(profiles, reference, tried[best])
    support = agree / np.maximum(counts, _LEAST_SHOWN)
    believed = (support >= _LEAST_SUPPORT) & (np.abs(offsets).max(axis=1) <= _BAND_MM)
    return np.where(believed[:, None], offsets, 0.0), np.where(believed, support, 0.0)


@lru_cache(maxsize=64)
def _lines_to_try(distances: int) -> tuple[Floats, NDArray[np.intp]]:
    """The lines that are tried.

    Returns:
        their offsets at both ends in mm, shape (lines, 2); and the sample of each piece that they cross, as
        an index into the flattened (pieces, distances), shape (pieces, lines).
    """
    per_mm = _per_mm(distances)
    reach = _BAND_MM - 1.5 / per_mm
    steps = np.arange(-reach, reach + 1e-9, max(_STEP_MM, 1 / per_mm))
    ends = np.stack([grid.ravel() for grid in np.meshgrid(steps, steps)], axis=1)
    ends = ends[np.abs(ends[:, 0] - ends[:, 1]) <= _STEEPEST_MM]
    at = _at(ends).T * per_mm + (distances - 1) / 2
    sample = np.clip(np.round(at).astype(np.intp), 0, distances - 1)
    return ends, sample + np.arange(_PIECES)[:, None] * distances


def _per_mm(distances: int) -> float:
    return distances / (2 * _BAND_MM)


def _polished(profiles: Floats, reference: Floats, offsets: Floats) -> tuple[Floats, Floats]:
    """Fit the lines to the pieces' own peaks near them: their offsets, and how many pieces agree."""
    within = max(_WITHIN_MM, 1.5 / _per_mm(profiles.shape[2]))
    peaks, strength = _peaks_near(profiles, _at(offsets), within)
    clear = strength > 0.35 * reference[:, None]
    for _ in range(4):
        off = (peaks - _at(offsets)) / within
        weight = clear * (1 - np.minimum(off**2, 1)) ** 2
        offsets = offsets + _weighted_line(weight, off * within)
    return offsets, (weight > 0.1).sum(axis=1)


def _at(offsets: Floats) -> Floats:
    """Where lines are at the pieces' middles: offsets at the ends (lines, 2) → (lines, pieces), mm."""
    return np.asarray(offsets @ _BETWEEN)


def _weighted_line(weight: Floats, values: Floats) -> Floats:
    """Weighted least squares of a line through values at the pieces' middles, by its ends: (bands, 2)."""
    total, first, second = (weight @ _POWERS).T
    of_values, of_products = ((weight * values) @ _POWERS[:, :2]).T
    middle, mean = first / (total + 1e-9), of_values / (total + 1e-9)
    slope = (of_products - middle * of_values) / (second - middle * first + 1e-3)
    return np.stack([mean - slope * middle, mean + slope * (1 - middle)], axis=1)


def _peaks_near(profiles: Floats, lines: Floats, within: float) -> tuple[Floats, Floats]:
    """Each piece's strongest change near a line: where, in mm (a parabola through 3 samples), how strong."""
    distances = profiles.shape[2]
    per_mm = _per_mm(distances)
    places = (np.arange(distances) - (distances - 1) / 2) / per_mm
    near = np.abs(places - lines[..., None]) <= 2 * within
    near[..., [0, -1]] = False
    column = np.clip(np.argmax(np.where(near, profiles, -1.0), axis=2), 1, distances - 2)[..., None]
    before, at, after = (np.take_along_axis(profiles, column + k, axis=2)[..., 0] for k in (-1, 0, 1))
    bend = np.maximum(2 * at - before - after, 1e-9)
    shift = np.clip(0.5 * (after - before) / bend, -0.5, 0.5)
    return places[column[..., 0]] + shift / per_mm, at


def _crossings(offsets: Floats) -> Points:
    """Where each edge meets the one before it: the corners, in mm on the card; shape (4, 2)."""
    top, right, bottom, left = offsets
    c, w, h = _CLEAR_MM, WIDTH_MM, HEIGHT_MM
    starts = np.array([(c, -top[0], 1), (w + right[0], c, 1), (c, h + bottom[0], 1), (-left[0], c, 1)])
    ends = np.array(
        [(w - c, -top[1], 1), (w + right[1], h - c, 1), (w - c, h + bottom[1], 1), (-left[1], h - c, 1)]
    )
    lines = np.cross(starts, ends)
    meet = np.cross(np.roll(lines, 1, axis=0), lines)
    return np.asarray(meet[:, :2] / meet[:, 2:])
