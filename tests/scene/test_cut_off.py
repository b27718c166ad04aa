from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck.scene.cut_off import completed
from idcheck.scene.geometry import FOCAL_PER_LONG_SIDE

Floats = NDArray[np.float64]

WIDTH, HEIGHT = 1080, 1440
SEEN = np.ones(4)


def seen_card(middle: tuple[float, float], yaw: float, pitch: float, roll: float) -> Floats:
    """Corners of a card 300 mm from a camera with the usual focal length, turned by these degrees."""
    a, b, c = np.radians((yaw, pitch, roll))
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    flat = np.array([(-42.8, -27, 0), (42.8, -27, 0), (42.8, 27, 0), (-42.8, 27, 0)])
    space = flat @ (about_z @ about_y @ about_x).T + (*middle, 300)
    focal = FOCAL_PER_LONG_SIDE * HEIGHT
    return np.asarray(space[:, :2] / space[:, 2:] * focal + (WIDTH / 2, HEIGHT / 2))


def without(*edges: int) -> Floats:
    support = SEEN.copy()
    support[list(edges)] = 0
    return support


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (25, 0), (-25, 10), (12, -20)])
def test_two_corners_beyond_the_frame_follow_from_the_edges_that_lead_there(yaw: float, pitch: float) -> None:
    true = seen_card((150, 30), yaw, pitch, 4)
    assert (true[1:3, 0] > WIDTH).all()
    assert (true[[0, 3], 0] < WIDTH).all()
    guess = true.copy()
    for near, far in ((0, 1), (3, 2)):  # the network takes the frame for the card's edge
        guess[far] = true[near] + (true[far] - true[near]) * (WIDTH - true[near, 0]) / (
            true[far, 0] - true[near, 0]
        )
    assert completed(guess, without(1), WIDTH, HEIGHT) == pytest.approx(true, abs=0.5)


def test_a_long_edge_beyond_the_frame_is_completed_too() -> None:
    true = seen_card((-40, 205), 10, -8, 184)  # upside down: the top edge is below the frame
    assert (true[:2, 1] > HEIGHT).all()
    guess = true + np.array([(3.0, -60), (-2, -70), (0, 0), (0, 0)])
    guess[0] = true[3] + 0.8 * (true[0] - true[3])
    guess[1] = true[2] + 0.85 * (true[1] - true[2])
    assert completed(guess, without(0), WIDTH, HEIGHT) == pytest.approx(true, abs=0.5)


def test_an_edge_that_is_seen_stays() -> None:
    true = seen_card((150, 30), 10, 0, 0)
    guess = true - np.array([(0, 0), (40, 0), (40, 0), (0, 0)])
    assert (completed(guess, SEEN, WIDTH, HEIGHT) == guess).all()


def test_edges_that_are_hardly_seen_tell_nothing() -> None:
    true = seen_card((150, 30), 10, 0, 0)
    guess = true - np.array([(0, 0), (40, 0), (40, 0), (0, 0)])
    support = without(1)
    support[0] = 0.45
    assert (completed(guess, support, WIDTH, HEIGHT) == guess).all()


def test_edges_that_would_make_the_card_lean_far_away_are_not_believed() -> None:
    guess = seen_card((110, 30), 0, 0, 0)
    guess[1:3, 1] = guess[[0, 3], 1] + (70, -70)
    guess[1:3, 0] = WIDTH + 5
    assert (completed(guess, without(1), WIDTH, HEIGHT) == guess).all()


def test_one_corner_on_the_photos_edge_is_put_where_the_others_would_have_it() -> None:
    whole = np.array([[50.0, 1285], [400, 1200], [450, 1432], [100, 1517]])
    cut = whole.copy()
    cut[3] = (83, 1438)  # where the frame meets the card's left edge
    hidden = without(2, 3)
    assert completed(cut, hidden, WIDTH, HEIGHT) == pytest.approx(whole)
    assert completed(cut, hidden, WIDTH, 2000) == pytest.approx(cut)
    assert completed(whole - (0, 300), SEEN, WIDTH, HEIGHT) == pytest.approx(whole - (0, 300))
