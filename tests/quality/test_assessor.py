from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from idcheck.errors import UsageError
from idcheck.layout import FIELDS
from idcheck.quality import MEASURES, Assessor, Cause
from idcheck.scene import Strips
from idcheck.scene.rectify import region
from idcheck.types import Box, Face, Side, Status
from tests.quality.cards import Shot, flat_card, scene_of, shoot
from tests.quality.conftest import Measured, raw

UNITS = {"mm", "dB", "px/mm", "deg", "1"}


def test_every_measure_is_named_once_in_a_unit_that_reports_know() -> None:
    names = [m.name for m in MEASURES]
    assert len(set(names)) == len(names)
    assert {m.unit for m in MEASURES} <= UNITS


def test_every_entry_comes_back_in_order_with_a_plain_number_or_a_cause(assessor: Assessor) -> None:
    photo, card = shoot(flat_card())
    found = assessor.assess(Strips(photo), scene_of(photo, card))
    assert [m.name for m in found] == [m.name for m in MEASURES]
    for measure in found:
        assert (type(measure.raw) is float) != (measure.cause is not None)


@pytest.mark.parametrize(
    ("with_card", "cause"), [(False, Cause.NO_CARD), (True, Cause.WRONG_SIDE)], ids=["no card", "emblem side"]
)
def test_what_is_missing_is_the_cause(assessor: Assessor, with_card: bool, cause: Cause) -> None:
    photo, card = shoot(flat_card())
    emblem = replace(card, side=Side.EMBLEM)
    found = assessor.assess(Strips(photo), scene_of(photo, emblem if with_card else None))
    causes = {m.name: m.cause for m in found}
    assert causes["name.blur"] == causes["card.occlusion"] == cause
    assert causes["face.occlusion"] == Cause.NO_FACE
    assert (causes["card.framing"] is None) == with_card


def test_a_face_is_measured_without_a_card(assessor: Assessor) -> None:
    photo, _ = shoot(flat_card())
    face = Face(
        Box(100, 100, 200, 200), 0.9, ((160, 180), (240, 180), (200, 220), (200, 250), (105, 200), (295, 200))
    )
    scene = replace(scene_of(photo, None), face=face, faces=1)
    found = {m.name: m for m in assessor.assess(Strips(photo), scene)}
    assert raw(found, "face.resolution") == pytest.approx(80 / 63, abs=1e-4)
    assert found["face.lighting"].status is Status.MEASURED
    assert found["face.lighting"].region == face.box.polygon


def test_only_what_is_asked_for_is_measured(assessor: Assessor) -> None:
    photo, card = shoot(flat_card())
    found = assessor.assess(Strips(photo), scene_of(photo, card), only=["card.tilt", "card.framing"])
    assert [m.name for m in found] == ["card.framing", "card.tilt"]


def test_an_unknown_measure_is_refused(assessor: Assessor) -> None:
    photo, card = shoot(flat_card())
    with pytest.raises(UsageError, match=r"name\.smell"):
        assessor.assess(Strips(photo), scene_of(photo, card), only=["name.smell"])


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_region_is_where_the_field_is_in_the_photo(assessor: Assessor, mirrored: bool) -> None:
    photo, card = shoot(flat_card(), Shot(quarters=1, mirrored=mirrored))
    found = {m.name: m for m in assessor.assess(Strips(photo), scene_of(photo, card))}
    for field in ("name", "id_number"):
        assert found[f"{field}.occlusion"].region == region(card, FIELDS[field])
    whole = found["card.framing"].region
    assert whole is not None
    assert np.asarray(whole) == pytest.approx(np.asarray(card.corners), abs=1e-3)


@pytest.mark.parametrize("density", [3.0, 8.0])
def test_resolution_is_of_the_photo_not_of_the_rectified_card(measured: Measured, density: float) -> None:
    found = measured(None, Shot(px_per_mm=density))
    for name in ("card.resolution", "name.resolution", "id_number.resolution"):
        assert raw(found, name) == pytest.approx(density, rel=1e-3)


def test_the_tilt_is_the_scene_s(assessor: Assessor) -> None:
    photo, card = shoot(flat_card())
    tilted = replace(card, tilt_deg=31.0)
    found = {m.name: m for m in assessor.assess(Strips(photo), scene_of(photo, tilted))}
    assert raw(found, "card.tilt") == 31.0


def test_the_same_photo_gives_the_same_numbers(assessor: Assessor) -> None:
    photo, card = shoot(flat_card())
    once, again = (assessor.assess(Strips(photo), scene_of(photo, card)) for _ in range(2))
    assert once == again
