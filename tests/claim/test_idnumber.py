"""The number's own rules, with python-stdnum's ``cn.ric`` as an oracle where it is right."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric

from idcheck.claim import idnumber

VALID = "110101199001010007"
BIRTHS = st.dates(date(1900, 1, 1), date(2026, 1, 1))
OLD_DIVISIONS = st.sampled_from(("110101", "110105", "120103", "310104"))
"""The oracle knows them for every year."""


@st.composite
def numbers(draw: st.DrawFn) -> str:
    first17 = f"{draw(OLD_DIVISIONS)}{draw(BIRTHS):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first17 + idnumber.check_character(first17)


def _word(number: str, on: date | None = None) -> str | None:
    try:
        idnumber.validate(number, on)
    except idnumber.InvalidNumberError as error:
        return error.word
    return None


@given(numbers())
def test_agrees_with_the_oracle_on_valid_numbers(number: str) -> None:
    assert idnumber.validate(number) == number
    assert ric.is_valid(number)
    assert idnumber.birth_date(number) == ric.get_birth_date(number)


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_the_check_character_catches_any_one_wrong_character(number: str, place: int, other: str) -> None:
    assume(other != number[place])
    changed = number[:place] + other + number[place + 1 :]
    assert not idnumber.is_valid(changed)
    if place < 17 and other != "X":
        assert idnumber.check_character(changed[:17]) != changed[17]
        assert not ric.is_valid(changed)


@given(numbers(), st.integers(0, 16))
def test_the_check_character_catches_any_two_neighbours_that_changed_places(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    assert not idnumber.is_valid(number[:place] + number[place + 1] + number[place] + number[place + 2 :])


@given(numbers())
def test_an_x_is_the_check_character_and_nothing_else(number: str) -> None:
    assert "X" not in number[:17]
    assert idnumber.is_valid(number.lower())


def _numbered(first17: str) -> str:
    return first17 + idnumber.check_character(first17)


def test_the_oracle_is_too_strict_where_a_division_is_younger_than_the_holder() -> None:
    number = _numbered("44030519600101000")  # Nanshan was founded in 1990; numbers were first given in 1984
    assert idnumber.is_valid(number)
    assert not ric.is_valid(number)


def test_the_oracle_does_not_know_the_codes_of_residence_permits() -> None:
    number = _numbered("83000019900101000")
    assert idnumber.is_valid(number)
    assert not ric.is_valid(number)


def test_the_oracle_fails_on_divisions_that_it_cannot_name() -> None:
    number = _numbered("11019919900101000")
    assert idnumber.is_valid(number)
    with pytest.raises(KeyError):
        ric.is_valid(number)


@pytest.mark.parametrize("year", ["1099", "2990"])
def test_the_oracle_is_too_lax_about_years(year: str) -> None:
    number = _numbered(f"110101{year}0101000")
    assert _word(number, on=date(2026, 11, 22)) == "birth_date"
    assert ric.is_valid(number)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "length"),
        ("11010119900101000", "length"),
        ("1101011990010100077", "length"),
        ("110101900101007", "old_format"),
        ("11010119900101000A", "format"),
        ("X10101199001010007", "format"),
        ("１１０１０１１９９００１０１０００一", "format"),
        ("910101199001010008", "region"),
        ("000000199001010007", "region"),
        ("110101199002300007", "birth_date"),
        ("110101199013010007", "birth_date"),
        ("110101179001010007", "birth_date"),
        ("110101199001010008", "checksum"),
        ("11010119900101000X", "checksum"),
    ],
)
def test_says_what_is_wrong_in_a_stable_word(typed: str, word: str) -> None:
    assert _word(typed) == word


@pytest.mark.parametrize(
    "typed",
    [
        "１１０１０１１９９００１０１０００７",
        "110101 1990 0101 0007",
        "110101-19900101-0007",
        "110101–19900101—0007",
        "\ufeff110101\u200b19900101\u20600007\n",
        "\u202d110101199001010007\u202c",
        "110101\u300019900101\u00a00007",
    ],
)
def test_takes_the_forms_in_which_people_type_and_paste(typed: str) -> None:
    assert idnumber.validate(typed) == VALID


@pytest.mark.parametrize(
    "typed", ["21010619850101002x", "２１０１０６１９８５０１０１００２ｘ", "21010619850101002Ｘ"]
)
def test_a_small_or_wide_x_is_an_x(typed: str) -> None:
    assert idnumber.compact(typed) == "21010619850101002X"


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert idnumber.is_valid(text) == (_word(text) is None)


@given(st.text())
def test_compacting_twice_changes_nothing_more(text: str) -> None:
    assert idnumber.compact(idnumber.compact(text)) == idnumber.compact(text)


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert _word("١١٠١٠١١٩٩٠٠١٠١٠٠٠٧") == "format"


def test_a_birth_is_in_the_future_only_on_the_days_before_it() -> None:
    first17 = "11010120261122000"
    number = first17 + idnumber.check_character(first17)
    assert _word(number) is None
    assert _word(number, on=date(2026, 11, 22)) is None
    assert _word(number, on=date(2026, 11, 21)) == "birth_date"


@pytest.mark.parametrize("number", ["110101199001010008", "11010119900230000X", "110101900101007"])
def test_an_error_does_not_repeat_the_number(number: str) -> None:
    with pytest.raises(idnumber.InvalidNumberError) as caught:
        idnumber.validate(number)
    assert number[6:14] not in str(caught.value)


def test_groups_for_the_eye() -> None:
    assert idnumber.format(VALID) == "110101 19900101 0007"
    assert idnumber.compact(idnumber.format(VALID)) == VALID


def test_the_sequence_tells_the_sex() -> None:
    assert idnumber.sex(VALID) == "女"
    first17 = "11010119900101001"
    assert idnumber.sex(first17 + idnumber.check_character(first17)) == "男"
