from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.quality.cards import Shot, flat_card, millimetres, shots
from tests.quality.conftest import Measured, raw

FIELDS = ("name.lighting", "id_number.lighting")


@pytest.mark.parametrize("name", FIELDS)
def test_more_noise_or_less_light_never_helps(measured: Measured, name: str) -> None:
    by_noise = [raw(measured(None, s), name) for s in shots(noise=(0.5, 2, 4, 8, 16))]
    by_light = [raw(measured(None, s), name) for s in shots(light=(1.0, 0.5, 0.25, 0.1))]
    for values in (by_noise, by_light):
        assert all(more > less for more, less in pairwise(values)), values


@pytest.mark.parametrize("name", FIELDS)
def test_twice_the_noise_is_six_decibels(measured: Measured, name: str) -> None:
    quiet, loud = (raw(measured(None, s), name) for s in shots(noise=(4, 8)))
    assert quiet - loud == pytest.approx(6.0, abs=1.5)


def test_the_level_of_the_paper_follows_the_srgb_curve(measured: Measured) -> None:
    # Paper of luma 209: ((209 / 255 + 0.055) / 1.055) ** 2.4 = 0.639; half of the level: 0.141.
    full, half = (raw(measured(None, s), "card.lighting") for s in shots(light=(1.0, 0.5)))
    assert full == pytest.approx(10 * np.log10(0.639), abs=0.2)
    assert half == pytest.approx(10 * np.log10(0.141), abs=0.2)


def test_what_is_printed_does_not_change_the_level_of_the_paper(measured: Measured) -> None:
    flat = flat_card()
    x, y = millimetres(flat.shape)
    flat[(x > 55) & (x < 78) & (y > 6) & (y < 37)] = 20
    assert raw(measured(flat), "card.lighting") == pytest.approx(
        raw(measured(None), "card.lighting"), abs=0.1
    )


@pytest.mark.parametrize("radius", [5.0, 8.0, 12.0])
def test_a_lamp_s_reflection_counts_by_its_area(measured: Measured, radius: float) -> None:
    flat = flat_card()
    x, y = millimetres(flat.shape)
    flat[np.hypot(x - 30, y - 25) <= radius] = 255
    found = measured(flat, Shot(noise=0))
    share = np.pi * radius**2 / (85.6 * 54)
    assert raw(found, "card.glare") == pytest.approx(share, rel=0.2)
    assert raw(found, "card.exposure") == pytest.approx(share, rel=0.2)
    assert raw(found, "id_number.glare") == 0


def test_glare_belongs_to_the_field_that_it_hits(measured: Measured) -> None:
    flat = flat_card()
    x, y = millimetres(flat.shape)
    flat[np.hypot(x - 50, y - 46) <= 5] = 255
    found = measured(flat, Shot(noise=0))
    assert raw(found, "id_number.glare") == pytest.approx(10 / 48, abs=0.06)
    assert raw(found, "name.glare") == 0


def test_paper_at_the_limit_is_no_glare_while_print_stands_on_it(measured: Measured) -> None:
    flat = flat_card()
    flat[flat.min(axis=2) > 150] = 255
    found = measured(flat, Shot(noise=0))
    assert raw(found, "card.exposure") > 0.5
    for name in ("card.glare", "name.glare", "id_number.glare"):
        assert raw(found, name) < 0.02


@pytest.mark.parametrize(("name", "x", "y", "share"), [("id_number", 50, 46, 0.2), ("name", 20, 10.7, 0.45)])
def test_glare_on_paper_at_the_limit_is_glare(
    measured: Measured, name: str, x: float, y: float, share: float
) -> None:
    flat = flat_card()
    flat[flat.min(axis=2) > 150] = 255
    across, down = millimetres(flat.shape)
    flat[np.hypot(across - x, down - y) <= 5] = 255
    found = measured(flat, Shot(noise=0))
    other = "name" if name == "id_number" else "id_number"
    assert raw(found, f"{name}.glare") == pytest.approx(share, abs=0.1)
    assert raw(found, f"{other}.glare") < 0.02


def test_glare_beside_a_short_name_is_no_defect_of_the_name(measured: Measured) -> None:
    flat = flat_card()
    x, y = millimetres(flat.shape)
    flat[np.hypot(x - 42, y - 10.5) <= 4] = 255
    found = measured(flat, Shot(noise=0))
    assert raw(found, "name.glare") == 0
    assert raw(found, "card.glare") > 0.005


@pytest.mark.parametrize("name", FIELDS)
def test_blur_and_reflections_are_not_darkness(measured: Measured, name: str) -> None:
    flat = flat_card()
    sharp = raw(measured(None, Shot(noise=4)), name)
    assert raw(measured(None, Shot(noise=4, disc_mm=1.5)), name) == pytest.approx(sharp, abs=1.5)
    assert raw(measured(flat + 0.6 * (255 - flat), Shot(noise=4)), name) > sharp - 1


def test_one_clipped_channel_is_no_glare(measured: Measured) -> None:
    warm = flat_card()
    warm[..., 2] = 255
    assert raw(measured(warm, Shot(noise=0)), "card.glare") == 0


def test_an_overexposed_card_is_clipped_all_over(measured: Measured) -> None:
    found = measured(None, Shot(light=1.6))
    for name in ("card.exposure", "name.exposure", "id_number.exposure"):
        assert raw(found, name) > 0.7
    assert raw(found, "card.lighting") == pytest.approx(0, abs=0.1)
