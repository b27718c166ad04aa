"""The validity period by two readers: ours, and PP-OCRv6 where ours is in doubt and it is sure.

Ours doubts a character, or reads too few or too many for a period: two ones that stand close are one to it
now and then, however sure it is. Of 1,499 legible drawn strips two more are read for that; of 446 one more
for the doubt, and of 1,800, most of them beyond reading, the same three are read wrong with and without it.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Final

from idcheck.reading.engine import Engine, FieldName
from idcheck.types import Gray, Transcript

_SURE: Final = 0.9
"""Where even the least certain character has this much, the other reader is not asked."""
_SURER: Final = 0.95
"""How sure the other one has to be, of every character: it errs more often than it says."""
_DAY: Final = 8
"""Digits of a date."""
_LONG: Final = ("长期", "长", "期")
"""The end of a period that has none, whole or with a character missed."""


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
        whole = _is_whole(first.text)
        if not first.text or (whole and min(first.characters) >= _SURE):
            return first
        other = self._other().read(strip, field)
        surer = max(_SURER, min(first.characters)) if whole else _SURER
        return other if min(other.characters, default=0.0) > surer and _is_whole(other.text) else first


def _is_whole(text: str) -> bool:
    """Whether two dates have all their digits, or one that goes on for long."""
    digits = sum(character in string.digits for character in text)
    return digits == _DAY * (1 if text.endswith(_LONG) else 2)
