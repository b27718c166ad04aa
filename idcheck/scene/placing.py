"""Where exactly a card lies that the networks found: by edges, by print, and by what a card can look like.

Edges are exact where they show. Where one hardly does, it may be something else's: a finger's, a stripe's on
the wall, the photo's own frame. Then the print tells where the card lies, and the edges near to where it
tells make that exact. Where there is no print to go by, as on an emblem side, the card's pose is fitted to
all that shows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.scene import cut_off, pose, row
from idcheck.scene.geometry import CORNERS_MM, Points, as_quad, card_to_photo, project, px_per_mm
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import flatten
from idcheck.scene.refine import Refined, refine
from idcheck.scene.registration import Registration

_DOUBTFUL: Final = 0.55
"""Support of an edge below which it may be something else's, where nothing but edges tells;"""
_CLEAR: Final = 0.65
"""support from which it is beyond doubt. Below, print is asked: of 1,430 cards 35 are off by more than 2.5 mm
then, 95 without; from 0.55 it would be asked half as often, and eight more were off."""
_HARDLY: Final = 0.5
_SAME_MM: Final = 1.0
"""Nor is print asked where each edge has this support at least, and no corner is farther than this from where
the corner network saw it: so it is with a quarter of those below, and as many of 1,039 cards are off."""
_FAR_MM: Final = 1.8
"""However clear the edges are, it is asked where a corner is farther than this from there: another edge may
run beside the card's. Of those cards 32 instead of 37 are off by more than 2.5 mm then."""
_EDGE_OFF_MM: Final = 0.25
_UNCLEAR_EDGE_OFF_MM: Final = 2.0
_ROW_OFF_MM: Final = np.full(2, 0.5)
"""How far off edges are, and the ends of the number."""
_SETTLED_OFF_MM: Final = 1.0
"""How far off corners are that follow from all clues together, or from the print."""
_AS_WELL: Final = 0.1
"""Sums of the edges' supports that differ by less are alike."""
_DISTRUST: Final = 4.0
"""Times the error that it expects, the corner network may be off where an edge hardly shows."""
_LEAST_OFF_MM: Final = 0.8
_MOST_LOOKS: Final = 4
"""Looks at the print, each where the one before says that the card lies,"""
_STAYS_MM: Final = 1.0
"""until no corner moves by more than this."""
_NEAR_EDGE_MM: Final = 1.5
"""An edge that is farther from where the print says is another thing's."""
_ALONG: Final = np.linspace(0.1, 0.9, 5)[:, None]
"""Points of an edge, as fractions of its length."""


def placed(
    photo: Picture, found: Points, off_mm: NDArray[np.float64], registration: Registration | None
) -> Points:
    """The corners of a card.

    Args:
        photo: the photo.
        found: where the corner network sees them, in the card's reading orientation, in pixels of the photo;
            shape (4, 2).
        off_mm: how far off it expects each to be, shape (4,).
        registration: reads the print of a portrait side; None where another side shows.

    Returns:
        shape (4, 2).
    """
    refined = refine(photo, found, off_mm)
    kept = refined.corners if plausible(refined.corners) else found
    whole = cut_off.completed(kept, refined.support, photo.width, photo.height)
    if registration is not None:
        if not _is_doubtful(refined, whole, found):
            return whole
        laid = _laid(photo, whole, registration)
        if laid is None and not np.array_equal(whole, kept):
            laid = _laid(photo, kept, registration)
        if laid is not None:
            return _by_print(photo, *laid, refined)
    if np.array_equal(whole, kept) and refined.support.min() < _DOUBTFUL:
        return _by_all_clues(photo, found, off_mm, replace(refined, corners=kept))
    return whole


def plausible(corners: Points) -> bool:
    """Whether four corners can be a card's: convex, and no side shorter than a quarter of another."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return bool(cv2.isContourConvex(corners.astype(np.float32)) and sides.min() > 0.25 * sides.max())


def _is_doubtful(refined: Refined, corners: Points, found: Points) -> bool:
    """Whether an edge may be another thing's, by its support and by where the corners were found."""
    least = refined.support.min()
    moved_mm = np.linalg.norm(corners - found, axis=1).max() / px_per_mm(as_quad(found))
    return bool(least < _HARDLY or moved_mm > (_SAME_MM if least < _CLEAR else _FAR_MM))


def _by_print(photo: Picture, corners: Points, told: pose.Clues, refined: Refined) -> Points:
    """The corners where the print tells, made exact by the edges near, of those seen before or seen now."""
    if _near(refined, corners).all():
        return refined.corners
    again = refine(photo, corners, _SETTLED_OFF_MM)
    near = _near(again, corners)
    if near.all():
        return again.corners
    clues = [told, *_edges(again, near), *_row(photo, corners)]
    settled = pose.settled(clues, corners, photo.width, photo.height)
    if not plausible(settled):
        return corners
    return again.corners if _near(again, settled).all() else settled


def _laid(photo: Picture, corners: Points, registration: Registration) -> tuple[Points, pose.Clues] | None:
    """The corners where the print alone tells, after a few looks, and what the last one told."""
    for look in range(1, 1 + _MOST_LOOKS):
        told = registration.clues(photo, corners)
        if told is None:
            return None
        before, corners = corners, pose.settled([told], corners, photo.width, photo.height)
        if not plausible(corners):
            return None
        if look == _MOST_LOOKS or np.abs(_off_mm(corners, before)).max() < _STAYS_MM:
            return corners, told
    return None


def _by_all_clues(photo: Picture, found: Points, off_mm: NDArray[np.float64], refined: Refined) -> Points:
    """The corners of a card of which an edge hardly shows, by all else and by what a card can look like."""
    network = pose.points(CORNERS_MM, found, _DISTRUST * np.maximum(off_mm, _LEAST_OFF_MM))
    clues = [network, *_edges(refined, np.zeros(4, np.bool_))]
    settled = pose.settled(clues, refined.corners, photo.width, photo.height)
    if not plausible(settled):
        return refined.corners
    again = refine(photo, settled, _SETTLED_OFF_MM)
    shows_more = again.support.sum() > refined.support.sum() - _AS_WELL
    return again.corners if shows_more and plausible(again.corners) else settled


def _edges(refined: Refined, near: NDArray[np.bool_]) -> list[pose.Clues]:
    """What the edges that were seen say, exactly where they are clear, or near to where they should be."""
    exact = near | (refined.support >= _CLEAR)
    seen = np.flatnonzero(refined.support > 0)
    return [
        _edge(refined.corners, int(edge), _EDGE_OFF_MM if exact[edge] else _UNCLEAR_EDGE_OFF_MM)
        for edge in seen
    ]


def _row(photo: Picture, corners: Points) -> list[pose.Clues]:
    """What the row of digits says, if there is one."""
    to_photo = card_to_photo(as_quad(corners))
    size = (round(row.AREA.width * row.PX_PER_MM), round(row.AREA.height * row.PX_PER_MM))
    rows = row.find(flatten(photo, to_photo, row.AREA, size))
    return [pose.points(row.ENDS_MM, project(to_photo @ by, row.ENDS_MM), _ROW_OFF_MM) for by in rows[:1]]


def _off_mm(corners: Points, true: Points) -> Points:
    """How far off corners are, in mm on the card that has the true ones; shape (4, 2)."""
    to_card = np.asarray(np.linalg.inv(card_to_photo(as_quad(true))), np.float64)
    return np.asarray(project(to_card, corners) - CORNERS_MM)


def _near(refined: Refined, corners: Points) -> NDArray[np.bool_]:
    """Which edges (top, right, bottom, left) show, and near these corners; shape (4,)."""
    off = np.abs(_off_mm(refined.corners, corners))
    across = np.stack([off[:, 1], off[:, 0], off[:, 1], off[:, 0]])
    ends = np.stack([across[edge, [edge, (edge + 1) % 4]] for edge in range(4)])
    return np.asarray((refined.support > 0) & (ends.max(axis=1) < _NEAR_EDGE_MM))


def _edge(corners: Points, edge: int, off_mm: float) -> pose.Clues:
    """What an edge that was seen between two of these corners says."""
    ends = [edge, (edge + 1) % 4]
    along = CORNERS_MM[ends[0]] + _ALONG * (CORNERS_MM[ends[1]] - CORNERS_MM[ends[0]])
    return pose.line(along, corners[ends], off_mm)
