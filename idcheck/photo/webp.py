"""WebP, lossy and lossless: walk the RIFF chunks, decode with OpenCV.

Source: RFC 9649 (container and lossless bitstream), RFC 6386 (VP8 frame header).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.errors import PhotoAnimatedError
from idcheck.photo import exif
from idcheck.photo.encoded import MAX_PARTS, corrupt, decode_with_opencv, truncated

_ANIMATION_FLAG: Final = 0x02


@dataclass(frozen=True, slots=True)
class WebPFile:
    """A WebP that is complete as far as its chunks go; ``data`` ends where the container does."""

    data: bytes = field(repr=False)
    width: int
    height: int
    orientation: int
    format: str = "webp"

    def pixels(self) -> NDArray[np.uint8]:
        """See `Encoded.pixels`.

        Raises:
            PhotoCorruptError: the decoder refuses the data.
        """
        return decode_with_opencv(self.data, "WebP")


def recognises(data: bytes) -> bool:
    """Whether the bytes begin as a WebP does."""
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def parse(data: bytes) -> WebPFile:
    """Walk the chunks to the last.

    Raises:
        PhotoTruncatedError: the file ends before its container does.
        PhotoAnimatedError: an animation.
        PhotoCorruptError: chunks that make no sense.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise truncated("WebP")
    chunks = _chunks(data[:end])
    canvas = chunks.get(b"VP8X", b"")
    if b"ANIM" in chunks or b"ANMF" in chunks or (canvas and canvas[0] & _ANIMATION_FLAG):
        msg = "the WebP is animated; send a single photo"
        raise PhotoAnimatedError(msg)
    width, height = _size(chunks)
    block = chunks.get(b"EXIF", b"")
    return WebPFile(data[:end], width, height, exif.orientation(block.removeprefix(exif.HEADER)))


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """Name → body of the first chunk of each name."""
    chunks: dict[bytes, bytes] = {}
    position = 12
    for _ in range(MAX_PARTS):
        if position + 8 > len(data):
            return chunks
        start = position + 8
        length = int.from_bytes(data[position + 4 : start], "little")
        if start + length > len(data):
            raise corrupt("WebP")
        chunks.setdefault(data[position : position + 4], data[start : start + length])
        position = start + length + length % 2
    raise corrupt("WebP")


def _size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    """Width and height in the bitstream, which a canvas, if there is one, must repeat."""
    kind = next((name for name in chunks if name in {b"VP8 ", b"VP8L"}), None)
    frame = chunks[kind] if kind else b""
    if kind == b"VP8 ":
        known = len(frame) >= 10 and frame[3:6] == b"\x9d\x01\x2a"
        packed = int.from_bytes(frame[6:10], "little")
        width, height = packed & 0x3FFF, (packed >> 16) & 0x3FFF
    else:
        known = len(frame) >= 5 and frame[0] == 0x2F
        packed = int.from_bytes(frame[1:5], "little")
        width, height = (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1
    canvas = chunks.get(b"VP8X")
    if canvas is not None:
        stated = tuple(int.from_bytes(canvas[at : at + 3], "little") + 1 for at in (4, 7))
        known = known and len(canvas) >= 10 and stated == (width, height)
    if not known or width == 0 or height == 0:
        raise corrupt("WebP")
    return width, height
