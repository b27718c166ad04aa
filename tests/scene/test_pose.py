from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck.scene import pose
from idcheck.scene.geometry import CARD_MM, FOCAL_PER_LONG_SIDE

CARD = np.array(CARD_MM.polygon)
WIDTH, HEIGHT = 1200, 1600
EDGE = np.linspace(0.1, 0.9, 5)[:, None]


def photographed(
    degrees: tuple[float, float, float], focal: float = FOCAL_PER_LONG_SIDE, *, mirrored: bool = False
) -> NDArray[np.float64]:
    """The corners of a card that is turned so before a pinhole camera, 260 mm away."""
    turn = cv2.Rodrigues(np.radians(degrees))[0]
    side = np.array([-1.0 if mirrored else 1.0, 1.0, 1.0])
    points = (np.column_stack([CARD - CARD.mean(axis=0), np.zeros(4)]) * side) @ turn.T + (15.0, 30.0, 260.0)
    return np.asarray(points[:, :2] / points[:, 2:] * focal * HEIGHT + (WIDTH / 2, HEIGHT / 2))


def edges(corners: NDArray[np.float64], which: list[int]) -> list[pose.Clues]:
    ends = [(k, (k + 1) % 4) for k in which]
    return [pose.line(CARD[a] + EDGE * (CARD[b] - CARD[a]), corners[[a, b]], 0.25) for a, b in ends]


def row_of_digits(corners: NDArray[np.float64]) -> pose.Clues:
    matrix = cv2.getPerspectiveTransform(CARD.astype(np.float32), corners.astype(np.float32))
    ends = np.array([(30.0, 46.0), (72.0, 46.0)])
    return pose.points(ends, cv2.perspectiveTransform(ends[None], matrix)[0], np.full(2, 0.8))


def off_mm(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    scale = np.linalg.norm(true[1] - true[0]) / 85.6
    return float(np.linalg.norm(found - true, axis=1).max() / scale)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turned", [(5.0, -12.0, 8.0), (-25.0, 20.0, 170.0), (0.0, 35.0, -80.0)])
def test_a_corner_under_a_hand_follows_from_what_else_is_seen(
    turned: tuple[float, float, float], mirrored: bool
) -> None:
    true = photographed(turned, mirrored=mirrored)
    guess = true.copy()
    guess[2] += 0.15 * (true[0] - true[2])
    clues = [pose.points(CARD, guess, np.array([0.8, 0.8, 12.0, 0.8])), *edges(true, [0, 3])]
    clues.append(row_of_digits(true))
    assert off_mm(pose.settled(clues, guess, WIDTH, HEIGHT), true) < 1.2 < off_mm(guess, true)


def test_one_wrong_clue_among_good_ones_counts_for_little() -> None:
    true = photographed((8.0, -15.0, 3.0))
    guess = true.copy()
    guess[1] += (-90.0, 25.0)  # and nothing says that it is off
    clues = [pose.points(CARD, guess, np.full(4, 3.0)), *edges(true, [0, 2, 3])]
    clues.append(row_of_digits(true))
    assert off_mm(guess, true) > 15
    assert off_mm(pose.settled(clues, guess, WIDTH, HEIGHT), true) < 3


@pytest.mark.parametrize("focal", [0.6, 1.1])
def test_another_lens_than_expected_does_no_harm_where_all_is_seen(focal: float) -> None:
    true = photographed((20.0, -25.0, 12.0), focal)
    clues = [pose.points(CARD, true, np.full(4, 3.0)), *edges(true, [0, 1, 2, 3])]
    assert off_mm(pose.settled(clues, true, WIDTH, HEIGHT), true) < 0.7
