"""The locator's training samples say of their pictures what is true of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.scene.card import CROP_CORNERS, CROP_SIZE, TURNS
from models.locator.composite import BACKGROUND, PORTRAIT, Stock
from models.locator.data import (
    LEAST_SHOWN,
    Scene,
    background_at,
    beyond_a_line,
    cornering_in,
    cut_off,
    finding,
    finding_in,
    shown,
)

CORNERS = np.array([(200.0, 150.0), (420.0, 170.0), (410.0, 310.0), (190.0, 285.0)])


def drawn_scene() -> Scene:
    """A card whose left half is light gray and whose right half is white, before black."""
    picture = np.zeros((480, 640), np.uint8)
    cv2.fillConvexPoly(picture, np.round(CORNERS - 0.5).astype(np.int32), 255)
    middles = np.array([CORNERS[0], CORNERS[:2].mean(axis=0), CORNERS[2:].mean(axis=0), CORNERS[3]])
    cv2.fillConvexPoly(picture, np.round(middles - 0.5).astype(np.int32), 150)
    return Scene(cv2.imencode(".png", picture)[1].tobytes(), PORTRAIT, CORNERS)


def along(corners: NDArray[np.float64], across: float, down: float) -> tuple[int, int]:
    """The pixel (row, column) at fractions of a card's width and height."""
    top = corners[0] + across * (corners[1] - corners[0])
    bottom = corners[3] + across * (corners[2] - corners[3])
    x, y = top + down * (bottom - top)
    return int(y), int(x)


def is_brighter(picture: NDArray[np.uint8], one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Or as white as can be: overexposed, both are."""
    return bool(picture[one] > picture[other] or picture[one] > 250)


def test_a_finding_marks_the_card_in_reading_order_however_it_was_turned() -> None:
    rng, scene = np.random.default_rng(1), drawn_scene()
    right = []
    for _ in range(60):
        sample = finding_in(rng, scene, (240, 320))
        for corners in sample.cards:
            light, white = along(corners, 0.25, 0.5), along(corners, 0.75, 0.5)
            if all(0 <= row < 320 and 0 <= column < 240 for row, column in (light, white)):
                right.append(is_brighter(sample.view, white, light))
    assert len(right) > 30
    assert np.mean(right) > 0.9  # noise decides in the darkest


def test_a_cornering_marks_the_corners_and_the_turn() -> None:
    rng, scene = np.random.default_rng(2), drawn_scene()
    right = []
    for _ in range(60):
        sample = cornering_in(rng, scene)
        if sample.kind != BACKGROUND:
            read = sample.corners[TURNS[sample.turn]]
            right.append(is_brighter(sample.crop, along(read, 0.75, 0.5), along(read, 0.25, 0.5)))
    assert len(right) > 30
    assert np.mean(right) > 0.9


def test_background_has_no_corners() -> None:
    picture = np.tile(np.arange(256, dtype=np.uint8), (200, 2))
    sample = background_at(
        np.random.default_rng(0), picture, np.array([(20.0, 20), (220, 20), (220, 146), (20, 146)])
    )
    assert sample.crop.shape == CROP_SIZE[::-1]
    assert sample.kind == BACKGROUND
    assert np.isnan(sample.corners).all()
    columns = sample.crop[64, [60, 120]].astype(float)
    assert abs(columns[1] - columns[0] - 60 * 200 / 132) < 3  # flattened at the candidate's scale


def test_the_shown_share_is_what_the_frame_leaves_of_a_card() -> None:
    corners = np.array([(-30.0, 10), (70, 10), (70, 60), (-30, 60)])
    assert abs(shown(corners, (240, 320)) - 0.7) < 1e-6
    assert shown(corners - (80, 0), (240, 320)) == 0
    assert abs(shown(corners + 100, (240, 320)) - 1) < 1e-6


def test_findings_mark_cards_that_the_frame_cuts_unless_hardly_anything_shows() -> None:
    card = (np.full((270, 428), 230, np.uint8), PORTRAIT, (85.6, 54.0))
    person = (np.zeros((50, 50), np.uint8), np.zeros((50, 50), np.uint8))
    stock = Stock((card,), (np.full((300, 300), 90, np.uint8),), (person,))
    rng = np.random.default_rng(4)
    shares = [shown(c, (240, 320)) for _ in range(60) for c in finding(rng, stock, (240, 320)).cards]
    assert min(shares) >= LEAST_SHOWN
    assert sum(share < 0.9 for share in shares) > 5


def test_a_card_that_is_cut_off_keeps_its_corners_beyond_the_frame() -> None:
    card = (np.full((270, 428), 230, np.uint8), PORTRAIT, (85.6, 54.0))
    person = (np.zeros((50, 50), np.uint8), np.zeros((50, 50), np.uint8))
    stock = Stock((card,), (np.full((300, 300), 90, np.uint8),), (person,))
    rng = np.random.default_rng(3)
    hidden = []
    for _ in range(40):
        sample = cut_off(rng, stock)
        corners = np.clip(sample.corners - 0.5, -1, CROP_SIZE).astype(int)
        hidden.append(any(not 0 <= x < 192 or not 0 <= y < 128 or sample.crop[y, x] == 0 for x, y in corners))
    assert np.mean(hidden) > 0.9


def test_what_hides_a_card_hides_one_side_of_it_and_never_its_middle() -> None:
    rng = np.random.default_rng(2)
    card = np.zeros(CROP_SIZE[::-1], np.uint8)
    cv2.fillConvexPoly(card, np.round(CROP_CORNERS).astype(np.int32), 1)
    shares = []
    for _ in range(200):
        hidden = beyond_a_line(rng, CROP_CORNERS)
        assert not hidden[64, 96]
        shares.append(hidden[card > 0].mean())
    assert max(shares) < 0.5
    assert np.mean(np.array(shares) > 0.01) > 0.7
