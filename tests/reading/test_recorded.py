from __future__ import annotations

import numpy as np
import pytest

from idcheck.errors import EngineError
from idcheck.reading.recorded import Fault, Faulty, Recorded, digest
from idcheck.types import Transcript

STRIP = np.arange(60, dtype=np.uint8).reshape(6, 10)
SAID = Transcript("王小明", (0.9, 0.9, 0.9), "recorded")
OTHER = Transcript("赵", (0.5,), "recorded")


def test_repeats_what_was_recorded_for_a_strip_however_often() -> None:
    engine = Recorded({digest(STRIP): SAID})
    assert engine.read(STRIP, "name") is SAID
    assert engine.read(STRIP.copy(), "name") is SAID


def test_strips_of_the_same_pixels_and_another_shape_are_others() -> None:
    assert digest(STRIP) != digest(STRIP.reshape(10, 6))


def test_unknown_strips_get_their_turn_and_then_an_error() -> None:
    engine = Recorded({digest(STRIP): SAID}, [OTHER])
    assert engine.read(STRIP[::-1].copy(), "name") is OTHER
    with pytest.raises(EngineError):
        engine.read(STRIP[::-1].copy(), "name")


def test_faults_come_as_scripted_and_then_end() -> None:
    waited: list[bool] = []
    faults = [Fault.RAISE, Fault.HANG, Fault.GARBAGE]
    engine = Faulty(Recorded({digest(STRIP): SAID}), faults, lambda: waited.append(True))
    with pytest.raises(EngineError):
        engine.read(STRIP, "name")
    assert not waited
    with pytest.raises(EngineError):
        engine.read(STRIP, "name")
    assert waited == [True]
    assert engine.read(STRIP, "name").text == "\ufffd" * 5
    assert engine.read(STRIP, "name") is SAID
