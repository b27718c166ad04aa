from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from idcheck.layout import FIELDS
from idcheck.reading.number import ALPHABET, INPUT_SIZE, PLACES, picture
from models.number.printing import OCR_B
from models.number.render import Conditions, Cover, Strip, Wrong, draw, random_conditions, random_text

pytestmark = pytest.mark.needs("fonts")

CLEAR = Conditions(face=OCR_B[0], corners_mm=0.0)
TEXT = "123456789012345678"


def drawn(seed: int = 1, conditions: Conditions = CLEAR) -> Strip:
    return draw(np.random.default_rng(seed), TEXT, conditions)


def contrast(strip: np.ndarray) -> float:
    return float(np.quantile(strip, 0.9)) - float(np.quantile(strip, 0.02))


def test_one_seed_draws_one_strip():
    first, again, other = drawn(1), drawn(1), drawn(2)
    assert np.array_equal(first.picture, again.picture)
    assert not np.array_equal(first.picture, other.picture)


def test_strips_are_cut_as_the_pipeline_cuts_them():
    box = FIELDS["id_number"]
    height, width = drawn().picture.shape
    assert (height, width) == (round(box.height * 10), round(box.width * 10))


def test_characters_stand_where_the_strip_says():
    for seed in range(5):
        strip = drawn(seed, replace(CLEAR, tilt_deg=20.0, turn_deg=70.0, corners_mm=0.4))
        assert np.all(np.diff(strip.centres) > 10)
        line = picture(strip.picture).astype(float).mean(axis=0)
        inside = strip.centres[(strip.centres > 6) & (strip.centres < INPUT_SIZE[0] - 6)]
        gaps = (inside[1:] + inside[:-1]) / 2
        darker_on_print = np.interp(gaps, np.arange(256) + 0.5, line) - np.interp(
            inside[1:], np.arange(256) + 0.5, line
        )
        assert darker_on_print.mean() > 3


def test_blur_noise_darkness_and_distance_take_contrast_or_detail_away():
    plain = replace(CLEAR, processing=0.0)
    clear = drawn(conditions=plain).picture
    detail = np.abs(np.diff(clear.astype(float), axis=1)).mean()
    for worse in (
        replace(plain, defocus_mm=0.6),
        replace(plain, motion_mm=1.5),
        replace(plain, px_per_mm=2.2),
    ):
        blurred = drawn(conditions=worse).picture
        assert np.abs(np.diff(blurred.astype(float), axis=1)).mean() < 0.8 * detail
    assert contrast(drawn(conditions=replace(plain, stops=-3.0)).picture) < 0.7 * contrast(clear)
    assert contrast(drawn(conditions=replace(plain, stops=1.5)).picture) < contrast(clear)


def test_covers_hide_characters_and_the_truth_says_which():
    covers: tuple[Cover, ...] = ("finger", "patches")
    for cover in covers:
        strips = [drawn(seed, replace(CLEAR, cover=cover)) for seed in range(12)]
        assert all(strip.text == TEXT for strip in strips)
        assert min(float(strip.visible.min()) for strip in strips) < 0.1
    assert drawn().visible == pytest.approx(np.ones(PLACES), abs=1e-3)


def test_a_strip_without_a_readable_number_says_so():
    assert drawn().readable
    wrongs: tuple[Wrong, ...] = ("mirrored", "turned", "other text")
    for wrong in wrongs:
        assert not drawn(conditions=replace(CLEAR, wrong=wrong)).readable


def test_characters_are_drawn_evenly_and_independently():
    rng = np.random.default_rng(0)
    texts = [random_text(rng) for _ in range(4000)]
    for place in (0, 6, 13):
        counts = np.array([sum(t[place] == c for t in texts) for c in "0123456789"])
        assert counts.min() > 320
    last = np.array([sum(t[-1] == c for t in texts) for c in ALPHABET])
    assert last.min() > 280
    assert sum("X" in t[:-1] for t in texts) > 100
    repeated = np.mean([t[i] == t[i + 1] for t in texts for i in range(16)])
    assert repeated == pytest.approx(0.12, abs=0.02)


def test_random_conditions_cover_the_range():
    rng = np.random.default_rng(0)
    conditions = [random_conditions(rng) for _ in range(400)]
    assert min(c.px_per_mm for c in conditions) < 2.4
    assert max(c.blur_px for c in conditions) > 2.5
    assert min(c.stops for c in conditions) < -4
    assert {c.cover for c in conditions} == {"none", "finger", "glare", "patches"}
    assert {c.wrong for c in conditions} == {"no", "mirrored", "turned", "other text"}
