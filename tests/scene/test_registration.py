from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck import weights
from idcheck.errors import WeightsCorruptError
from idcheck.photo import Photo
from idcheck.scene import pose
from idcheck.scene.geometry import CARD_MM
from idcheck.scene.registration import NOMINAL_MM, Registration
from tests.scene.pictures import HELD, off_mm, put_card


def held(card: NDArray[np.uint8], left: float = 0.0) -> Photo:
    """A photo of the card at `HELD`, before stripes, `left` pixels of its left side beyond the frame."""
    stripes = 90 + 60 * (np.mgrid[:800, :900][0] // 23 % 2)
    photo = np.repeat(stripes[:, :, None], 3, axis=2).astype(np.uint8)
    put_card(photo, card)
    return Photo.from_pixels(np.ascontiguousarray(photo[:, round(left) :]))


def settled(registration: Registration, photo: Photo, guess: NDArray[np.float64]) -> NDArray[np.float64]:
    for _ in range(3):
        told = registration.clues(photo, guess)
        assert told is not None
        guess = pose.settled([told], guess, photo.width, photo.height)
    return guess


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(
    "wrong",
    [
        [(0, 0), (0, 0), (0, 0), (0, 0)],
        [(-40, 10), (0, 0), (0, 0), (0, 0)],
        [(-50, 0), (0, 0), (0, 0), (-60, 0)],
        [(0, 0), (0, -45), (10, -30), (0, 0)],
    ],
    ids=["right", "a corner", "an edge", "an end"],
)
def test_print_tells_where_a_card_lies_that_was_found_wrong(
    registration: Registration, flat_card: NDArray[np.uint8], wrong: list[tuple[int, int]]
):
    assert off_mm(settled(registration, held(flat_card), HELD + wrong), HELD) < 1.2


@pytest.mark.needs("fonts")
def test_print_tells_how_far_a_card_goes_on_beyond_the_frame(
    registration: Registration, flat_card: NDArray[np.uint8]
):
    true = HELD - (260.0, 0.0)  # a good part of its left end is cut off
    guess = true + np.array([(50, 0), (0, 0), (0, 0), (50, 0)])
    assert off_mm(settled(registration, held(flat_card, left=260), guess), true) < 2.0 < off_mm(guess, true)


@pytest.mark.parametrize("level", [0, 200])
def test_what_is_blank_tells_nothing(registration: Registration, level: int):
    blank = Photo.from_pixels(np.full((800, 900, 3), level, np.uint8))
    assert registration.clues(blank, HELD) is None


def test_another_network_is_refused():
    for model in (b"no network", weights.load("card_locator")):
        with pytest.raises(WeightsCorruptError):
            Registration(model)


def test_parts_lie_evenly_on_what_is_shown():
    assert NOMINAL_MM.shape == (20, 30, 2)
    middle = np.array(CARD_MM.polygon).mean(axis=0)
    assert np.allclose(NOMINAL_MM.reshape(-1, 2).mean(axis=0), middle)
    steps = np.diff(NOMINAL_MM, axis=1)[..., 0], np.diff(NOMINAL_MM, axis=0)[..., 1]
    assert all(np.allclose(step, step.flat[0]) for step in steps)
