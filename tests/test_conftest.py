"""Skipping must be honest: a test suite that leaves tests out without saying so proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

_CONFTEST = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8")
_TEST = """
    import pytest

    @pytest.mark.needs("tesseract")
    def test_reads(): ...
"""


@pytest.fixture
def bare_machine(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite with one test that needs Tesseract, where no program is installed."""
    monkeypatch.setenv("PATH", str(pytester.path))
    pytester.makeconftest(_CONFTEST)
    pytester.makeini("[pytest]\nmarkers = needs: components\n")
    pytester.makepyfile(_TEST)
    return pytester


def test_missing_component_skips_by_name(
    bare_machine: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "")
    result = bare_machine.runpytest_subprocess("-ra", "-p", "no:xdist")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*tesseract-ocr*"])


def test_missing_component_fails_in_ci(
    bare_machine: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = bare_machine.runpytest_subprocess("-p", "no:xdist")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*CI must not skip*tesseract-ocr*"])
