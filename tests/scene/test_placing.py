from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck import weights
from idcheck.photo import Photo
from idcheck.scene.placing import placed, plausible
from idcheck.scene.registration import Registration

TRUE = np.array([(212.0, 260.0), (742.0, 318.0), (706.0, 652.0), (178.0, 585.0)])
EXPECTED_MM = np.full(4, 1.5)


@pytest.fixture(scope="module")
def registration() -> Registration:
    return Registration(weights.load("registration"))


@pytest.fixture(scope="module")
def card() -> NDArray[np.uint8]:
    from samples import card as cards  # noqa: PLC0415  (needs Pillow and fonts)
    from samples.identity import sample_identity  # noqa: PLC0415

    rng = np.random.default_rng(8802)
    return np.asarray(cards.draw(cards.CardRecipe("portrait", sample_identity(rng), 77), 8).bgr, np.uint8)


def drawn(card: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A card at `TRUE`, before an even wall."""
    photo = np.full((800, 900, 3), 70, np.uint8)
    height, width = card.shape[:2]
    ends = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    into = cv2.getPerspectiveTransform(ends, TRUE.astype(np.float32))
    cv2.warpPerspective(card, into, (900, 800), photo, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    return photo


def hidden_left(card: NDArray[np.uint8]) -> Photo:
    """The card's left end under fingers, whose tips make something like an edge."""
    photo = drawn(card)
    for along, reach in zip(np.linspace(-0.05, 1.0, 5), (24, 34, 38, 30, 22), strict=True):
        tip = TRUE[0] + along * (TRUE[3] - TRUE[0]) + (reach - 40.0, 3.0)
        ends = (tip.astype(int).tolist(), (tip - (160, 20)).astype(int).tolist())
        cv2.line(photo, *ends, (95, 120, 180), 80, cv2.LINE_AA)
    return Photo.from_pixels(photo)


def off_mm(found: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(found - TRUE, axis=1).max() / np.linalg.norm(TRUE[1] - TRUE[0]) * 85.6)


@pytest.mark.needs("fonts")
def test_edges_that_show_are_exact(registration: Registration, card: NDArray[np.uint8]):
    rng = np.random.default_rng(1)
    photo = Photo.from_pixels(drawn(card))
    assert off_mm(placed(photo, TRUE + rng.normal(0, 5, (4, 2)), EXPECTED_MM, registration)) < 0.25


@pytest.mark.needs("fonts")
def test_where_an_edge_is_hidden_the_print_tells(registration: Registration, card: NDArray[np.uint8]):
    photo, guess = hidden_left(card), TRUE.copy()
    guess[[0, 3]] += 0.06 * (TRUE[1] - TRUE[0])
    by_print = off_mm(placed(photo, guess, EXPECTED_MM, registration))
    assert by_print < 0.8
    assert off_mm(placed(photo, guess, EXPECTED_MM, None)) > 2 * by_print


@pytest.mark.needs("fonts")
def test_without_print_the_pose_is_fitted_to_what_shows(card: NDArray[np.uint8]):
    flat = np.full_like(card, 205)
    photo = hidden_left(flat)
    guess = TRUE + np.random.default_rng(2).normal(0, 4, (4, 2))
    assert off_mm(placed(photo, guess, EXPECTED_MM, None)) < 4


def test_what_is_no_card_keeps_its_corners(registration: Registration):
    blank = Photo.from_pixels(np.full((800, 900, 3), 128, np.uint8))
    found = placed(blank, TRUE, EXPECTED_MM, registration)
    assert off_mm(found) < 4
    assert plausible(found)


def test_corners_of_no_card_are_not_plausible():
    assert plausible(TRUE)
    assert not plausible(TRUE[[0, 2, 1, 3]])
    assert not plausible(np.array([(0.0, 0), (100, 0), (100, 10), (0, 10)]))
