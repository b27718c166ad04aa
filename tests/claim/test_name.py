from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idcheck.claim import name


@pytest.mark.parametrize(
    "typed",
    [
        *(f"阿依{dot}买买提" for dot in "·•・‧．∙⋅.｡･"),
        "阿依 · 买买提",
        " 阿依•买买提\u3000",
        "阿依\u200b·\u200b买买提",
    ],
)
def test_the_dots_that_people_type_are_the_middle_dot(typed: str) -> None:
    assert name.normalize(typed) == "阿依·买买提"


def test_a_dot_that_joins_nothing_stays_and_is_refused() -> None:
    assert name.normalize("王.") == "王."
    assert name.problem("王.") == "not_a_letter"


@pytest.mark.parametrize(
    ("one", "other"), [("昇", "升"), ("喆", "哲"), ("堃", "坤"), ("淼", "渺"), ("祎", "袆")]
)
def test_variants_with_code_points_of_their_own_stay_apart(one: str, other: str) -> None:
    assert name.normalize(one) == one
    assert name.normalize(other) == other


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("\u2f08王", "人王"),  # Kangxi radical
        ("\u2f42", "文"),
        ("\u2ef3", "龟"),  # of the supplement, one of two with an equivalent
        ("\uf9e1", "李"),  # compatibility ideograph
        ("\U0002f800", "丽"),
        ("葛\U000e0100", "葛"),  # ideographic variation sequence
        ("王\ufe00", "王"),
        ("Ａｎｎａ", "Anna"),
        ("e\u0301", "é"),
        ("王 小明", "王小明"),
        ("王\u3000小\u00a0明", "王小明"),
        ("\ufeff王\u200d小\u202e明", "王小明"),
        ("Anna  Lee", "Anna Lee"),
        ("\U00020bb7田", "\U00020bb7田"),  # beyond the BMP
    ],
)
def test_what_unicode_calls_the_same_is_the_same(typed: str, same: str) -> None:
    assert name.normalize(typed) == same


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("王小明", None),
        ("阿卜杜热合曼·麦麦提明", None),
        ("〇〇", None),
        ("\U00031350", None),
        ("Anna-Maria O’Hara", None),
        ("", "empty"),
        (" \u200b\u3000", "empty"),
        ("王\x00明", "control_character"),
        ("王\n明", "control_character"),
        ("王\x85明", "control_character"),
        ("王\ue000", "control_character"),
        ("\ud800", "control_character"),
        ("王" * 50, None),
        ("王" * 51, "too_long"),
        ("··", "no_letters"),
        ("123", "no_letters"),
        ("王3", "not_a_letter"),
        ("王😀", "not_a_letter"),
    ],
)
def test_says_what_keeps_a_text_from_being_a_name(typed: str, word: str | None) -> None:
    assert name.problem(typed) == word


@given(st.text())
def test_normalizing_twice_changes_nothing_more(typed: str) -> None:
    once = name.normalize(typed)
    assert name.normalize(once) == once


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=50))
def test_ideographs_are_left_alone(typed: str) -> None:
    assert name.normalize(typed) == typed
    assert name.problem(typed) is None


@given(st.integers(0xF900, 0xFAFF).map(chr))
def test_compatibility_ideographs_become_what_unicode_says(character: str) -> None:
    assert name.normalize(character) == unicodedata.normalize("NFC", character)
