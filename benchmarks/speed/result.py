"""What a run found, and which of the bars it meets."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.speed import clock
from benchmarks.speed.clock import Round, Sample, Spread, Times
from benchmarks.speed.judging import Judging
from benchmarks.speed.machine import Machine
from benchmarks.speed.processes import Memory, Throughput

FLOOR: Final = "floor"
CHECK: Final = "check"


@dataclass(frozen=True, slots=True)
class Compared:
    """One contender beside another, round by round, by the clock and in processor time."""

    by_clock: Spread
    by_cpu: Spread


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One size and format of photo.

    Attributes:
        megabytes: of a file, on average; 10**6 bytes.
        times: contender → its times.
        stages_ms: stage → median; ``rest`` is what no stage accounts for, the verdict above all.
        over_floor: how many times as long as the decoder alone a check takes.
        above_floor_ms: how much longer than the decoder alone a check takes.
        slower: peer → how many times as long as a check it takes.
    """

    title: str
    megabytes: float
    times: dict[str, Times]
    stages_ms: dict[str, float]
    over_floor: Compared
    above_floor_ms: Compared
    slower: dict[str, Compared]


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run.

    Attributes:
        cases: name → result.
        starts: what a fresh process does → its times.
        peers: name → title, of those that ran.
        left_out: name → what was missing.
    """

    machine: Machine
    cases: dict[str, CaseResult]
    throughput: Throughput
    starts: dict[str, Times]
    memory: Memory
    judging: Judging
    peers: dict[str, str]
    left_out: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure that must be reached.

    Attributes:
        by_cpu: the same figure in processor time, where there is such a one.
        at_most: whether it is an upper bound.
    """

    title: str
    found: float
    by_cpu: float | None
    limit: float
    unit: str
    at_most: bool = True

    @property
    def holds(self) -> bool:
        """Whether it is reached, by the clock."""
        return self.found <= self.limit if self.at_most else self.found >= self.limit


def case_result(
    title: str, megabytes: float, done: Sequence[Round], stages: Sequence[Mapping[str, float]]
) -> CaseResult:
    """Sum up the rounds of one case, and the stages of its checks; all contenders ran in the first round."""
    contenders = list(done[0])
    return CaseResult(
        title=title,
        megabytes=megabytes,
        times={name: clock.times(done, name) for name in contenders},
        stages_ms={name: statistics.median(one[name] for one in stages) for name in stages[0]},
        over_floor=_compared(clock.ratios(done, CHECK, FLOOR)),
        above_floor_ms=_compared(clock.differences(done, CHECK, FLOOR)),
        slower={
            name: _compared(clock.ratios(done, name, CHECK))
            for name in contenders
            if name not in {FLOOR, CHECK}
        },
    )


def _compared(rounds: Sequence[Sample]) -> Compared:
    return Compared(clock.spread([r.wall_ms for r in rounds]), clock.spread([r.cpu_ms for r in rounds]))


def bars(result: Result) -> Iterator[Bar]:
    """The bars for which the run has a figure."""
    large, small = result.cases["jpeg_12mp"], result.cases["jpeg_2mp"]
    yield _bar("a check of 12 MP, over the decoder alone", large.over_floor, 2.0, "×")
    yield _bar("a check of 2 MP, above the decoder alone", small.above_floor_ms, 32, "ms")
    for title, case, peer, limit in (
        ("RapidOCR on a whole photo of 2 MP, over a check", small, "rapidocr_photo", 25),
        ("RapidOCR on a whole photo of 12 MP, over a check", large, "rapidocr_photo", 25),
        ("Tesseract on a whole photo of 12 MP, over a check", large, "pytesseract_photo", 35),
    ):
        if peer in case.slower:
            yield _bar(title, case.slower[peer], limit, "×", at_most=False)
    if result.throughput.workers == 2:
        yield Bar("two processes over one", result.throughput.gain.median, None, 1.8, "×", at_most=False)
    for title, key, limit_s in (
        ("import and first result", "first_result", 1.0),
        ("idcheck --help", "help", 0.3),
    ):
        times = result.starts[key]
        yield Bar(title, times.p50 / 1e3, times.cpu_p50 / 1e3, limit_s, "s")
    yield Bar("resident memory of a worker, steady", result.memory.steady, None, 400, "MB")
    yield Bar(f"its growth over {result.memory.over} photos", 100 * result.memory.growth, None, 2, "%")
    rate = result.judging.decide
    yield Bar(
        "submissions judged again a second, in processor time",
        rate.median,
        rate.median,
        20_000,
        "/s",
        at_most=False,
    )


def _bar(title: str, of: Compared, limit: float, unit: str, *, at_most: bool = True) -> Bar:
    return Bar(title, of.by_clock.median, of.by_cpu.median, limit, unit, at_most)
