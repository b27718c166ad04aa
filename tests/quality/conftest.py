from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from idcheck import weights
from idcheck.quality import Assessor
from idcheck.scene import Strips
from idcheck.types import RawMeasure
from tests.quality.cards import F32, Shot, flat_card, scene_of, shoot

Measured = Callable[..., dict[str, RawMeasure]]


@pytest.fixture(scope="session")
def assessor() -> Assessor:
    return Assessor(weights.load("face_landmark"))


@pytest.fixture(scope="session")
def measured(assessor: Assessor) -> Measured:
    """Photographs a flat card and measures it; None is the card that nobody painted on."""

    def of(
        flat: F32 | None, shot: Shot | None = None, shift_px: tuple[float, float] = (0, 0)
    ) -> dict[str, RawMeasure]:
        if flat is None:
            return untouched(shot or Shot(), shift_px)
        photo, card = shoot(flat, shot, shift_px=shift_px)
        return {m.name: m for m in assessor.assess(Strips(photo), scene_of(photo, card))}

    @cache
    def untouched(shot: Shot, shift_px: tuple[float, float]) -> dict[str, RawMeasure]:
        return of(flat_card(), shot, shift_px)

    return of


def raw(measures: dict[str, RawMeasure], name: str) -> float:
    """A value that must be there."""
    value = measures[name].raw
    assert value is not None, f"{name}: {measures[name].cause}"
    return value
