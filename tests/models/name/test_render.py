from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck.reading.fields import STRIP_PX_PER_MM
from models.name import classes
from models.name.classes import CELL_PX, PLAIN, alphabet, everyday
from models.name.render import SHAPE, WIDTH_MM, Line, Printer, frequencies, random_classes, random_conditions
from models.number.render import Conditions

CLEAR = Conditions(face=PLAIN[0], px_per_mm=9.0, tilt_deg=0.0)
BLOCKS = np.array([5, 6, 7])
"""Classes whose glyphs here are plain blocks, each wider than the one before; class 9 has none."""


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Printer:
    folder = tmp_path_factory.mktemp("glyphs")
    glyphs = np.zeros((len(alphabet()), CELL_PX, CELL_PX), np.uint8)
    for width, number in zip((6, 10, 14), BLOCKS, strict=True):
        glyphs[number, 8:40, 24 - width : 24 + width] = 255
    np.save(classes.path(folder, PLAIN[0]), glyphs)
    return Printer(folder)


def drawn(printer: Printer, seed: int = 1, conditions: Conditions = CLEAR) -> Line:
    return printer.draw(np.random.default_rng(seed), PLAIN[0], BLOCKS, conditions)


def test_one_seed_draws_one_line(printer: Printer):
    first, again, other = drawn(printer), drawn(printer), drawn(printer, 2)
    assert np.array_equal(first.picture, again.picture)
    assert not np.array_equal(first.picture, other.picture)
    assert first.picture.shape == SHAPE


@pytest.mark.parametrize("turn", [0.0, 30.0, -20.0])
def test_characters_stand_where_the_line_says(printer: Printer, turn: float):
    for seed in range(6):
        line = drawn(printer, seed, replace(CLEAR, turn_deg=turn))
        profile = line.picture.astype(float).mean(axis=0)
        centres = line.centres[line.characters >= 0]
        inside = centres[(centres > 1.9) & (centres < WIDTH_MM - 1.9)]
        between = (inside[1:] + inside[:-1]) / 2
        at = (np.arange(SHAPE[1]) + 0.5) / STRIP_PX_PER_MM
        assert len(inside) >= 2
        assert (np.interp(inside[1:], at, profile) < np.interp(between, at, profile) - 5).all()


def test_characters_are_a_fixed_distance_apart(printer: Printer):
    line = drawn(printer, 3)
    pitch = np.diff(line.centres[:3])
    assert pitch == pytest.approx(np.full(2, pitch[0]), abs=1e-3)
    assert 3.0 < pitch[0] < 5.0


def test_what_a_face_does_not_have_is_left_out(printer: Printer):
    line = printer.draw(np.random.default_rng(1), PLAIN[0], np.array([5, 9, 6]), CLEAR)
    assert line.characters.tolist() == [5, 6, -1, -1, -1, -1, -1, -1]


def test_covers_hide_ink_and_nothing_else_does(printer: Printer):
    assert all(drawn(printer, seed).visible[:3].min() > 0.99 for seed in range(5))
    hidden = [drawn(printer, seed, replace(CLEAR, cover="finger")).visible[:3].min() for seed in range(30)]
    assert min(hidden) < 0.5


def test_the_alphabet_begins_with_the_dot_and_the_frequent_characters():
    assert alphabet()[0] == "·"
    assert alphabet()[1:8231] == everyday()
    assert len(set(alphabet())) == len(alphabet()) > 21_000
    assert set("王喆昇燚頔韡") <= set(alphabet())


@pytest.fixture(scope="module")
def unlike() -> NDArray[np.float32]:
    """Vectors of which none is near to another."""
    vectors = np.random.default_rng(0).normal(size=(len(alphabet()), classes.DIMENSIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def shares(unlike: NDArray[np.float32]) -> NDArray[np.float64]:
    return frequencies(unlike)


def test_rare_characters_are_drawn_too_but_less_often(shares: NDArray[np.float64]):
    assert shares.sum() == pytest.approx(1.0)
    assert shares.min() > 0
    index = {c: i for i, c in enumerate(alphabet())}
    assert shares[index["伟"]] > shares[index["的"]] > shares[index["骞"]] > shares[index["頔"]]
    rng = np.random.default_rng(0)
    found = np.concatenate([random_classes(rng, shares) for _ in range(2000)])
    assert 0.05 < (found > len(everyday())).mean() < 0.3


def test_look_alikes_of_what_is_frequent_are_drawn_more_often(
    unlike: NDArray[np.float32], shares: NDArray[np.float64]
):
    rare, frequent = alphabet().index("頔"), alphabet().index("伟")
    alike = unlike.copy()
    alike[rare] = alike[frequent]
    now = frequencies(alike)
    assert now[rare] > 5 * shares[rare]
    assert 0.3 * shares[frequent] < now[frequent] < shares[frequent]
    others = np.delete(np.arange(len(now)), [rare, frequent])
    assert now[others] == pytest.approx(shares[others], rel=0.01)


def test_conditions_are_within_what_cameras_do():
    for seed in range(200):
        conditions = random_conditions(np.random.default_rng(seed), PLAIN[0])
        assert 2.5 < conditions.px_per_mm < 13
        assert 0 <= conditions.defocus_mm <= 0.8
        assert -5 < conditions.stops < 2
