"""Whether a card agrees with itself: what the printed sex and birth date say against the number."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idcheck.claim import particulars
from idcheck.types import Lattice, Transcript

NUMBER = "110101199001010007"
BIRTH, SEX = NUMBER[6:14], "女"


def said(text: str, sure: float = 0.999) -> Transcript:
    """As an engine without a lattice reads."""
    return Transcript(text, (sure,) * len(text), "recorded")


def seen(text: str, alphabet: str, doubts: dict[int, tuple[str, float]] | None = None) -> Transcript:
    """As a reader of places reads; a rival takes its share of a place's probability."""
    rows = np.full((2 * len(text) - 1, 1 + len(alphabet)), 1e-9)
    rows[1::2, 0] = 1.0
    characters = []
    for place, character in enumerate(text):
        rival, share = (doubts or {}).get(place, (character, 0.0))
        rows[2 * place, 1 + alphabet.index(rival)] = share
        rows[2 * place, 1 + alphabet.index(character)] = 1 - share
        characters.append(1 - share)
    index = MappingProxyType({c: i for i, c in enumerate(alphabet, start=1)})
    return Transcript(text, tuple(characters), "places", Lattice(np.log(rows).astype(np.float32), index))


def weighed(number: Transcript, birth: Transcript, sex: Transcript) -> tuple[float, float]:
    found = particulars.agreement(number, {"birth": birth, "sex": sex})
    ratios = found["birth"].log_likelihood_ratio, found["sex"].log_likelihood_ratio
    assert ratios[0] is not None
    assert ratios[1] is not None
    return ratios[0], ratios[1]


def test_a_card_that_says_the_same_twice_agrees():
    assert min(weighed(said(NUMBER), said(BIRTH), said(SEX))) > 5


@pytest.mark.parametrize("place", range(8))
def test_one_digit_that_differs_contradicts_whatever_the_other_seven_say(place):
    other = BIRTH[:place] + str((int(BIRTH[place]) + 1) % 10) + BIRTH[place + 1 :]
    birth, sex = weighed(said(NUMBER), said(other), said(SEX))
    assert birth < -6 < 5 < sex


@pytest.mark.parametrize(("last", "sex"), [("0", "男"), ("1", "女"), ("8", "男"), ("9", "女")])
def test_the_last_digit_of_the_sequence_tells_the_sex(last, sex):
    number = said(NUMBER[:16] + last + NUMBER[17:])
    assert weighed(number, said(BIRTH), said(sex))[1] < -6
    assert weighed(number, said(BIRTH), said("女" if sex == "男" else "男"))[1] > 5


def test_what_the_number_has_elsewhere_says_nothing():
    for place in (0, 5, 14, 15, 17):
        number = NUMBER[:place] + "9" + NUMBER[place + 1 :]
        assert min(weighed(said(number), said(BIRTH), said(SEX))) > 5


def test_a_guess_speaks_neither_for_nor_against():
    guess = said(BIRTH.replace("9", "4"), 0.1)
    assert weighed(said(NUMBER), guess, said("男", 0.5)) == pytest.approx((0, 0), abs=1e-2)
    assert weighed(said(NUMBER.replace("9", "4"), 0.1), said(BIRTH), said(SEX))[0] == pytest.approx(
        0, abs=1e-2
    )


def test_many_doubts_do_not_add_up_to_a_contradiction():
    doubtful = said(str(int(BIRTH) + 11111111), 0.4)
    assert weighed(said(NUMBER), doubtful, said(SEX))[0] > -1


def test_a_look_alike_that_the_reader_holds_possible_excuses_the_number():
    other = "1990010" + "7"
    alone = weighed(seen(NUMBER, "0123456789X"), seen(other, "0123456789"), said(SEX))[0]
    doubt = {13: ("7", 0.2)}
    excused = weighed(seen(NUMBER, "0123456789X", doubt), seen(other, "0123456789"), said(SEX))[0]
    assert alone < -6
    assert excused > 0


def test_seven_digits_or_none_are_no_evidence():
    for number, birth, sex in (
        (NUMBER[:-1], BIRTH, SEX),
        ("", BIRTH, SEX),
        (NUMBER, "", ""),
        (NUMBER, BIRTH[:-1], "女女"),
    ):
        found = particulars.agreement(said(number), {"birth": said(birth), "sex": said(sex)})
        assert {evidence.cause for evidence in found.values()} == {"nothing_read"}
        assert {evidence.log_likelihood_ratio for evidence in found.values()} == {None}


@given(
    number=st.text("0123456789", min_size=18, max_size=18),
    birth=st.text("0123456789", min_size=8, max_size=8),
    sure=st.floats(0.0, 1.0),
    surer=st.floats(0.0, 1.0),
)
def test_the_evidence_is_finite_and_grows_with_certainty(number, birth, sure, surer):
    sure, surer = sorted((sure, surer))
    weak, strong = (weighed(said(number, s), said(birth, s), said(SEX, s))[0] for s in (sure, surer))
    assert abs(strong) < 20
    if sure >= 0.1:
        same = number[6:14] == birth
        assert strong >= weak - 1e-9 if same else strong <= weak + 1e-9
