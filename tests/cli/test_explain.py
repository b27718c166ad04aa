from __future__ import annotations

import pytest
from typer.testing import CliRunner

from idcheck.cli import app, locale_lang
from idcheck.policy import Policy
from idcheck.reasons import CATALOGUE

run = CliRunner().invoke


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_code_is_explained_in_both_languages(entry):
    zh = run(app, ["explain", entry.code, "--lang", "zh"], env={"COLUMNS": "400"})
    en = run(app, ["explain", entry.code, "--lang", "en"], env={"COLUMNS": "400"})
    assert zh.exit_code == en.exit_code == 0
    assert entry.remedy.zh in zh.output
    assert entry.remedy.en in en.output


def test_without_a_code_all_are_listed():
    output = run(app, ["explain"]).output
    assert all(entry.code in output for entry in CATALOGUE)


def test_a_misspelt_code_is_a_usage_error_that_helps():
    result = run(app, ["explain", "photo.glar"])
    assert result.exit_code == 2
    assert "did you mean photo.glare?" in result.stderr


def test_the_printed_policy_is_the_default_one():
    assert Policy.from_toml(run(app, ["policy"]).stdout).digest == Policy.default().digest


@pytest.mark.parametrize(
    ("env", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_language_follows_the_locale(monkeypatch, env, lang):
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in env.items():
        monkeypatch.setenv(variable, value)
    assert locale_lang().value == lang
