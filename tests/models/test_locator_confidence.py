from __future__ import annotations

import numpy as np

from models.locator.confidence import NEARLY, Shown, fit


def pictures(rng: np.random.Generator, trust: np.ndarray, count: int = 3000) -> list[Shown]:
    """Candidates that are right as often as `trust` says of their clues."""
    label = {"class": "clear", "card_corners": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    shown = []
    for _ in range(count):
        clues = rng.normal(0, 1, (2, 4))
        right = rng.random(2) < 1 / (1 + np.exp(-clues @ trust[:-1] - trust[-1]))
        shown.append(Shown(label, clues, np.where(right, 0.01, NEARLY)))
    return shown


def test_the_weights_are_those_by_which_candidates_are_right():
    trust = np.array([1.0, -1.5, 0.0, 0.5, -0.7])
    assert np.abs(fit(pictures(np.random.default_rng(4), trust)) - trust).max() < 0.15


def test_what_is_neither_right_nor_wrong_teaches_nothing():
    known = pictures(np.random.default_rng(4), np.array([1.0, -1.5, 0.0, 0.5, -0.7]), 300)
    between = [Shown(p.label, -p.clues, np.full(2, 0.3)) for p in known]
    assert np.array_equal(fit(known), fit(known + between))
