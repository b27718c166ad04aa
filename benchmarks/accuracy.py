"""``python -m benchmarks.accuracy --data DIR [--out DIR]``: how right idcheck is on a labelled set.

Runs the public interface over every picture and claim, prints the figures as JSON, and with ``--out`` writes
``figures.json``, ``rows.jsonl`` (every report) and ``report.html`` with the worst cases as pictures.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import cv2
import typer
from rich.console import Console
from rich.progress import track

from benchmarks.figures import Row, all_figures, badness
from benchmarks.labelled import Submission, read_submissions
from benchmarks.page import write_page
from idcheck import Checker, Facts

ON: Final = date(2026, 11, 22)
FACTS: Final = Facts(valid_until="2035-01-01", accounts_verified=0, severe_violation=False)
WORST: Final = 20


def run(submissions: list[Submission]) -> list[Row]:
    """Check every submission, with progress on standard error."""
    cv2.setNumThreads(1)
    checker = Checker()
    console = Console(stderr=True)
    rows = []
    for submission in track(submissions, description="checking", console=console):
        data = submission.picture.path.read_bytes()
        rows.append(Row(submission, checker.check(data, submission.claim, facts=FACTS, on=ON)))
    return rows


def main(
    data: Annotated[
        Path, typer.Option(help="Folder with pictures and labels.jsonl.", exists=True, file_okay=False)
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for the report.", file_okay=False)] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many submissions.")] = None,
) -> None:
    """Run idcheck over a labelled set and print how right it was."""
    rows = run(read_submissions(data)[:limit])
    figures = all_figures(rows)
    typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    with (out / "rows.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            line = {"label": row.label, "kind": row.submission.kind, "report": row.report.to_dict()}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    genuine = [row for row in rows if row.submission.is_genuine]
    worst = sorted((row for row in genuine if badness(row) > 0), key=badness, reverse=True)[:WORST]
    write_page(out, figures, worst)
    Console(stderr=True).print(f"→ {out / 'report.html'}")


if __name__ == "__main__":
    typer.run(main)
