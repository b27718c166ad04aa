"""Photos for the tests of the scene stage, made of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from idcheck.scene.geometry import px_per_mm, tilt_deg, width_px
from idcheck.types import Card, Colour, Gray, Quad, Side


@dataclass(frozen=True)
class ArrayPicture:
    """A photo as `idcheck.scene.picture.Picture` wants it, from a colour array."""

    bgr: Colour
    orientation: int = 1

    @property
    def luma(self) -> Gray:
        return np.asarray(cv2.cvtColor(self.bgr, cv2.COLOR_BGR2GRAY), np.uint8)

    @property
    def pyramid(self) -> tuple[Gray, ...]:
        levels = [self.luma]
        while max(levels[-1].shape) > 256:
            height, width = (side // 2 for side in levels[-1].shape)
            even = levels[-1][: 2 * height, : 2 * width]
            half = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
            levels.append(np.asarray(half, np.uint8))
        return tuple(levels)

    @property
    def width(self) -> int:
        return int(self.bgr.shape[1])

    @property
    def height(self) -> int:
        return int(self.bgr.shape[0])


def gray_picture(values: np.ndarray) -> ArrayPicture:
    luma = np.clip(np.round(values), 0, 255).astype(np.uint8)
    return ArrayPicture(np.repeat(luma[:, :, None], 3, axis=2))


def card_at(corners: Quad, width: int = 1000, height: int = 1000) -> Card:
    return Card(
        corners=corners,
        confidence=1.0,
        side=Side.PORTRAIT,
        width_px=width_px(corners),
        px_per_mm=px_per_mm(corners),
        tilt_deg=tilt_deg(corners, width, height),
    )
