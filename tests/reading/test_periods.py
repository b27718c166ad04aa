from __future__ import annotations

import numpy as np
import pytest

from idcheck.reading.periods import PeriodReaders
from idcheck.reading.recorded import Recorded
from idcheck.types import Transcript

STRIP = np.full((70, 467), 200, np.uint8)
OURS, THEIRS = "2017.06.01-2087.06.01", "2017.06.01-2037.06.01"


def recorded(text: str, least: float) -> Recorded:
    sure = (0.99,) * (len(text) - 1)
    return Recorded(in_turn=[Transcript(text, (*sure, least) if text else (), "recorded")])


@pytest.mark.parametrize(
    ("first", "other", "read"),
    [(0.95, None, OURS), (0.6, 0.99, THEIRS), (0.6, 0.9, OURS), (0.6, 0.5, OURS)],
    ids=["no doubt", "the other is sure", "not sure enough", "neither is"],
)
def test_the_other_reader_counts_where_ours_doubts_and_it_does_not(
    first: float, other: float | None, read: str
):
    asked = [] if other is None else [recorded(THEIRS, other)]
    readers = PeriodReaders(recorded(OURS, first), asked.pop)
    assert readers.read(STRIP, "validity").text == read
    assert not asked


def test_nobody_is_asked_about_paper_without_print():
    readers = PeriodReaders(recorded("", 1.0), lambda: pytest.fail("asked without need"))
    assert readers.read(STRIP, "validity").text == ""


@pytest.mark.parametrize(
    ("ours", "theirs", "read"),
    [
        ("2007.04.1-2017.04.11", "2007.04.11-2017.04.11", 1),
        ("2007.04.11-2017.04.111", "2007.04.11-2017.04.11", 1),
        ("2007.04.1-长期", "2007.04.11-长期", 1),
        ("2007.04.1-2017.04.11", "2007.04.11-2017.0411", 1),
        ("2007.04.1-2017.04.11", "2007.04.1-2017.04.11", 0),
        ("2007.04.1-2017.04.11", "有效期限", 0),
    ],
)
def test_the_other_reader_is_asked_where_a_digit_is_missing_or_too_many(ours: str, theirs: str, read: int):
    readers = PeriodReaders(recorded(ours, 0.99), lambda: recorded(theirs, 0.97))
    assert readers.read(STRIP, "validity").text == (ours, theirs)[read]


@pytest.mark.parametrize(
    "whole", ["2007.04.11-2017.04.11", "20070411-20170411", "2007.04.11-长期", "2007.04.11长"]
)
def test_nobody_is_asked_about_a_whole_period_that_is_clear(whole: str):
    readers = PeriodReaders(recorded(whole, 0.95), lambda: pytest.fail("asked without need"))
    assert readers.read(STRIP, "validity").text == whole
