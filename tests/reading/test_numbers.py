from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from idcheck import weights
from idcheck.errors import EngineError
from idcheck.reading.number import ALPHABET, PLACES, NumberReader
from idcheck.reading.numbers import NumberReaders
from idcheck.types import Transcript
from models.number.printing import OCR_B
from models.number.render import Conditions, Strip, draw

NUMBERS = ("110101199001010007", "31010420000229000X")
ALONE = "idcheck-number"
LARGER = "idcheck-number-larger"
DARK = Conditions(face=OCR_B[0], px_per_mm=4.0, stops=-4.4, shot_noise=1.2e-3, read_noise=5e-3)
BLURRED = Conditions(face=OCR_B[0], px_per_mm=4.0, defocus_mm=0.8, shot_noise=3e-4)


@pytest.fixture(scope="module")
def first() -> NumberReader:
    return NumberReader(weights.load("number_reader"))


@pytest.fixture(scope="module")
def larger() -> NumberReader:
    return NumberReader(weights.load("number_reader_larger"), LARGER)


@pytest.fixture(scope="module")
def readers(first: NumberReader, larger: NumberReader) -> NumberReaders:
    return NumberReaders(first, lambda: larger)


def never() -> Any:
    """A reader that must not be asked."""
    pytest.fail("asked without need")


def drawn(conditions: Conditions, seed: int) -> Strip:
    return draw(np.random.default_rng(seed), NUMBERS[seed % 2], conditions)


def truth(transcript: Transcript, text: str) -> float:
    """Log-likelihood of what is printed."""
    assert transcript.lattice is not None
    places = transcript.lattice.log_probs[0::2, 1:]
    return float(places[np.arange(PLACES), [ALPHABET.index(c) for c in text]].sum())


@pytest.mark.needs("fonts")
def test_a_clear_number_needs_no_second_opinion(first: NumberReader):
    strip = drawn(Conditions(face=OCR_B[0]), 4)
    transcript = NumberReaders(first, never).read(strip.picture, "id_number")
    assert (transcript.text, transcript.engine) == (strip.text, ALONE)


def test_where_nothing_shows_there_is_nothing_to_ask(first: NumberReader):
    noise = np.random.default_rng(3).normal(180, 4, (61, 481)).clip(0, 255).astype(np.uint8)
    for strip in (np.full((61, 481), 200, np.uint8), np.zeros((61, 481), np.uint8), noise):
        transcript = NumberReaders(first, never).read(strip, "id_number")
        assert (transcript.text, transcript.engine) == ("", ALONE)


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("conditions", [DARK, BLURRED], ids=["dark", "blurred"])
def test_doubtful_numbers_are_read_better_together(
    first: NumberReader, readers: NumberReaders, conditions: Conditions
):
    alone, both, exact = [], [], []
    for seed in range(24):
        strip = drawn(conditions, seed)
        one, two = (reader.read(strip.picture, "id_number") for reader in (first, readers))
        alone.append(truth(one, strip.text))
        both.append(truth(two, strip.text))
        exact.append((one.text == strip.text, two.text == strip.text))
        assert two.engine in (ALONE, LARGER)
    assert np.mean(both) > np.mean(alone)
    before, after = np.sum(exact, axis=0)
    assert after >= before


def test_other_fields_are_refused(readers: NumberReaders):
    with pytest.raises(EngineError):
        readers.read(np.zeros((61, 481), np.uint8), "name")
