from __future__ import annotations

import importlib

import numpy as np
import pytesseract
import pytest

from idcheck.errors import EngineError, MissingComponentError
from idcheck.reading import FieldName
from idcheck.reading.tesseract import Tesseract

BLANK = np.full((69, 366), 200, np.uint8)


@pytest.mark.needs("tesseract", "fonts")
@pytest.mark.parametrize(("text", "field"), [("王小明", "name"), ("110101199001010007", "id_number")])
def test_reads_clear_print(text: str, field: FieldName) -> None:
    strip = importlib.import_module("tests.reading.strips").strip(text, field)
    transcript = Tesseract().read(strip, field)
    assert transcript.text == text
    assert len(transcript.characters) == len(text)
    assert 0.3 < transcript.confidence <= 1
    assert transcript.lattice is None


@pytest.mark.needs("tesseract")
def test_what_it_makes_of_a_blank_strip_it_does_not_believe() -> None:
    assert Tesseract().read(BLANK, "name").confidence < 0.1


@pytest.mark.needs("tesseract")
def test_its_time_limit_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="longer than"):
        Tesseract(time_limit_s=0.001).read(BLANK, "name")


def test_a_missing_program_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(MissingComponentError, match="tesseract-ocr"):
        Tesseract()


def test_a_missing_language_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract, "get_languages", lambda: ["eng", "osd"])
    with pytest.raises(MissingComponentError, match="chi_sim"):
        Tesseract()
