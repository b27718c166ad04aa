from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from idcheck.cli import app
from idcheck.photo import decode
from idcheck.report import Report

PHOTO = Path(__file__).parents[2] / "samples/photos/clear.jpg"
EXPECTED = Path(__file__).parents[2] / "samples/expected.jsonl"
ROW = next(
    r
    for r in map(json.loads, EXPECTED.read_text(encoding="utf-8").splitlines())
    if r["file"].endswith("/clear.jpg")
)
CLAIM = ["--name", ROW["claim"]["name"], "--id-number", ROW["claim"]["id_number"]]
FACTS = ["--valid-until", "2035-01-01", "--accounts", "0", "--violation", "no", "--on", "2026-11-22"]


def run(*arguments: str, **kwargs):
    return CliRunner().invoke(
        app, ["check", *arguments], env={"COLUMNS": "120", "LANG": "C", "LC_ALL": ""}, **kwargs
    )


def test_a_clear_photo_is_approved_in_words_of_both_languages():
    english = run(str(PHOTO), *CLAIM, *FACTS)
    chinese = run(str(PHOTO), *CLAIM, *FACTS, "--lang", "zh")
    assert english.exit_code == chinese.exit_code == 0
    assert "approved" in english.output
    assert "通过" in chinese.output


def test_json_is_a_report_and_nothing_else():
    result = run(str(PHOTO), *CLAIM, *FACTS, "--json")
    assert Report.from_dict(json.loads(result.stdout)).decision.value == "approved"


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_the_overlay_shows_the_photo(tmp_path, ending):
    out = tmp_path / f"seen.{ending}"
    assert run(str(PHOTO), *CLAIM, *FACTS, "--overlay", str(out)).exit_code == 0
    drawn, photo = (decode(path.read_bytes()).bgr for path in (out, PHOTO))
    assert drawn.shape[0] / drawn.shape[1] == pytest.approx(photo.shape[0] / photo.shape[1], rel=0.01)
    small = cv2.resize(photo, drawn.shape[1::-1], interpolation=cv2.INTER_AREA)
    changed = np.abs(drawn.astype(int) - small).max(axis=2) > 60
    assert 0.001 < changed.mean() < 0.3


def test_a_wrong_name_fails_and_the_terminal_says_what_to_do():
    result = run(str(PHOTO), "--name", "欧阳震华", *CLAIM[2:], *FACTS, "--lang", "zh")
    assert result.exit_code == 10
    assert "info.name_mismatch" in result.output
    assert "请按身份证上的姓名重新填写" in result.output


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["none.jpg", *CLAIM], 3, "photo.not_readable"),
        ([str(Path(__file__)), *CLAIM], 3, "photo.not_an_image"),
        ([str(PHOTO), *CLAIM, "--valid-until", "2035-02-30"], 2, "not a date"),
        ([str(PHOTO), *CLAIM, "--on", "yesterday"], 2, "not a date"),
        ([str(PHOTO), *CLAIM, "--accounts", "-1"], 2, "accounts"),
        ([str(PHOTO), *CLAIM, "--policy", "none.toml"], 2, "policy.invalid"),
        ([str(PHOTO), *CLAIM, "--overlay", "out.gif"], 2, "overlay"),
        ([str(PHOTO)], 2, "--name"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(arguments, status, word):
    result = run(*arguments)
    assert result.exit_code == status
    assert word in result.stderr
    assert "Traceback" not in result.output
    assert ROW["claim"]["name"] not in result.stderr


def test_another_policy_decides_otherwise(tmp_path):
    text = CliRunner().invoke(app, ["policy"]).stdout.replace("min_side = 240", "min_side = 24000")
    policy = tmp_path / "strict.toml"
    policy.write_text(text, encoding="utf-8")
    result = run(str(PHOTO), *CLAIM, "--policy", str(policy))
    assert result.exit_code == 3
    assert "photo.too_small" in result.stderr
