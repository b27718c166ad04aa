"""What the README says is true: its examples run, and nothing that it should name is missing."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from idcheck.cli import app
from idcheck.reasons import CATALOGUE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^\$ (idcheck .*?)$", README, re.MULTILINE)


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_examples_run(tmp_path, code):
    script = tmp_path / "example.py"
    script.write_text(code, encoding="utf-8")
    run = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() or "print(" not in code


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run(monkeypatch, tmp_path, command):
    monkeypatch.chdir(ROOT)
    words = [str(tmp_path / Path(w).name) if w.startswith("out/") else w for w in shlex.split(command)]
    result = CliRunner().invoke(app, words[1:])
    assert result.exit_code in {0, 10, 11, 12}, result.output


def test_there_are_examples():
    assert PYTHON
    assert COMMANDS


@pytest.mark.parametrize("code", [entry.code for entry in CATALOGUE])
def test_every_reason_code_is_documented(code):
    assert f"`{code}`" in README


def test_every_command_and_every_option_of_check_is_documented():
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        assert f"idcheck {name}" in README
        if name == "check":
            for parameter in command.params:
                for option in parameter.opts:
                    assert not option.startswith("--") or option == "--help" or option in README, option


def test_every_picture_that_it_shows_exists():
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
