"""The views of a photo show the same frame, upright, whichever is asked for first and by whom."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from idcheck.photo import Photo


def pixels(height: int, width: int, channels: int = 3) -> NDArray[np.uint8]:
    shape = (height, width, 3) if channels == 3 else (height, width)
    return np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)


def upright(stored: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """CIPA DC-008 by its words: where the stored first row and first column belong."""
    transposed = stored.swapaxes(0, 1)
    return {
        1: stored,  # top, left
        2: stored[:, ::-1],  # top, right
        3: stored[::-1, ::-1],  # bottom, right
        4: stored[::-1],  # bottom, left
        5: transposed,  # left, top
        6: transposed[:, ::-1],  # right, top
        7: transposed[::-1, ::-1],  # right, bottom
        8: transposed[::-1],  # left, bottom
    }[orientation]


def halved(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    even = picture[:height, :width].astype(float)
    blocks: NDArray[np.float64] = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return blocks / 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("channels", [1, 3])
class TestEveryOrientation:
    def test_colour_and_luma_are_upright(self, orientation: int, channels: int) -> None:
        stored = pixels(301, 415, channels)
        photo = Photo.from_pixels(stored.copy(), orientation)
        expected = upright(stored, orientation)
        if channels == 1:
            expected = np.repeat(expected[:, :, None], 3, axis=2)
        assert np.array_equal(photo.bgr, expected)
        assert np.array_equal(photo.luma, cv2.cvtColor(np.ascontiguousarray(expected), cv2.COLOR_BGR2GRAY))
        assert (photo.width, photo.height) == (expected.shape[1], expected.shape[0])

    def test_each_level_halves_the_one_before(self, orientation: int, channels: int) -> None:
        photo = Photo.from_pixels(pixels(601, 1031, channels), orientation)
        assert photo.levels == 4
        for level in range(1, 4):
            assert np.abs(photo.colour(level) - halved(photo.colour(level - 1))).max() <= 0.5
            assert np.array_equal(photo.gray(level), cv2.cvtColor(photo.colour(level), cv2.COLOR_BGR2GRAY))

    def test_a_crop_is_a_part_of_the_whole(self, orientation: int, channels: int) -> None:
        photo = Photo.from_pixels(pixels(31, 47, channels), orientation)
        assert np.array_equal(photo.crop(3, 5, 21, 12), photo.bgr[5:12, 3:21])
        assert np.array_equal(photo.gray_crop(3, 5, 21, 12), photo.luma[5:12, 3:21])

    def test_so_it_is_in_every_level(self, orientation: int, channels: int) -> None:
        photo = Photo.from_pixels(pixels(601, 1031, channels), orientation)
        for level in range(4):
            assert np.array_equal(photo.crop(3, 5, 2000, 12, level), photo.colour(level)[5:12, 3:])
            assert np.array_equal(photo.gray_crop(3, 5, 21, 2000, level), photo.gray(level)[5:, 3:21])

    def test_arrays_are_contiguous_and_read_only(self, orientation: int, channels: int) -> None:
        photo = Photo.from_pixels(pixels(301, 415, channels), orientation)
        views = [photo.luma, photo.bgr, photo.colour(1), photo.gray(1)]
        assert all(view.flags.c_contiguous for view in views)
        for view in [*views, photo.crop(0, 0, 9, 9), photo.gray_crop(0, 0, 9, 9)]:
            with pytest.raises(ValueError, match="read-only"):
                view[0, 0] = 0


@pytest.mark.parametrize("orientation", range(1, 9))
class TestALargePhoto:
    """Its second level is made of a quarter of its pixels, whatever was asked for before."""

    def photo(self, orientation: int) -> Photo:
        return Photo.from_pixels(pixels(1203, 2707), orientation)

    def test_its_second_level_is_sampled(self, orientation: int) -> None:
        photo = self.photo(orientation)
        whole = photo.bgr[: photo.height // 4 * 4, : photo.width // 4 * 4].astype(float)
        middle = whole[1::4, 1::4] + whole[1::4, 2::4] + whole[2::4, 1::4] + whole[2::4, 2::4]
        assert np.abs(photo.colour(2) - middle / 4).max() <= 0.5
        assert np.abs(photo.colour(3) - halved(photo.colour(2))).max() <= 0.5

    def test_its_first_one_is_not(self, orientation: int) -> None:
        photo = self.photo(orientation)
        crop, gray = photo.crop(3, 5, 210, 2000, 1), photo.gray_crop(3, 5, 210, 2000, 1)
        assert np.abs(photo.colour(1) - halved(photo.bgr)).max() <= 0.5
        assert np.array_equal(crop, photo.colour(1)[5:2000, 3:210])
        assert np.array_equal(gray, photo.gray(1)[5:2000, 3:210])

    def test_views_do_not_depend_on_those_before(self, orientation: int) -> None:
        one, other = self.photo(orientation), self.photo(orientation)
        assert one.colour(1).shape[:2] == (one.height // 2, one.width // 2)
        for level in (2, 3):
            assert np.array_equal(one.colour(level), other.colour(level))
            assert np.array_equal(one.crop(3, 5, 70, 60, level), other.colour(level)[5:60, 3:70])


def test_the_levels_end_at_256() -> None:
    for side, levels in ((256, 1), (257, 2), (512, 2), (513, 2), (514, 3)):
        photo = Photo.from_pixels(pixels(100, side))
        assert photo.levels == levels
        assert photo.gray(0) is photo.luma
        assert max(photo.gray(levels - 1).shape) <= 256


def test_a_point_keeps_its_place_in_every_level() -> None:
    stored = np.zeros((512, 1024), np.uint8)
    stored[256:260, 640:644] = 255
    photo = Photo.from_pixels(stored)
    for level in range(photo.levels):
        rows, columns = np.nonzero(photo.gray(level))
        centre = (columns.mean() + 0.5, rows.mean() + 0.5)
        assert centre == pytest.approx((642 / 2**level, 258 / 2**level), abs=0.26)


@pytest.mark.parametrize("level", [-1, 4])
def test_a_level_that_is_none(level: int) -> None:
    with pytest.raises(IndexError):
        Photo.from_pixels(pixels(900, 1440)).gray(level)


@given(
    box=st.tuples(*[st.integers(-60, 100)] * 4),
    orientation=st.integers(1, 8),
)
@settings(deadline=None)
def test_a_crop_is_cut_to_the_frame(box: tuple[int, int, int, int], orientation: int) -> None:
    photo = Photo.from_pixels(pixels(31, 47), orientation)
    left, top, right, bottom = box
    expected = photo.bgr[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    crop, gray = photo.crop(*box), photo.gray_crop(*box)
    assert crop.size == expected.size
    assert gray.shape == crop.shape[:2]
    if expected.size:
        assert np.array_equal(crop, expected)


def test_an_upright_photo_is_not_copied() -> None:
    stored = pixels(301, 415)
    photo = Photo.from_pixels(stored)
    assert np.shares_memory(photo.bgr, stored)
    assert np.shares_memory(photo.crop(1, 1, 9, 9), stored)


def test_threads_share_one_copy_of_each_view() -> None:
    photo = Photo.from_pixels(pixels(1201, 1601), 6)

    def look(index: int) -> tuple[int, ...]:
        level = index % 3
        return level, id(photo.colour(level)), *(id(photo.gray(k)) for k in range(photo.levels))

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(look, range(48)))
    assert len(seen) == 3


def test_a_photo_is_frozen_and_its_repr_shows_no_pixels() -> None:
    photo = Photo.from_pixels(pixels(20, 30), 1, "jpeg")
    with pytest.raises(dataclasses.FrozenInstanceError):
        photo.orientation = 2  # type: ignore[misc]
    assert repr(photo) == "Photo(orientation=1, format='jpeg', finest=0)"
