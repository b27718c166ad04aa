"""Bytes → `Photo`: an upright photo in full resolution, or a typed error that says why not.

Read are JPEG, PNG, WebP and, with the extra ``heif``, HEIC/HEIF, all of 8 bits a channel. What a file says
of its size is checked against the limits before a decoder sees it: a few bytes cannot ask for gigabytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from idcheck.errors import (
    PhotoEmptyError,
    PhotoNotAnImageError,
    PhotoNotReadableError,
    PhotoTooLargeError,
    PhotoTooSmallError,
    PhotoUnsupportedError,
)
from idcheck.photo import heif, jpeg, png, webp
from idcheck.photo.encoded import Encoded
from idcheck.photo.upright import Photo
from idcheck.types import Limits

__all__ = ["Photo", "decode", "read"]

_DEFAULT_LIMITS: Final = Limits()

_NOT_READ: Final = (
    # Format, offset of its signature, signature.
    ("GIF", 0, b"GIF8"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("BigTIFF", 0, b"II+\0"),
    ("BigTIFF", 0, b"MM\0+"),
    ("JPEG 2000", 4, b"jP  \r\n\x87\n"),
    ("JPEG 2000", 0, b"\xff\x4f\xff\x51"),
    ("JPEG XL", 4, b"JXL \r\n\x87\n"),
    ("JPEG XL", 0, b"\xff\x0a"),
    ("Photoshop", 0, b"8BPS"),
)


def read(path: str | Path, limits: Limits = _DEFAULT_LIMITS) -> bytes:
    """The bytes of a file, at most ``limits.max_bytes`` of them.

    Raises:
        PhotoNotReadableError: it is missing, a folder, or not permitted. The message leaves the path out:
            people name photos after themselves.
        PhotoTooLargeError: the file is larger than the limit.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except OSError as error:
        msg = f"the photo cannot be opened: {error.strerror or 'input/output error'}"
        raise PhotoNotReadableError(msg) from None
    except ValueError:  # a null character in the path
        msg = "the photo cannot be opened: not a path"
        raise PhotoNotReadableError(msg) from None
    _check_bytes(data, limits)
    return data


def decode(data: bytes, limits: Limits = _DEFAULT_LIMITS, long_side: int | None = None) -> Photo:
    """Decode a photo and turn it upright.

    Args:
        data: the file.
        limits: what is refused.
        long_side: pixels on the long side that suffice. A JPEG of twice as many or more is then decoded to a
            coarser level (see `Photo.finest`), which costs a fifth less. All pixels when None.

    Transparent pixels come out as on a white page. Of an MPO or a motion photo the first picture is taken,
    of an HEIC collection the primary one.

    Raises:
        PhotoEmptyError: no bytes.
        PhotoTooLargeError: more bytes or pixels than ``limits``, by the header alone.
        PhotoTooSmallError: the short side is below ``limits.min_side``, by the header alone.
        PhotoNotAnImageError: no known image format.
        PhotoUnsupportedError: a known format, or a variant of one, that is not read.
        PhotoAnimatedError: an animated PNG or WebP, or an HEIC sequence.
        PhotoTruncatedError: the file ends before its picture does.
        PhotoCorruptError: the decoder refuses the file, or finds it damaged.
    """
    if not data:
        msg = "the photo is empty: no bytes at all"
        raise PhotoEmptyError(msg)
    _check_bytes(data, limits)
    encoded = _parse(data, limits)
    _check_size(encoded, limits)
    if long_side is None or not isinstance(encoded, jpeg.JPEGFile):
        return Photo.from_pixels(encoded.pixels(), encoded.orientation, encoded.format)
    level = encoded.level(long_side)
    return Photo.from_pixels(encoded.pixels(level), encoded.orientation, encoded.format, level)


def _parse(data: bytes, limits: Limits) -> Encoded:
    """Read the header of whatever format this is."""
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.parse(data)
    if data.startswith(png.SIGNATURE):
        return png.parse(data)
    if webp.recognises(data):
        return webp.parse(data)
    if heif.recognises(data):
        return heif.parse(data, limits.max_pixels)
    name = _known_but_not_read(data)
    if name is None:
        msg = "the file is no image that is known; send the photo as JPEG, PNG, WebP or HEIC"
        raise PhotoNotAnImageError(msg)
    msg = f"{name} is not read; send the photo as JPEG, PNG, WebP or HEIC"
    raise PhotoUnsupportedError(msg)


def _known_but_not_read(data: bytes) -> str | None:
    if data.startswith(b"BM") and data[6:10] == bytes(4):  # two letters alone may begin any text
        return "BMP"
    if heif.is_avif(data):
        return "AVIF"
    return next((name for name, offset, mark in _NOT_READ if data.startswith(mark, offset)), None)


def _check_bytes(data: bytes, limits: Limits) -> None:
    if len(data) > limits.max_bytes:
        msg = f"the photo has more than {limits.max_bytes:,} bytes"
        raise PhotoTooLargeError(msg)


def _check_size(encoded: Encoded, limits: Limits) -> None:
    width, height = encoded.width, encoded.height
    if width * height > limits.max_pixels:
        msg = f"the photo has {width} × {height} pixels, more than {limits.max_pixels:,}"
        raise PhotoTooLargeError(msg)
    if min(width, height) < limits.min_side:
        msg = f"the photo has {width} × {height} pixels; its short side needs {limits.min_side}"
        raise PhotoTooSmallError(msg)
