"""Where a card lies in space, from clues of different worth: what a card can look like is the best of them.

Four corners have eight coordinates, a stiff card before a camera has six degrees of freedom. So a corner that
a hand hides follows from what shows: edges, other corners, the row of digits. The pose and the focal length
are fitted by iteratively reweighted least squares with a soft absolute error (Triggs et al., Bundle
adjustment, 2000), so that one wrong clue among several counts for little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.scene.geometry import CORNERS_MM, FOCAL_PER_LONG_SIDE, Points, as_quad, px_per_mm, signed_area

Floats = NDArray[np.float64]
_Pose: TypeAlias = tuple[Floats, Floats, float]
"""Rotation matrix, place in mm, and natural logarithm of the focal length over the usual one."""

_SOFT: Final = 1.5
"""A clue that is off by more than so many times what was expected counts the less."""
_FOCAL_SPREAD: Final = 0.25
"""Standard deviation of the natural logarithm of the focal length."""
_STEPS: Final = 30
_SETTLED: Final = 1e-2
"""Relative gain below which a step was the last one."""


@dataclass(frozen=True, slots=True, eq=False)
class Clues:
    """Points of the card that were seen, each in one direction only: an edge says nothing along itself.

    Attributes:
        card_mm: points on the card in mm, shape (n, 2).
        seen: where they were seen, in pixels of the photo; shape (n, 2).
        across: unit vectors in the photo along which that counts, shape (n, 2).
        off_mm: how far off they are likely to be along those, in mm on the card; shape (n,).
    """

    card_mm: Points
    seen: Points
    across: Points
    off_mm: Floats


def line(card_mm: Points, ends: Points, off_mm: float) -> Clues:
    """Points of the card that lie somewhere on the line through two points of the photo."""
    count, along = len(card_mm), ends[1] - ends[0]
    normal = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    return Clues(
        card_mm,
        np.tile(ends[0], (count, 1)),
        np.tile(normal, (count, 1)),
        np.full(count, off_mm * count**0.5),
    )


def points(card_mm: Points, seen: Points, off_mm: Floats) -> Clues:
    """Points of the card that lie at points of the photo."""
    both = np.repeat(np.eye(2), len(card_mm), axis=0)
    return Clues(np.tile(card_mm, (2, 1)), np.tile(seen, (2, 1)), both, np.tile(off_mm, 2))


def settled(clues: list[Clues], corners: Points, width: int, height: int) -> Points:
    """The corners of the card whose pose fits all clues best.

    Args:
        clues: what was seen of the card.
        corners: where its corners may be, shape (4, 2), in the card's reading orientation, in pixels.
        width: of the photo.
        height: of the photo.

    Returns:
        shape (4, 2), in pixels of the photo.
    """
    camera = _Camera(corners, width, height)
    whole = Clues(*(np.concatenate([getattr(c, key) for c in clues]) for key in Clues.__slots__))
    fits = [_fitted(whole, camera, start) for start in camera.poses(corners)]
    _, (turn, place, log_focal) = min(fits, key=lambda fit: fit[0])
    x, y, depth = (camera.in_space(CORNERS_MM) @ turn.T + place).T
    return np.asarray(
        np.column_stack([x, y]) / depth[:, None] * camera.focal * np.exp(log_focal) + camera.middle
    )


class _Camera:
    """A pinhole camera before a card."""

    def __init__(self, corners: Points, width: int, height: int) -> None:
        self.middle = np.array([width, height]) / 2
        self.focal = FOCAL_PER_LONG_SIDE * max(width, height)
        self.px_per_mm = px_per_mm(as_quad(corners))
        self._side = np.array([-1.0 if signed_area(corners) < 0 else 1.0, 1.0])  # of a mirrored photo

    def in_space(self, card_mm: Points) -> Floats:
        """Points of the card in its own plane, shape (n, 3)."""
        return np.column_stack([card_mm * self._side, np.zeros(len(card_mm))])

    def poses(self, corners: Points) -> list[_Pose]:
        """The two poses in which the corners are near where they were seen (Collins and Bartoli, 2014)."""
        matrix = np.array([[self.focal, 0, self.middle[0]], [0, self.focal, self.middle[1]], [0, 0, 1]])
        card = self.in_space(CORNERS_MM)
        _, turns, places, _ = cv2.solvePnPGeneric(card, corners, matrix, None, flags=cv2.SOLVEPNP_IPPE)
        return [
            (np.asarray(cv2.Rodrigues(turn)[0], np.float64), np.asarray(place, np.float64).ravel(), 0.0)
            for turn, place in zip(turns, places, strict=True)
        ]


def _fitted(clues: Clues, camera: _Camera, pose: _Pose) -> tuple[float, _Pose]:
    """The cost and the pose after Levenberg's and Marquardt's steps."""
    card, across = camera.in_space(clues.card_mm), clues.across
    seen = (across * (clues.seen - camera.middle)).sum(axis=1)
    off_px = clues.off_mm * camera.px_per_mm
    cost, damping, best = np.inf, 1e-3, pose
    rows, off = np.zeros((len(card) + 1, 7)), np.empty(len(card) + 1)
    rows[-1, -1] = 1 / _FOCAL_SPREAD
    for _ in range(_STEPS):
        turn, place, log_focal = pose
        focal = camera.focal * np.exp(log_focal)
        turned = card @ turn.T
        x, y, depth = (turned + place).T
        along = (across[:, 0] * x + across[:, 1] * y) * focal / depth
        off[:-1] = (along - seen) / off_px
        off[-1] = log_focal / _FOCAL_SPREAD
        soft = np.sqrt(1 + (off / _SOFT) ** 2)
        now = float((soft - 1).sum())
        if now < cost:
            gain, cost, best, damping = cost - now, now, pose, damping / 5
            if gain < _SETTLED * cost:
                break
            inverse = 1 / (depth * off_px)
            rows[:-1, 3:5] = across * (focal * inverse)[:, None]
            rows[:-1, 5] = -along * inverse
            rows[:-1, 6] = along / off_px
            _cross(turned, rows[:-1, 3:6], rows[:-1, :3])
            weighted = rows.T / soft
            normal, toward = weighted @ rows, weighted @ off
        else:
            damping *= 8
        step = -np.linalg.solve(normal + damping * np.diag(np.diag(normal)), toward)
        pose = (cv2.Rodrigues(step[:3])[0] @ best[0], best[1] + step[3:6], best[2] + float(step[6]))
    return cost, best


def _cross(one: Floats, other: Floats, products: Floats) -> None:
    """Vector products of rows; `numpy.cross` takes several times as long for so few."""
    (a, b, c), (u, v, w) = one.T, other.T
    products[:, 0] = b * w - c * v
    products[:, 1] = c * u - a * w
    products[:, 2] = a * v - b * u
