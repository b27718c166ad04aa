from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from idcheck import Checker, Claim, Facts, Report, Submission, Workers, check_many
from idcheck.errors import PhotoNotAnImageError, PhotoNotReadableError, WorkerDiedError
from tests.faults import Fatal

SAMPLES = Path(__file__).parents[1] / "samples"
ROWS = [json.loads(line) for line in (SAMPLES / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
ON = date(2026, 11, 22)


def submission(row, **changes):
    parts = {"photo": SAMPLES / row["file"], "claim": Claim(**row["claim"]), "facts": Facts(**row["facts"])}
    return Submission(**(parts | changes))


def row_of(photo):
    return next(row for row in ROWS if row["file"] == f"photos/{photo}.jpg")


def without_times(report):
    assert isinstance(report, Report)
    return report.to_dict() | {"timings_ms": None}


def test_each_submission_gets_the_report_that_it_would_get_alone_in_order():
    rows = [row_of(name) for name in ("clear", "card_occluded", "no_card", "clear_turned")]
    checker = Checker()
    alone = [
        checker.check(
            (SAMPLES / row["file"]).read_bytes(), Claim(**row["claim"]), facts=Facts(**row["facts"]), on=ON
        )
        for row in rows
    ]
    submissions = [submission(row) for row in rows]
    content = (SAMPLES / rows[0]["file"]).read_bytes()
    submissions += [
        submission(rows[0], photo=b"not a photo"),
        submission(rows[0], photo=SAMPLES / "photos" / "missing.jpg"),
        submission(rows[0], photo=content),
    ]
    found = list(check_many(submissions, on=ON, workers=Workers(2)))
    assert [without_times(r) for r in (*found[:4], found[6])] == [
        without_times(r) for r in (*alone, alone[0])
    ]
    assert isinstance(found[4], PhotoNotAnImageError)
    assert isinstance(found[5], PhotoNotReadableError)


def test_a_photo_that_kills_its_worker_is_an_error_and_the_next_one_a_report():
    submissions = [submission(row_of(name)) for name in ("clear", "no_card")]
    found = list(check_many(submissions, on=ON, engine=Fatal, workers=Workers(1)))
    assert isinstance(found[0], WorkerDiedError)
    assert isinstance(found[1], Report)
    assert found[1].provenance.engine == "fatal"


@pytest.mark.parametrize("secret", ["王小明", "110101199001010007", "holiday.jpg"])
def test_a_submission_shows_nothing_of_the_user(secret):
    shown = repr(Submission("holiday.jpg", Claim("王小明", "110101199001010007"), emblem=b"holiday.jpg"))
    assert secret not in shown
