"""HEIC/HEIF, with the extra ``heif``: what iPhones write. libheif reads the header and, later, the picture.

The container's own rotation and mirroring are applied by the decoder, as ISO/IEC 23008-12 wants it; the EXIF
orientation beside them is a copy and is not applied again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from idcheck.errors import PhotoAnimatedError, PhotoTooLargeError, PhotoUnsupportedError
from idcheck.photo.encoded import MAX_PARTS, corrupt, on_white, truncated

_STILL: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_SEQUENCE: Final = frozenset({b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"})
_AVIF: Final = frozenset({b"avif", b"avis"})

_SIZE: Final = re.compile(rb"ispe\0{4}(.{4})(.{4})", re.DOTALL)
"""The box of an image's coded width and height."""

_REFUSALS: Final = (ValueError, RuntimeError, EOFError, SyntaxError, OSError)
"""What pillow-heif documents that it raises for a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class HEIFFile:
    """An HEIF file whose header libheif has read; the picture is decoded on demand. Already upright."""

    image: Any = field(repr=False)
    width: int
    height: int
    orientation: int = 1
    format: str = "heif"

    def pixels(self) -> NDArray[np.uint8]:
        """See `Encoded.pixels`.

        Raises:
            PhotoCorruptError: the decoder refuses the data.
        """
        try:
            pixels = np.asarray(self.image)
        except _REFUSALS:
            raise corrupt("HEIC") from None
        if pixels.dtype != np.uint8 or pixels.shape[:2] != (self.height, self.width):
            raise corrupt("HEIC")
        return on_white(np.ascontiguousarray(pixels))


def recognises(data: bytes) -> bool:
    """Whether the bytes begin as an HEIF still or sequence does."""
    brands = _brands(data)
    return bool(brands) and not is_avif(data) and not (_STILL | _SEQUENCE).isdisjoint(brands)


def is_avif(data: bytes) -> bool:
    """Whether the bytes begin as an AVIF does."""
    brands = _brands(data)
    return bool(brands) and (brands[0] in _AVIF or (brands[0] == b"mif1" and not _AVIF.isdisjoint(brands)))


def parse(data: bytes, max_pixels: int) -> HEIFFile:
    """Let libheif read the header.

    A crop that the container asks for makes the picture smaller than what has to be decoded, so the limit is
    held against the coded sizes here.

    Raises:
        PhotoTooLargeError: a coded picture in the file has more than ``max_pixels``.
        PhotoUnsupportedError: the extra is not installed, or the picture has more than 8 bits a channel.
        PhotoAnimatedError: an image sequence.
        PhotoTruncatedError: the file ends within one of its boxes.
        PhotoCorruptError: libheif refuses the header.
    """
    if _brands(data)[0] in _SEQUENCE:
        msg = "the HEIC file is a sequence; send a single photo"
        raise PhotoAnimatedError(msg)
    _check_boxes(data)
    coded = (int.from_bytes(width) * int.from_bytes(height) for width, height in _SIZE.findall(data))
    if max(coded, default=0) > max_pixels:
        msg = f"the photo has more than {max_pixels:,} pixels"
        raise PhotoTooLargeError(msg)
    try:
        import pillow_heif  # noqa: PLC0415  (an extra)
    except ImportError:
        msg = "HEIC photos need an extra: pip install idcheck[heif]; or send the photo as JPEG"
        raise PhotoUnsupportedError(msg) from None
    try:
        file = pillow_heif.open_heif(data, bgr_mode=True)
    except _REFUSALS:
        raise corrupt("HEIC") from None
    if len(file) == 0:
        raise corrupt("HEIC")
    image: Any = file[file.primary_index]
    depth = int(image.info["bit_depth"])
    if depth > 8:
        msg = f"an HEIC photo of {depth} bits a channel is not read; send one of 8, or a JPEG"
        raise PhotoUnsupportedError(msg)
    width, height = image.size
    return HEIFFile(image, int(width), int(height))


def _brands(data: bytes) -> list[bytes]:
    """The major brand, then the compatible ones; empty when the file does not begin with a brand box."""
    if data[4:8] != b"ftyp" or len(data) < 16:
        return []
    end = min(int.from_bytes(data[:4], "big"), 256, len(data))
    return [data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))]


def _check_boxes(data: bytes) -> None:
    """Refuse a file whose last top-level box runs past its end.

    A size of 0 means that the box runs to the end of the file; sizes that make no sense are left to libheif.
    """
    position = 0
    for _ in range(MAX_PARTS):
        if position + 8 > len(data):
            break
        size = int.from_bytes(data[position : position + 4], "big")
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        if size < 8:
            return
        position += size
    if position > len(data):
        raise truncated("HEIC")
