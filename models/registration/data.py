"""Draws crops of cards whose corners were found wrong, and says where the card really lies in them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.scene.card import CROP_MM
from idcheck.scene.geometry import CORNERS_MM, as_quad, homography, project
from idcheck.scene.registration import SIZE
from models.locator import composite
from models.locator.composite import Bytes, Corners, Floats, Rng, Stock
from models.locator.data import Scene, black_beyond, shrunk, turned

PX_PER_MM = SIZE[0] / CROP_MM.width


@dataclass(frozen=True, slots=True)
class Crop:
    """A flattened candidate, 0 beyond the photo, and the card's corners in it, in pixels, shape (4, 2)."""

    picture: Bytes
    corners: Corners


def composed(rng: Rng, stock: Stock) -> Crop:
    """A crop that is quickly composed, of a stock of portrait sides."""
    canvas = composite.background(rng, SIZE, stock)
    corners = _misplaced(rng)
    if rng.random() < 0.45:
        _put_sheet(rng, canvas, corners)
    composite.put_card(rng, canvas, stock.cards[rng.integers(len(stock.cards))], corners)
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.15, 0.45, 0.3, 0.1]))):
        reach = float(rng.choice([0.25, 0.6]))
        composite.put_fingers(rng, canvas, corners, reach, over_corner=bool(rng.random() < 0.5))
    return _framed(rng, np.maximum(composite.photographed(rng, canvas), 1), corners)


def cut(rng: Rng, scene: Scene) -> Crop:
    """A crop of a scene of the sample generator that shows a portrait side."""
    if scene.corners is None:
        msg = "the scene shows no card"
        raise ValueError(msg)
    corners = _misplaced(rng)
    into = homography(as_quad(scene.corners), as_quad(corners))
    zoom = float(np.sqrt(abs(_area(corners) / _area(scene.corners))))
    picture, matrix = shrunk(scene.picture, into, zoom)
    crop = np.asarray(cv2.warpPerspective(picture, matrix, SIZE), np.uint8)
    beyond = cv2.warpPerspective(np.zeros_like(picture), matrix, SIZE, borderValue=1)
    if rng.random() < 0.5:
        crop = composite.photographed(rng, crop.astype(np.float32))
    crop = np.maximum(crop, 1)
    crop[beyond > 0] = 0
    return _framed(rng, crop, corners)


def _area(corners: Corners) -> float:
    return float(cv2.contourArea(corners.astype(np.float32)))


def _misplaced(rng: Rng) -> Corners:
    """Where the corners are, in pixels, when some of them were found wrong."""
    wrong = rng.choice(["little", "edge", "corner", "all", "far"], p=[0.18, 0.26, 0.18, 0.13, 0.25])
    off = rng.normal(0, 1.2, (4, 2))
    size = np.array([WIDTH_MM, HEIGHT_MM])
    if wrong == "edge":
        first = int(rng.integers(4))
        axis = np.eye(2)[(first + 1) % 2]  # across the edge
        off[[first, (first + 1) % 4]] += axis * rng.normal(0, 10) * rng.uniform(0.5, 1.5, (2, 1))
    elif wrong == "corner":
        off[int(rng.integers(4))] += rng.normal(0, 10, 2)
    elif wrong == "all":
        off += rng.normal(0, 5, 2)
        off += turned(rng, CORNERS_MM, angle_deg=6, stretch=0.1) - CORNERS_MM + rng.normal(0, 3, (4, 2))
    elif wrong == "far":
        off += rng.uniform(-0.55, 0.55, 2) * size
        off += turned(rng, CORNERS_MM, angle_deg=9, stretch=0.2) - CORNERS_MM
    found = (CORNERS_MM + off).astype(np.float32)
    if not cv2.isContourConvex(found) or cv2.contourArea(found) < 0.35 * size.prod():
        return _misplaced(rng)
    return np.asarray((found - (CROP_MM.x, CROP_MM.y)) * PX_PER_MM, np.float64)


def _put_sheet(rng: Rng, canvas: Floats, corners: Corners) -> None:
    """Something flat behind the card, of which an edge or two run beside the card's own."""
    out = np.abs(rng.normal(0, 8, 4)) * (rng.random(4) < 0.6) + 60 * (rng.random(4) < 0.4) - 3
    top, right, bottom, left = out
    outward = np.array([(-left, -top), (right, -top), (right, bottom), (-left, bottom)])
    around = CORNERS_MM + outward + rng.normal(0, 1.5, (4, 2))
    into = homography(as_quad(CORNERS_MM), as_quad(corners))
    ends = project(into, around)
    cover = np.zeros(canvas.shape, np.float32)
    cv2.fillConvexPoly(cover, np.clip(ends, -500, 1000).astype(np.int32), 1.0, cv2.LINE_AA)
    if rng.random() < 0.3:
        cover = composite.blur(cover, float(rng.uniform(0.5, 4)))
    canvas += cover * (rng.uniform(30, 250) - canvas) * rng.uniform(0.5, 1.0)


def _framed(rng: Rng, crop: Bytes, corners: Corners) -> Crop:
    """The crop, at times with black beyond a line where the photo ends."""
    if rng.random() < 0.3:
        axis, depth = int(rng.integers(4)), float(rng.uniform(0.1, 0.6))
        black_beyond(crop, np.pi / 2 * axis + rng.normal(0, 0.25), depth)
    return Crop(crop, corners)


def shown_at(corners: NDArray[np.float32], columns: int, rows: int, stride: int) -> NDArray[np.float32]:
    """Which point of the card each part of a crop shows, in mm on the card; shape (rows, columns, 2)."""
    to_crop = homography(as_quad(CORNERS_MM), as_quad(corners.astype(np.float64)))
    to_card = np.asarray(np.linalg.inv(to_crop), np.float64)
    y, x = (np.mgrid[:rows, :columns] + 0.5) * stride
    points = project(to_card, np.column_stack([x.ravel(), y.ravel()]))
    return np.asarray(points.reshape(rows, columns, 2), np.float32)
