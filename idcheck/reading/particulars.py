"""Our own reader of the printed sex and birth date, which the number on the card says once more.

The network (`models/particulars`) looks at both values at once, cut out of the photo and laid side by side.
It knows that a date has four digits of a year and one or two of month and day, and not which dates there are.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.layout import PARTICULARS
from idcheck.networks import answers, own_session
from idcheck.reading.number import lattice
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import region, stretched
from idcheck.types import Box, Card, Gray, Polygon, Transcript

DIGITS: Final = "0123456789"
SEXES: Final = "男女"
PLACES: Final = 8
"""Digits of a birth date as an identity number writes it: YYYYMMDD."""
WIDTHS: Final = {"sex": 52, "birth": 204}
"""Of the strips, in pixels: 7 a mm."""
HEIGHT: Final = 36
INPUT_SIZE: Final = (sum(WIDTHS.values()), HEIGHT)
"""Width and height of the network's input."""
_SEX, _BIRTH = PARTICULARS["sex"], PARTICULARS["birth"]
BOTH: Final = Box(_BIRTH.x, _SEX.y, _BIRTH.width, _SEX.height + _BIRTH.height)
"""Both strips, in mm on the card: one ends where the other begins, at the same pixels per mm."""

_LEAST: Final = {"sex": 0.85, "birth": 0.3}
"""Geometric mean of the best probabilities below which nothing was read; bare paper gets 0.8 and 0.2."""
_ENGINE: Final = "idcheck-particulars"


class ParticularsReader:
    """Reads sex and birth date. Threads may share one: a loaded network does not change by being run."""

    def __init__(self, model: bytes) -> None:
        """Load the network.

        Args:
            model: the ONNX file's content.

        Raises:
            WeightsCorruptError: it is not this network.
        """
        self._session = own_session(model, "particulars", {"alphabets": f"{SEXES} {DIGITS}"})

    def read(self, photo: Picture, card: Card) -> dict[str, tuple[Transcript, Polygon]]:
        """Read both.

        Args:
            photo: the photo.
            card: where the card lies in it, its portrait side showing.

        Returns:
            ``sex`` and ``birth`` → what was read, and where. The birth date has eight digits, whether or not
            the card prints the zeros of month and day; a text is empty where the print says nothing.

        Raises:
            EngineError: the network failed.
        """
        return {
            field: (transcript, region(card, PARTICULARS[field]))
            for field, transcript in self.look(picture(photo, card)).items()
        }

    def look(self, strips: Gray) -> dict[str, Transcript]:
        """Read the two strips side by side, shape (36, 256)."""
        sex, birth = answers(self._session, {"strips": strips[None, None]}, "particulars")
        return {"sex": _transcript("sex", sex, SEXES), "birth": _transcript("birth", birth[0], DIGITS)}


def picture(photo: Picture, card: Card) -> Gray:
    """The two strips side by side as the network takes them, shape (36, 256)."""
    both = stretched(photo, card, BOTH, (WIDTHS["birth"], 2 * HEIGHT))
    return np.hstack([both[:HEIGHT, : WIDTHS["sex"]], both[HEIGHT:]])


def _transcript(field: str, log_probs: NDArray[np.float32], alphabet: str) -> Transcript:
    """Log-probabilities, shape (places, characters), as a transcript."""
    best = log_probs.argmax(axis=1)
    certain = np.minimum(np.exp(log_probs.max(axis=1).astype(np.float64)), 1.0)
    text, characters = "".join(alphabet[c] for c in best), tuple(certain.tolist())
    if np.exp(np.log(certain).mean()) < _LEAST[field]:
        text, characters = "", ()
    return Transcript(text, characters, _ENGINE, lattice(log_probs, alphabet))
