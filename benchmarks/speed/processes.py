"""What processes cost: to start, to keep in memory, and what a second one brings."""

from __future__ import annotations

import itertools
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import cv2

from benchmarks.speed import contenders
from benchmarks.speed.cases import CASES, SCENES, Photo, photo
from benchmarks.speed.clock import Contender, Spread, spread
from idcheck import Checker, IdcheckError, Submission, Workers, check_many
from idcheck.workers import run, usable_cores

MB: Final = 2**20
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

# ---------------------------------------------------------------- start

_FIRST_RESULT: Final = """
import sys
from pathlib import Path
from idcheck import Checker, Claim
Checker().check(Path(sys.argv[1]).read_bytes(), Claim(sys.argv[2], sys.argv[3]))
"""
_NAMES: Final = "from idcheck import Checker, Claim, Decision, Facts, IdcheckError, Measured, Policy, Report"


def starts(photo_file: Path, photo: Photo) -> dict[str, Contender]:
    """Fresh processes: Python alone, the import, the first result, and the command's help."""
    commands = {
        "python": ["-c", "pass"],
        "import": ["-c", _NAMES],
        "first_result": ["-c", _FIRST_RESULT, str(photo_file), photo.claim.name, photo.claim.id_number],
        "help": ["-c", "from idcheck.cli import app; app()", "--help"],
    }
    return {name: Contender(partial(_start, arguments)) for name, arguments in commands.items()}


def _start(arguments: Sequence[str], _number: int) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


# ---------------------------------------------------------------- memory


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of one worker over many photos, in MB (2**20 bytes).

    Attributes:
        steady: the median over the last tenth.
        peak: the most at any time.
        growth: of the last tenth over the second one, as a fraction; the first is for warming up.
        over: photos.
    """

    steady: float
    peak: float
    growth: float
    over: int


def resident(folder: Path, count: int) -> Iterator[tuple[float, float]]:
    """Check so many photos, of all cases in turn, in one worker; resident MB and peak MB after each."""
    for found in run(partial(_keeping, folder), range(count), Workers(1)):
        if isinstance(found, IdcheckError):
            raise found
        yield found


def _keeping(folder: Path) -> Callable[[int], tuple[float, float]]:
    cv2.setNumThreads(1)
    checker = Checker()
    every = list(itertools.product(CASES, range(len(SCENES))))

    def check(number: int) -> tuple[float, float]:
        contenders.check(checker, photo(*every[number % len(every)], folder))
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * _PAGE / MB, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB

    return check


def memory(sizes: Sequence[tuple[float, float]]) -> Memory:
    """The figures of a run of at least 20 photos."""
    tenth = len(sizes) // 10
    resident_mb = [size for size, _ in sizes]
    steady = statistics.median(resident_mb[-tenth:])
    before = statistics.median(resident_mb[tenth : 2 * tenth])
    return Memory(steady, max(peak for _, peak in sizes), steady / before - 1, len(sizes))


# ---------------------------------------------------------------- one process, then one a core


@dataclass(frozen=True, slots=True)
class Throughput:
    """Photos a second with one worker and with one a core, and what the others bring.

    Attributes:
        workers: how many the second figure is for.
        gain: the ratio of the two, round by round.
    """

    one: Spread
    all: Spread
    workers: int
    gain: Spread


def throughput(files: Sequence[Submission], photos_a_round: int, count: int) -> Throughput:
    """Check the same photos by `check_many` with one worker and with one a core, in turn."""
    cores = usable_cores()
    done = [
        {workers: _rate(files, photos_a_round, workers) for workers in ((1, cores) if i % 2 else (cores, 1))}
        for i in range(count)
    ]
    return Throughput(
        one=spread([rates[1] for rates in done]),
        all=spread([rates[cores] for rates in done]),
        workers=cores,
        gain=spread([rates[cores] / rates[1] for rates in done]),
    )


def _rate(files: Sequence[Submission], count: int, workers: int) -> float:
    """Photos a second, once every worker has loaded its models and done its first."""
    warm = 4 * workers
    results = check_many(itertools.islice(itertools.cycle(files), warm + count), workers=Workers(workers))
    for result in itertools.islice(results, warm):
        _must_be_report(result)
    start = time.perf_counter()
    for result in results:
        _must_be_report(result)
    return count / (time.perf_counter() - start)


def _must_be_report(result: object) -> None:
    if isinstance(result, IdcheckError):
        raise result
