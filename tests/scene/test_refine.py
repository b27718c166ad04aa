from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck.scene.geometry import width_px
from idcheck.scene.refine import refine
from tests.scene.pictures import draw_polygon, gray_picture

Floats = NDArray[np.float64]

TRUE = np.array([(102.3, 81.6), (518.9, 96.2), (509.4, 362.7), (88.1, 340.4)])
OFF = np.array([(5.0, -4.0), (-3.5, 4.5), (4.0, 3.0), (-4.5, -2.5)])
"""Some 1.4 % of the card's width."""


def scene(card: float = 205.0, ground: float = 110.0) -> Floats:
    y, x = np.mgrid[:440.0, :620.0]
    values: Floats = ground + 0.03 * x - 0.02 * y
    draw_polygon(values, TRUE, card)
    return values


def error(corners: Floats) -> Floats:
    return np.asarray(np.linalg.norm(corners - TRUE, axis=1))


def test_corners_come_out_sub_pixel() -> None:
    refined = refine(gray_picture(scene()), TRUE + OFF)
    assert error(TRUE + OFF).min() >= 5
    assert error(refined.corners).max() < 0.15
    assert refined.support.min() > 0.9


@pytest.mark.parametrize("order", [[1, 0, 3, 2], [2, 3, 0, 1]])
def test_the_order_of_the_corners_is_kept(order: list[int]) -> None:
    refined = refine(gray_picture(scene()), (TRUE + OFF)[order])
    assert np.abs(refined.corners - TRUE[order]).max() < 0.2


def test_fingers_over_a_corner_and_an_edge_do_not_pull_the_lines() -> None:
    values = scene()
    draw_polygon(values, np.array([(70.0, 300.0), (150, 300), (160, 420), (60, 420)]), 150.0)
    draw_polygon(values, np.array([(300.0, 330.0), (420, 336), (420, 430), (300, 430)]), 95.0)
    refined = refine(gray_picture(values), TRUE + OFF)
    assert error(refined.corners).max() < 0.5
    assert refined.support[2] < 0.75


def test_a_hidden_corner_is_completed_from_the_others() -> None:
    values = scene()
    draw_polygon(values, np.array([(60.0, 290.0), (190, 290), (190, 438), (60, 438)]), 150.0)  # a hand
    coarse = TRUE.copy()
    coarse[3] += (75, -8)  # where the hand's outline meets the card's
    refined = refine(gray_picture(values), coarse)
    assert error(refined.corners).max() < 1.0


def test_a_noisy_dark_photo_is_refined_too() -> None:
    values = scene(card=42.0, ground=20.0) + np.random.default_rng(1).normal(0, 4, (440, 620))
    assert error(refine(gray_picture(values), TRUE + OFF).corners).max() < 1.5


def test_an_edge_that_does_not_show_keeps_its_line() -> None:
    values = scene()
    draw_polygon(
        values, np.array([(40.0, 0.0), (600, 0), (600, 220), (40, 220)]), 205.0
    )  # a white wall above
    coarse = TRUE + OFF
    refined = refine(gray_picture(values), coarse)
    assert refined.support[0] == 0
    along = coarse[1] - coarse[0]
    away = refined.corners[:2] - coarse[0]
    from_line = (along[0] * away[:, 1] - along[1] * away[:, 0]) / np.linalg.norm(along)
    assert np.abs(from_line).max() < 1e-3
    assert error(refined.corners)[2:].max() < 0.3


def test_where_nothing_shows_the_corners_stay() -> None:
    coarse = TRUE + OFF
    refined = refine(gray_picture(np.full((440, 620), 140.0)), coarse)
    assert np.abs(refined.corners - coarse).max() < 1e-3
    assert not refined.support.any()


def test_a_card_that_reaches_out_of_the_frame_keeps_what_cannot_be_seen() -> None:
    values = scene()[:, 180:]
    coarse = TRUE + OFF - (180, 0)
    refined = refine(gray_picture(values), coarse)
    assert refined.support[3] == 0
    assert np.linalg.norm(refined.corners[1:3] - (TRUE - (180, 0))[1:3], axis=1).max() < 0.5


def test_a_large_card_is_refined_at_a_coarser_level() -> None:
    values = np.full((1500, 2100), 90.0)
    big = TRUE * 3.6
    draw_polygon(values, big, 200.0)
    width = width_px(tuple(map(tuple, big)))  # type: ignore[arg-type]
    assert width > 8 * 85.6
    refined = refine(gray_picture(values), big + 3 * OFF)
    assert np.linalg.norm(refined.corners - big, axis=1).max() < 0.5
