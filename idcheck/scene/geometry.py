"""Plane geometry of a card in a photo: homographies, sizes, tilt.

Points are x, y with the origin at the outer corner of the top-left pixel (see `idcheck.types`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.types import Box, Matrix, Point, Polygon, Quad

Points = NDArray[np.float64]
"""float64, shape (n, 2)."""

CARD_MM: Final = Box(0.0, 0.0, WIDTH_MM, HEIGHT_MM)
CORNERS_MM: Final = np.array(CARD_MM.polygon)
"""Of the card, in reading order; shape (4, 2)."""
FOCAL_PER_LONG_SIDE: Final = 0.75
"""Focal length as a fraction of the photo's long side: a 26 mm-equivalent lens on a 4:3 sensor, which is what
phones mount in front and behind. Few files that reach a platform still tell."""


def homography(source: Sequence[Point], target: Sequence[Point]) -> Matrix:
    """The homography that takes four source points to four target points."""
    return np.asarray(
        cv2.getPerspectiveTransform(np.asarray(source, np.float32), np.asarray(target, np.float32)),
        np.float64,
    )


def project(matrix: Matrix, points: Sequence[Point] | Points) -> Points:
    """Where a homography takes points; shape (n, 2)."""
    given = np.asarray(points, np.float64)
    depth = given @ matrix[2, :2] + matrix[2, 2]
    return np.asarray((given @ matrix[:2, :2].T + matrix[:2, 2]) / depth[:, None])


def card_to_photo(corners: Quad) -> Matrix:
    """The homography from mm on the card to pixels of the photo."""
    return homography(CARD_MM.polygon, corners)


def as_polygon(points: Points) -> Polygon:
    """Plain tuples of an array of points."""
    return tuple((x, y) for x, y in points.tolist())


def as_quad(points: Points) -> Quad:
    """Plain tuples of four points."""
    first, second, third, fourth = as_polygon(points)
    return first, second, third, fourth


def signed_area(polygon: Sequence[Point] | Points) -> float:
    """Area of a polygon; positive clockwise on screen, as an unmirrored card's corners run."""
    return float(cv2.contourArea(np.asarray(polygon, np.float32), oriented=True))


def width_px(corners: Quad) -> float:
    """Mean length of the top and bottom edges."""
    top_left, top_right, bottom_right, bottom_left = np.asarray(corners)
    return float(np.linalg.norm(top_right - top_left) + np.linalg.norm(bottom_right - bottom_left)) / 2


def px_per_mm(corners: Quad) -> float:
    """Square root of the card's area in pixels over its area in mm²."""
    return float(np.sqrt(abs(signed_area(corners)) / (WIDTH_MM * HEIGHT_MM)))


def tilt_deg(corners: Quad, width: int, height: int) -> float:
    """Angle between the card's normal and the line of sight to its middle, 0 to 90 degrees.

    Seen through a pinhole camera with square pixels, the principal point in the middle of the frame and the
    focal length `FOCAL_PER_LONG_SIDE` (Zhang, A flexible new technique for camera calibration, PAMI 2000).

    Args:
        corners: of the card, in pixels.
        width: of the photo, in pixels.
        height: of the photo, in pixels.
    """
    focal = FOCAL_PER_LONG_SIDE * max(width, height)
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    pose = np.linalg.solve(camera, card_to_photo(corners))
    normal = np.cross(pose[:, 0], pose[:, 1])
    sight = pose @ np.array([WIDTH_MM / 2, HEIGHT_MM / 2, 1])
    cosine = abs(normal @ sight) / (np.linalg.norm(normal) * np.linalg.norm(sight))
    return float(np.degrees(np.arccos(np.clip(cosine, 0, 1))))
