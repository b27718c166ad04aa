"""The likeliest number that there can be, of all that a look at a number's places leaves open.

A number begins with a province, has a date in its middle and ends with a character that follows from the
others (GB 11643-1999), so of ten readings that are wrong in one place hardly one can be a number. The best of
those that can is found by dynamic programming over the remainder that the check character's weights give.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.claim.idnumber import CHECK_CHARACTERS, PROVINCES, WEIGHTS

_BORN: Final = date(1900, 1, 1), date(2040, 1, 1)
"""Between these. The reader does not know the day of the decision."""
_MODULUS: Final = 11
_RIGHT: Final = 1
"""The remainder that a number has."""
_PLACE_WEIGHTS: Final = np.array((*WEIGHTS, 1))
_BEFORE: Final = (np.arange(_MODULUS)[:, None] - np.arange(_MODULUS)) % _MODULUS
"""The remainder before a part, by the one after it and the one that the part adds."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some places of a number, and what may stand there whatever stands elsewhere.

    Attributes:
        places: the first, and the one after the last.
        words: values of `CHECK_CHARACTERS`, shape (k, n), in the order of the remainder that they add.
        starts: the first word that adds each remainder or a larger one, and n; shape (12,).
    """

    places: slice
    words: NDArray[np.int8]
    starts: NDArray[np.intp]

    def best(self, look: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """By the remainder that they add: the highest score of all words, and the word that has it."""
        scores = sum(at[values] for at, values in zip(look[self.places], self.words, strict=True))
        highest, word = np.full(_MODULUS, -np.inf), np.zeros(_MODULUS, np.intp)
        for remainder, (start, end) in enumerate(pairwise(self.starts)):
            if start < end:
                word[remainder] = start + scores[start:end].argmax()
                highest[remainder] = scores[word[remainder]]
        return highest, word


def likeliest(look: NDArray[np.float32]) -> NDArray[np.intp]:
    """The number of the highest probability: values of `CHECK_CHARACTERS`, shape (18,).

    Args:
        look: log-probability of each value at each place, shape (18, 11).
    """
    scores = look.astype(np.float64)
    total = np.where(np.arange(_MODULUS) == 0, 0.0, -np.inf)
    steps = []
    for part in _parts():
        highest, word = part.best(scores)
        ways = total[_BEFORE] + highest
        steps.append((part, ways.argmax(axis=1), word))
        total = ways.max(axis=1)
    number, remainder = np.zeros(len(look), np.intp), _RIGHT
    for part, added, word in reversed(steps):
        number[part.places] = part.words[:, word[added[remainder]]]
        remainder = int(_BEFORE[remainder, added[remainder]])
    return number


@lru_cache(maxsize=1)
def _parts() -> tuple[_Part, ...]:
    first, last = _BORN
    dates = [f"{first + timedelta(days):%Y%m%d}" for days in range((last - first).days)]
    digits = [str(digit) for digit in range(10)]
    division, sequence = [digits] * 4, [digits] * 3
    parts, at = [], 0
    for words in (sorted(PROVINCES), *division, dates, *sequence, CHECK_CHARACTERS):
        values = np.array([[CHECK_CHARACTERS.index(c) for c in word] for word in words]).T
        places = slice(at, at + len(values))
        adds = _PLACE_WEIGHTS[places] @ values % _MODULUS
        order = np.argsort(adds, kind="stable")
        starts = np.searchsorted(adds[order], np.arange(_MODULUS + 1))
        parts.append(_Part(places, values[:, order].astype(np.int8), starts))
        at = places.stop
    return tuple(parts)
