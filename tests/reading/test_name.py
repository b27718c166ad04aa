from __future__ import annotations

import importlib
from types import ModuleType

import cv2
import numpy as np
import onnxruntime as ort
import pytest

from idcheck import weights
from idcheck.claim import match
from idcheck.errors import EngineError, WeightsCorruptError
from idcheck.reading.name import COLUMN_PX, LINE_PX, NameReader, line
from idcheck.types import Gray

NAMES = ("王小明", "欧阳淼", "赵喆昇", "骞翀", "艾力·买买提", "阿卜杜拉·麦麦提")


@pytest.fixture(scope="module")
def model() -> bytes:
    return weights.load("name_reader")


@pytest.fixture(scope="module")
def reader(model: bytes) -> NameReader:
    return NameReader(model)


@pytest.fixture(scope="module")
def drawn() -> ModuleType:
    """Drawing strips needs the fonts, and Pillow, which most tests do not."""
    return importlib.import_module("tests.reading.strips")


def blotted(strip: Gray, place: int) -> Gray:
    """The strip with a skin-dark patch over one character."""
    covered = strip.copy()
    covered[:, round(13 + 38.5 * place) : round(13 + 38.5 * (place + 1))] = 110
    return covered


def test_the_network_takes_lines_of_any_width(model: bytes):
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    assert (taken.name, taken.type, taken.shape[:3]) == ("line", "tensor(uint8)", [1, 1, LINE_PX])
    alphabet = session.get_modelmeta().custom_metadata_map["alphabet"]
    noise = np.random.default_rng(1)
    for width in (64, 128, 264):
        picture = noise.integers(0, 255, (1, 1, LINE_PX, width), np.uint8)
        columns, present, log_probs = session.run(None, {"line": picture})
        assert (np.diff(columns) > 0).all()
        assert ((columns >= 0) & (columns < width // COLUMN_PX)).all()
        assert ((present > 0) & (present <= 1)).all()
        assert log_probs.shape == (len(columns), len(alphabet))
        assert np.exp(log_probs).sum(axis=1) == pytest.approx(np.ones(len(columns)), abs=1e-3)


def test_the_network_is_small_and_knows_what_names_are_written_with(model: bytes, reader: NameReader):
    assert len(model) <= 8_000_000
    lattice = reader.read(np.full((69, 366), 200, np.uint8), "name").lattice
    assert lattice is not None
    assert set("·王伟喆昇堃燚頔韡翀𬭸") <= set(lattice.alphabet)
    assert sorted(lattice.alphabet.values()) == list(range(1, len(lattice.alphabet) + 1))


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("text", NAMES)
def test_clear_print_is_read_exactly(reader: NameReader, drawn: ModuleType, text: str):
    transcript = reader.read(drawn.strip(text, "name"), "name")
    assert transcript.text == text
    assert len(transcript.characters) == len(text)
    assert min(transcript.characters) > 0.5


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("at_mm", [(0.4, 0.6), (1.3, 2.4), (3.0, 1.4)])
def test_a_name_that_is_printed_or_found_aside_is_read(
    reader: NameReader, drawn: ModuleType, at_mm: tuple[float, float]
):
    assert reader.read(drawn.strip("王小明", "name", at_mm=at_mm), "name").text == "王小明"


@pytest.mark.needs("fonts")
def test_the_lattice_has_a_column_for_each_character_and_blanks_around(reader: NameReader, drawn: ModuleType):
    lattice = reader.read(drawn.strip("王小明", "name"), "name").lattice
    assert lattice is not None
    assert lattice.log_probs.dtype == np.float32
    assert len(lattice.log_probs) % 2 == 1
    assert np.exp(lattice.log_probs).sum(axis=1) == pytest.approx(np.ones(len(lattice.log_probs)), abs=1e-3)
    assert (lattice.log_probs[0::2, 0] == 0).all()
    best = [int(column) for column in lattice.log_probs.argmax(axis=1) if column]
    assert best == [lattice.alphabet[c] for c in "王小明"]


@pytest.mark.needs("fonts")
def test_what_was_typed_is_told_from_its_look_alikes(reader: NameReader, drawn: ModuleType):
    transcript = reader.read(drawn.strip("骞未昇", "name"), "name")
    own = match.name(transcript, "骞未昇").log_likelihood_ratio
    assert own is not None
    assert own > 0.5
    for other in ("赛未昇", "骞末昇", "骞未升", "骞未", "骞未昇日"):
        ratio = match.name(transcript, other).log_likelihood_ratio
        assert ratio is not None
        assert ratio < -0.5


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_covered_character_leaves_the_others_readable_and_contradicts_nothing(
    reader: NameReader, drawn: ModuleType, place: int
):
    transcript = reader.read(blotted(drawn.strip("王小明", "name"), place), "name")
    assert [c for i, c in enumerate("王小明") if i != place and c not in transcript.text] == []
    clear = match.name(reader.read(drawn.strip("王小明", "name"), "name"), "王小明").log_likelihood_ratio
    hidden = match.name(transcript, "王小明").log_likelihood_ratio
    assert clear is not None
    assert hidden is not None
    assert -6 < hidden < clear


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("text", ["高素强", "王小明"])
def test_a_finger_beside_the_name_is_no_character(reader: NameReader, drawn: ModuleType, text: str):
    touched = drawn.strip(text, "name").copy()
    for radius, level in ((55, 70), (41, 150)):  # a thumb and its nail
        cv2.circle(touched, (290, -5), radius, level, -1, cv2.LINE_AA)
    touched = np.asarray(cv2.GaussianBlur(touched, (0, 0), 1), np.uint8)
    assert reader.read(touched, "name").text == text


def test_paper_without_print_gives_no_text(reader: NameReader):
    noise = np.random.default_rng(3).normal(180, 4, (69, 366)).clip(0, 255).astype(np.uint8)
    for strip in (np.full((69, 366), 200, np.uint8), np.zeros((69, 366), np.uint8), noise):
        transcript = reader.read(strip, "name")
        assert transcript.text == ""
        assert transcript.confidence == 0.0
        assert transcript.lattice is not None


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("shape", [(69, 366), (34, 183), (20, 106)])
def test_a_line_is_as_high_as_the_network_wants_and_as_wide_as_its_print(
    drawn: ModuleType, shape: tuple[int, int]
):
    cv2 = importlib.import_module("cv2")
    whole = drawn.strip("王小明", "name")
    cut = line(cv2.resize(whole, shape[::-1], interpolation=cv2.INTER_AREA))
    assert cut is not None
    assert cut.shape[0] == LINE_PX
    assert cut.shape[1] % 8 == 0
    assert 96 <= cut.shape[1] <= 120
    dark = np.flatnonzero((cut < 120).any(axis=1))
    assert abs((dark[0] + dark[-1]) / 2 - LINE_PX / 2) < 3


@pytest.mark.needs("fonts")
def test_the_same_strip_gives_the_same_answer(model: bytes, reader: NameReader, drawn: ModuleType):
    strip = drawn.strip("欧阳淼", "name")
    first, again = reader.read(strip, "name"), NameReader(model).read(strip, "name")
    assert (first.text, first.characters) == (again.text, again.characters)
    assert first.lattice is not None
    assert again.lattice is not None
    assert np.array_equal(first.lattice.log_probs, again.lattice.log_probs)


def test_other_fields_and_other_files_are_refused(reader: NameReader):
    with pytest.raises(EngineError):
        reader.read(np.zeros((61, 481), np.uint8), "id_number")
    with pytest.raises(WeightsCorruptError):
        NameReader(b"no network")
    with pytest.raises(WeightsCorruptError):
        NameReader(weights.load("number_reader"))
