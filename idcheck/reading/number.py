"""Our own reader of the identity number: for each of the eighteen places, what may be printed there.

The network (`models/number`) knows that a number has eighteen places, and nothing else about numbers: neither
dates, nor regions, nor the check character, so its reading is the print's own. Places that are hidden or
illegible come out with their probability spread over the characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.errors import EngineError
from idcheck.networks import answers, own_session
from idcheck.reading.engine import FieldName
from idcheck.types import Gray, Lattice, Transcript

ALPHABET: Final = "0123456789X"
PLACES: Final = 18
INPUT_SIZE: Final = (256, 32)
"""Width and height of the network's input: 5.3 pixels per mm, a digit is 15 pixels high."""

_SURE: Final = 0.95
"""A strip of which every place is at least so probable is looked at once."""
_BESIDE_PX: Final = (2, 1)
"""By how much a strip that is not is shifted, to and fro, for two more looks."""
_CHANCE: Final = 0.3
"""Geometric mean of the places' best probabilities below which nothing was read; a guess has 0.1."""
_NEVER: Final = np.float32(np.log(1e-12))


class NumberReader:
    """Reads identity numbers. Threads may share one: a loaded network does not change by being run."""

    def __init__(self, model: bytes, name: str = "idcheck-number") -> None:
        """Load the network.

        Args:
            model: the ONNX file's content.
            name: what the report calls this engine.

        Raises:
            WeightsCorruptError: it is not this network.
        """
        self._session = own_session(model, "number", {"alphabet": ALPHABET})
        self._name = name

    @property
    def name(self) -> str:
        """What the report calls this engine."""
        return self._name

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip of the number; see :class:`idcheck.reading.Engine`.

        Raises:
            EngineError: the network failed, or the field is not the number.
        """
        if field != "id_number":
            msg = "this engine reads numbers only"
            raise EngineError(msg)
        return transcript(self.look(picture(strip)), self.name)

    def look(self, shown: Gray) -> NDArray[np.float32]:
        """What may stand at each place: log-probabilities, shape (18, 11).

        An unsure look is averaged with two more, a little to either side: of 329 drawn strips 118 instead of
        113 are then read exactly, at 7.8 instead of 8.0 nats a strip.

        Args:
            shown: a strip at the network's size; see `picture`.

        Raises:
            EngineError: the network failed.
        """
        first = self._run(shown)
        if sure(first):
            return first
        x, y = _BESIDE_PX
        wide = np.pad(shown, ((y, y), (x, x)), mode="edge")
        height, width = shown.shape
        beside = [self._run(wide[at:, to:][:height, :width]) for at, to in ((0, 0), (2 * y, 2 * x))]
        return averaged([first, *beside])

    def _run(self, strip: Gray) -> NDArray[np.float32]:
        """Log-probabilities, shape (18, 11)."""
        return np.asarray(answers(self._session, {"strip": strip[None, None]}, "number")[0][0], np.float32)


def picture(strip: Gray) -> Gray:
    """A strip of any resolution at the size that the network takes, shape (32, 256)."""
    return np.asarray(cv2.resize(strip, INPUT_SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def sure(look: NDArray[np.float32]) -> bool:
    """Whether a look, log-probabilities of shape (18, 11), leaves no place in doubt."""
    return bool(look.max(axis=1).min() >= np.log(_SURE))


def transcript(look: NDArray[np.float32], engine: str) -> Transcript:
    """What a look, log-probabilities of shape (18, 11), reads.

    The text has eighteen characters, or none where the strip as a whole says nothing.
    """
    certain = np.exp(look.max(axis=1).astype(np.float64))
    text = "".join(ALPHABET[c] for c in look.argmax(axis=1))
    characters = tuple(np.minimum(certain, 1.0).tolist())
    if np.exp(np.log(certain).mean()) < _CHANCE:
        text, characters = "", ()
    return Transcript(text, characters, engine, lattice(look, ALPHABET))


def averaged(
    looks: Sequence[NDArray[np.float32]], weights: Sequence[float] | None = None
) -> NDArray[np.float32]:
    """Several looks at the same places as one: log-probabilities, shape (places, classes) each.

    Args:
        looks: at least one.
        weights: of the looks; all alike when None.
    """
    mean = np.average(looks, axis=0, weights=weights)
    return np.asarray(mean - np.log(np.exp(mean).sum(axis=1, keepdims=True)), np.float32)


def lattice(log_probs: NDArray[np.float32], alphabet: str) -> Lattice:
    """Places as columns that are no blanks, with a blank between them, so that none can merge or vanish.

    Args:
        log_probs: of each character of the alphabet at each place, shape (places, characters).
        alphabet: the characters.
    """
    places, characters = log_probs.shape
    columns = np.full((2 * places - 1, 1 + characters), _NEVER, np.float32)
    columns[0::2, 1:] = np.maximum(log_probs, _NEVER)
    columns[1::2, 0] = 0.0
    return Lattice(columns, MappingProxyType({c: 1 + i for i, c in enumerate(alphabet)}))
