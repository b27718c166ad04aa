"""What a run found, and which of the bars it meets."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.speed import clock
from benchmarks.speed.clock import Round, Spread, Times
from benchmarks.speed.judging import Judging
from benchmarks.speed.machine import Machine
from benchmarks.speed.processes import Memory, Throughput

FLOOR: Final = "floor"
CHECK: Final = "check"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One size and format of photo.

    Attributes:
        megabytes: of a file, on average; 10**6 bytes.
        times: contender → its times.
        stages_ms: stage → median; ``rest`` is what no stage accounts for, the verdict above all.
        over_floor: how many times as long a check takes as the decoder alone.
        over_floor_cpu: likewise, by processor time.
        above_floor_ms: how much longer a check takes than the decoder alone.
        slower: peer → how many times as long as a check it takes.
    """

    title: str
    megabytes: float
    times: dict[str, Times]
    stages_ms: dict[str, float]
    over_floor: Spread
    over_floor_cpu: Spread
    above_floor_ms: Spread
    slower: dict[str, Spread]


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
        at_most: whether it is an upper bound.
    """

    title: str
    found: float
    limit: float
    unit: str
    at_most: bool = True

    @property
    def holds(self) -> bool:
        """Whether it is reached."""
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
        over_floor=clock.ratio(done, CHECK, FLOOR),
        over_floor_cpu=clock.cpu_ratio(done, CHECK, FLOOR),
        above_floor_ms=clock.difference(done, CHECK, FLOOR),
        slower={name: clock.ratio(done, name, CHECK) for name in contenders if name not in {FLOOR, CHECK}},
    )


def bars(result: Result) -> Iterator[Bar]:
    """The bars for which the run has a figure."""
    large, small = result.cases["jpeg_12mp"], result.cases["jpeg_2mp"]
    yield Bar("a check of 12 MP over the decoder alone", large.over_floor.median, 2.0, "×")
    yield Bar("a check of 2 MP above the decoder alone", small.above_floor_ms.median, 32, "ms")
    for title, case, peer, limit in (
        ("RapidOCR on a whole photo of 2 MP over a check", small, "rapidocr_photo", 25),
        ("RapidOCR on a whole photo of 12 MP over a check", large, "rapidocr_photo", 25),
        ("Tesseract on a whole photo of 12 MP over a check", large, "pytesseract_photo", 35),
    ):
        if peer in case.slower:
            yield Bar(title, case.slower[peer].median, limit, "×", at_most=False)
    if result.throughput.workers == 2:
        yield Bar("two processes over one", result.throughput.gain.median, 1.8, "×", at_most=False)
    yield Bar("import and first result", result.starts["first_result"].p50 / 1e3, 1.0, "s")
    yield Bar("idcheck --help", result.starts["help"].p50 / 1e3, 0.3, "s")
    yield Bar("resident memory of a worker, steady", result.memory.steady, 400, "MB")
    yield Bar(f"its growth over {result.memory.over} photos", 100 * result.memory.growth, 2, "%")
    rate = result.judging.decide.median
    yield Bar("submissions judged again a second", rate, 20_000, "/s", at_most=False)
