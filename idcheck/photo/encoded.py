"""What the formats share: a file whose header is read and whose picture is not yet decoded."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.errors import PhotoCorruptError, PhotoTruncatedError

MAX_PARTS = 1 << 16
"""Segments or chunks of a file that are walked: far more than any writer makes, and still quick."""


class Encoded(Protocol):
    """A parsed file."""

    @property
    def format(self) -> str:
        """``jpeg``, ``png``, ``webp`` or ``heif``."""

    @property
    def width(self) -> int:
        """Pixels a row as stored, before the orientation is applied."""

    @property
    def height(self) -> int:
        """Rows as stored."""

    @property
    def orientation(self) -> int:
        """EXIF orientation, 1 to 8."""

    def pixels(self) -> NDArray[np.uint8]:
        """Decode: uint8, C-contiguous, as stored; (height, width) gray or (height, width, 3) B, G, R."""


def truncated(name: str) -> PhotoTruncatedError:
    """The error for a file of format ``name`` that ends too early."""
    return PhotoTruncatedError(f"the {name} file ends before its picture does; upload it again")


def corrupt(name: str) -> PhotoCorruptError:
    """The error for a damaged file of format ``name``."""
    return PhotoCorruptError(f"the {name} file is damaged")


def decode_with_opencv(data: bytes, name: str) -> NDArray[np.uint8]:
    """Decode a still picture of 8 bits a channel with OpenCV, transparency laid on white.

    Raises:
        PhotoCorruptError: the decoder refuses the data.
    """
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        raise corrupt(name) from None
    if pixels is None or pixels.dtype != np.uint8:
        raise corrupt(name)
    return on_white(np.asarray(pixels, np.uint8))


def on_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay B, G, R, alpha on a white page; anything without alpha is returned as it is."""
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return pixels
    alpha = pixels[:, :, 3:].astype(np.uint16)
    if alpha.min() == 255:
        return np.ascontiguousarray(pixels[:, :, :3])
    mixed = (pixels[:, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)
