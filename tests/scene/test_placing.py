from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck.photo import Photo
from idcheck.scene.placing import placed, plausible
from idcheck.scene.registration import Registration
from tests.scene.pictures import HELD, off_mm, put_card

EXPECTED_MM = np.full(4, 1.5)


def drawn(card: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A card at `HELD`, before an even wall."""
    photo = np.full((800, 900, 3), 70, np.uint8)
    put_card(photo, card)
    return photo


def hidden_left(card: NDArray[np.uint8]) -> Photo:
    """The card's left end under fingers, whose tips make something like an edge."""
    photo = drawn(card)
    for along, reach in zip(np.linspace(-0.05, 1.0, 5), (24, 34, 38, 30, 22), strict=True):
        tip = HELD[0] + along * (HELD[3] - HELD[0]) + (reach - 40.0, 3.0)
        ends = (tip.astype(int).tolist(), (tip - (160, 20)).astype(int).tolist())
        cv2.line(photo, *ends, (95, 120, 180), 80, cv2.LINE_AA)
    return Photo.from_pixels(photo)


@pytest.mark.needs("fonts")
def test_edges_that_show_are_exact(registration: Registration, flat_card: NDArray[np.uint8]):
    rng = np.random.default_rng(1)
    photo = Photo.from_pixels(drawn(flat_card))
    assert off_mm(placed(photo, HELD + rng.normal(0, 5, (4, 2)), EXPECTED_MM, registration)) < 0.25


@pytest.mark.needs("fonts")
def test_where_an_edge_is_hidden_the_print_tells(registration: Registration, flat_card: NDArray[np.uint8]):
    photo, guess = hidden_left(flat_card), HELD.copy()
    guess[[0, 3]] += 0.06 * (HELD[1] - HELD[0])
    by_print = off_mm(placed(photo, guess, EXPECTED_MM, registration))
    assert by_print < 0.8
    assert off_mm(placed(photo, guess, EXPECTED_MM, None)) > 2 * by_print


@pytest.mark.needs("fonts")
def test_a_card_that_is_completed_far_beyond_the_frame_is_put_where_its_print_is(
    monkeypatch: pytest.MonkeyPatch, registration: Registration, flat_card: NDArray[np.uint8]
):
    stretched = HELD + 1.5 * (HELD - HELD[0])
    monkeypatch.setattr("idcheck.scene.cut_off.completed", lambda *_: stretched)
    assert off_mm(placed(hidden_left(flat_card), HELD, EXPECTED_MM, registration)) < 0.8


@pytest.mark.needs("fonts")
def test_without_print_the_pose_is_fitted_to_what_shows(flat_card: NDArray[np.uint8]):
    flat = np.full_like(flat_card, 205)
    photo = hidden_left(flat)
    guess = HELD + np.random.default_rng(2).normal(0, 4, (4, 2))
    assert off_mm(placed(photo, guess, EXPECTED_MM, None)) < 4


def test_what_is_no_card_keeps_its_corners(registration: Registration):
    blank = Photo.from_pixels(np.full((800, 900, 3), 128, np.uint8))
    found = placed(blank, HELD, EXPECTED_MM, registration)
    assert off_mm(found) < 4
    assert plausible(found)


def test_corners_of_no_card_are_not_plausible():
    assert plausible(HELD)
    assert not plausible(HELD[[0, 2, 1, 3]])
    assert not plausible(np.array([(0.0, 0), (100, 0), (100, 10), (0, 10)]))
