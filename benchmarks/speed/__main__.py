"""``python -m benchmarks.speed --out DIR``: how fast idcheck is, beside the decoder and its alternatives.

Prints tables and writes ``speed.json`` and ``speed.svg``; see ``benchmarks/README.md`` for what they mean.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import cv2
import typer
from rich.console import Console
from rich.progress import track

from benchmarks.speed import cases, contenders, processes, result
from benchmarks.speed.cases import CASES, Case, Photo
from benchmarks.speed.chart import write_chart
from benchmarks.speed.clock import Contender, rounds, times
from benchmarks.speed.contenders import FACTS, Floor, NotInstalledError, Run
from benchmarks.speed.judging import judging, stored
from benchmarks.speed.machine import machine
from benchmarks.speed.result import CHECK, FLOOR, CaseResult, Result
from benchmarks.speed.tables import tables
from idcheck import Checker, Submission
from idcheck.workers import keep_freed_memory

COMPARED: Final = ("jpeg_2mp", "jpeg_12mp")
"""The cases on which the peers run, which are slow."""
_JUDGED: Final = 40

told = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is run.

    Attributes:
        rounds: of checks; and of fresh processes.
        peer_rounds: in how many of them the peers run too.
        photos: through one worker, for its memory.
        scaling_rounds: of one worker against all.
        scaling_photos: in each of these.
        repeats: checks and decodings a round.
    """

    rounds: int
    peer_rounds: int
    photos: int
    scaling_rounds: int
    scaling_photos: int = 60
    repeats: int = 3


QUICK: Final = Extent(rounds=3, peer_rounds=1, photos=60, scaling_rounds=1, scaling_photos=12, repeats=2)


class _Stages:
    """Checks, and keeps what each stage took."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self.ms: list[dict[str, float]] = []

    def __call__(self, photo: Photo) -> None:
        start = time.perf_counter()
        stages = contenders.check(self._checker, photo).timings_ms
        rest = 1e3 * (time.perf_counter() - start) - sum(stages.values())
        self.ms.append({**stages, "rest": rest})


def _time_case(
    case: Case, folder: Path, checker: Checker, peers: Mapping[str, Run], extent: Extent
) -> CaseResult:
    """Time everything on one case's photos, a scene a round."""
    photos = cases.photos(case, folder)
    check = _Stages(checker)
    ours: dict[str, Run] = {FLOOR: Floor(), CHECK: check}
    for run in (*ours.values(), *peers.values()):
        run(photos[0])
    check.ms.clear()
    field = {name: Contender(partial(_on, run, photos), extent.repeats) for name, run in ours.items()}
    compared = field | {name: Contender(partial(_on, run, photos)) for name, run in peers.items()}
    with_peers = extent.peer_rounds if peers else 0
    series = chain(rounds(compared, with_peers), rounds(field, extent.rounds - with_peers))
    done = list(track(series, case.title, total=extent.rounds, console=told))
    megabytes = sum(len(photo.data) for photo in photos) / len(photos) / 1e6
    return result.case_result(case.title, megabytes, done, check.ms)


def _on(run: Run, photos: Sequence[Photo], number: int) -> object:
    return run(photos[number % len(photos)])


def _load_peers() -> tuple[dict[str, Run], dict[str, str]]:
    """The peers that can be had, and what the others lack."""
    runs: dict[str, Run] = {}
    lacking: dict[str, str] = {}
    for peer, run in contenders.load_peers():
        if isinstance(run, NotInstalledError):
            lacking[peer.name] = str(run)
            told.print(f"[yellow]left out: {peer.title}; it needs {run}")
        else:
            runs[peer.name] = run
    return runs, lacking


def measure(extent: Extent, folder: Path) -> Result:
    """Make the whole run; its photos lie in the folder, or are drawn into it."""
    on = machine()
    for case in track(CASES, "drawing", console=told):
        cases.photos(case, folder)
    small = CASES[0]
    first = cases.photos(small, folder)[0]
    begun = processes.starts(cases.file_of(small, 0, folder), first)
    starts = list(track(rounds(begun, extent.rounds), "starting", total=extent.rounds, console=told))
    sizes = list(
        track(processes.resident(folder, extent.photos), "memory", total=extent.photos, console=told)
    )
    files = [
        Submission(cases.file_of(case, number, folder), photo.claim, FACTS)
        for case in CASES
        if case.name in COMPARED
        for number, photo in enumerate(cases.photos(case, folder))
    ]
    with told.status("one worker, then one a core"):
        throughput = processes.throughput(files, extent.scaling_photos, extent.scaling_rounds)
    checker = Checker()
    with told.status("judging again"):
        judged = judging(stored(checker), _JUDGED)
    peers, lacking = _load_peers()
    return Result(
        machine=on,
        cases={
            case.name: _time_case(case, folder, checker, peers if case.name in COMPARED else {}, extent)
            for case in CASES
        },
        throughput=throughput,
        starts={name: times(starts, name) for name in begun},
        memory=processes.memory(sizes),
        judging=judged,
        peers={peer.name: peer.title for peer in contenders.PEERS if peer.name in peers},
        left_out=lacking,
    )


def main(
    out: Annotated[Path, typer.Option(help="Folder for speed.json and speed.svg; made if missing.")],
    quick: Annotated[bool, typer.Option("--quick", help="A few minutes' look, not for figures.")] = False,
    rounds_: Annotated[int, typer.Option("--rounds", min=1, help="Rounds of checks.")] = 20,
    peer_rounds: Annotated[
        int, typer.Option(min=0, help="In how many of them the alternatives run; each takes a minute.")
    ] = 10,
    photos: Annotated[int, typer.Option(min=20, help="Through one worker, for its memory.")] = 2000,
    folder: Annotated[
        Path | None,
        typer.Option("--photos-in", help="Where the photos are kept; a temporary folder if not given."),
    ] = None,
) -> None:
    """Time idcheck, the decoder alone, and what people would use instead."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract's, which runs as a program of its own
    cv2.setNumThreads(1)
    keep_freed_memory()  # as each of check_many's workers does; here all contenders gain by it
    extent = QUICK if quick else Extent(rounds_, min(peer_rounds, rounds_), photos, max(1, rounds_ // 4))
    found = measure(extent, folder or cases.default_folder())
    for table in tables(found):
        Console().print(table)
    out.mkdir(parents=True, exist_ok=True)
    (out / "speed.json").write_text(json.dumps(asdict(found), indent=1, ensure_ascii=False), encoding="utf-8")
    write_chart(found, out / "speed.svg")
    told.print(f"→ {out / 'speed.json'}, {out / 'speed.svg'}")


if __name__ == "__main__":
    typer.run(main)
