from __future__ import annotations

import numpy as np
import pytest

from idcheck.layout import FIELDS
from idcheck.quality.cover import SHAPE, Cover, cells, cover_mask
from idcheck.scene.rectify import rectify
from tests.quality.cards import F32, Shot, cover, flat_card, millimetres, shoot
from tests.quality.conftest import Measured, raw

PAPER_MM2 = 85.6 * 54 - (0.31 * 85.6 + 3) * (0.60 * 54 + 3)
"""The card less the portrait and its margin."""
SLEEVE = np.array([120.0, 60.0, 40.0], np.float32)
DARK_SKIN = np.array([50.0, 68.0, 100.0], np.float32)


def mask_of(flat: F32, shot: Shot | None = None, shift_px: tuple[float, float] = (0, 0)) -> np.ndarray:
    photo, card = shoot(flat, shot, shift_px=shift_px)
    return cover_mask(rectify(photo, card))


def test_a_bare_card_is_clear() -> None:
    mask = mask_of(flat_card())
    assert mask.shape == SHAPE
    assert (mask == Cover.CLEAR).all()


@pytest.mark.parametrize("colour", [None, SLEEVE, DARK_SKIN])
@pytest.mark.parametrize("across", [6.0, 9.0, 14.0])
def test_a_finger_counts_by_its_area(measured: Measured, colour: F32 | None, across: float) -> None:
    finger = (8.0, 40.0, across, across)
    flat = cover(flat_card(), *finger) if colour is None else cover(flat_card(), *finger, colour)
    x, y = millimetres(flat.shape)
    hidden = float((np.hypot(x - 8, y - 40) <= across).sum()) / 20**2
    assert raw(measured(flat), "card.occlusion") == pytest.approx(hidden / PAPER_MM2, rel=0.2)


@pytest.mark.parametrize("light", [1.0, 0.45])
@pytest.mark.parametrize("noise", [1.0, 6.0])
def test_a_finger_is_seen_in_poor_light(measured: Measured, light: float, noise: float) -> None:
    flat = cover(flat_card(), 8, 40, 9, 9)
    assert raw(measured(flat, Shot(light=light, noise=noise)), "card.occlusion") == pytest.approx(
        0.065, abs=0.02
    )
    assert raw(measured(None, Shot(light=light, noise=noise)), "card.occlusion") == 0


@pytest.mark.parametrize("digits", [2, 5, 9])
def test_covered_digits_count_by_their_share_of_the_line(measured: Measured, digits: int) -> None:
    flat = flat_card()
    x, y = millimetres(flat.shape)
    flat[(x > 29 + 2.51 * 6) & (x < 29 + 2.51 * (6 + digits)) & (y > 40)] = (120, 150, 205)
    found = measured(flat)
    assert raw(found, "id_number.occlusion") == pytest.approx(digits / 18, abs=0.03)
    assert raw(found, "name.occlusion") == 0


def test_a_thumb_beside_the_number_is_no_defect_of_the_number(measured: Measured) -> None:
    found = measured(cover(flat_card(), 14, 47, 9, 7))
    assert raw(found, "id_number.occlusion") == 0
    assert raw(found, "card.occlusion") > 0.03


@pytest.mark.parametrize(("x", "hides"), [(44.0, False), (31.5, True), (26.5, True)])
def test_a_thumb_beside_a_short_name_is_no_defect_of_the_name(
    measured: Measured, x: float, hides: bool
) -> None:
    found = raw(measured(cover(flat_card(), x, 10.0, 5.0, 8.0)), "name.occlusion")
    assert found > 0.1 if hides else found == 0


def test_a_shadow_is_not_a_cover(measured: Measured) -> None:
    flat = flat_card()
    x, _ = millimetres(flat.shape)
    shadow = 1 - 0.45 / (1 + np.exp((x - 40) / 1.5))
    assert raw(measured(flat * shadow[..., None]), "card.occlusion") == 0


def test_coloured_light_that_falls_off_is_not_a_cover(measured: Measured) -> None:
    flat = flat_card()
    x, y = millimetres(flat.shape)
    tint = np.stack([0.75 - 0.002 * x, 0.9 - 0.001 * y, 1.0 - 0.003 * x], axis=-1)
    assert raw(measured(flat * tint), "card.occlusion") == 0


def test_the_portrait_s_own_colours_are_not_a_cover(measured: Measured) -> None:
    flat = flat_card()
    x, y = millimetres(flat.shape)
    flat[(x > 53.5) & (x < 79) & (y > 6) & (y < 37)] = (40, 200, 30)
    assert raw(measured(flat), "card.occlusion") == 0


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_how_the_card_lies_in_the_photo_does_not_matter(quarters: int, mirrored: bool) -> None:
    flat = cover(flat_card(), 60, 47, 8, 10)
    straight, turned = mask_of(flat), mask_of(flat, Shot(quarters=quarters, mirrored=mirrored))
    assert (straight != turned).mean() < 0.005


def test_what_the_frame_cuts_off_is_outside(measured: Measured) -> None:
    shift = (300.0, 0.0)
    mask = mask_of(flat_card(), shift_px=shift)
    found = measured(None, shift_px=shift)
    outside = float((mask == Cover.OUTSIDE).mean())
    assert 0.2 < outside < 0.6
    assert raw(found, "card.framing") == pytest.approx(outside, abs=0.01)
    assert raw(found, "card.occlusion") == 0
    lost = float((cells(mask, FIELDS["id_number"]) == Cover.OUTSIDE).mean())
    assert raw(found, "id_number.occlusion") == pytest.approx(lost, abs=0.03)
    assert lost > 0.3
