"""Corners that lie beyond the photo's frame, from what shows of the card.

The corner network may take the frame for the card's own edge, or misjudge how far beyond it the card goes on.
The card's shape is known: one corner follows from the other three, and two from the edges that lead to them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.scene.geometry import FOCAL_PER_LONG_SIDE, Points, as_quad, tilt_deg

_FRAME: Final = 0.02
"""A corner within this share of the card's width of the photo's edge may be where the frame cuts the card."""
_WELL_SEEN: Final = 0.65
"""Support from which an edge's direction is sure enough to tell how far it goes on."""
_STEEPEST: Final = 60.0
"""Degrees from the line of sight. A card that seems to be tilted more is not: its edges were hardly seen."""


def completed(corners: Points, support: NDArray[np.float64], width: int, height: int) -> Points:
    """Put corners that the frame cuts off where the rest of the card would have them.

    Args:
        corners: shape (4, 2), in the card's reading orientation, in pixels of the photo.
        support: how well each edge (top, right, bottom, left) is seen, 0 for not at all; shape (4,).
        width: of the photo.
        height: of the photo.

    Returns:
        the corners, moved only where they end up outside the frame.
    """
    near = _FRAME * float(np.linalg.norm(corners[1] - corners[0]))
    cut = _beyond(corners, width, height) > -near
    for edge in range(4):
        ends, others = [edge, (edge + 1) % 4], [edge - 2, edge - 1]
        leading = support[[edge - 3, edge - 1]]
        if cut[ends].any() and not cut[others].any() and support[edge] == 0 and leading.min() > _WELL_SEEN:
            return _two_from_edges(corners, edge, width, height)
    return _one_from_three(corners, near, width, height)


def _beyond(points: Points, width: int, height: int) -> NDArray[np.float64]:
    """How far points are outside the frame; negative within it."""
    return np.asarray(np.maximum(-points, points - (width, height)).max(axis=1))


def _one_from_three(corners: Points, near: float, width: int, height: int) -> Points:
    """Move a corner on the photo's edge to where it completes a parallelogram, if that is outside."""
    others = np.roll(corners, 1, axis=0) + np.roll(corners, -1, axis=0) - np.roll(corners, 2, axis=0)
    gain = np.where(np.abs(_beyond(corners, width, height)) < near, _beyond(others, width, height), 0.0)
    at = int(gain.argmax())
    if gain[at] <= near:
        return corners
    whole = corners.copy()
    whole[at] = others[at]
    return whole


def _two_from_edges(corners: Points, edge: int, width: int, height: int) -> Points:
    """Move both ends of an edge that is not in the photo along the edges that lead to it.

    Seen through a pinhole camera, two edges that are parallel on the card meet where its plane vanishes in
    their direction; with the focal length this gives the card's tilt, hence how long they look (Hartley &
    Zisserman, Multiple View Geometry, 2004, chapter 8).
    """
    first, second, third, fourth = (edge, (edge + 1) % 4, (edge + 2) % 4, (edge + 3) % 4)
    out_mm, along_mm = (WIDTH_MM, HEIGHT_MM) if edge % 2 else (HEIGHT_MM, WIDTH_MM)
    focal = FOCAL_PER_LONG_SIDE * max(width, height)
    rays = np.column_stack([(corners - (width / 2, height / 2)) / focal, np.ones(4)])
    # Planes through the camera and each edge: parallel edges run where their planes meet.
    outward = np.cross(np.cross(rays[fourth], rays[first]), np.cross(rays[third], rays[second]))
    outward /= np.linalg.norm(outward)
    if outward @ (rays[first] - rays[fourth]) < 0:
        outward = -outward
    across = np.cross(np.cross(rays[third], rays[fourth]), outward)
    across /= np.linalg.norm(across)
    # fourth + along_mm * across lies on the ray of the third: its distance, with the fourth's taken as 1.
    scale = np.linalg.lstsq(np.column_stack([rays[third], -across]), rays[fourth], rcond=None)[0]
    at_third, mm = scale[0], abs(scale[1]) / along_mm
    placed = np.array([rays[fourth], at_third * rays[third]]) + out_mm * mm * outward
    whole = corners.copy()
    whole[[first, second]] = placed[:, :2] / placed[:, 2:] * focal + (width / 2, height / 2)
    outside = _beyond(whole[[first, second]], width, height).max() > 0
    return whole if outside and tilt_deg(as_quad(whole), width, height) < _STEEPEST else corners
