"""A reading as the comparison of texts needs it: a lattice, reduced to the characters that matter.

A reading without a lattice becomes one, with the engine's word for each character tempered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.claim.ctc import Floats, Symbols
from idcheck.types import Transcript

_SHORTLISTED: Final = 40
_WORTH_A_LOOK: Final = 1e-4
_RIVALS_UNSEEN: Final = 30
"""How many characters share what an engine without a lattice leaves to others."""
_SUREST: Final = 0.95
"""Such engines are sure of themselves more often than they are right."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The part of a lattice that a comparison needs.

    Attributes:
        probabilities: shape (columns, symbols), the blank's first.
        index: character → symbol.
        read: what the engine read, as symbols.
        anything: the symbol of a character that the reader does not know: whatever is no blank.
    """

    probabilities: Floats
    index: dict[str, int]
    read: Symbols
    anything: int

    def symbols(self, text: str) -> Symbols:
        """A text as symbols."""
        return tuple(self.index.get(c, self.anything) for c in text)


def sheet_of(transcript: Transcript, typed: str, alphabet: str = "") -> Sheet:
    """The sheet of a reading.

    Args:
        transcript: what was read.
        typed: characters that must be on it.
        alphabet: all that may be printed; where empty, the characters that the lattice holds possible.
    """
    lattice = transcript.lattice
    if lattice is None:
        return _sheet_of_text(transcript, typed + alphabet)
    wanted = dict.fromkeys(typed + alphabet + transcript.text)
    classes = [lattice.alphabet[c] for c in wanted if c in lattice.alphabet]
    if not alphabet:
        classes += _candidates(lattice.log_probs, set(classes))
    probabilities = np.exp(lattice.log_probs[:, [0, *classes]].astype(np.float64))
    index = {c: 1 + classes.index(lattice.alphabet[c]) for c in wanted if c in lattice.alphabet}
    return Sheet(
        probabilities,
        index,
        tuple(index[c] for c in transcript.text if c in index),
        1 + len(classes),
    )


def _candidates(log_probs: NDArray[np.float32], known: set[int]) -> list[int]:
    """The classes that the lattice holds possible somewhere, likeliest first, without those known."""
    best = log_probs.max(axis=0)
    possible = np.flatnonzero(best > np.log(_WORTH_A_LOOK))
    order = possible[np.argsort(-best[possible], kind="stable")]
    return [c for c in order.tolist() if c != 0 and c not in known][:_SHORTLISTED]


def _sheet_of_text(transcript: Transcript, wanted: str) -> Sheet:
    """Without a lattice: each character as sure as the engine says, and a blank after it."""
    read = transcript.text
    index = {c: i for i, c in enumerate(dict.fromkeys(wanted + read), start=1)}
    probabilities = np.zeros((2 * len(read), len(index) + 1))
    probabilities[1::2, 0] = 1.0
    for row, (character, certain) in enumerate(zip(read, transcript.characters, strict=True)):
        sure = min(certain, _SUREST)
        probabilities[2 * row, 1:] = (1 - sure) / _RIVALS_UNSEEN
        probabilities[2 * row, index[character]] = sure
    return Sheet(probabilities, index, tuple(index[c] for c in read), len(index) + 1)
