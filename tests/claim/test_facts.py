from __future__ import annotations

from datetime import date

import pytest

from idcheck import claim
from idcheck.types import Claim, ClaimFacts


def test_a_sound_claim_has_no_problems_and_a_birth_date() -> None:
    facts = claim.facts(Claim("王小明", "１１０１０１ 19900101 0007"))
    assert facts == ClaimFacts(None, None, date(1990, 1, 1))


@pytest.mark.parametrize(
    ("name", "number", "name_problem", "number_problem"),
    [
        ("", "110101199001010007", "empty", None),
        ("王小明", "110101900101007", None, "old_format"),
        ("王\x07", "110101199001010008", "control_character", "checksum"),
        ("123", "11010119900230000X", "no_letters", "birth_date"),
    ],
)
def test_name_and_number_are_judged_apart(
    name: str, number: str, name_problem: str | None, number_problem: str | None
) -> None:
    facts = claim.facts(Claim(name, number))
    assert (facts.name_problem, facts.number_problem) == (name_problem, number_problem)
    assert (facts.birth is None) == (number_problem is not None)


def test_a_birth_to_come_is_left_to_whoever_knows_the_day() -> None:
    first17 = "11010129900101000"
    facts = claim.facts(Claim("王小明", first17 + claim.idnumber.check_character(first17)))
    assert facts.number_problem is None
    assert facts.birth == date(2990, 1, 1)
