from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from idcheck.reading.strip import LINE_MM, begins_before, extent, leaves, middle, trim
from idcheck.types import Gray

PX_PER_MM = 10.0


def paper(level: int = 200) -> Gray:
    return np.full((69, 366), level, np.uint8)


def with_bars(strip: Gray, left: int, right: int, top: int = 14, bottom: int = 50, ink: int = 60) -> Gray:
    """Strokes 4 px wide every 9 px, as dense as print."""
    strip = strip.copy()
    for x in range(left, right - 3, 9):
        strip[top:bottom, x : x + 4] = ink
    return strip


def bounds(strip: Gray) -> tuple[int, int, int, int]:
    """Left, right, top, bottom of what `trim` keeps."""
    kept = trim(strip, PX_PER_MM)
    offset = kept.__array_interface__["data"][0] - strip.__array_interface__["data"][0]
    top, left = divmod(offset, strip.strides[0])
    return left, left + kept.shape[1], top, top + kept.shape[0]


def test_keeps_the_line_with_a_little_air() -> None:
    left, right, top, bottom = bounds(with_bars(paper(), 13, 120))
    assert 0 < left <= 13
    assert 120 <= right < 140
    assert top <= 14
    assert bottom >= 50
    assert bottom - top <= LINE_MM * PX_PER_MM


def test_a_last_character_of_few_strokes_belongs_to_the_line() -> None:
    strip = with_bars(paper(), 13, 90)
    strip[24:27, 95:128] = 60  # 一, or the roof of 广
    _, right, _, _ = bounds(strip)
    assert right >= 126


def test_dark_photos_are_trimmed_like_light_ones() -> None:
    dark = with_bars(paper(30), 13, 120, ink=12)
    noisy = np.clip(dark + np.random.default_rng(3).normal(0, 3, dark.shape), 0, 255).astype(np.uint8)
    left, right, _, _ = bounds(noisy)
    assert left <= 13
    assert 120 <= right < 150


def test_waves_of_the_card_are_no_print() -> None:
    y, x = np.mgrid[0:69, 0:366]
    waves = (190 + 8 * np.sin(2 * np.pi * (y + 3 * np.sin(x / 40)) / 11)).astype(np.uint8)
    left, right, _, _ = bounds(with_bars(waves, 13, 90))
    assert left <= 13
    assert 90 <= right < 125


def test_a_finger_at_the_end_is_no_print() -> None:
    strip = with_bars(paper(), 13, 120)
    cv2.circle(strip, (366, 60), 110, 110, -1)
    _, right, _, _ = bounds(strip)
    assert right < 366


def test_the_rim_of_a_finger_far_behind_the_print_does_not_say_how_high_the_line_stands() -> None:
    strip = with_bars(paper(), 13, 120, 18, 54)
    cv2.circle(strip, (300, 70), 20, 20, 14)
    alone, beside = extent(with_bars(paper(), 13, 120, 18, 54), PX_PER_MM), extent(strip, PX_PER_MM)
    assert alone is not None
    assert beside is not None
    assert (beside.top, beside.bottom) == pytest.approx((alone.top, alone.bottom), abs=1)


def test_paper_above_a_bright_streak_is_no_print() -> None:
    strip = with_bars(paper(150), 13, 120, 22, 58)
    streaked = strip.copy()
    streaked[8:13] = 250
    alone, beside = extent(strip, PX_PER_MM), extent(streaked, PX_PER_MM)
    assert alone is not None
    assert beside is not None
    assert (beside.top, beside.bottom) == pytest.approx((alone.top, alone.bottom), abs=2)


def test_where_two_scripts_show_the_lower_line_is_kept() -> None:
    strip = with_bars(with_bars(paper(), 13, 150, 0, 22), 13, 150, 36, 66)
    _, _, top, bottom = bounds(strip)
    assert top > 5
    assert bottom >= 66


def test_a_narrow_remainder_of_a_neighbouring_line_does_not_win() -> None:
    strip = with_bars(with_bars(paper(), 13, 150, 8, 44), 13, 60, 65, 69)
    _, _, top, bottom = bounds(strip)
    assert top <= 8
    assert bottom >= 44


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_strip_stays_whole(level: int) -> None:
    assert trim(paper(level), PX_PER_MM).shape == paper().shape


def test_print_at_the_rim_began_before_it() -> None:
    assert begins_before(with_bars(paper(), 0, 120), PX_PER_MM)
    assert begins_before(with_bars(paper(30), 0, 120, ink=12), PX_PER_MM)


@pytest.mark.parametrize(
    "strip",
    [
        with_bars(paper(), 13, 120),
        pytest.param(with_bars(with_bars(paper(), 0, 14), 45, 120), id="the label's end at the rim"),
        paper(),
    ],
)
def test_a_line_that_stands_free_began_where_it_does(strip: Gray) -> None:
    assert not begins_before(strip, PX_PER_MM)


@pytest.mark.parametrize(
    ("top", "bottom", "side"), [(0, 20, -1), (45, 69, 1), (14, 50, 0), (0, 69, 0)], ids=str
)
def test_which_end_of_the_strip_cuts_the_line(top: int, bottom: int, side: int) -> None:
    assert leaves(with_bars(paper(), 13, 120, top, bottom), PX_PER_MM) == side


def test_no_print_leaves_nowhere() -> None:
    assert leaves(paper(), PX_PER_MM) == 0


@settings(max_examples=50, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 300))))
def test_of_any_strip_it_is_known_where_it_begins(strip: Gray) -> None:
    assert begins_before(strip, max(0.2, strip.shape[0] / 6.9)) in (True, False)


@settings(max_examples=50, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 300))))
def test_of_any_strip_something_remains(strip: Gray) -> None:
    kept = trim(strip, max(0.2, strip.shape[0] / 6.9))
    assert kept.size > 0


def few_strokes() -> Gray:
    """丁子 in a light serif face: thin strokes that lie at the top, in the middle and at the bottom."""
    strip = paper()
    for left in (18, 56):
        strip[22:24, left : left + 34] = 60
        strip[24:58, left + 16 : left + 19] = 60
        strip[55:58, left + 6 : left + 17] = 60
    strip[38:40, 56:90] = 60
    return strip


def noisy(seed: int, deviation: float) -> Gray:
    rng = np.random.default_rng(seed)
    dark = with_bars(paper(60), 13, 120, top=24, bottom=60, ink=30)
    noise = cv2.GaussianBlur(rng.normal(0, 1, dark.shape), (0, 0), 1.0) * 2 * np.sqrt(np.pi)
    return np.asarray(np.clip(dark + deviation * noise, 0, 255), np.uint8)


@pytest.mark.parametrize("down", [-8, 0, 6])
def test_characters_of_few_strokes_have_their_middle_where_others_have_it(down: int) -> None:
    strip = np.roll(few_strokes(), down, axis=0)
    found = extent(strip, PX_PER_MM)
    assert found is not None
    assert abs(middle(strip, found, PX_PER_MM) - (40 + down)) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_noise_does_not_move_the_middle_of_the_print(seed: int) -> None:
    strip = noisy(seed, 22.0)
    found = extent(strip, PX_PER_MM)
    assert found is not None
    assert found.bottom - found.top > 45, "not so noisy that the extent says nothing"
    assert abs(middle(strip, found, PX_PER_MM) - 42) <= 2


def test_the_middle_of_plain_print_is_that_of_its_extent() -> None:
    strip = with_bars(paper(), 13, 120, top=6, bottom=42)
    found = extent(strip, PX_PER_MM)
    assert found is not None
    assert middle(strip, found, PX_PER_MM) == (found.top + found.bottom) / 2
    assert abs(middle(strip, found, PX_PER_MM) - 24) <= 2
