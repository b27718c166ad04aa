"""The number by one of two readers of our own: a small one, and where that is in doubt a larger one.

Where the small one is sure of every place, asking on would bring nothing but its milliseconds. Where it is
not, the larger one reads, and the small one's opinion counts for a part: so of 1,894 legible numbers in
photos 1,883 are read exactly instead of 1,879. They are combined as a product of the probabilities, each
raised to its weight (Hinton, Products of experts, 1999).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from idcheck.errors import EngineError
from idcheck.reading.engine import FieldName
from idcheck.reading.number import NumberReader, averaged, picture, sure, transcript
from idcheck.types import Gray, Transcript

_HOPELESS: Final = 0.25
"""A strip of whose places the best probabilities have less than this in the geometric mean is beyond reading:
of 1,248 legible numbers in photos the larger reader saves none that is so poor."""
_FIRST_WEIGHT: Final = 0.25
"""Of the small reader's opinion where both are asked. From 0.15 to 0.5 they read as many; the likelihood is
highest at 0.15, as high as the larger one's alone up to 0.3."""


class NumberReaders:
    """Reads identity numbers. Threads may share one."""

    def __init__(self, first: NumberReader, larger: Callable[[], NumberReader]) -> None:
        """Take the readers.

        Args:
            first: asked always.
            larger: called for the reader that is asked where the first is in doubt, and not before.
        """
        self._first = first
        self._larger = larger

    @property
    def name(self) -> str:
        """What the report calls this engine; a transcript names the reader that it comes from."""
        return self._first.name

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip of the number; see :class:`idcheck.reading.Engine`.

        Raises:
            EngineError: a network failed, or the field is not the number.
        """
        if field != "id_number":
            msg = "these engines read numbers only"
            raise EngineError(msg)
        shown = picture(strip)
        first = self._first.look(shown)
        if sure(first) or first.max(axis=1).mean() < np.log(_HOPELESS):
            return transcript(first, self._first.name)
        larger = self._larger()
        both = averaged([larger.look(shown), first], [1 - _FIRST_WEIGHT, _FIRST_WEIGHT])
        return transcript(both, larger.name)
