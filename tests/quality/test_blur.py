from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from idcheck.quality.cause import Cause
from idcheck.quality.spread import spread_mm
from tests.quality.cards import FINE, PAPER, Shot, cover, flat_card, shots
from tests.quality.conftest import Measured, raw

SUBJECTS = ("card.blur", "name.blur", "id_number.blur")


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_disc_of_confusion_is_measured_in_mm(measured: Measured, name: str) -> None:
    for shot in shots(disc_mm=(0.4, 0.8, 1.2, 1.8)):
        assert raw(measured(None, shot), name) == pytest.approx(shot.blur_mm, rel=0.55)


@pytest.mark.parametrize("name", SUBJECTS)
def test_more_blur_is_never_less(measured: Measured, name: str) -> None:
    by_disc = [raw(measured(None, s), name) for s in shots(disc_mm=(0, 0.4, 0.8, 1.2, 1.8, 2.5))]
    by_shake = [raw(measured(None, s), name) for s in shots(shake_mm=(0, 0.5, 1, 2, 3))]
    for values in (by_disc, by_shake):
        assert all(less < more for less, more in pairwise(values)), values


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("degrees", [0, 45, 90, 135])
def test_a_streak_counts_by_its_long_axis(measured: Measured, name: str, degrees: float) -> None:
    shot = Shot(shake_mm=1.5, shake_deg=degrees)
    sharp = raw(measured(None), name)
    assert raw(measured(None, shot), name) == pytest.approx(shot.blur_mm, rel=0.4)
    assert raw(measured(None, shot), name) > 2 * sharp


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_unit_is_a_mm_of_the_card_whatever_the_distance(measured: Measured, name: str) -> None:
    near, far = (measured(None, Shot(px_per_mm=density, disc_mm=1.0)) for density in (10.0, 5.0))
    assert raw(near, name) == pytest.approx(raw(far, name), rel=0.25)


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("shot", [Shot(noise=8), Shot(light=0.4), Shot(noise=4, light=0.5)])
def test_neither_noise_nor_dark_passes_for_blur(measured: Measured, name: str, shot: Shot) -> None:
    assert raw(measured(None, shot), name) == pytest.approx(raw(measured(None), name), rel=0.15)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_how_the_card_lies_in_the_photo_does_not_matter(
    measured: Measured, quarters: int, mirrored: bool
) -> None:
    turned = measured(None, Shot(disc_mm=0.6, quarters=quarters, mirrored=mirrored))
    straight = measured(None, Shot(disc_mm=0.6))
    for name in SUBJECTS:
        assert raw(turned, name) == pytest.approx(raw(straight, name), rel=0.05)


def test_a_card_without_print_cannot_be_assessed(measured: Measured) -> None:
    blank = np.broadcast_to(PAPER, flat_card().shape).astype(np.float32)
    found = measured(blank)
    assert [found[name].cause for name in SUBJECTS] == [Cause.NO_PRINT] * 3
    assert [found[name].raw for name in SUBJECTS] == [None] * 3


def test_noise_alone_is_not_print() -> None:
    noise = np.random.default_rng(3).normal(128, 12, (60, 480)).clip(0, 255).astype(np.uint8)
    assert spread_mm(noise, np.ones(noise.shape, np.bool_), 10.0, (0.13, 0.25)) is Cause.NO_PRINT


def test_a_field_under_a_hand_cannot_be_assessed(measured: Measured) -> None:
    found = measured(cover(flat_card(), 50, 50, 40, 8))
    assert found["id_number.blur"].cause == Cause.COVERED
    assert found["id_number.lighting"].cause == Cause.COVERED


def test_the_edge_of_a_finger_is_no_edge_of_print(measured: Measured) -> None:
    soft = Shot(disc_mm=1.2)
    bare, touched = measured(None, soft), measured(cover(flat_card(), 30, 50, 6, 12), soft)
    assert raw(touched, "id_number.blur") == pytest.approx(raw(bare, "id_number.blur"), rel=0.15)


def test_number_and_body_steady_the_name(measured: Measured) -> None:
    smeared = flat_card().copy()
    line = smeared[round(7.0 * FINE) : round(13.5 * FINE), : round(50 * FINE)]
    cv2.GaussianBlur(line, (0, 0), 0.6 * FINE, dst=line)
    sharp, name_alone, covered = (
        measured(card) for card in (None, smeared, cover(cover(smeared, 50, 50, 40, 8), 33, 30, 36, 14))
    )
    others = [raw(sharp, "id_number.blur"), raw(sharp, "card.blur")]
    assert raw(name_alone, "name.blur") == pytest.approx(max(others), rel=0.02)
    assert raw(covered, "name.blur") > 2 * max(others)
