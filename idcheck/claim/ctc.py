"""How likely a reader's lattice makes a text: the CTC forward algorithm over a reader that errs.

Plain CTC (Graves et al. 2006) takes the reader at its word: one column that is certain of a wrong character,
or one character hidden by a finger, makes the true text impossible. Here the reader errs with small
probabilities: it may take one character for another (`wrong`), see one where there is none (`spurious`), and
miss one, or several in a row (`missed`, `missed_next`), which is what hidden print looks like. Texts are
compared under the same errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Symbols: TypeAlias = tuple[int, ...]
"""A text as columns of an emission matrix; column 0 is the blank."""

_RESCALED: Final = 8
"""Columns after which likelihoods are scaled to 1: in one they fall to 1e-4 or so, doubles hold 1e-308."""
_TINY: Final = 1e-300
_HUGE: Final = 1e200


@dataclass(frozen=True, slots=True)
class Channel:
    """Probabilities of a reader's errors.

    Attributes:
        wrong: that a column means a character to which the reader gives no probability.
        doubt: the same, for each unit of probability left to others than the blank and the favourite.
        spurious: that a column in which the reader sees a character shows nothing.
        missed: that a character leaves no trace.
        missed_next: that the next one does not either, once one did not.
    """

    wrong: float
    doubt: float
    spurious: float
    missed: float
    missed_next: float

    @property
    def attentive(self) -> Channel:
        """The same reader, missing nothing."""
        return replace(self, missed=0.0)

    def emissions(self, probabilities: Floats) -> Floats:
        """What each column says of each symbol, errors included.

        Args:
            probabilities: shape (columns, symbols), the blank's first.

        Returns:
            shape (columns, symbols + 1); the last column is that of a symbol which may be any character.
        """
        blank, favourite = probabilities[:, 0], probabilities[:, 1:].max(axis=1)
        doubt = self.doubt * np.maximum(0.0, 1 - blank - favourite)
        emissions = probabilities + (self.wrong + doubt)[:, None]
        emissions[:, 0] = blank + self.spurious * (1 - blank) + doubt
        return np.column_stack((emissions, 1 - blank + self.wrong))


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    """The states of n texts, padded to a common length: blank, character, blank, …, blank.

    Attributes:
        symbols: what each state emits; int, shape (n, states).
        moves: from a column's state to the next column's, shape (n, states, states).
        ends: probability that the text may end in a state, shape (n, states).
    """

    symbols: NDArray[np.intp]
    moves: Floats
    ends: Floats

    @classmethod
    def of(cls, texts: Sequence[Symbols], channel: Channel) -> _Graph:
        longest = max(map(len, texts))
        symbols = np.zeros((len(texts), 2 * longest + 1), np.intp)
        for row, text in enumerate(texts):
            symbols[row, 1 : 2 * len(text) : 2] = text
        moves = np.repeat(_moves(longest, channel)[None], len(texts), axis=0)
        rows, pairs = np.nonzero(symbols[:, 3::2] == symbols[:, 1:-2:2])
        moves[rows, 2 * pairs + 1, 2 * pairs + 3] = 0.0  # two equal characters need a blank between them
        ends = np.array([_ends(len(text), longest, channel) for text in texts])
        return cls(symbols, moves, ends)

    def start(self) -> Floats:
        """Before the first column: a step from there reaches all that a text may begin with."""
        alpha = np.zeros((len(self.ends), 1, self.ends.shape[1]))
        alpha[:, :, 0] = 1.0
        return alpha


@lru_cache(maxsize=256)
def _moves(length: int, channel: Channel) -> Floats:
    """Transitions between the states of a text in which no character equals the next."""
    states = 2 * length + 1
    moves = np.eye(states) + np.eye(states, k=1)
    moves[1::2, :] += np.eye(states, k=2)[1::2, :]
    skips = channel.missed * channel.missed_next ** np.arange(length)
    for state in range(states):
        onward = moves[state, state + 3 + state % 2 :: 2]
        onward += skips[: len(onward)]
    return moves


@lru_cache(maxsize=256)
def _ends(length: int, longest: int, channel: Channel) -> Floats:
    """From which states a text of `length` may end, with what probability; padded for one of `longest`."""
    skips = np.array([1.0, *(channel.missed * channel.missed_next ** np.arange(length))])
    ends = np.zeros(2 * longest + 1)
    ends[0 : 2 * length + 1 : 2] = skips[::-1]
    ends[1 : 2 * length + 1 : 2] = skips[:length][::-1]
    return ends


def log_likelihoods(emissions: Floats, texts: Sequence[Symbols], channel: Channel) -> Floats:
    """Natural logarithm of each text's likelihood; minus infinity where the columns cannot hold it.

    Args:
        emissions: shape (columns, symbols), of :meth:`Channel.emissions`; at least one column.
        texts: at least one.
        channel: the reader's errors.

    Returns:
        shape (texts,).
    """
    graph = _Graph.of(texts, channel)
    alpha, scales = graph.start(), np.zeros(len(texts))
    for number, column in enumerate(emissions[:, graph.symbols], start=1):
        alpha = alpha @ graph.moves * column[:, None]
        if number % _RESCALED == 0:
            scale = np.maximum(alpha.sum(axis=2, keepdims=True), _TINY)
            alpha /= scale
            scales += np.log(scale[:, 0, 0])
    with np.errstate(divide="ignore"):
        return np.asarray(scales + np.log((alpha[:, 0] * graph.ends).sum(axis=1)))


def changes(emissions: Floats, text: Symbols, channel: Channel) -> tuple[Floats, Floats]:
    """How much likelier a text becomes with one character replaced, or one put in.

    By the forward and backward variables of the text itself, so for all symbols and places at once. It is
    exact but for the blank that CTC wants between two equal characters, which is not asked for beside a
    change.

    Args:
        emissions: as for :func:`log_likelihoods`.
        text: not empty.
        channel: the reader's errors.

    Returns:
        log-likelihood minus that of `text`: of replacing, shape (characters, symbols), and of putting in,
        before each character and at the end, shape (characters + 1, symbols). Columns of the blank mean
        nothing.
    """
    graph = _Graph.of([text], channel)
    moves, ends = graph.moves[0], graph.ends[0]
    own, scales = emissions[:, graph.symbols[0]], np.ones(len(emissions))
    alphas = np.zeros((len(own) + 1, len(ends)))  # before the first column, and in each
    alphas[0, 0] = 1.0
    for number, (alpha, column, then) in enumerate(zip(alphas, own, alphas[1:], strict=False), start=1):
        np.multiply(np.dot(alpha, moves), column, out=then)
        if number % _RESCALED == 0:
            scales[number - 1] = max(float(then.sum()), _TINY)
            np.divide(then, scales[number - 1], out=then)
    scaled = own / scales[:, None]
    # What all that follows a column says of a path that is in a state there, and of one that enters one next:
    # after the last column, that it may end.
    after, onward = np.tile(ends, (2, len(own), 1))
    for column in range(len(own) - 1, 0, -1):
        np.multiply(after[column], scaled[column], out=onward[column - 1])
        np.dot(moves, onward[column - 1], out=after[column - 1])
    onward[-1, 1::2] = 0.0
    before = alphas[:-1]
    entered = before @ moves
    characters, blanks = slice(1, None, 2), slice(0, None, 2)
    replaced_in = entered[:, characters] - before[:, characters]
    replaced_out = after[:, characters] - onward[:, characters]
    put_in = before[:, blanks].copy()
    put_in[:, 1:] += before[:, characters]
    put_out = onward[:, blanks].copy()
    put_out[:, :-1] += onward[:, characters]
    ways = _through(
        emissions / np.array(scales)[:, None],
        np.concatenate((replaced_in, put_in), axis=1),
        np.concatenate((replaced_out, put_out), axis=1),
    )
    ways /= max(float(alphas[-1] @ ends), _TINY)
    visited = ways[np.arange(len(text)), list(text)]
    ways[: len(text)] += np.maximum(0.0, 1.0 - visited)[:, None]  # a missed character may be any
    ratios = np.log(np.maximum(ways, _TINY))
    return ratios[: len(text)], ratios[len(text) :]


def _through(emissions: Floats, entering: Floats, leaving: Floats) -> Floats:
    """The weight of all paths that stay in one extra state for one or more columns.

    Args:
        emissions: shape (columns, symbols), scaled.
        entering: weight of reaching each place just before each column, shape (columns, places).
        leaving: weight of what follows each column, shape (columns, places).

    Returns:
        shape (places, symbols).
    """
    inside = np.zeros((entering.shape[1], emissions.shape[1]))
    stays = np.zeros((len(emissions), *inside.shape))
    for column, came, now in zip(emissions, entering[:, :, None], stays, strict=True):
        inside = np.minimum((inside + came) * column, _HUGE, out=now)
    return np.asarray(np.einsum("cps,cp->ps", stays, leaving), np.float64)
