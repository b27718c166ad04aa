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
