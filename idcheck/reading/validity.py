"""Our own reader of the validity period on the emblem side: what stands in each column of the line.

The network (`models/validity`) knows digits, the dot, the dash and 长期, and nothing about dates. A character
that is hidden or illegible comes out with its probability spread over those it might be.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.errors import EngineError
from idcheck.networks import answers, own_session
from idcheck.reading.engine import FieldName
from idcheck.reading.greedy import best_path
from idcheck.reading.number import averaged
from idcheck.types import Gray, Lattice, Transcript

ALPHABET: Final = "0123456789.-长期"
INPUT_SIZE: Final = (352, 52)
"""Width and height of the network's input: 7.5 pixels per mm, a digit is 16 pixels high."""
_SURE: Final = 0.95
"""A strip of which every character is at least so probable is looked at once."""
_BESIDE_PX: Final = 2
"""By how much one that is not is shifted up and down for two more looks: of 910 legible drawn strips as many
are then read surely enough, and of 3,600 in all 1 instead of 2 with wrong dates."""
_CHANCE: Final = 0.5
"""Geometric mean of the characters' probabilities below which nothing was read. Of 1,931 drawn periods that
are read right none has so little; of paper without print 1 in 100 has more."""
_NEVER: Final = np.float32(np.log(1e-12))
_CHARACTERS: Final = ("", *ALPHABET)
_INDEX: Final = MappingProxyType({c: 1 + i for i, c in enumerate(ALPHABET)})


class ValidityReader:
    """Reads validity periods. Threads may share one: a loaded network does not change by being run."""

    def __init__(self, model: bytes) -> None:
        """Load the network.

        Args:
            model: the ONNX file's content.

        Raises:
            WeightsCorruptError: it is not this network.
        """
        self._session = own_session(model, "validity", {"alphabet": ALPHABET})

    @property
    def name(self) -> str:
        """What the report calls this engine."""
        return "idcheck-validity"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip of the validity period; see :class:`idcheck.reading.Engine`.

        Raises:
            EngineError: the network failed, or the field is not the validity period.
        """
        if field != "validity":
            msg = "this engine reads validity periods only"
            raise EngineError(msg)
        shown = picture(strip)
        columns = self._look(shown)
        text, certain = best_path(np.exp(columns), _CHARACTERS)
        if certain and min(certain) < _SURE:
            columns = self._averaged(shown, columns)
            text, certain = best_path(np.exp(columns), _CHARACTERS)
        read = Transcript(text, certain, self.name, Lattice(columns, _INDEX))
        return read if read.confidence >= _CHANCE else replace(read, text="", characters=())

    def _averaged(self, shown: Gray, first: NDArray[np.float32]) -> NDArray[np.float32]:
        """A look and two more, a little above and below: the columns stay what they are."""
        height = len(shown)
        tall = np.pad(shown, ((_BESIDE_PX, _BESIDE_PX), (0, 0)), mode="edge")
        beside = [self._look(tall[top : top + height]) for top in (0, 2 * _BESIDE_PX)]
        return averaged([first, *beside])

    def _look(self, shown: Gray) -> NDArray[np.float32]:
        """Log-probabilities of nothing and of each character at each column, shape (columns, 15)."""
        (log_probs,) = answers(self._session, {"strip": shown[None, None]}, "validity")
        return np.asarray(np.maximum(log_probs[0], _NEVER), np.float32)


def picture(strip: Gray) -> Gray:
    """A strip of any resolution at the size that the network takes, shape (52, 352)."""
    return np.asarray(cv2.resize(strip, INPUT_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
