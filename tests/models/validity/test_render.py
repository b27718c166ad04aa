from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck.layout import EMBLEM_FIELDS
from idcheck.reading.validity import ALPHABET, INPUT_SIZE, picture
from idcheck.types import Gray
from models.number.printing import OCR_B
from models.number.render import Conditions, Cover, Wrong
from models.particulars.printing import FACES, HELD_OUT
from models.validity import printing
from models.validity.pool import MOST
from models.validity.printing import AREA, random_text
from models.validity.render import Strip, draw, random_conditions
from samples import fonts

pytestmark = pytest.mark.needs("fonts")

CLEAR = Conditions(face=FACES[0], corners_mm=0.0, processing=0.0)
DAYS, LONG = "2015.01.31-2035.01.31", "2019.12.03-长期"


@pytest.fixture(autouse=True)
def _faces_of_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training prints in more fonts than a machine that tests needs."""
    monkeypatch.setattr(printing, "FACES", fonts.available(fonts.CHINESE))
    monkeypatch.setattr(printing, "DIGIT_FACES", OCR_B)


def drawn(seed: int = 1, conditions: Conditions = CLEAR, text: str = DAYS) -> Strip:
    return draw(np.random.default_rng(seed), text, conditions)


def test_one_seed_draws_one_strip():
    first, again, other = drawn(1), drawn(1), drawn(2)
    assert picture(first.picture).shape == INPUT_SIZE[::-1]
    assert np.array_equal(first.picture, again.picture)
    assert not np.array_equal(first.picture, other.picture)


def test_more_is_printed_than_the_strip_shows():
    box = EMBLEM_FIELDS["validity"]
    assert AREA.x < box.x
    assert AREA.y < box.y
    assert box.x + box.width < AREA.x + AREA.width
    assert box.y + box.height < AREA.y + AREA.height


def _darkest(seen: Gray, columns: NDArray[np.intp]) -> float:
    """The level of what is darkest at these columns, in the mean."""
    inside = columns[(columns > 3) & (columns < seen.shape[1] - 4)]
    return float(np.mean([np.sort(seen[:, m - 2 : m + 3], axis=None)[3] for m in inside]))


@pytest.mark.parametrize("text", [DAYS, LONG])
def test_characters_stand_where_the_strip_says(text: str):
    strips = [drawn(seed, replace(CLEAR, tilt_deg=15.0), text) for seed in range(8)]
    whole = [strip for strip in strips if strip.visible.min() > 0.99]  # the frame cuts the others' ends off
    assert len(whole) >= 6
    for strip in whole:
        assert len(strip.centres) == len(strip.visible) == len(text)
        assert np.all(np.diff(strip.centres) > 3)
        seen = picture(strip.picture)
        middles = strip.centres.round().astype(int)
        paper = np.median(seen[:, middles.min() : middles.max()])
        assert _darkest(seen, middles) < 0.75 * paper
        between = (middles[:-1] + middles[1:]) // 2
        assert _darkest(seen, middles) < _darkest(seen, between)


def test_covers_hide_characters_and_the_truth_says_which():
    covers: tuple[Cover, ...] = ("finger", "patches", "glare")
    for cover in covers:
        strips = [drawn(seed, replace(CLEAR, cover=cover)) for seed in range(16)]
        assert min(float(strip.visible.min()) for strip in strips) < 0.2
    assert drawn().visible == pytest.approx(np.ones(len(DAYS)), abs=1e-3)


def test_strips_that_show_something_else_say_so():
    assert drawn().readable
    wrongs: tuple[Wrong, ...] = ("mirrored", "turned", "other text")
    for wrong in wrongs:
        assert not drawn(conditions=replace(CLEAR, wrong=wrong)).readable


def test_what_is_written_knows_little_of_dates():
    rng = np.random.default_rng(0)
    found = [random_text(rng) for _ in range(3000)]
    assert {len(text) for text in found} == {len(DAYS), len(LONG)}
    assert max(map(len, found)) == MOST
    assert set("".join(found)) == set(ALPHABET)
    for place in (0, 1, 2, 3, 5, 6, 8, 9):
        counts = [sum(text[place] == digit for text in found) for digit in "0123456789"]
        assert min(counts) > 60, place


def test_some_faces_are_never_trained_on():
    assert not set(HELD_OUT) & set(FACES)
    rng = np.random.default_rng(0)
    assert {random_conditions(rng).face for _ in range(300)} == set(FACES)
