"""What names are made of, where readers expect the characters of any print.

The readers give a character more where print has it more often. Names are no print in general: few characters
begin them, given names have a few hundred more often than all others, and most characters of general use not
at all. Between two that look alike that decides: 贵 stands in names, 责 does not. What is beyond general use
is left as it is, for parents look for such characters.

The counts behind :mod:`idcheck.reading.given` would say twice as much, in nats; but they are of one time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.reading.beginnings import BEGINNINGS
from idcheck.reading.given import OFTEN, SELDOM, SOUNDS
from idcheck.reading.name import STANDS, Places

_BEGINS: Final = 1.5
"""How much likelier, in nats, a character is to stand first that names begin with. A census would say 5; but
the names of minorities begin in many more ways than are listed. With 1,202 drawn strips, many of them beyond
reading, ten more names match by it, and one less.
"""
_OFTEN, _SELDOM, _NEVER = 1.0, 0.5, -1.5
"""And behind it one that given names have often, that they have at all, and one that only other print has.
By these and `_SOUND` 23 more names match of 2,668 drawn photos, and of as many claims with a look-alike 27
more are contradicted; of 1,531 legible names four more are read, and two less."""
_SOUND: Final = 1.0
"""And one with which names are written after their sound."""
_GENERAL: Final = 3500
"""So many characters are of general use: level 1 of 通用规范汉字表, with which the readers' classes begin."""
_DOT: Final = "\N{MIDDLE DOT}"
_LONGEST: Final = 4
"""Characters of a Chinese name. Longer ones are written after their sound, as those with a dot are."""


class Expectation:
    """What to expect of each character of a name. Threads may share one."""

    def __init__(self, alphabet: Mapping[str, int]) -> None:
        """Take the readers' classes, as `NameReader.alphabet` has them."""
        self._dot = alphabet[_DOT] - 1
        self._first = np.array([_BEGINS if c in BEGINNINGS else 0.0 for c in alphabet], np.float32)
        general = [c for c in alphabet if c != _DOT][:_GENERAL]
        never = frozenset(general) - BEGINNINGS - OFTEN - SELDOM
        lifts = dict.fromkeys(never, _NEVER) | dict.fromkeys(SELDOM, _SELDOM) | dict.fromkeys(OFTEN, _OFTEN)
        self._given = np.array([lifts.get(c, 0.0) for c in alphabet], np.float32)
        self._sounds = np.array([_SOUND if c in SOUNDS else 0.0 for c in alphabet], np.float32)

    def weighed(self, places: Places) -> Places:
        """The places, with what names are made of likelier."""
        stands = np.flatnonzero(places.present > STANDS)
        if stands.size == 0:
            return places
        expected = np.zeros_like(places.log_probs)
        expected[stands[0]] = self._first
        by_sound = stands.size > _LONGEST or self._has_dot(places.log_probs[stands])
        expected[stands[0] + 1 :] = self._sounds if by_sound else self._given
        return places.saying(places.log_probs + expected)

    def _has_dot(self, log_probs: NDArray[np.float32]) -> bool:
        return bool((log_probs.argmax(axis=1) == self._dot).any())
