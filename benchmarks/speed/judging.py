"""How many stored submissions a second a core can judge again, without a photo."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.speed.clock import Spread, spread
from benchmarks.speed.contenders import ON
from idcheck import Checker, Claim, Facts, Measured, Policy
from idcheck.verdict import decide, judge

SAMPLES: Final = Path(__file__).parents[2] / "samples"


@dataclass(frozen=True, slots=True)
class Judging:
    """Submissions a second of processor time, one core.

    Attributes:
        decide: decision and findings of what is in memory.
        judge: the whole report of the same.
        decide_json: decision and findings of what is stored as JSON text.
    """

    decide: Spread
    judge: Spread
    decide_json: Spread


@dataclass(frozen=True, slots=True)
class Stored:
    """A sample's measurements as an archive keeps them."""

    measured: Measured
    text: str
    facts: Facts


def stored(checker: Checker) -> list[Stored]:
    """Measure the committed samples: approved ones and ones with every defect."""
    lines = (SAMPLES / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    found = []
    for row in map(json.loads, lines):
        measured = checker.measure((SAMPLES / row["file"]).read_bytes(), Claim(**row["claim"]))
        found.append(Stored(measured, measured.to_json(), Facts(**row["facts"])))
    return found


def stricter() -> Policy:
    """Another policy than the one that was in force: the default with higher demands on sharpness."""
    data = Policy.default().model_dump()
    for name, curve in data["curves"].items():
        if name.endswith(".blur"):
            curve["fail_below"] = 60
    return Policy.model_validate(data)


def judging(archive: Sequence[Stored], rounds: int) -> Judging:
    """Judge the archive so many times in each way, in turn."""
    policy = stricter()
    ways: dict[str, Callable[[Stored], object]] = {
        "decide": lambda one: decide(one.measured, one.facts, policy, ON),
        "judge": lambda one: judge(one.measured, one.facts, policy, ON),
        "decide_json": lambda one: decide(Measured.from_dict(json.loads(one.text)), one.facts, policy, ON),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time()
            for one in archive:
                way(one)
            rates[name].append(len(archive) / (time.process_time() - start))
    return Judging(**{name: spread(values) for name, values in rates.items()})
