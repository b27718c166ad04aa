from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idcheck.quality.quantile import quantile


@given(values=st.lists(st.integers(0, 255), min_size=1, max_size=40), share=st.floats(0, 1))
def test_it_is_numpys(values: list[int], share: float) -> None:
    levels = np.array(values, np.uint8)
    assert quantile(levels, share) == pytest.approx(float(np.quantile(levels, share)))
    assert quantile(levels.astype(np.float32), share) == pytest.approx(float(np.quantile(levels, share)))


@given(
    values=st.lists(st.tuples(st.integers(0, 255), st.booleans()), max_size=40),
    one=st.integers(0, 255),
    share=st.floats(0, 1),
)
def test_only_what_counts_counts(values: list[tuple[int, bool]], one: int, share: float) -> None:
    levels, among = (
        np.array([*(v for v, _ in values), one], np.uint8),
        np.array([*(b for _, b in values), True]),
    )
    before = levels.copy()
    assert quantile(levels, share, among) == pytest.approx(float(np.quantile(levels[among], share)))
    assert np.array_equal(levels, before)


def test_any_shape() -> None:
    levels = np.random.default_rng(1).integers(0, 256, (13, 17), dtype=np.uint8)
    assert quantile(levels[::2, ::3], 0.3) == pytest.approx(float(np.quantile(levels[::2, ::3], 0.3)))
