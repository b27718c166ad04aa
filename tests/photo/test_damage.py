"""Whatever the bytes: a photo or a photo error, and never part of a picture as if it were the whole."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idcheck.errors import PhotoCorruptError, PhotoError, PhotoTruncatedError
from idcheck.photo import Photo, decode
from idcheck.photo.exif import orientation
from tests.photo.pictures import ANY_SIZE, VARIANTS, Pixels, heic, jpeg, scene

_STARTS = (
    b"",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"RIFF\x40\0\0\0WEBPVP8X",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
)


@cache
def whole(name: str) -> tuple[bytes, Pixels]:
    data = heic(scene()) if name == "HEIC" else VARIANTS[name]()
    return data, decode(data, ANY_SIZE).bgr


def decoded(data: bytes) -> Photo | None:
    """The photo, or None when it was refused as it should be; anything else fails the test."""
    try:
        return decode(data, ANY_SIZE)
    except PhotoError:
        return None


class TestCutShort:
    @pytest.mark.parametrize("name", VARIANTS)
    def test_at_every_byte(self, name: str) -> None:
        data, pixels = whole(name)
        for length in range(len(data)):
            photo = decoded(data[:length])
            assert photo is None or np.array_equal(photo.bgr, pixels), length

    @pytest.mark.needs("heif")
    def test_heic_at_every_byte(self) -> None:
        data, pixels = whole("HEIC")
        for length in range(len(data)):
            photo = decoded(data[:length])
            assert photo is None or np.array_equal(photo.bgr, pixels), length

    @pytest.mark.parametrize("name", VARIANTS)
    def test_in_the_middle_is_called_truncated(self, name: str) -> None:
        data, _ = whole(name)
        with pytest.raises(PhotoTruncatedError):
            decode(data[: len(data) * 2 // 3], ANY_SIZE)

    @pytest.mark.needs("heif")
    def test_heic_in_the_middle_is_called_truncated(self) -> None:
        data, _ = whole("HEIC")
        with pytest.raises(PhotoTruncatedError):
            decode(data[: len(data) * 2 // 3], ANY_SIZE)

    @pytest.mark.parametrize("name", [name for name in VARIANTS if name.startswith("JPEG")])
    def test_a_jpeg_filled_up_with_zeros(self, name: str) -> None:
        # What a download leaves that reserved its space first.
        data, pixels = whole(name)
        for length in range(0, len(data), 7):
            photo = decoded(data[:length].ljust(len(data), b"\0"))
            assert photo is None or np.array_equal(photo.bgr, pixels), length

    @pytest.mark.parametrize("name", ["JPEG baseline", "JPEG gray", "JPEG with restarts", "JPEG CMYK"])
    def test_a_jpeg_that_was_closed_with_an_end_marker(self, name: str) -> None:
        data, pixels = whole(name)
        for length in range(len(data)):
            photo = decoded(data[:length] + b"\xff\xd9")
            assert photo is None or np.array_equal(photo.bgr, pixels), length

    def test_a_jpeg_with_a_hole(self) -> None:
        data = jpeg()
        scan = data.index(b"\xff\xda") + 14
        with pytest.raises(PhotoCorruptError):
            decode(data[: scan + 200] + data[scan + 500 :], ANY_SIZE)


class TestAnyBytes:
    @given(start=st.sampled_from(_STARTS), rest=st.binary(max_size=400))
    @settings(deadline=None, max_examples=600)
    def test_give_a_photo_or_a_photo_error(self, start: bytes, rest: bytes) -> None:
        decoded(start + rest)

    @given(data=st.data(), name=st.sampled_from(list(VARIANTS)))
    @settings(deadline=None, max_examples=600)
    def test_a_few_changed_bytes_give_a_photo_or_a_photo_error(self, data: st.DataObject, name: str) -> None:
        decoded(damaged(data, whole(name)[0]))

    @pytest.mark.needs("heif")
    @given(data=st.data())
    @settings(deadline=None, max_examples=200)
    def test_a_few_changed_bytes_of_an_heic(self, data: st.DataObject) -> None:
        decoded(damaged(data, whole("HEIC")[0]))

    @given(tiff=st.builds(bytes.__add__, st.sampled_from([b"", b"II*\0", b"MM\0*"]), st.binary(max_size=60)))
    def test_an_exif_block_gives_an_orientation(self, tiff: bytes) -> None:
        assert orientation(tiff) in range(1, 9)

    @pytest.mark.parametrize("name", ["PNG", "PNG palette"])
    def test_no_single_changed_bit_of_a_png_picture_goes_unnoticed(self, name: str) -> None:
        data, _ = whole(name)
        start = data.index(b"tRNS" if b"tRNS" in data else b"IDAT") + 4
        for at in range(start, len(data) - 12, 11):
            changed = bytearray(data)
            changed[at] ^= 1 << at % 8
            assert decoded(bytes(changed)) is None, at


def damaged(data: st.DataObject, whole_file: bytes) -> bytes:
    """One to three bytes changed, half of them near the start, where the structure is."""
    changed = bytearray(whole_file)
    last = len(changed) - 1
    place = st.one_of(st.integers(0, min(200, last)), st.integers(0, last))
    for at, value in data.draw(st.lists(st.tuples(place, st.integers(0, 255)), min_size=1, max_size=3)):
        changed[at] = value
    return bytes(changed)
