from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.claim_figures import claim_figures, probability_figures, reading_figures, system_figures
from benchmarks.claims import Trial, trials, with_impostors
from benchmarks.figures import Row
from benchmarks.labelled import GENUINE, Picture, Submission
from idcheck.claim import idnumber
from idcheck.types import Claim, MatchEvidence, MatchOutcome
from tests.evidence import CORNERS, judged

NAME, NUMBER = "王小明", "110101199001010007"
LABEL = {
    "file": "x.jpg",
    "class": "clear",
    "card_corners": CORNERS,
    "card_px_per_mm": 4.7,
    "name": NAME,
    "id_number": NUMBER,
    "name_legible": True,
    "number_legible": True,
    "name_visible": 1.0,
    "number_visible": 1.0,
}
PICTURE = Picture(Path("set/x.jpg"), LABEL)
OWN = Submission(PICTURE, Claim(NAME, NUMBER), GENUINE)


def trial(kind: str, ratio: float | None, outcome: MatchOutcome, field: str = "id_number") -> Trial:
    return Trial("set/x.jpg", field, kind, True, outcome, ratio, 0.5, outcome is MatchOutcome.MATCH, False)


def test_impostors_are_false_in_one_field_and_always_the_same():
    made = list(with_impostors([OWN], 3))
    assert made[0] is OWN
    assert made == list(with_impostors([OWN], 3))
    assert len({one.kind for one in made}) == 9
    for one in made[1:]:
        assert (one.claim.name == NAME) == (one.false_field == "id_number")
        assert (one.claim.id_number == NUMBER) == (one.false_field == "name")


def test_false_numbers_are_valid_but_for_the_one_whose_check_character_is_changed():
    made = [one for one in with_impostors([OWN], 5) if one.kind.startswith("number")]
    valid = {one.kind: idnumber.is_valid(one.claim.id_number) for one in made}
    assert valid == {
        "number_digit_and_check": True,
        "number_two_digits": True,
        "number_transposed_and_check": True,
        "number_check_character": False,
    }


def test_nothing_is_claimed_of_a_card_that_is_not_there():
    decoy = Submission(Picture(Path("y.jpg"), {**LABEL, "card_corners": None}), OWN.claim, GENUINE)
    assert list(with_impostors([decoy], 2)) == [decoy]
    assert not list(trials(Row(decoy, judged())))


def test_a_genuine_claim_tries_both_fields_and_an_impostors_the_false_one():
    false = Submission(PICTURE, Claim("王小朋", NUMBER), "name_lookalike")
    assert [one.field for one in trials(Row(OWN, judged()))] == ["name", "id_number"]
    (one,) = trials(
        Row(false, judged(matches={"name": MatchEvidence(-50.0), "id_number": MatchEvidence(50.0)}))
    )
    assert (one.field, one.outcome, one.transcribed) == ("name", MatchOutcome.MISMATCH, False)


def test_two_systems_are_compared_at_the_same_false_accepts():
    ours = [trial(GENUINE, ratio, MatchOutcome.MATCH) for ratio in (1.0, 3.0, 5.0, 7.0)]
    ours += [trial("number_two_digits", ratio, MatchOutcome.MISMATCH) for ratio in (-4.0, 2.0, 4.0)]
    strict = [one.decided(accepted=False) for one in ours]
    lax = [one.decided(accepted=one.is_genuine or one.log_likelihood_ratio == 4.0) for one in ours]
    figures = system_figures(ours, {"strict": strict, "lax": lax})
    assert figures["strict"]["id_number refused"] == 1.0
    assert figures["strict"]["id_number ours_at_same"] == 0.5
    assert figures["lax"]["id_number refused"] == 0.0
    assert figures["lax"]["id_number false accepted"] == pytest.approx(1 / 3)
    assert figures["lax"]["id_number ours_at_same"] == 0.25


def test_claims_are_counted_by_kind_and_field():
    kept = [trial(GENUINE, 5.0, MatchOutcome.MATCH), trial("number_two_digits", 4.0, MatchOutcome.MATCH)]
    figures = claim_figures(kept)
    assert figures["genuine id_number, legible"]["matched"] == 1.0
    assert figures["number_two_digits"]["match"] == 1


def test_probabilities_weigh_genuine_claims_and_impostors_alike():
    kept = [trial(GENUINE, 0.0, MatchOutcome.INDETERMINATE)]
    kept += [trial("number_two_digits", 0.0, MatchOutcome.INDETERMINATE)] * 9
    figures = probability_figures(kept)
    assert figures["id_number 0.5 to 0.9"] == {
        "claims": 10,
        "said": pytest.approx(0.5),
        "genuine": pytest.approx(0.5),
    }


def test_readings_are_sorted_by_what_varies():
    figures = reading_figures([Row(OWN, judged())])
    assert figures["name, legible"] == {
        "fields": 1,
        "exact": 1.0,
        "match": 1.0,
        "mismatch": 0.0,
        "indeterminate": 0.0,
    }
    assert figures["id_number, card, px/mm 4 to 6"]["fields"] == 1
    assert figures["id_number, card, px/mm 3 to 4"] == {
        "fields": 0,
        "exact": None,
        "match": None,
        "mismatch": None,
        "indeterminate": None,
    }
    assert figures["name, legible, a rare character"]["fields"] == 0
