from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from idcheck.layout import PARTICULARS
from idcheck.reading.particulars import HEIGHT, INPUT_SIZE, WIDTHS
from models.number.printing import OCR_B
from models.number.render import Conditions, Cover, Wrong
from models.particulars import printing
from models.particulars.printing import AREA, FACES, HELD_OUT, Written, random_written
from models.particulars.render import Strips, draw, random_conditions
from samples import fonts

pytestmark = pytest.mark.needs("fonts")

CLEAR = Conditions(face=FACES[0], corners_mm=0.0, processing=0.0)
WRITTEN = Written("女", "19881208")


@pytest.fixture(autouse=True)
def _faces_of_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training prints in more fonts than a machine that tests needs."""
    monkeypatch.setattr(printing, "FACES", fonts.available(fonts.CHINESE))
    monkeypatch.setattr(printing, "DIGIT_FACES", OCR_B)


def drawn(seed: int = 1, conditions: Conditions = CLEAR, written: Written = WRITTEN) -> Strips:
    return draw(np.random.default_rng(seed), written, conditions)


def test_one_seed_draws_one_picture():
    first, again, other = drawn(1), drawn(1), drawn(2)
    assert first.picture.shape == (HEIGHT, sum(WIDTHS.values())) == INPUT_SIZE[::-1]
    assert np.array_equal(first.picture, again.picture)
    assert not np.array_equal(first.picture, other.picture)


def test_the_strips_hold_the_values_and_end_before_the_next_line():
    sex, birth = PARTICULARS["sex"], PARTICULARS["birth"]
    assert sex.x == birth.x
    assert sex.y + sex.height == pytest.approx(birth.y)
    assert sex.width / birth.width == pytest.approx(WIDTHS["sex"] / WIDTHS["birth"], rel=0.002)
    for box in (sex, birth):
        assert AREA.x < box.x
        assert AREA.y < box.y
        assert box.x + box.width < AREA.x + AREA.width
        assert box.y + box.height < AREA.y + AREA.height


def test_characters_stand_where_the_picture_says():
    for seed in range(6):
        strips = drawn(seed, replace(CLEAR, turn_deg=50.0, tilt_deg=15.0), Written("女", "19881228"))
        assert np.all(np.diff(strips.centres) > 4)
        dark = strips.picture.astype(float).min(axis=0)
        middles = strips.centres[strips.printed].round().astype(int)
        on_print = np.mean([dark[m - 3 : m + 4].min() for m in middles])
        assert on_print < np.percentile(dark, 35)


def test_a_zero_that_is_left_out_has_a_place_and_no_print():
    short, padded = drawn(written=Written("女", "20010109")), drawn(written=Written("女", "20010109", True))
    assert short.printed.tolist() == [True] * 5 + [False, True, False, True]
    assert padded.printed.all()
    assert np.isfinite(short.centres).all()
    assert np.all(np.diff(short.centres) > 0)


def test_covers_hide_characters_and_the_truth_says_which():
    covers: tuple[Cover, ...] = ("finger", "patches", "glare")
    for cover in covers:
        pictures = [drawn(seed, replace(CLEAR, cover=cover)) for seed in range(12)]
        assert min(float(strips.visible.min()) for strips in pictures) < 0.2
    assert drawn().visible == pytest.approx(np.ones(9), abs=1e-3)


def test_strips_that_show_something_else_say_so():
    assert drawn().readable
    wrongs: tuple[Wrong, ...] = ("mirrored", "turned", "other text")
    for wrong in wrongs:
        assert not drawn(conditions=replace(CLEAR, wrong=wrong)).readable


def test_what_is_written_knows_little_of_dates_and_nothing_of_the_sex():
    rng = np.random.default_rng(0)
    found = [random_written(rng) for _ in range(4000)]
    assert np.mean([w.sex == "男" for w in found]) == pytest.approx(0.5, abs=0.03)
    for place in range(8):
        counts = [sum(w.birth[place] == digit for w in found) for digit in "0123456789"]
        assert min(counts) > 100, place
    men = [w for w in found if w.sex == "男"]
    assert np.mean([int(w.birth[7]) % 2 for w in men]) == pytest.approx(0.5, abs=0.05)


def test_some_faces_are_never_trained_on():
    assert not set(HELD_OUT) & set(FACES)
    rng = np.random.default_rng(0)
    conditions = [random_conditions(rng) for _ in range(300)]
    assert {c.face for c in conditions} == set(FACES)
    assert max(c.corners_mm for c in conditions) >= 1.5
