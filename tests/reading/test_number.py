from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest

from idcheck import weights
from idcheck.claim import match
from idcheck.errors import EngineError, WeightsCorruptError
from idcheck.pipeline import embedded
from idcheck.reading.embedded import Embedded, Networks
from idcheck.reading.number import ALPHABET, INPUT_SIZE, PLACES, NumberReader, picture
from idcheck.types import Gray, Transcript
from models.number.printing import OCR_B
from models.number.render import Conditions, Strip, draw

CLEAR = Conditions(face=OCR_B[0])
NUMBERS = ("110101199001010007", "31010420000229000X", "888888888888888888", "123456789012345678")


@pytest.fixture(scope="module")
def model() -> bytes:
    return weights.load("number_reader")


@pytest.fixture(scope="module")
def reader(model: bytes) -> NumberReader:
    return NumberReader(model)


def drawn(text: str, conditions: Conditions = CLEAR, seed: int = 5) -> Strip:
    return draw(np.random.default_rng(seed), text, conditions)


def probabilities(transcript: Transcript) -> np.ndarray:
    assert transcript.lattice is not None
    return np.exp(transcript.lattice.log_probs[0::2, 1:])


def centre(strip: Strip, place: int) -> int:
    """Where a character stands, in pixels of the strip."""
    return int(strip.centres[place] / INPUT_SIZE[0] * strip.picture.shape[1])


def blotted(strip: Strip, place: int) -> Gray:
    """The strip with a skin-dark patch over one character."""
    covered = strip.picture.copy()
    at, half = centre(strip, place), round(strip.picture.shape[1] / 40)
    covered[:, max(0, at - half) : at + half] = 110
    return covered


def test_the_network_takes_one_strip_and_gives_log_probabilities(model: bytes):
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape) == ("strip", "tensor(uint8)", [1, 1, *INPUT_SIZE[::-1]])
    assert (given.name, given.type, given.shape) == ("log_probs", "tensor(float)", [1, PLACES, len(ALPHABET)])
    answer = session.run(None, {"strip": picture(drawn(NUMBERS[0]).picture)[None, None]})[0]
    assert np.exp(answer).sum(axis=2) == pytest.approx(np.ones((1, PLACES)), abs=1e-4)


def test_the_network_is_small(model: bytes):
    assert len(model) <= 1_500_000


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("px_per_mm", [3.6, 5.0, 12.0])
def test_clear_numbers_are_read_exactly(reader: NumberReader, text: str, px_per_mm: float):
    strip = drawn(text, Conditions(face=OCR_B[0], px_per_mm=px_per_mm))
    transcript = reader.read(strip.picture, "id_number")
    assert transcript.text == text
    assert min(transcript.characters) > 0.5


@pytest.mark.needs("fonts")
def test_what_is_printed_is_read_even_where_it_is_no_valid_number(reader: NumberReader):
    for text in ("999999999999999999", "000000000000000000", "11010119900101000X"):
        assert reader.read(drawn(text).picture, "id_number").text == text


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("place", [0, 7, 17])
def test_a_covered_character_is_uncertain_and_the_others_stay(reader: NumberReader, place: int):
    strip = drawn(NUMBERS[3])
    clear = probabilities(reader.read(strip.picture, "id_number"))
    covered = probabilities(reader.read(blotted(strip, place), "id_number"))
    assert clear[place].max() > 0.9
    assert covered[place].max() < 0.6
    far = [i for i in range(PLACES) if abs(i - place) > 1]
    read = "".join(ALPHABET[c] for c in covered.argmax(axis=1))
    assert [read[i] for i in far] == [NUMBERS[3][i] for i in far]
    assert covered[far].max(axis=1).min() > 0.5


@pytest.mark.needs("fonts")
def test_a_covered_digit_weakens_the_match_without_a_contradiction(reader: NumberReader):
    strip = drawn(NUMBERS[0])
    clear = match.id_number(reader.read(strip.picture, "id_number"), NUMBERS[0]).log_likelihood_ratio
    hidden = match.id_number(reader.read(blotted(strip, 9), "id_number"), NUMBERS[0]).log_likelihood_ratio
    assert clear is not None
    assert hidden is not None
    assert clear > 8
    assert -2 < hidden < clear


@pytest.mark.needs("fonts")
def test_another_number_is_contradicted(reader: NumberReader):
    transcript = reader.read(drawn(NUMBERS[0]).picture, "id_number")
    other = match.id_number(transcript, "110101199001020002").log_likelihood_ratio
    assert other is not None
    assert other < -8


def test_paper_without_print_gives_no_text(reader: NumberReader):
    noise = np.random.default_rng(3).normal(180, 4, (61, 481)).clip(0, 255).astype(np.uint8)
    for strip in (np.full((61, 481), 200, np.uint8), np.zeros((61, 481), np.uint8), noise):
        transcript = reader.read(strip, "id_number")
        assert transcript.text == ""
        assert transcript.confidence == 0.0
        assert transcript.lattice is not None


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("seed", range(4))
def test_a_number_that_runs_backwards_is_no_confident_reading(reader: NumberReader, seed: int):
    strip = drawn(NUMBERS[3], seed=seed).picture
    for turned in (strip[:, ::-1], strip[::-1, ::-1]):
        assert reader.read(np.ascontiguousarray(turned), "id_number").confidence < 0.6


@pytest.mark.needs("fonts")
def test_the_same_strip_gives_the_same_answer(model: bytes, reader: NumberReader):
    strip = drawn(NUMBERS[1]).picture
    first, again = reader.read(strip, "id_number"), NumberReader(model).read(strip, "id_number")
    assert (first.text, first.characters) == (again.text, again.characters)
    assert first.lattice is not None
    assert again.lattice is not None
    assert np.array_equal(first.lattice.log_probs, again.lattice.log_probs)


@pytest.mark.needs("fonts")
def test_the_lattice_has_a_column_for_each_place_and_a_blank_between(reader: NumberReader):
    lattice = reader.read(drawn(NUMBERS[0]).picture, "id_number").lattice
    assert lattice is not None
    assert lattice.log_probs.shape == (2 * PLACES - 1, 1 + len(ALPHABET))
    assert lattice.log_probs.dtype == np.float32
    assert dict(lattice.alphabet) == {c: i for i, c in enumerate(ALPHABET, start=1)}
    assert np.exp(lattice.log_probs).sum(axis=1) == pytest.approx(np.ones(2 * PLACES - 1), abs=1e-4)
    assert (lattice.log_probs[1::2].argmax(axis=1) == 0).all()


@pytest.mark.needs("fonts")
def test_an_unsure_strip_is_read_better_than_at_one_look(model: bytes, reader: NumberReader):
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    blurred = Conditions(face=OCR_B[0], px_per_mm=4.0, defocus_mm=0.75, shot_noise=3e-4)
    one_look, all_looks = [], []
    for seed in range(30):
        strip = drawn(NUMBERS[seed % 2], blurred, seed=seed)
        wanted = np.arange(PLACES), [ALPHABET.index(c) for c in strip.text]
        log_probs = session.run(None, {"strip": picture(strip.picture)[None, None]})[0][0]
        one_look.append(log_probs[wanted].sum())
        all_looks.append(np.log(probabilities(reader.read(strip.picture, "id_number"))[wanted]).sum())
    assert np.mean(one_look) < -1  # unsure they are
    assert np.mean(all_looks) > np.mean(one_look)


def test_other_fields_and_other_files_are_refused(reader: NumberReader):
    with pytest.raises(EngineError):
        reader.read(np.zeros((61, 481), np.uint8), "name")
    with pytest.raises(WeightsCorruptError):
        NumberReader(b"no network")
    with pytest.raises(WeightsCorruptError):
        NumberReader(weights.load("ppocrv6_rec_small"))


@pytest.mark.needs("fonts")
def test_the_embedded_engine_sends_each_field_to_its_reader():
    engine = embedded()
    number = engine.read(drawn(NUMBERS[0]).picture, "id_number")
    assert (number.text, number.engine) == (NUMBERS[0], "idcheck-number")
    assert engine.read(np.full((68, 366), 200, np.uint8), "name").engine == "idcheck-name"
    assert engine.read(np.full((70, 467), 200, np.uint8), "validity").engine == "idcheck-validity"
    assert engine.name == "idcheck"


def test_the_embedded_engine_loads_what_few_checks_need_only_when_it_has_to(model: bytes):
    none = b"no network"
    engine = Embedded(Networks(model, none, weights.load("name_reader"), none, none, none))
    assert engine.read(np.full((61, 481), 200, np.uint8), "id_number").engine == "idcheck-number"
    with pytest.raises(WeightsCorruptError):
        engine.read(np.full((70, 467), 200, np.uint8), "validity")
