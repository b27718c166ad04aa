from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from idcheck.claim.idnumber import is_valid
from idcheck.reading.number import ALPHABET, PLACES, transcript
from idcheck.reading.possible import likeliest
from samples.identity import sample_identity

NUMBER = "310104200002290006"


def look(text: str, sure: float = 0.9, doubt: tuple[int, str, float] | None = None) -> NDArray[np.float32]:
    """Log-probabilities of a text; a doubt is a place, another character there, and its share."""
    p = np.full((PLACES, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1))
    p[np.arange(PLACES), [ALPHABET.index(c) for c in text]] = sure
    if doubt is not None:
        place, character, share = doubt
        p[place] *= 1 - share
        p[place, ALPHABET.index(character)] += share
    return np.asarray(np.log(p), np.float32)


def text_of(values: NDArray[np.intp]) -> str:
    return "".join(ALPHABET[value] for value in values)


def score(looked: NDArray[np.float32], number: str) -> float:
    return float(looked[np.arange(PLACES), [ALPHABET.index(c) for c in number]].sum())


@given(st.integers(0, 2**32 - 1))
def test_no_possible_number_is_likelier(seed: int):
    rng = np.random.default_rng(seed)
    looked = np.log(rng.dirichlet(np.full(len(ALPHABET), 0.3), PLACES) + 1e-9).astype(np.float32)
    best = text_of(likeliest(looked))
    assert is_valid(best)
    for _ in range(20):
        assert score(looked, sample_identity(rng).number) <= score(looked, best) + 1e-4


def test_a_possible_number_that_is_likeliest_in_every_place_stays():
    assert text_of(likeliest(look(NUMBER))) == NUMBER


@pytest.mark.parametrize("at", range(PLACES))
def test_one_doubtful_place_is_told_from_the_others(at: int):
    wrong = "0" if NUMBER[at] != "0" else "8"
    doubtful = look(NUMBER, doubt=(at, wrong, 0.55))
    assert text_of(doubtful.argmax(axis=1)) != NUMBER
    assert transcript(doubtful, "test").text == NUMBER


def test_what_is_told_from_other_places_is_no_surer_than_its_own():
    read = transcript(look(NUMBER, doubt=(4, "8", 0.6)), "test")
    assert read.text == NUMBER
    assert read.characters[4] == pytest.approx(0.9 * 0.4)
    assert min(read.characters[:4] + read.characters[5:]) == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("forged", ["310104200002290001", "310104200002300007", "990104200002290001"])
def test_an_impossible_number_that_is_plainly_printed_is_read_as_it_stands(forged: str):
    assert not is_valid(forged)
    assert transcript(look(forged, sure=0.995), "test").text == forged


def test_no_number_is_made_of_guesses():
    guessed = look("888888888888888888", sure=0.5)
    assert is_valid(text_of(likeliest(guessed)))
    assert transcript(guessed, "test").text == "888888888888888888"


def test_the_lattice_keeps_what_the_places_say():
    doubtful = look(NUMBER, doubt=(4, "8", 0.6))
    lattice = transcript(doubtful, "test").lattice
    assert lattice is not None
    assert lattice.log_probs[0::2, 1:] == pytest.approx(doubtful)


def test_what_says_nothing_reads_nothing():
    assert transcript(look(NUMBER, sure=0.15), "test").text == ""
