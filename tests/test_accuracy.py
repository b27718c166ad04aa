"""A small accuracy gate: fields that another renderer draws, read and weighed as a check does.

The floors lie a strip or two below what the committed networks reach: a slower or smaller network that reads
worse does not pass. The seeds were never trained on, and no threshold was fitted to them.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType

import numpy as np
import pytest

from idcheck.pipeline import embedded
from idcheck.policy import Policy
from idcheck.reading.embedded import Embedded

pytestmark = pytest.mark.needs("fonts")

POLICY = Policy.default()


@pytest.fixture(scope="module")
def engine() -> Embedded:
    return embedded()


@pytest.fixture(scope="module")
def matching() -> ModuleType:
    """Drawing strips needs the fonts."""
    return importlib.import_module("benchmarks.matching")


def share(flags: Sequence[bool]) -> float:
    assert len(flags) >= 50
    return float(np.mean(flags))


@pytest.mark.parametrize(
    ("field", "matched", "false_accepts"), [("name", 0.95, 4), ("id_number", 0.98, 0)], ids=["name", "number"]
)
def test_true_claims_match_and_near_misses_do_not(
    engine: Embedded, matching: ModuleType, field: str, matched: float, false_accepts: int
):
    done = list(matching.trials(engine, field, 160, seed=20261))
    limits = getattr(POLICY.match, field)
    genuine = [trial for trial in done if trial.kind == matching.GENUINE]
    assert share([t.matches(limits.accept) for t in genuine if t.legible]) >= matched
    assert not any(t.contradicts(limits.reject) for t in genuine if t.legible)
    others = [trial for trial in done if trial.kind != matching.GENUINE]
    assert len(others) >= 3 * len(genuine)
    assert sum(t.matches(limits.accept) for t in others) <= false_accepts


def test_periods_are_read_and_not_misread(engine: Embedded):
    benchmark = importlib.import_module("benchmarks.validity")
    done = list(benchmark.trials(engine, 240, 20262))
    clear = POLICY.reading.validity_clear
    assert share([t.right and t.read(clear) for t in done if t.legible]) >= 0.97
    assert sum(t.read(clear) and not t.right for t in done) <= 1
