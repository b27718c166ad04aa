"""The committed samples: through the public interface and through the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from idcheck import Checker, Claim, Facts, Report, photo
from idcheck.cli import EXIT_CODES, app
from idcheck.reasons import CATALOGUE

SAMPLES = Path(__file__).parents[1] / "samples"
ROWS = [json.loads(line) for line in (SAMPLES / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
ids = [row["id"] for row in ROWS]


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


def check(checker: Checker, row: dict[str, Any]) -> Report:
    data = (SAMPLES / row["file"]).read_bytes()
    claim, facts = Claim(**row["claim"]), Facts(**row["facts"])
    return checker.check(data, claim, facts=facts, on=date.fromisoformat(row["on"]))


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_each_sample_gets_its_decision_and_its_reasons(checker, row):
    report = check(checker, row)
    assert report.decision.value == row["decision"]
    assert sorted({reason.code for reason in report.reasons}) == row["codes"]


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["decision"] == "approved"], ids=lambda row: row["id"]
)
def test_a_photo_that_lost_its_orientation_is_approved_too(checker, row, quarters):
    picture = np.rot90(photo.decode((SAMPLES / row["file"]).read_bytes()).bgr, quarters)
    lying = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    claim, facts = Claim(**row["claim"]), Facts(**row["facts"])
    report = checker.check(lying, claim, facts=facts, on=date.fromisoformat(row["on"]))
    assert report.decision.value == "approved", [reason.code for reason in report.reasons]


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_the_command_line_says_the_same(row):
    facts = row["facts"]
    arguments = ["check", str(SAMPLES / row["file"]), "--json", "--on", row["on"]]
    arguments += ["--name", row["claim"]["name"], "--id-number", row["claim"]["id_number"]]
    for option, value in (
        ("--valid-until", facts.get("valid_until")),
        ("--valid-from", facts.get("valid_from")),
        ("--accounts", facts.get("accounts_verified")),
        ("--violation", {True: "yes", False: "no"}.get(facts.get("severe_violation"))),
    ):
        arguments += [option, str(value)] if value is not None else []
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == EXIT_CODES[row["decision"]], result.output
    report = json.loads(result.stdout)
    assert sorted({reason["code"] for reason in report["reasons"]}) == row["codes"]


def test_the_samples_cover_approval_every_code_and_every_decision():
    assert {code for row in ROWS for code in row["codes"]} == {entry.code for entry in CATALOGUE}
    assert {row["decision"] for row in ROWS} == set(EXIT_CODES)


def test_there_are_enough_samples_and_they_are_small():
    photos = {row["file"] for row in ROWS}
    assert photos == {f"photos/{path.name}" for path in (SAMPLES / "photos").iterdir()}
    assert len(photos) >= 24
    assert sum((SAMPLES / photo).stat().st_size for photo in photos) <= 6_000_000


def test_the_same_submission_gives_the_same_report_byte_for_byte(checker):
    first, second = (check(checker, ROWS[0]).to_dict() for _ in range(2))
    first.pop("timings_ms")
    second.pop("timings_ms")
    assert json.dumps(first) == json.dumps(second)


def test_what_was_measured_can_be_judged_again_without_the_photo(checker):
    row = ROWS[0]
    measured = checker.measure((SAMPLES / row["file"]).read_bytes(), Claim(**row["claim"]))
    kept = type(measured).from_dict(json.loads(measured.to_json()))
    on = date.fromisoformat(row["on"])
    facts = Facts(**row["facts"])
    assert checker.judge(kept, facts, on=on) == checker.judge(measured, facts, on=on)
    expired = checker.judge(kept, Facts(**row["facts"] | {"valid_until": "2020-01-01"}), on=on)
    assert "document.expired" in {reason.code for reason in expired.reasons}
