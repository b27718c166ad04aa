"""Times several contenders side by side, so that what disturbs the machine disturbs them all.

In every round each contender runs at least once, each round beginning with another one. What is compared are
times of one round; a ratio's spread over the rounds tells how far it can be trusted.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run took.

    Attributes:
        wall_ms: on the clock.
        cpu_ms: of the processor: this process's, and those of the programs that it ran.
    """

    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Contender:
    """What is timed.

    Attributes:
        run: takes the round's number.
        repeats: runs a round.
    """

    run: Callable[[int], object]
    repeats: int = 1


Round = Mapping[str, Sequence[Sample]]
"""Contender → its runs in one round."""


@dataclass(frozen=True, slots=True)
class Times:
    """Many runs in short, in ms."""

    p50: float
    p95: float
    max: float
    cpu_p50: float
    runs: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the rounds."""

    median: float
    p10: float
    p90: float


def timed(run: Callable[[], object]) -> Sample:
    """Run once."""
    cpu, wall = _cpu_s(), time.perf_counter()
    run()
    wall_s = time.perf_counter() - wall
    return Sample(1e3 * wall_s, 1e3 * (_cpu_s() - cpu))


def _cpu_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def rounds(contenders: Mapping[str, Contender], count: int) -> Iterator[Round]:
    """Run all contenders in each of so many rounds."""
    names = list(contenders)
    for number in range(count):
        first = number % len(names)
        found: dict[str, Sequence[Sample]] = {}
        for name in names[first:] + names[:first]:
            contender = contenders[name]
            found[name] = [timed(partial(contender.run, number)) for _ in range(contender.repeats)]
        yield found


def times(done: Sequence[Round], name: str) -> Times:
    """All runs of one contender."""
    runs = [sample for one in done for sample in one.get(name, ())]
    wall = [sample.wall_ms for sample in runs]
    p50, p95 = np.quantile(wall, (0.5, 0.95)).tolist()
    return Times(p50, p95, max(wall), statistics.median(s.cpu_ms for s in runs), len(runs))


def spread(values: Sequence[float]) -> Spread:
    """Median, 10th and 90th percentile."""
    p10, median, p90 = np.quantile(values, (0.1, 0.5, 0.9)).tolist()
    return Spread(median, p10, p90)


def ratios(done: Sequence[Round], one: str, other: str) -> list[Sample]:
    """How many times as long as `other` `one` takes, round by round; a ratio stands where ms stand else."""
    return [Sample(a.wall_ms / b.wall_ms, a.cpu_ms / b.cpu_ms) for a, b in _pairs(done, one, other)]


def differences(done: Sequence[Round], one: str, other: str) -> list[Sample]:
    """How much longer than `other` `one` takes, round by round."""
    return [Sample(a.wall_ms - b.wall_ms, a.cpu_ms - b.cpu_ms) for a, b in _pairs(done, one, other)]


def _pairs(done: Sequence[Round], one: str, other: str) -> list[tuple[Sample, Sample]]:
    """Both contenders' median runs, of each round in which both ran."""
    return [(_median(r[one]), _median(r[other])) for r in done if one in r and other in r]


def _median(runs: Sequence[Sample]) -> Sample:
    return Sample(
        statistics.median(run.wall_ms for run in runs), statistics.median(run.cpu_ms for run in runs)
    )
