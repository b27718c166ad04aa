"""PNG: walk the chunks, keep what makes the picture, decode with OpenCV.

Only the chunks that the picture needs reach the decoder, each with its checksum verified: profiles and texts
that inflate to gigabytes, and damage to them, cannot touch it.

Source: W3C PNG Specification, third edition.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.errors import PhotoAnimatedError, PhotoUnsupportedError
from idcheck.photo import exif
from idcheck.photo.encoded import MAX_PARTS, corrupt, decode_with_opencv, truncated

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

_PICTURE: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


@dataclass(frozen=True, slots=True)
class PNGFile:
    """A PNG that is complete as far as its chunks go: the picture's own, as spans of the data."""

    data: bytes = field(repr=False)
    width: int
    height: int
    orientation: int
    chunks: tuple[slice, ...] = field(repr=False)
    format: str = "png"

    def pixels(self) -> NDArray[np.uint8]:
        """See `Encoded.pixels`.

        Raises:
            PhotoCorruptError: a checksum is wrong, or the decoder refuses the data.
        """
        view = memoryview(self.data)
        chunks = [view[chunk] for chunk in self.chunks]
        if any(zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big") for chunk in chunks):
            raise corrupt("PNG")
        return decode_with_opencv(b"".join([SIGNATURE, *chunks]), "PNG")


def parse(data: bytes) -> PNGFile:
    """Walk the chunks to the last.

    Raises:
        PhotoTruncatedError: the file ends before its last chunk does.
        PhotoAnimatedError: an animated PNG of more than one frame.
        PhotoUnsupportedError: 16 bits a channel.
        PhotoCorruptError: chunks that make no sense.
    """
    chunks = _chunks(data)
    first_name, first = chunks[0]
    if first_name != b"IHDR" or first.stop - first.start != 25:
        raise corrupt("PNG")
    header = _body(data, first)
    width, height, depth = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big"), header[8]
    if depth == 16:
        msg = "a PNG of 16 bits a channel is not read; send one of 8"
        raise PhotoUnsupportedError(msg)
    if width == 0 or height == 0 or any(name == b"IHDR" for name, _ in chunks[1:]):
        raise corrupt("PNG")
    orientation = 1
    for name, chunk in chunks:
        if name == b"acTL" and int.from_bytes(_body(data, chunk)[:4], "big") > 1:
            msg = "the PNG is animated; send a single photo"
            raise PhotoAnimatedError(msg)
        if name == b"eXIf":
            orientation = exif.orientation(_body(data, chunk))
    picture = tuple(chunk for name, chunk in chunks if name in _PICTURE)
    return PNGFile(data, width, height, orientation, picture)


def _chunks(data: bytes) -> list[tuple[bytes, slice]]:
    """Name and span (length field to checksum) of every chunk up to IEND."""
    chunks: list[tuple[bytes, slice]] = []
    position = len(SIGNATURE)
    while len(chunks) < MAX_PARTS:
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if end > len(data):
            raise truncated("PNG")
        name = data[position + 4 : position + 8]
        chunks.append((name, slice(position, end)))
        if name == b"IEND":
            return chunks
        position = end
    raise corrupt("PNG")


def _body(data: bytes, chunk: slice) -> bytes:
    return data[chunk.start + 8 : chunk.stop - 4]
