"""``python -m benchmarks.accuracy --data DIR [--out DIR]``: how right idcheck is on labelled sets.

Runs the public interface over every picture and claim, prints the figures as JSON, and with ``--out`` writes
``figures.json``, ``rows.jsonl`` (the report on every genuine claim), ``trials.jsonl`` (how each typed field
ended, impostors' included) and ``report.html`` with the worst cases as pictures.

A picture is looked at once, however many claims are made of it: the genuine one, those of a ``claims.jsonl``,
and with ``--impostors N`` so many near misses of every kind. With ``--peers N`` other systems decide the
claims on so many of the pictures too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import cv2
import typer
from rich.console import Console
from rich.progress import track

from benchmarks import claim_figures, figures
from benchmarks.claims import Trial, trials, with_impostors
from benchmarks.figures import Row, badness
from benchmarks.labelled import Submission, read_submissions
from benchmarks.page import write_page
from benchmarks.peers import decided, readers
from idcheck import Checker, Facts

ON: Final = date(2026, 11, 22)
FACTS: Final = Facts(valid_until="2035-01-01", accounts_verified=0, severe_violation=False)
WORST: Final = 20


def run(submissions: Iterable[Submission]) -> Iterator[Row]:
    """Check every submission, with progress on standard error; those of one picture must be neighbours."""
    cv2.setNumThreads(1)
    checker = Checker()
    pictures = [list(of_one) for _, of_one in groupby(submissions, key=lambda one: one.picture.path)]
    for claims in track(pictures, description="checking", console=Console(stderr=True)):
        observed = checker.observe(claims[0].picture.path.read_bytes())
        for one in claims:
            yield Row(one, checker.judge(checker.weigh(observed, one.claim), FACTS, on=ON))


def _peers(submissions: Iterable[Submission], ours: Iterable[Trial], count: int) -> dict[str, list[Trial]]:
    """How other systems decide the claims on `count` pictures, spread over the set."""
    of_file: dict[str, list[Trial]] = {}
    for trial in ours:
        of_file.setdefault(trial.file, []).append(trial)
    claimed: dict[str, list[Submission]] = {file: [] for file in of_file}
    for one in submissions:
        claimed.get(one.picture.key, []).append(one)
    files = list(of_file)[:: max(1, len(of_file) // count)][:count]
    found: dict[str, list[Trial]] = {}
    for name, reader in readers().items():
        found[name] = []
        for file in track(files, description=name, console=Console(stderr=True)):
            found[name] += decided(reader, claimed[file], of_file[file])
    return found


def _all_figures(
    genuine: Sequence[Row], every: Sequence[Trial], others: dict[str, list[Trial]]
) -> dict[str, Any]:
    return {
        "scene": figures.scene_figures(genuine),
        "quality": figures.quality_figures(genuine),
        "scores": figures.score_figures(genuine),
        "reading": claim_figures.reading_figures(genuine),
        "claims": claim_figures.claim_figures(every),
        "probabilities": claim_figures.probability_figures(every),
        "systems": claim_figures.system_figures(every, others),
        "decisions": figures.decision_figures(genuine),
    }


def _write(out: Path, found: dict[str, Any], genuine: Sequence[Row], every: Iterable[Trial]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    with (out / "rows.jsonl").open("w", encoding="utf-8") as file:
        for row in genuine:
            line = {"label": row.label, "kind": row.submission.kind, "report": row.report.to_dict()}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    with (out / "trials.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(trial), ensure_ascii=False) + "\n" for trial in every)
    worst = sorted((row for row in genuine if badness(row) > 0), key=badness, reverse=True)[:WORST]
    write_page(out, found, worst)


def main(
    data: Annotated[
        list[Path], typer.Option(help="Folder with pictures and labels.jsonl.", exists=True, file_okay=False)
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for the report.", file_okay=False)] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many claims of the sets.")] = None,
    impostors: Annotated[int, typer.Option(min=0, help="Near misses of every kind, for each picture.")] = 0,
    peers: Annotated[int, typer.Option(min=0, help="Pictures on which other systems decide too.")] = 0,
) -> None:
    """Run idcheck over labelled sets and print how right it was."""
    made = [one for folder in data for one in read_submissions(folder)][:limit]
    submissions = list(with_impostors(made, impostors))
    genuine: list[Row] = []
    every: list[Trial] = []
    for row in run(submissions):
        every += trials(row)
        if row.submission.is_genuine:
            genuine.append(row)
    others = _peers(submissions, every, peers) if peers else {}
    found = _all_figures(genuine, every, others)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    if out is not None:
        _write(out, found, genuine, every)
        Console(stderr=True).print(f"→ {out / 'report.html'}")


if __name__ == "__main__":
    typer.run(main)
