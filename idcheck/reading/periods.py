"""The validity period by two readers: ours, and PP-OCRv6 where ours is in doubt and it is sure.

On 446 legible drawn strips PP-OCRv6 is asked about six, and one more period is read; of 1,800 strips, most of
them beyond reading, the same three are read wrong with and without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from idcheck.reading.engine import Engine, FieldName
from idcheck.types import Gray, Transcript

_SURE: Final = 0.9
"""Where even the least certain character has this much, the other reader is not asked."""
_SURER: Final = 0.95
"""How sure the other one has to be, of every character: it errs more often than it says."""


class PeriodReaders:
    """Reads validity periods. Threads may share one."""

    def __init__(self, first: Engine, other: Callable[[], Engine]) -> None:
        """Take the readers; `other` is called where the first is in doubt, and not before."""
        self._first = first
        self._other = other

    @property
    def name(self) -> str:
        """What the report calls this engine; a transcript names the reader that it comes from."""
        return self._first.name

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip of the validity period; see :class:`idcheck.reading.Engine`.

        Raises:
            EngineError: a network failed, or the field is not the validity period.
        """
        first = self._first.read(strip, field)
        if not first.text or min(first.characters) >= _SURE:
            return first
        other = self._other().read(strip, field)
        surer = max(_SURER, min(first.characters))
        return other if min(other.characters, default=0.0) > surer else first
