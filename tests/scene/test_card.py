from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck.scene.card import (
    CROP_CORNERS,
    CROP_MM,
    CROP_SIZE,
    FINDER_LONG,
    FINDER_SHORT,
    TURNS,
    Kind,
    decode_corners,
    decode_finder,
    same_place,
    view_of,
)
from idcheck.scene.geometry import card_to_photo, project
from idcheck.scene.rectify import flatten
from idcheck.types import Quad
from tests.scene.pictures import gray_picture

Floats = NDArray[np.float32]

CARD: Quad = ((60.0, 80.0), (210.0, 70.0), (222.0, 175.0), (52.0, 168.0))


def silent_maps() -> Floats:
    maps = np.zeros((9, 32, 24), np.float32)
    maps[0] = -9.0
    return maps


def put(maps: Floats, cell: tuple[int, int], logit: float, angle: float = 0.0) -> None:
    """A card of 6 by 3 cells, its middle (0.25, -0.5) from the cell's."""
    a = np.radians(2 * angle)
    axes = [np.log(3.0), np.cos(a), np.sin(a), np.log(1.5), -np.cos(a), -np.sin(a)]
    maps[:, *cell] = [logit, 0.25, -0.5, *axes]


def test_a_peak_becomes_a_box_in_pixels_of_the_photo() -> None:
    maps = silent_maps()
    put(maps, (10, 6), 2.0)
    (candidate,) = decode_finder(maps, scale=np.array([0.1, 0.1]))
    assert candidate.heat == pytest.approx(1 / (1 + np.exp(-2.0)), abs=1e-6)
    middle = np.array([6.75, 10.0]) * 8 / 0.1
    assert np.allclose(candidate.corners.mean(axis=0), middle)
    assert np.allclose(np.ptp(candidate.corners, axis=0), [6 * 80, 3 * 80], atol=1e-3)


def test_the_long_axis_comes_first_whatever_the_angle() -> None:
    maps = silent_maps()
    put(maps, (10, 6), 2.0, angle=70.0)
    (candidate,) = decode_finder(maps, scale=np.array([1.0, 1.0]))
    along = candidate.corners[1] - candidate.corners[0]
    assert np.linalg.norm(along) == pytest.approx(48, abs=1e-3)
    assert np.degrees(np.arctan2(along[1], along[0])) % 180 == pytest.approx(70, abs=1e-3)


def test_neighbours_of_a_peak_and_weak_cells_are_no_candidates() -> None:
    maps = silent_maps()
    put(maps, (10, 6), 2.0)
    put(maps, (10, 7), 1.9)
    put(maps, (12, 6), 1.0)  # a peak of its own, within the same card
    put(maps, (25, 12), -3.0)
    assert len(decode_finder(maps, np.ones(2))) == 1


def test_two_cards_come_surest_first() -> None:
    maps = silent_maps()
    put(maps, (5, 5), 1.0)
    put(maps, (25, 15), 3.0)
    first, second = decode_finder(maps, np.ones(2))
    assert first.heat > second.heat
    assert first.corners.mean(axis=0)[1] > second.corners.mean(axis=0)[1]


def row_of(turn: int, kind: Kind, placed: NDArray[np.float64]) -> Floats:
    row = np.zeros(20, np.float32)
    row[:8] = placed.ravel()
    row[8:12] = np.log([1.0, 2.0, 3.0, 4.0])
    row[12 + turn] = 5.0
    row[16 + kind] = 6.0
    return row


@pytest.mark.parametrize("turn", range(4))
def test_corners_are_given_in_reading_order(turn: int) -> None:
    seen = decode_corners(row_of(turn, Kind.PORTRAIT, CROP_CORNERS), card_to_photo(CARD))
    assert np.allclose(seen.corners, np.array(CARD)[TURNS[turn]], atol=1e-3)
    assert seen.turns.argmax() == turn
    assert seen.turns.sum() == pytest.approx(1)
    assert seen.kinds[Kind.PORTRAIT] > 0.98
    assert np.allclose(seen.off * 132, np.array([1, 2, 3, 4])[TURNS[turn]])


def test_a_mirrored_turn_runs_anticlockwise_and_a_half_turn_does_not() -> None:
    def runs_clockwise(turn: int) -> bool:
        x, y = decode_corners(row_of(turn, Kind.PORTRAIT, CROP_CORNERS), card_to_photo(CARD)).corners.T
        return bool(x @ np.roll(y, -1) > y @ np.roll(x, -1))

    assert [runs_clockwise(turn) for turn in range(4)] == [True, False, True, False]


def test_corners_that_are_off_in_the_crop_are_off_likewise_in_the_photo() -> None:
    moved = CROP_CORNERS + np.array([3.0, -2.0])
    seen = decode_corners(row_of(0, Kind.EMBLEM, moved), card_to_photo(CARD))
    where = project(card_to_photo(CARD), moved / 132 * 85.6 + (CROP_MM.x, CROP_MM.y))
    assert np.allclose(seen.corners, where, atol=1e-3)


def test_the_crop_shows_the_card_where_its_corners_are_said_to_be() -> None:
    y, x = np.mgrid[:256, :256] + 0.5
    seen = [flatten(gray_picture(v), card_to_photo(CARD), CROP_MM, CROP_SIZE) for v in (x, y)]
    for corner, place in zip(CARD, CROP_CORNERS, strict=True):
        column, row = (round(float(v) - 0.5) for v in place)
        assert abs(float(seen[0][row, column]) - corner[0]) < 2.5
        assert abs(float(seen[1][row, column]) - corner[1]) < 2.5


@pytest.mark.parametrize(("width", "height"), [(1200, 1600), (1600, 1200), (900, 1600), (1000, 1000)])
def test_the_view_holds_the_whole_photo(width: int, height: int) -> None:
    values = np.full((height, width), 60.0)
    values[-height // 20 :, -width // 20 :] = 200.0
    view, scale = view_of(gray_picture(values))
    assert sorted(view.shape) == [FINDER_SHORT, FINDER_LONG]
    assert (view.shape[0] > view.shape[1]) == (height >= width)
    across, down = np.floor(np.array([width, height]) * scale + 1e-6).astype(int)
    assert view[down - 3, across - 3] == 200
    assert view[down - 3, 3] == 60
    assert view[0, 0] == 60


def test_two_quadrilaterals_of_one_thing_are_the_same_place() -> None:
    here = np.array(CARD)
    assert same_place(here, here + 15)
    assert not same_place(here, here + 120)
