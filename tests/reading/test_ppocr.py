from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from idcheck import weights
from idcheck.errors import WeightsCorruptError
from idcheck.reading import FieldName
from idcheck.reading.ppocr import PPOCR, _period
from idcheck.types import Gray


@pytest.fixture(scope="module")
def reader() -> PPOCR:
    return PPOCR(weights.load("ppocrv6_rec_small"))


@pytest.fixture(scope="module")
def drawn() -> ModuleType:
    """Drawing strips needs the fonts, and Pillow, which most tests do not."""
    return importlib.import_module("tests.reading.strips")


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("王小明", "name"),
        ("欧阳淼", "name"),
        ("赵喆昇", "name"),
        ("艾力·买买提", "name"),
        ("110101199001010007", "id_number"),
        ("21010619850101000X", "id_number"),
        ("110101200001010000", "id_number"),
    ],
)
def test_reads_clear_print(reader: PPOCR, drawn: ModuleType, text: str, field: FieldName) -> None:
    transcript = reader.read(drawn.strip(text, field), field)
    assert transcript.text == text
    assert len(transcript.characters) == len(text)
    assert transcript.confidence > 0.8


@pytest.mark.needs("fonts")
def test_the_lattice_holds_what_was_read_and_says_it_again(reader: PPOCR, drawn: ModuleType) -> None:
    strip = drawn.strip("王小明", "name")
    first, second = reader.read(strip, "name"), reader.read(strip, "name")
    assert first.lattice is not None
    assert second.lattice is not None
    assert np.array_equal(first.lattice.log_probs, second.lattice.log_probs)
    assert first.lattice.log_probs.dtype == np.float32
    mass = np.exp(first.lattice.log_probs.astype(np.float64)).sum(axis=1)
    assert mass.max() <= 1.001
    for character, probability in zip(first.text, first.characters, strict=True):
        column = first.lattice.log_probs[:, first.lattice.alphabet[character]]
        assert float(np.exp(column.max())) == pytest.approx(probability, abs=1e-5)


@pytest.mark.needs("fonts")
def test_a_number_is_sought_among_digits_only(reader: PPOCR, drawn: ModuleType) -> None:
    lattice = reader.read(drawn.strip("110101199001010007", "id_number"), "id_number").lattice
    assert lattice is not None
    assert "".join(sorted(lattice.alphabet)) == "0123456789X"


@pytest.mark.needs("fonts")
def test_does_not_depend_on_the_strip_s_resolution(reader: PPOCR, drawn: ModuleType) -> None:
    strip = drawn.strip("王小明", "name")
    assert reader.read(np.kron(strip, np.ones((2, 2), np.uint8)), "name").text == "王小明"


def test_knows_rare_characters_and_one_dot(reader: PPOCR) -> None:
    lattice = reader.read(np.full((69, 366), 200, np.uint8), "name").lattice
    assert lattice is not None
    assert set("喆昇堃淼頔韡甯燚·〇") <= lattice.alphabet.keys()
    assert not set("Aあ1.•-") & lattice.alphabet.keys()


@pytest.mark.parametrize("field", ["name", "id_number"])
@pytest.mark.parametrize(
    "strip",
    [
        np.zeros((69, 366), np.uint8),
        np.full((69, 366), 255, np.uint8),
        np.full((1, 1), 7, np.uint8),
        np.random.default_rng(0).integers(0, 256, (61, 481), np.uint8),
    ],
    ids=["black", "white", "one pixel", "noise"],
)
def test_nothing_to_read_is_no_error(reader: PPOCR, strip: Gray, field: FieldName) -> None:
    transcript = reader.read(strip, field)
    assert len(transcript.characters) == len(transcript.text)
    assert all(0 <= p <= 1 for p in transcript.characters)


@pytest.mark.parametrize("model", [b"", b"not a model"])
def test_bytes_that_are_no_model_are_refused(model: bytes) -> None:
    with pytest.raises(WeightsCorruptError):
        PPOCR(model)


def test_a_model_without_a_dictionary_is_refused() -> None:
    models = Path(importlib.import_module("rapidocr").__file__ or "").parent / "models"
    with pytest.raises(WeightsCorruptError):
        PPOCR((models / "PP-OCRv6_det_small.onnx").read_bytes())


def test_a_period_is_sought_among_its_own_characters_and_the_rest_is_a_gap(reader: PPOCR) -> None:
    lattice = reader.read(np.full((70, 467), 200, np.uint8), "validity").lattice
    assert lattice is not None
    assert set(lattice.alphabet) == set("0123456789.-长期")
    assert np.exp(lattice.log_probs.astype(np.float64)).sum(axis=1) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("printed", "meant"),
    [("O", "0"), ("〇", "0"), ("l", "1"), ("—", "-"), ("一", "-"), ("。", "."), ("·", ".")],
)
def test_what_a_reader_takes_a_period_s_characters_for_counts_as_them(printed: str, meant: str) -> None:
    dictionary = ["有", *"0123456789.-长期", printed]
    alphabet = _period(dictionary)
    output = np.zeros((2, 1 + len(dictionary)), np.float32)
    output[0, 1 + dictionary.index(printed)], output[0, 1 + dictionary.index(meant)] = 0.6, 0.3
    output[1, 1 + dictionary.index("有")] = 1.0
    probabilities = alphabet.probabilities(output)
    assert probabilities[0, alphabet.index[meant]] == pytest.approx(0.9)
    assert probabilities[0, 0] == pytest.approx(0.1)
    assert probabilities[1, 0] == pytest.approx(1.0)
