"""The validity period: what counts as one, and that nothing else does."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idcheck.claim import validity
from idcheck.policy import Policy
from idcheck.types import Lattice, Transcript

ALPHABET = "0123456789.-长期"
INDEX = MappingProxyType({c: i for i, c in enumerate(ALPHABET, start=1)})
CLEAR = Policy.default().reading.validity_clear


def read(text: str, sure: float = 0.99) -> Transcript:
    """As an engine without a lattice reads."""
    return Transcript(text, (sure,) * len(text), "recorded")


def lattice(text: str, sure: float = 0.99, rivals: dict[int, tuple[str, float]] | None = None) -> Transcript:
    """A column a character and a blank after each; a rival takes its share of a place's probability."""
    rows = np.full((2 * len(text), 1 + len(ALPHABET)), 1e-9)
    rows[1::2, 0] = 1.0
    for place, character in enumerate(text):
        rival, share = (rivals or {}).get(place, ("", 0.0))
        rows[2 * place, INDEX[character]] = sure - share
        if rival:
            rows[2 * place, INDEX[rival]] = share
        rows[2 * place, 0] = 1 - sure
    log_probs = np.log(rows).astype(np.float32)
    return Transcript(text, (sure,) * len(text), "recorded", Lattice(log_probs, INDEX))


def ratio_of(transcript: Transcript) -> float:
    ratio = validity.period(transcript).log_likelihood_ratio
    assert ratio is not None
    return ratio


@pytest.mark.parametrize(
    ("text", "start", "until"),
    [
        ("2015.01.31-2035.01.31", date(2015, 1, 31), date(2035, 1, 31)),
        ("2012.02.29-2022.02.28", date(2012, 2, 29), date(2022, 2, 28)),
        ("2012.02.29-2032.02.29", date(2012, 2, 29), date(2032, 2, 29)),
        ("2019.12.03-长期", date(2019, 12, 3), "长期"),
        ("2019.12.03长期", date(2019, 12, 3), "长期"),
        ("2019.12.03-期", date(2019, 12, 3), "长期"),
        ("期2019.12.03-2039.12.03", date(2019, 12, 3), date(2039, 12, 3)),  # the label's last but one
        (
            "2018.01.0420280114",
            date(2018, 1, 4),
            date(2028, 1, 14),
        ),  # separators lost; the term is not judged
        ("20180104-20280104.", date(2018, 1, 4), date(2028, 1, 4)),
        ("2018..01.04--2028.01.04", date(2018, 1, 4), date(2028, 1, 4)),
    ],
)
@pytest.mark.parametrize("reader", [read, lattice])
def test_what_is_a_period(reader, text, start, until):
    found = validity.period(reader(text))
    assert (found.valid_from, found.valid_until, found.cause) == (start, until, None)
    assert ratio_of(reader(text)) >= CLEAR


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "nothing_read"),
        ("长期", "not_a_period"),
        ("2015.01.31", "not_a_period"),
        ("2015.01.31-", "not_a_period"),
        ("2015.01.31-2035.01.3", "not_a_period"),
        ("2015.01.31-2035.01.311", "not_a_period"),
        ("22015.01.31-2035.01.31", "not_a_period"),
        ("2015.01.31-20期35.01.31", "not_a_period"),
        ("110101199001010007", "not_a_period"),
        ("2015.02.29-2035.02.28", "impossible_dates"),
        ("2015.13.01-2035.13.01", "impossible_dates"),
        ("2015.00.10-2035.00.10", "impossible_dates"),
        ("2015.01.31-2035.01.32", "impossible_dates"),
        ("1015.01.31-1035.01.31", "impossible_dates"),
        ("2015.01.31-8035.01.31", "impossible_dates"),
    ],
)
@pytest.mark.parametrize("reader", [read, lattice])
def test_what_is_none(reader, text, cause):
    found = validity.period(reader(text))
    assert (found.valid_from, found.valid_until, found.log_likelihood_ratio) == (None, None, None)
    assert found.cause == cause


def test_one_doubtful_digit_makes_the_whole_period_doubtful():
    text = "2015.01.31-2035.01.31"
    doubtful = lattice(text, rivals={13: ("2", 0.4), 2: ("2", 0.01)})
    assert validity.period(doubtful).valid_until == date(2035, 1, 31)
    assert ratio_of(doubtful) < 2 < CLEAR < ratio_of(lattice(text))


def test_a_doubt_that_no_calendar_allows_is_none():
    text = "2015.01.31-2035.01.31"
    month = {5: ("8", 0.4)}  # 81 is no month
    assert ratio_of(lattice(text, rivals=month)) >= CLEAR


def test_a_long_term_that_hardly_shows_is_doubtful():
    faint = lattice("2019.12.03-长期")
    assert faint.lattice is not None
    faint.lattice.log_probs[22::2, 1:] = np.log(1e-4)
    faint.lattice.log_probs[22::2, 0] = np.log(0.999)
    assert ratio_of(faint) < CLEAR


@given(st.lists(st.sampled_from(ALPHABET), max_size=24).map("".join), st.floats(0.01, 1.0))
def test_a_period_is_never_made_of_other_digits_than_were_read(text, sure):
    found = validity.period(read(text, sure))
    if found.valid_from is not None:
        printed = f"{found.valid_from:%Y%m%d}"
        if found.valid_until != "长期":
            printed += f"{found.valid_until:%Y%m%d}"
        assert printed == "".join(c for c in text if c.isdigit())


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 3.0))
def test_no_noise_in_the_lattice_gives_a_clear_period(seed, spread):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (21, 1 + len(ALPHABET)))
    logits[:, 0] -= 5  # a character in every column, so that a period has room
    rows = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    best = rows[:, 1:].argmax(axis=1)
    text = "".join(ALPHABET[i] for i in best)
    noise = Transcript(text, (0.5,) * 21, "recorded", Lattice(rows.astype(np.float32), INDEX))
    found = validity.period(noise)
    assert found.log_likelihood_ratio is None or found.log_likelihood_ratio < CLEAR


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("2015.01.31-2035.01.31", ("2015.01.31", "2035.01.31")),
        ("2019.12.03-长期", ("2019.12.03", "长期")),
        ("期20180104.20280104", ("期20180104", "20280104")),
        ("2015.0", ("2015.0", "")),
        ("", ("", "")),
    ],
)
def test_the_ends_are_told_apart_and_stay_raw(text, halves):
    sure = tuple(0.5 + place / 100 for place in range(len(text)))
    first, last = validity.halves(Transcript(text, sure, "recorded"))
    assert (first.text, last.text) == halves
    assert first.characters == sure[: len(halves[0])]
    assert last.characters == sure[len(text) - len(halves[1]) :]
