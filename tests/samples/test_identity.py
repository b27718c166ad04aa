"""The people on the cards are fictional and their numbers valid."""

from datetime import date

import numpy as np
import pytest
import stdnum.cn.ric

from samples.identity import SEQUENCE, check_digit, sample_identity

PEOPLE = [sample_identity(np.random.default_rng(seed)) for seed in range(200)]


def test_numbers_are_valid_but_never_issued():
    for who in PEOPLE:
        assert stdnum.cn.ric.calc_check_digit(who.number) == who.number[-1]
        assert stdnum.cn.ric.get_birth_date(who.number) == who.birth
        assert who.number[14:17] == SEQUENCE == "000"
        assert who.number[6:14] == f"{who.birth:%Y%m%d}"
        assert who.sex == "女"  # an even sequence code


@pytest.mark.parametrize(("first17", "expected"), [("11010519491231002", "X"), ("44052418800101001", "4")])
def test_check_digit_of_the_standard_examples(first17, expected):
    assert check_digit(first17) == expected  # GB 11643-1999, annex A


def test_validity_follows_the_age_at_issue():
    for who in PEOPLE:
        birthday_passed = (who.valid_from.month, who.valid_from.day) >= (who.birth.month, who.birth.day)
        age = who.valid_from.year - who.birth.year - (not birthday_passed)
        years = None if who.valid_until is None else who.valid_until.year - who.valid_from.year
        assert years == (5 if age < 16 else 10 if age < 26 else 20 if age < 46 else None)
        assert date(2005, 1, 1) <= who.valid_from


def test_names_vary_in_kind():
    names = [who.name for who in PEOPLE]
    assert len(set(names)) > 150
    assert any("·" in name for name in names)
    assert {2, 3} <= {len(name) for name in names}
