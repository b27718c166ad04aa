"""What is not read is refused by the right error, and what is too large before a decoder sees it."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path
from typing import Any, Never

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image

from idcheck.errors import (
    PhotoAnimatedError,
    PhotoCorruptError,
    PhotoEmptyError,
    PhotoNotAnImageError,
    PhotoNotReadableError,
    PhotoTooLargeError,
    PhotoTooSmallError,
    PhotoTruncatedError,
    PhotoUnsupportedError,
)
from idcheck.photo import decode, read
from idcheck.types import Limits
from tests.photo.pictures import ANY_SIZE, VARIANTS, encode, heic, jpeg, jpeg_frame, png, png_chunk, scene

HEIC_START = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoding anything fails the test."""

    def called(*_: object, **__: object) -> Never:
        pytest.fail("a decoder was called")

    monkeypatch.setattr(simplejpeg, "decode_jpeg", called)
    monkeypatch.setattr(cv2, "imdecode", called)


def with_jpeg_size(data: bytes, width: int, height: int) -> bytes:
    at = jpeg_frame(data) + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def with_png_size(data: bytes, width: int, height: int) -> bytes:
    header = struct.pack(">II", width, height) + data[24:29]
    return data[:8] + png_chunk(b"IHDR", header) + data[33:]


def with_webp_size(data: bytes, width: int, height: int) -> bytes:
    assert data[12:16] == b"VP8 "
    return data[:26] + struct.pack("<HH", width, height) + data[30:]


class TestLimits:
    def test_no_bytes(self) -> None:
        with pytest.raises(PhotoEmptyError):
            decode(b"")

    def test_bytes(self) -> None:
        data = jpeg()
        decode(data, Limits(max_bytes=len(data), min_side=1))
        with pytest.raises(PhotoTooLargeError):
            decode(data, Limits(max_bytes=len(data) - 1, min_side=1))

    @pytest.mark.parametrize("name", VARIANTS)
    def test_pixels_and_short_side_at_the_limit_and_past_it(self, name: str) -> None:
        data, pixels = VARIANTS[name](), 60 * 44
        decode(data, Limits(max_pixels=pixels, min_side=44))
        with pytest.raises(PhotoTooLargeError):
            decode(data, Limits(max_pixels=pixels - 1, min_side=44))
        with pytest.raises(PhotoTooSmallError):
            decode(data, Limits(max_pixels=pixels, min_side=45))

    @pytest.mark.usefixtures("no_decoder")
    @pytest.mark.parametrize(
        "bomb",
        [
            with_jpeg_size(jpeg(), 65500, 65500),
            with_jpeg_size(jpeg(progressive=True), 65500, 65500),
            with_png_size(encode(scene(), "PNG"), 2**31 - 1, 2**31 - 1),
            with_webp_size(encode(scene(), "WEBP"), 16383, 16383),
        ],
        ids=["JPEG", "progressive JPEG", "PNG", "WebP"],
    )
    def test_a_picture_that_claims_to_be_huge_reaches_no_decoder(self, bomb: bytes) -> None:
        assert len(bomb) < 20_000
        with pytest.raises(PhotoTooLargeError):
            decode(bomb)

    @pytest.mark.usefixtures("no_decoder")
    def test_a_jpeg_with_scans_without_end_reaches_no_decoder(self) -> None:
        data = jpeg(progressive=True)
        last = data[data.rindex(b"\xff\xda") : -2]
        with pytest.raises(PhotoCorruptError):
            decode(data[:-2] + last * 40 + b"\xff\xd9", ANY_SIZE)

    def test_a_text_that_inflates_to_gigabytes_does_not_reach_the_decoder(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes = []
        original = cv2.imdecode

        def measured(buffer: np.ndarray, flags: int) -> np.ndarray | None:
            sizes.append(buffer.size)
            return original(buffer, flags)

        monkeypatch.setattr(cv2, "imdecode", measured)
        samples = np.arange(60).reshape(4, 5, 3)
        text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**7)))
        photo = decode(png(samples, 8, 2, before=text), ANY_SIZE)
        assert np.array_equal(photo.bgr, samples[:, :, ::-1])
        assert sizes == [len(png(samples, 8, 2))]

    @pytest.mark.needs("heif")
    def test_an_heic_whose_crop_hides_a_huge_picture_is_not_decoded(self) -> None:
        data = heic(scene())
        at = data.index(b"ispe") + 8
        assert b"clap" in data
        with pytest.raises(PhotoTooLargeError):
            decode(data[:at] + struct.pack(">II", 12000, 12000) + data[at + 8 :])


class TestOtherFormats:
    @pytest.mark.parametrize(
        "data",
        [b"hello, world", b"%PDF-1.7\n", b"\0" * 64, b"BMW is no bitmap", b"\xff", b"RIFF\4\0\0\0WAVE"],
    )
    def test_no_image(self, data: bytes) -> None:
        with pytest.raises(PhotoNotAnImageError):
            decode(data)

    @pytest.mark.parametrize("name", ["GIF", "TIFF", "BMP", "AVIF"])
    def test_a_format_that_is_known_and_not_read_is_named(self, name: str) -> None:
        with pytest.raises(PhotoUnsupportedError, match=rf"^{name} is not read"):
            decode(encode(scene(), name))

    @pytest.mark.parametrize(
        ("name", "start"),
        [
            ("JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n"),
            ("JPEG XL", b"\0\0\0\x0cJXL \r\n\x87\n"),
            ("TIFF", b"MM\0*\0\0\0\x08"),
            ("AVIF", b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"),
        ],
    )
    def test_a_signature_that_is_known_and_not_read_is_named(self, name: str, start: bytes) -> None:
        with pytest.raises(PhotoUnsupportedError, match=rf"^{name} is not read"):
            decode(start + bytes(100))


class TestVariants:
    @pytest.mark.parametrize("colour_type", [0, 2])
    def test_a_png_of_16_bits(self, colour_type: int) -> None:
        samples = np.arange(4 * 5 * 3).reshape(4, 5, 3)[:, :, : 1 + colour_type] * 1000
        with pytest.raises(PhotoUnsupportedError, match="16 bits"):
            decode(png(samples, 16, colour_type), ANY_SIZE)

    def test_a_jpeg_of_12_bits(self) -> None:
        data = bytearray(jpeg())
        data[jpeg_frame(data) + 4] = 12
        with pytest.raises(PhotoUnsupportedError, match="12 bits"):
            decode(bytes(data), ANY_SIZE)

    @pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xC9, 0xCA])
    def test_a_jpeg_that_no_camera_writes(self, marker: int) -> None:
        data = bytearray(jpeg())
        data[jpeg_frame(data) + 1] = marker
        with pytest.raises(PhotoUnsupportedError):
            decode(bytes(data), ANY_SIZE)

    def test_a_jpeg_with_an_odd_chroma_subsampling(self) -> None:
        data = bytearray(jpeg())
        data[jpeg_frame(data) + 11] = 0x33
        with pytest.raises(PhotoUnsupportedError, match="subsampling"):
            decode(bytes(data), ANY_SIZE)

    @pytest.mark.parametrize("format_", ["PNG", "WEBP"])
    def test_animations(self, format_: str) -> None:
        data = encode(scene(), format_, save_all=True, append_images=[scene().rotate(180)], duration=100)
        with pytest.raises(PhotoAnimatedError):
            decode(data)

    @pytest.mark.parametrize("brand", [b"hevc", b"msf1"])
    def test_an_heic_sequence(self, brand: bytes) -> None:
        with pytest.raises(PhotoAnimatedError):
            decode(HEIC_START.replace(b"heic\0", brand + b"\0"))

    def test_heic_without_the_extra_names_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pillow_heif", None)
        with pytest.raises(PhotoUnsupportedError, match=r"pip install idcheck\[heif\]"):
            decode(HEIC_START)

    @pytest.mark.needs("heif")
    def test_heic_of_10_bits(self) -> None:
        import pillow_heif  # noqa: PLC0415  (an extra)

        buffer = io.BytesIO()
        pillow_heif.from_bytes("RGB;16", (64, 64), bytes(64 * 64 * 6)).save(buffer)
        with pytest.raises(PhotoUnsupportedError, match="10 bits"):
            decode(buffer.getvalue(), ANY_SIZE)

    @pytest.mark.needs("heif")
    def test_of_several_heic_stills_the_primary_one_is_taken(self) -> None:
        other = Image.new("RGB", (90, 70), "red")
        for index, width in ((0, 60), (1, 90)):
            data = heic(scene(), other, primary_index=index)
            assert decode(data, ANY_SIZE).width == width


class TestFaults:
    """A decoder that fails on a file is a fault of the file; nothing else is."""

    @pytest.mark.parametrize("error", [ValueError("boom"), RuntimeError("boom")])
    def test_jpeg(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        monkeypatch.setattr(simplejpeg, "decode_jpeg", raising(error))
        with pytest.raises(PhotoCorruptError):
            decode(jpeg(), ANY_SIZE)

    @pytest.mark.parametrize("name", ["PNG", "WebP lossy"])
    def test_opencv(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        data = VARIANTS[name]()
        monkeypatch.setattr(cv2, "imdecode", raising(cv2.error("boom")))
        with pytest.raises(PhotoCorruptError):
            decode(data, ANY_SIZE)
        monkeypatch.setattr(cv2, "imdecode", lambda *_: None)
        with pytest.raises(PhotoCorruptError):
            decode(data, ANY_SIZE)

    @pytest.mark.needs("heif")
    @pytest.mark.parametrize("error", [ValueError, RuntimeError, EOFError, SyntaxError, OSError])
    def test_heic(self, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
        data = heic(scene())
        monkeypatch.setattr("pillow_heif.open_heif", raising(error("boom")))
        with pytest.raises(PhotoCorruptError):
            decode(data, ANY_SIZE)

    @pytest.mark.parametrize("name", ["JPEG baseline", "PNG"])
    def test_a_lack_of_memory_is_not_blamed_on_the_photo(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        data = VARIANTS[name]()
        monkeypatch.setattr(simplejpeg, "decode_jpeg", raising(MemoryError()))
        monkeypatch.setattr(cv2, "imdecode", raising(MemoryError()))
        with pytest.raises(MemoryError):
            decode(data, ANY_SIZE)


def raising(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> Never:
        raise error

    return fail


class TestRead:
    def test_bytes_come_back(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        path.write_bytes(b"any bytes")
        assert read(path) == read(str(path)) == b"any bytes"

    def test_the_limit_on_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        path.write_bytes(bytes(100))
        assert len(read(path, Limits(max_bytes=100))) == 100
        with pytest.raises(PhotoTooLargeError):
            read(path, Limits(max_bytes=99))

    def test_an_endless_file_is_not_read_to_its_end(self) -> None:
        with pytest.raises(PhotoTooLargeError):
            read("/dev/zero", Limits(max_bytes=1000))

    @pytest.mark.parametrize("name", ["王小明.jpg", "王小明\0.jpg", "."])
    def test_what_cannot_be_opened_is_refused_without_its_name(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(PhotoNotReadableError) as caught:
            read(tmp_path / name)
        assert "王小明" not in str(caught.value)
        assert str(tmp_path) not in str(caught.value)

    def test_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Path, "open", raising(PermissionError(13, "Permission denied")))
        with pytest.raises(PhotoNotReadableError, match="Permission denied"):
            read(tmp_path / "photo.jpg")


def test_a_png_whose_picture_stops_short_within_sound_chunks() -> None:
    rows = zlib.compress(bytes(4 * (1 + 5 * 3))[:40])
    header = struct.pack(">IIBBBBB", 5, 4, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        png_chunk(name, body) for name, body in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )
    with pytest.raises(PhotoCorruptError):
        decode(data, ANY_SIZE)


def test_a_png_with_two_headers() -> None:
    samples = np.arange(60).reshape(4, 5, 3)
    second = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
    with pytest.raises(PhotoCorruptError):
        decode(png(samples, 8, 2, before=second), ANY_SIZE)


@pytest.mark.usefixtures("no_decoder")
def test_a_webp_whose_canvas_contradicts_its_picture() -> None:
    data = bytearray(VARIANTS["WebP lossy"]())
    assert data[12:16] == b"VP8X"
    data[24] += 1
    with pytest.raises(PhotoCorruptError):
        decode(bytes(data), ANY_SIZE)


def test_a_jpeg_without_a_picture() -> None:
    data = jpeg()
    with pytest.raises(PhotoCorruptError):
        decode(data[: jpeg_frame(data)] + b"\xff\xd9", ANY_SIZE)
    with pytest.raises(PhotoTruncatedError):
        decode(data[: jpeg_frame(data)], ANY_SIZE)
