"""Photos and cards for the tests of the scene stage, made of arrays."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.photo import Photo
from idcheck.scene.geometry import px_per_mm, tilt_deg, width_px
from idcheck.types import Card, Quad, Side

HELD: Final = np.array([(212.0, 260.0), (742.0, 318.0), (706.0, 652.0), (178.0, 585.0)])
"""Corners of a card in a photo of 900 by 800 pixels."""


def gray_picture(values: NDArray[Any]) -> Photo:
    """Whole values, 0 to 255."""
    luma = np.clip(np.round(values), 0, 255).astype(np.uint8)
    return Photo.from_pixels(np.repeat(luma[:, :, None], 3, axis=2))


def card_at(corners: Quad, width: int = 1000, height: int = 1000) -> Card:
    return Card(
        corners=corners,
        confidence=1.0,
        side=Side.PORTRAIT,
        width_px=width_px(corners),
        px_per_mm=px_per_mm(corners),
        tilt_deg=tilt_deg(corners, width, height),
    )


def draw_polygon(values: NDArray[np.float64], corners: NDArray[np.float64], shade: float) -> None:
    """Fill a convex polygon, clockwise on screen, with smooth edges; outer-corner origin."""
    y, x = np.mgrid[: values.shape[0], : values.shape[1]] + 0.5
    within = np.full(values.shape, np.inf)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        within = np.minimum(within, along[0] * (y - start[1]) - along[1] * (x - start[0]))
    values += np.clip(within + 0.5, 0, 1) * (shade - values)


def put_card(photo: NDArray[np.uint8], card: NDArray[np.uint8]) -> None:
    """Draw a flat card at `HELD`."""
    height, width = card.shape[:2]
    ends = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    into = cv2.getPerspectiveTransform(ends, HELD.astype(np.float32))
    cv2.warpPerspective(card, into, photo.shape[1::-1], photo, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)


def off_mm(found: NDArray[np.float64], true: NDArray[np.float64] = HELD) -> float:
    """How far off the worst of four corners is, in mm on the card."""
    return float(np.linalg.norm(found - true, axis=1).max() / np.linalg.norm(true[1] - true[0]) * 85.6)
