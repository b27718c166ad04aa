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
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Symbols: TypeAlias = tuple[int, ...]
"""A text as columns of an emission matrix; column 0 is the blank."""

_TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Channel:
    """Probabilities of a reader's errors.

    Attributes:
        wrong: that a column means a character to which the reader gives no probability at all.
        spurious: that a column in which the reader sees a character shows nothing.
        missed: that a character leaves no trace.
        missed_next: that the next one does not either, once one did not.
    """

    wrong: float
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
        """
        emissions = probabilities + self.wrong
        emissions[:, 0] = probabilities[:, 0] + self.spurious * (1 - probabilities[:, 0])
        return emissions

    def _skips(self, size: int) -> Floats:
        """Probability of missing 1, 2, … `size` characters in a row."""
        return np.asarray(self.missed * self.missed_next ** np.arange(size), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    """The states of several texts, n of them padded to a common length: blank, character, blank, …, blank.

    Attributes:
        symbols: int, shape (n, states).
        double: bool, shape (n, states): whether the state can be entered from two before (two unlike
            characters need no blank between them).
        ends: shape (n, states): probability that the text may end there.
        jumps: shape (states, states): entering a character's state past characters that were missed.
    """

    symbols: NDArray[np.intp]
    double: NDArray[np.bool_]
    ends: Floats
    jumps: Floats

    @classmethod
    def of(cls, texts: Sequence[Symbols], channel: Channel) -> _Graph:
        longest = max(map(len, texts))
        states = 2 * longest + 1
        symbols = np.zeros((len(texts), states), np.intp)
        ends = np.zeros((len(texts), states))
        skips = channel._skips(longest)  # noqa: SLF001
        for row, text in enumerate(texts):
            symbols[row, 1 : 2 * len(text) : 2] = text
            last = 2 * len(text)
            ends[row, last] = 1.0
            if text:
                ends[row, last - 1] = 1.0
            for missing in range(1, len(text) + 1):
                ends[row, last - 2 * missing] = skips[missing - 1]
                if missing < len(text):
                    ends[row, last - 2 * missing - 1] = skips[missing - 1]
        double = np.zeros(symbols.shape, np.bool_)
        double[:, 2:] = (symbols[:, 2:] != 0) & (symbols[:, 2:] != symbols[:, :-2])
        jumps = np.zeros((states, states))
        for start in range(states):
            first = start + 3 if start % 2 == 0 else start + 4
            count = len(range(first, states, 2))
            jumps[start, first::2] = skips[:count]
        return cls(symbols, double, ends, jumps)

    def start(self) -> Floats:
        """Before the first column: a step from there reaches all that a text may begin with."""
        alpha = np.zeros(self.ends.shape)
        alpha[:, 0] = 1.0
        return alpha

    def step(self, alpha: Floats) -> Floats:
        """One column further: what flows into each state before it emits."""
        after = alpha.copy()
        after[:, 1:] += alpha[:, :-1]
        after[:, 2:] += np.where(self.double[:, 2:], alpha[:, :-2], 0.0)
        if self.jumps.any():
            after += alpha @ self.jumps
        return after

    def back(self, beta: Floats) -> Floats:
        """The transpose of :meth:`step`."""
        before = beta.copy()
        before[:, :-1] += beta[:, 1:]
        before[:, :-2] += np.where(self.double[:, 2:], beta[:, 2:], 0.0)
        if self.jumps.any():
            before += beta @ self.jumps.T
        return before


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
    alpha = graph.start()
    scales = np.zeros(len(texts))
    for column in emissions[:, graph.symbols]:
        alpha = graph.step(alpha) * column
        scale = np.maximum(alpha.sum(axis=1), _TINY)
        alpha /= scale[:, None]
        scales += np.log(scale)
    with np.errstate(divide="ignore"):
        return np.asarray(scales + np.log((alpha * graph.ends).sum(axis=1)))


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
    own = emissions[:, graph.symbols[0]]
    alphas, scales = [graph.start()], []
    for column in own:
        alpha = graph.step(alphas[-1]) * column
        scales.append(max(float(alpha.sum()), _TINY))
        alphas.append(alpha / scales[-1])
    betas = [graph.ends]
    for column, scale in zip(own[:0:-1], scales[:0:-1], strict=True):
        betas.append(graph.back(betas[-1] * column / scale))
    before = np.concatenate(alphas[:-1])
    entered = np.concatenate([graph.step(alpha) for alpha in alphas[:-1]])
    after = np.concatenate(betas[::-1])
    # What each column and all that follow it say of a path that enters a state there; after the last, that it
    # may end.
    onward = np.concatenate((after[1:] * own[1:] / np.array(scales[1:])[:, None], graph.ends))
    onward[-1, 1::2] = 0.0
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
    own_ways = max(float((alphas[-1] * graph.ends).sum()), _TINY)
    ratios = np.log(np.maximum(ways, _TINY)) - np.log(own_ways)
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
    total = np.zeros_like(inside)
    for column, came, goes in zip(emissions, entering, leaving, strict=True):
        inside = (inside + came[:, None]) * column
        total += inside * goes[:, None]
    return total
