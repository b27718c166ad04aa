"""Tests say what they need beyond the Python standard set-up, and are skipped by name where it is missing:

    @pytest.mark.needs("tesseract")     # a whole module: pytestmark = pytest.mark.needs("fonts")
    def test_tesseract_reads_a_line(): ...

Components: ``tesseract`` (the program and its chi_sim model), ``fonts`` (every font that sample cards are
printed with), ``heif`` (pillow-heif). With ``CI=true`` a missing component fails the test instead. `make
test` installs them all where it may.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import settings

settings.register_profile("idcheck", deadline=None)  # a busy machine is no failure
settings.load_profile("idcheck")

CI = os.environ.get("CI", "").lower() in {"1", "true"}


def _without_tesseract() -> str | None:
    if shutil.which("tesseract") is None:
        return "Tesseract is not installed (Debian: tesseract-ocr)"
    languages = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True)
    if "chi_sim" not in languages.stdout.split():
        return "Tesseract has no chi_sim (Debian: tesseract-ocr-chi-sim)"
    return None


def _without_fonts() -> str | None:
    from samples import fonts  # noqa: PLC0415  (needs Pillow, which most tests do not)

    faces = fonts.CHINESE + fonts.DIGITS + fonts.LATIN
    installed = {path.name for folder in fonts.FONT_DIRECTORIES for path in folder.rglob("*.[ot]t[cf]")}
    missing = sorted({face.package for face in faces if face.file not in installed})
    return f"fonts are not installed (Debian: {' '.join(missing)})" if missing else None


def _without_heif() -> str | None:
    if importlib.util.find_spec("pillow_heif") is None:
        return "pillow-heif is not installed (pip install idcheck[heif])"
    return None


_PROBES: dict[str, Callable[[], str | None]] = {
    "tesseract": _without_tesseract,
    "fonts": _without_fonts,
    "heif": _without_heif,
}


@cache
def _lack(component: str) -> str | None:
    """Why tests that need this component cannot run, or None."""
    return _PROBES[component]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for component in marker.args:
            reason = _lack(component)
            if reason is not None and CI:
                pytest.fail(f"CI must not skip: {reason}", pytrace=False)
            if reason is not None:
                pytest.skip(reason)
