"""The command that draws a folder of samples."""

import json

import pytest
import typer
from typer.testing import CliRunner

from samples import fonts
from samples.generate import main

app = typer.Typer()
app.command()(main)


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.mark.needs("fonts")
def test_it_writes_pictures_and_one_label_a_line(tmp_path):
    result = run("--out", tmp_path, "--count", 2, "--classes", "glare, emblem", "--long-side", 200)
    assert result.exit_code == 0, result.output
    lines = [
        json.loads(line) for line in (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [line["class"] for line in lines] == ["glare", "emblem"]
    for line in lines:
        assert (tmp_path / line["file"]).read_bytes().startswith(b"\xff\xd8")
        assert max(line["upright_width"], line["upright_height"]) == 200


def test_an_unknown_class_is_a_usage_error(tmp_path):
    result = run("--out", tmp_path / "new", "--classes", "clear,shiny")
    assert result.exit_code == 2
    assert "shiny" in result.output
    assert not (tmp_path / "new").exists()


def test_missing_fonts_are_reported_without_a_traceback(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "FONT_DIRECTORIES", ())
    fonts._installed.cache_clear()
    try:
        result = run("--out", tmp_path, "--count", 1, "--classes", "clear", "--seed", 99, "--long-side", 200)
    finally:
        fonts._installed.cache_clear()
    assert result.exit_code == 4
    assert "install one of the Debian packages: fonts-noto-cjk" in " ".join(result.output.split())
    assert "Traceback" not in result.output
