"""The forward algorithm against the enumeration of every path."""

from __future__ import annotations

from itertools import groupby, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idcheck.claim.ctc import Channel, Floats, Symbols, changes, log_likelihoods

FAITHFUL = Channel(wrong=0.0, doubt=0.0, spurious=0.0, missed=0.0, missed_next=0.0)
ERRING = Channel(wrong=1e-3, doubt=0.2, spurious=0.01, missed=0.03, missed_next=0.4)


def _probabilities(seed: int, columns: int, symbols: int) -> Floats:
    return np.asarray(np.random.default_rng(seed).dirichlet(np.full(symbols, 0.4), columns))


def _by_paths(emissions: Floats, text: Symbols) -> float:
    total = 0.0
    for path in product(range(emissions.shape[1]), repeat=len(emissions)):
        if tuple(s for s, _ in groupby(path) if s != 0) == text:
            total += float(np.prod(emissions[np.arange(len(path)), path]))
    return total


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), text=st.lists(st.integers(1, 3), max_size=4).map(tuple))
def test_a_faithful_reader_gives_the_sum_over_all_paths(seed: int, text: Symbols) -> None:
    emissions = _probabilities(seed, 5, 4)
    likelihood = float(np.exp(log_likelihoods(emissions, [text], FAITHFUL)[0]))
    assert likelihood == pytest.approx(_by_paths(emissions, text), abs=1e-12)


def test_texts_of_different_lengths_do_not_disturb_each_other() -> None:
    emissions = ERRING.emissions(_probabilities(1, 9, 5))
    texts: list[Symbols] = [(1, 2, 3, 3), (4,), (), (2, 2)]
    together = log_likelihoods(emissions, texts, ERRING)
    alone = [log_likelihoods(emissions, [text], ERRING)[0] for text in texts]
    assert together == pytest.approx(np.array(alone))


def test_too_few_columns_for_a_text_make_it_impossible_unless_characters_may_be_missed() -> None:
    emissions = _probabilities(2, 2, 4)
    assert log_likelihoods(emissions, [(1, 2, 3)], FAITHFUL)[0] == -np.inf
    assert np.isfinite(log_likelihoods(emissions, [(1, 2, 3)], ERRING)[0])


def test_missing_characters_in_a_row_costs_less_than_missing_them_apart() -> None:
    shown = np.array([[0.0, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0]])
    channel = Channel(wrong=0.0, doubt=0.0, spurious=0.0, missed=0.02, missed_next=0.3)
    row, apart = log_likelihoods(shown, [(1, 3, 4, 2), (3, 1, 4, 2)], channel)
    assert row == pytest.approx(np.log(0.02 * 0.3))
    assert apart == pytest.approx(2 * np.log(0.02))


def test_nothing_underflows_over_a_long_line_that_the_text_has_nothing_to_do_with() -> None:
    columns = np.zeros((400, 6))
    columns[:, 5] = 1.0
    emissions = ERRING.emissions(columns)
    assert np.isfinite(log_likelihoods(emissions, [(1, 2) * 25], ERRING)[0])
    assert all(np.isfinite(part[:, 1:]).all() for part in changes(emissions, (1, 2) * 25, ERRING))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    text=st.permutations([1, 2, 3, 4]).map(lambda p: tuple(p[:3])),
    place=st.integers(0, 2),
    symbol=st.integers(1, 6),
)
def test_a_changed_text_is_as_likely_as_when_weighed_by_itself(
    seed: int, text: Symbols, place: int, symbol: int
) -> None:
    emissions = ERRING.emissions(_probabilities(seed, 8, 7))
    replaced, put_in = changes(emissions, text, ERRING.attentive)
    other = (*text[:place], symbol, *text[place + 1 :])
    longer = (*text[:place], symbol, *text[place:])
    own, as_other, as_longer = log_likelihoods(emissions, [text, other, longer], ERRING.attentive)
    if all(a != b for a, b in pairwise(other)):
        assert replaced[place, symbol] == pytest.approx(as_other - own, abs=1e-9)
    if all(a != b for a, b in pairwise(longer)):
        assert put_in[place, symbol] == pytest.approx(as_longer - own, abs=1e-9)


def test_what_a_missed_character_was_makes_no_difference() -> None:
    shown = np.full((3, 6), 1e-9)
    shown[0, 1] = shown[1, 0] = shown[2, 2] = 1.0
    replaced, _ = changes(ERRING.emissions(shown), (1, 3, 2), ERRING)
    assert replaced[1, 4] == pytest.approx(0.0, abs=0.1)
    assert replaced[0, 4] < -2


def test_doubt_softens_only_columns_that_are_in_doubt() -> None:
    sure, torn = [0.0, 1.0, 0.0, 0.0], [0.0, 0.4, 0.3, 0.3]
    emissions = Channel(wrong=1e-4, doubt=0.5, spurious=0.0, missed=0.0, missed_next=0.0).emissions(
        np.array([sure, torn])
    )
    assert emissions[0, 2] == pytest.approx(1e-4)
    assert emissions[1, 2] == pytest.approx(0.3 + 0.3 + 1e-4)
