"""Evidence on lattices built by hand: what is printed, how surely each character is seen, and its rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idcheck.claim import idnumber, match
from idcheck.claim.match import _best_valid
from idcheck.policy import Policy
from idcheck.types import Lattice, MatchEvidence, Room, Transcript

NUMBER = "110101199001010007"
NAME = Policy.default().match.name
HAN = "王小明晓鸣王武赵喆哲昇升朋友吉阿依古丽买提·"
Seen = str | Mapping[str, float] | None
"""One character's columns: seen for certain, with these probabilities, or (None) not at all."""


def transcript(seen: Sequence[Seen], alphabet: str) -> Transcript:
    """What a reader would say that sees this: one column a character, a blank between them."""
    index = {c: i for i, c in enumerate(dict.fromkeys(alphabet), start=1)}
    rows, text, certain = [], "", list[float]()
    for character in seen:
        row = np.full(len(index) + 1, 1e-7)
        chances = {character: 0.9999} if isinstance(character, str) else dict(character or {})
        for c, p in chances.items():
            row[index[c]] = p
        row[0] = max(1e-7, 1 - sum(chances.values()))
        blank = np.full(len(index) + 1, 1e-7)
        blank[0] = 0.9999
        rows += [blank, row]
        if chances and max(chances.values()) > row[0]:
            best = max(chances, key=lambda c: chances[c])
            text, certain = text + best, [*certain, chances[best]]
    return Transcript(text, tuple(certain), "hand", Lattice(np.log(np.array(rows, np.float32)), index))


def name(seen: Sequence[Seen], typed: str) -> MatchEvidence:
    return match.name(transcript(seen, HAN), typed)


def number(seen: Sequence[Seen], typed: str) -> MatchEvidence:
    return match.id_number(transcript(seen, "0123456789X"), typed)


def ratio(evidence: MatchEvidence) -> float:
    assert evidence.log_likelihood_ratio is not None
    return evidence.log_likelihood_ratio


def numbered(first17: str) -> str:
    return first17 + idnumber.check_character(first17)


# ---------------------------------------------------------------- names


def test_what_is_clearly_printed_matches_and_nothing_else_does() -> None:
    assert ratio(name("王小明", "王小明")) > 5
    for typed in ("王晓明", "王小鸣", "赵小明", "王小", "小明", "王小明明", "王小明友"):
        assert ratio(name("王小明", typed)) < -0.5, typed


def test_a_rare_character_that_the_reader_holds_likely_is_not_outdone_by_its_everyday_look_alike() -> None:
    def ratio_of(typed: str, likely: float) -> float:
        torn: list[Seen] = ["王", {"祺": 0.9 - likely, "褀": likely}]
        return ratio(match.name(transcript(torn, "王祺褀"), typed))

    assert ratio_of("王褀", 0.25) > NAME.accept > ratio_of("王褀", 0.12)
    assert ratio_of("王褀", 0.02) < 0.5
    assert ratio_of("王祺", 0.02) > 4.5
    assert ratio_of("王祺", 0.6) < NAME.accept


def test_a_look_alike_is_judged_by_what_the_reader_holds_possible() -> None:
    torn: list[Seen] = ["王", {"小": 0.6, "晓": 0.35}, "明"]
    assert ratio(name(torn, "王小明")) > NAME.accept > ratio(name(torn, "王晓明")) > 0
    assert ratio(name(torn, "王武明")) < ratio(name(torn, "王晓明"))


@pytest.mark.parametrize("rival", [0.05, 0.2, 0.4])
def test_the_surer_the_reader_the_stronger_the_evidence(rival: float) -> None:
    weaker = ratio(name(["王", {"小": 0.95 - rival, "晓": rival}], "王小"))
    stronger = ratio(name(["王", {"小": 0.98 - rival / 2, "晓": rival / 2}], "王小"))
    assert stronger > weaker


def test_evidence_for_one_is_evidence_against_the_other_where_two_texts_explain_all() -> None:
    torn: list[Seen] = ["王", {"小": 0.6, "晓": 0.4}]
    even: list[Seen] = ["王", {"小": 0.5, "晓": 0.5}]
    either = ratio(name(even, "王小"))
    assert ratio(name(even, "王晓")) == pytest.approx(either, abs=0.01)
    assert ratio(name(torn, "王小")) - either == pytest.approx(either - ratio(name(torn, "王晓")), abs=0.01)


def test_of_two_texts_that_explain_a_strip_alike_the_typed_one_was_not_chosen_for_it() -> None:
    assert NAME.accept < ratio(name(["王", {"小": 0.5, "晓": 0.5}], "王小")) < NAME.accept + 0.5


def test_hidden_characters_are_no_contradiction() -> None:
    one = ratio(name(["王", "小", None], "王小明"))
    two = ratio(name(["王", None, None], "王小明"))
    wrong = ratio(name(["王", "小", "武"], "王小明"))
    assert -8 < two < one < 0
    assert wrong < two


@pytest.mark.parametrize("typed", ["迪丽努尔·吐尔逊", "买买·提艾力江明", "王小明", "王小明武鸣哲昇升"])
def test_where_the_reader_can_but_guess_no_name_of_the_right_length_matches(typed: str) -> None:
    characters = "".join(dict.fromkeys("·" + typed + "".join(chr(0x4E00 + i) for i in range(3000))))
    index = {c: i for i, c in enumerate(characters, start=1)}
    rows = []
    for blank, dot in zip((0.05, 0.39, 0.44, 0.12, 0.05, 0.01, 0.2, 0.08), (0.005,) * 8, strict=True):
        row = np.full(len(index) + 1, (1 - blank - dot) / len(index))
        row[0], row[index["·"]] = blank, dot
        rows += [np.eye(1, len(row))[0] + 1e-7, row]
    rows[5][index["·"]], rows[9][index["·"]] = 0.053, 0.011
    lattice = Lattice(np.log(np.array(rows, np.float32)), index)
    assert (
        ratio(match.name(Transcript(characters[5:7] + "·一·丁七丈", (0.01,) * 8, "n", lattice), typed)) <= 0
    )


def test_a_faintly_seen_further_character_speaks_against_a_typed_name_without_it() -> None:
    faint: list[Seen] = ["王", "小", {"明": 0.3}]
    assert ratio(name(faint, "王小")) < ratio(name("王小", "王小")) - 4


def test_a_character_that_the_reader_does_not_know_is_neither_confirmed_nor_denied() -> None:
    evidence = name("王小友", "王小\U00020bb7")
    assert evidence.cause == "unknown_character"
    assert -1 < ratio(evidence) <= 0


def test_the_known_characters_beside_it_may_still_contradict() -> None:
    evidence = name("赵武友", "王小\U00020bb7")
    assert evidence.cause == "unknown_character"
    assert ratio(evidence) < -8


def test_characters_beyond_gb_2312_are_refuted_less_easily() -> None:
    assert ratio(name("王升", "王昇")) > ratio(name("王升", "王吉")) + 3
    assert ratio(name("王升", "王昇")) < -1


@pytest.mark.parametrize("typed", ["阿依·古丽", "阿依•古丽", "阿依 ． 古丽", " 阿依·古丽\u200b"])
def test_typed_forms_of_one_name_give_the_same_evidence(typed: str) -> None:
    assert name("阿依·古丽", typed) == name("阿依·古丽", "阿依·古丽")
    assert ratio(name("阿依·古丽", typed)) > 5


def test_a_strip_that_shows_another_line_of_the_card_says_nothing_of_the_name() -> None:
    beside = transcript("民族汉", HAN + "民族汉")
    assert match.name(beside, "王小明") == MatchEvidence(None, "nothing_read")
    assert match.name(transcript("汉民", HAN + "民族汉"), "王小明").log_likelihood_ratio is not None


def test_nothing_read_is_no_evidence() -> None:
    blank = transcript([None, None], HAN)
    assert match.name(blank, "王小明") == MatchEvidence(None, "nothing_read")
    assert match.name(Transcript("", (), "e"), "王小明") == MatchEvidence(None, "nothing_read")


@pytest.mark.parametrize("typed", ["", "王\x00", "123"])
def test_what_is_no_name_is_not_compared(typed: str) -> None:
    assert name("王小明", typed) == MatchEvidence(None, "claim_invalid")


def test_a_single_character_is_never_enough() -> None:
    evidence = name("王", "王")
    assert evidence.cause == "weak_evidence"
    assert ratio(evidence) <= 0


def test_a_name_that_is_but_guessed_at_confirms_nothing() -> None:
    others = dict.fromkeys("明晓鸣赵喆", 0.16)
    guessed = [{"王": 0.18, **others}, {"小": 0.18, **others}]
    assert name(guessed, "王小").cause == "weak_evidence"
    assert ratio(name(guessed, "王小")) <= 0
    assert name([{"王": 0.5, "武": 0.2}, {"小": 0.5, "明": 0.2}], "王小").cause is None


@pytest.mark.parametrize("typed", ["赵王小", "王赵小", "王小赵", "王小小"])
def test_a_character_more_than_there_is_room_for_contradicts(typed: str) -> None:
    seen = transcript("王小", HAN)
    assert NAME.reject < ratio(match.name(seen, typed)) < 0
    assert ratio(match.name(replace(seen, room=Room.NONE), typed)) < NAME.reject
    assert ratio(match.name(replace(seen, room=Room.NONE), "王小")) > 5


@pytest.mark.parametrize(("typed", "supported"), [("王小", True), ("王小明", False), ("武赵", False)])
def test_a_name_whose_end_is_hidden_is_not_confirmed(typed: str, supported: bool) -> None:
    seen = transcript("王小", HAN)
    covered = match.name(replace(seen, room=Room.HIDDEN), typed)
    assert (ratio(match.name(seen, typed)) > 3) is supported
    assert covered.cause == "more_hidden"
    assert ratio(covered) == min(ratio(match.name(seen, typed)), 0.0)


def test_repeated_characters_are_two() -> None:
    assert ratio(name(["王", "明", "明"], "王明明")) > 5
    assert ratio(name(["王", "明", "明"], "王明")) < -3
    assert ratio(name(["王", "明"], "王明明")) < -0.5


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(HAN.replace("·", "")), min_size=2, max_size=6).map("".join),
    st.lists(st.sampled_from(HAN.replace("·", "")), min_size=2, max_size=6).map("".join),
)
def test_of_two_names_at_most_one_is_spoken_for(one: str, other: str) -> None:
    printed = list(one)
    assert ratio(name(printed, one)) > 5
    if one != other:
        assert ratio(name(printed, other)) < 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.text(st.sampled_from(HAN), min_size=1, max_size=50))
def test_noise_gives_finite_evidence_or_a_cause(seed: int, typed: str) -> None:
    index = {c: i for i, c in enumerate(dict.fromkeys(HAN), start=1)}
    noise = np.random.default_rng(seed).dirichlet(np.full(len(index) + 1, 0.2), 12).astype(np.float32)
    evidence = match.name(
        Transcript("王", (0.1,), "n", Lattice(np.log(np.maximum(noise, 1e-12)), index)), typed
    )
    assert evidence.cause is not None or np.isfinite(ratio(evidence))


# ---------------------------------------------------------------- numbers


def test_a_clear_number_matches_and_its_valid_near_misses_do_not() -> None:
    assert ratio(number(NUMBER, NUMBER)) > 10
    for near in ("11010119900101001", "11010119910101000", "11010119901001000", "31010119900101000"):
        assert ratio(number(NUMBER, numbered(near))) < -10, near


def test_one_unseen_digit_follows_from_the_others() -> None:
    seen: list[Seen] = list(NUMBER)
    seen[15] = None
    assert ratio(number(seen, NUMBER)) > 5


def test_several_unseen_digits_leave_it_open() -> None:
    seen: list[Seen] = [*NUMBER[:9], *[None] * 4, *NUMBER[13:]]
    assert abs(ratio(number(seen, NUMBER))) < 2


def test_what_hides_some_digits_does_not_excuse_the_wrong_ones() -> None:
    seen: list[Seen] = [*NUMBER[:13], *[None] * 5]
    assert ratio(number(seen, numbered("11010219900101000"))) < -5
    assert ratio(number(seen, numbered("11011019900101000"))) < -5


def test_an_uncertain_digit_weighs_less_than_a_certain_one() -> None:
    seen: list[Seen] = list(NUMBER)
    seen[9] = {"0": 0.5, "6": 0.45}
    seen[17] = {"7": 0.4, "8": 0.35}
    unsure = ratio(number(seen, NUMBER))
    assert 0 < unsure < ratio(number(NUMBER, NUMBER))


def test_a_reading_with_a_character_too_many_still_matches() -> None:
    seen: list[Seen] = [*NUMBER[:6], {"1": 0.6}, *NUMBER[6:]]
    assert ratio(number(seen, NUMBER)) > 0


@pytest.mark.parametrize("typed", ["110101199001010008", "110101900101007", "", "x"])
def test_what_is_no_number_is_not_compared(typed: str) -> None:
    assert number(NUMBER, typed) == MatchEvidence(None, "claim_invalid")


def test_typed_forms_of_one_number_give_the_same_evidence() -> None:
    assert number(NUMBER, "１１０１０１-19900101 0007") == number(NUMBER, NUMBER)


def test_the_best_valid_number_is_the_best_of_all() -> None:
    """Against trying all combinations of the digits that are in play."""
    rng = np.random.default_rng(5)
    for _ in range(5):
        scores = np.full((18, 11), -1e6)
        digits = [int(c) if c != "X" else 10 for c in NUMBER]
        scores[np.arange(18), digits] = 0.0
        free = sorted(rng.choice(17, 3, replace=False).tolist())
        scores[free, :10] = rng.normal(0, 3, (3, 10))
        scores[17] = rng.normal(0, 3, 11)
        best, best_score = "", -np.inf
        for values in product(range(10), repeat=3):
            candidate = list(NUMBER[:17])
            for place, value in zip(free, values, strict=True):
                candidate[place] = str(value)
            whole = numbered("".join(candidate))
            score = sum(scores[i, 10 if c == "X" else int(c)] for i, c in enumerate(whole))
            if whole != NUMBER and score > best_score:
                best, best_score = whole, score
        assert _best_valid(scores, NUMBER) == best


# ---------------------------------------------------------------- engines without a lattice


def words(text: str, certain: float) -> Transcript:
    return Transcript(text, (certain,) * len(text), "words")


def test_without_a_lattice_equal_texts_match_and_different_ones_do_not() -> None:
    assert ratio(match.name(words("王小明", 0.93), "王小明")) > 2
    assert ratio(match.id_number(words(NUMBER, 0.93), NUMBER)) > 2
    assert ratio(match.name(words("赵武鸣", 0.93), "王小明")) < -8
    assert ratio(match.id_number(words(NUMBER, 0.93), numbered("31010419850607000"))) < -8


def test_without_a_lattice_one_difference_and_low_confidence_decide_little() -> None:
    assert -6 < ratio(match.name(words("王小鸣", 0.9), "王小明")) < 0
    assert -4 < ratio(match.name(words("赵武鸣", 0.2), "王小明")) < 0


@pytest.mark.parametrize("dot", [".", "-", "•", "・"])
def test_whatever_an_engine_makes_of_the_dot_is_the_dot(dot: str) -> None:
    assert match.name(words(f"阿依{dot}古丽", 0.9), "阿依·古丽") == match.name(
        words("阿依·古丽", 0.9), "阿依·古丽"
    )


LONG = "阿卜杜热合曼·买买提艾力·卡德尔"


@pytest.mark.parametrize("lost", [LONG.replace("·", ""), LONG[:12], LONG[:10].replace("·", "")])
def test_what_readers_lose_of_long_names_neither_confirms_nor_contradicts_them(lost: str) -> None:
    other = lost[:3] + "山" + lost[4:]
    assert -7 < ratio(match.name(words(lost, 0.97), LONG)) <= 0
    assert ratio(match.name(words(other, 0.97), LONG)) < ratio(match.name(words(lost, 0.97), LONG)) - 3


def test_a_longer_name_is_not_confirmed_by_its_beginning() -> None:
    assert ratio(match.name(words(LONG[:12], 0.97), LONG[:12])) > 1
    assert ratio(match.name(words(LONG, 0.97), LONG[:12])) < 0


def test_characters_that_are_lost_within_a_line_still_count() -> None:
    assert ratio(match.name(words("古丽尔艾力", 0.97), "古丽巴哈尔艾力江")) < NAME.reject - 3


def test_confident_nonsense_never_matches() -> None:
    assert ratio(match.name(words("\ufffd" * 5, 0.99), "王小明")) < -8
    assert ratio(match.id_number(words("\ufffd" * 5, 0.99), NUMBER)) < 2


def test_guesses_that_favour_another_number_contradict_nobody() -> None:
    """At places that cannot be read, the best guess is seldom what is printed."""
    vague: list[Seen] = [{c: 0.14 if c == "5" else 0.085 for c in "0123456789"} for _ in range(6)]
    seen: list[Seen] = [*NUMBER[:8], *vague, *NUMBER[14:]]
    assert ratio(number(seen, NUMBER)) == pytest.approx(0.0, abs=0.7)
    other = numbered("2" + NUMBER[1:17])  # its first digit is seen to be another
    assert ratio(number(seen, other)) < -5
