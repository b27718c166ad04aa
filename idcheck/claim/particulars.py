"""Whether a card agrees with itself: its printed sex and birth date with those in its number.

What was typed plays no part: this is about the card, and about the typed number where it is the card's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from idcheck.types import MatchEvidence, Transcript

Floats: TypeAlias = NDArray[np.float64]

SEXES: Final = "男女"
_DIGITS: Final = "0123456789"
_NUMBER_PLACES: Final = 18
_BIRTH: Final = slice(6, 14)
"""Where a number has its birth date (GB 11643-1999)."""
_SEX: Final = 16
"""Where it has the last digit of the sequence, which is odd for men."""
_WRONG: Final = 1e-4
"""How often a reader is wrong at a place, however sure it is."""
_NEVER: Final = np.log(1e-6)


def agreement(number: Transcript, printed: Mapping[str, Transcript]) -> dict[str, MatchEvidence]:
    """Weigh what the card prints against its number.

    The evidence is log p(both | they say the same) - log p(both | they differ), each reader being as sure of
    each place as it says. Of the birth date, the place that agrees worst speaks for all eight: one digit that
    surely differs is not made up for by seven that agree, and many that are unsure do not add up.

    Args:
        number: the reading of the number.
        printed: those of ``sex`` and ``birth``, the latter as eight digits.

    Returns:
        for ``sex`` and ``birth``, the ratio in nats; without one and with the cause ``nothing_read`` where
        either reading is empty, or not as long as it should be.
    """
    digits = _places(number, _DIGITS, _NUMBER_PLACES)
    birth, sex = _places(printed["birth"], _DIGITS, 8), _places(printed["sex"], SEXES, 1)
    unread = MatchEvidence(None, "nothing_read")
    found = dict.fromkeys(("sex", "birth"), unread)
    if digits is None:
        return found
    if birth is not None:
        same = (digits[_BIRTH] * birth).sum(axis=1)
        found["birth"] = MatchEvidence(float(_odds(same, len(_DIGITS)).min()))
    if sex is not None:
        odd, even = digits[_SEX, 1::2].sum(), digits[_SEX, 0::2].sum()
        found["sex"] = MatchEvidence(float(_odds(sex[0] @ (odd, even), len(SEXES))))
    return found


def _odds(same: Floats, characters: int) -> Floats:
    """How much better it explains both readings of a place that they show the same character.

    Args:
        same: the probability that they do, if any character were as likely in the one whatever the other is.
        characters: how many there are.
    """
    return np.asarray(np.log(same) - np.log1p(-same) + np.log(characters - 1))


def _places(transcript: Transcript, alphabet: str, count: int) -> Floats | None:
    """The probability of each character at each place, shape (count, characters); None if not so many.

    Taken from the lattice where it has a column for each place, else from the word of the engine alone.
    """
    text, lattice, characters = transcript.text, transcript.lattice, len(alphabet)
    if len(text) != count:
        return None
    columns = None if lattice is None else lattice.log_probs[lattice.log_probs[:, 0] < _NEVER]
    if lattice is not None and columns is not None and len(columns) == count:
        sure = np.exp(columns[:, [lattice.alphabet[c] for c in alphabet]].astype(np.float64))
    else:
        said = np.array(transcript.characters)[:, None]
        read = np.array([[c == other for other in alphabet] for c in text])
        sure = np.where(read, said, (1 - said) / (characters - 1))
    return np.asarray((1 - _WRONG) * sure + _WRONG / characters)
