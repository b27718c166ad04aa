"""Small pictures for the photo tests, encoded in memory."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idcheck.types import Limits

ANY_SIZE = Limits(min_side=1)

Pixels = NDArray[np.uint8]


def scene(width: int = 60, height: int = 44) -> Image.Image:
    """A soft picture without any symmetry, so that each of the eight orientations looks different."""
    grain = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    pixels = cv2.GaussianBlur(grain, (0, 0), 2)
    pixels[: height // 3, : width // 4] = (220, 40, 30)
    pixels[-height // 4 :, : width // 2] = (30, 200, 60)
    return Image.fromarray(pixels)


def encode(picture: Image.Image, format: str, **options: Any) -> bytes:  # noqa: A002
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def as_bgr(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("RGB"))[:, :, ::-1]


def pillow_bgr(data: bytes) -> Pixels:
    """What Pillow decodes, orientation not applied."""
    return as_bgr(Image.open(io.BytesIO(data)))


def exif(orientation: int) -> Image.Exif:
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def noisy_alpha(picture: Image.Image) -> Image.Image:
    return Image.merge("RGBA", (*picture.split(), picture.getchannel("G").rotate(180)))


def jpeg(**options: Any) -> bytes:
    return encode(scene(), "JPEG", **{"quality": 85, **options})


VARIANTS: dict[str, Callable[[], bytes]] = {
    "JPEG baseline": lambda: jpeg(exif=exif(6)),
    "JPEG 4:4:4": lambda: jpeg(subsampling=0),
    "JPEG optimised": lambda: jpeg(optimize=True),
    "JPEG progressive": lambda: jpeg(progressive=True),
    "JPEG with restarts": lambda: jpeg(restart_marker_blocks=2),
    "JPEG gray": lambda: encode(scene().convert("L"), "JPEG"),
    "JPEG CMYK": lambda: encode(scene().convert("CMYK"), "JPEG"),
    "PNG": lambda: encode(scene(), "PNG", exif=exif(6)),
    "PNG palette": lambda: encode(scene().convert("P"), "PNG", transparency=3),
    "WebP lossy": lambda: encode(scene(), "WEBP", exif=exif(6).tobytes()),
    "WebP lossless": lambda: encode(scene(), "WEBP", lossless=True),
    "WebP with alpha": lambda: encode(noisy_alpha(scene()), "WEBP"),
}


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    samples: NDArray[np.integer[Any]], depth: int, colour_type: int, before: bytes = b"", after: bytes = b""
) -> bytes:
    """A PNG of samples (height, width, channels); ``before`` and ``after`` are chunks around IDAT."""
    height, width = samples.shape[:2]
    if depth == 16:
        rows = [row.astype(">u2").tobytes() for row in samples.reshape(height, -1)]
    else:
        bits = np.unpackbits(samples.astype(np.uint8)[..., None], axis=-1)[..., 8 - depth :]
        rows = [np.packbits(row).tobytes() for row in bits.reshape(height, -1)]
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    picture = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = png_chunk(b"IHDR", header) + before + png_chunk(b"IDAT", picture) + after
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def jpeg_frame(data: bytes | bytearray) -> int:
    """Offset of the start-of-frame marker of a JPEG that Pillow wrote."""
    return max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))


def heic(*pictures: Image.Image, **options: Any) -> bytes:
    import pillow_heif  # noqa: PLC0415  (an extra)

    file = pillow_heif.HeifFile()
    for picture in pictures:
        file.add_from_pillow(picture)
    buffer = io.BytesIO()
    file.save(buffer, **options)
    return buffer.getvalue()
