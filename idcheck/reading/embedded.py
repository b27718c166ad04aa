"""The readers that idcheck carries itself: our own for each field, PP-OCRv6 where those of names doubt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from idcheck.networks import Later
from idcheck.reading.engine import Engine, FieldName
from idcheck.reading.name import NameReader
from idcheck.reading.names import NameReaders
from idcheck.reading.number import NumberReader
from idcheck.reading.numbers import NumberReaders
from idcheck.reading.ppocr import PPOCR
from idcheck.reading.validity import ValidityReader
from idcheck.types import Gray, Transcript


@dataclass(frozen=True, slots=True)
class Networks:
    """Contents of the ONNX files.

    Attributes:
        numbers: the number reader's.
        numbers_larger: that of the larger number reader, which is asked in doubt.
        names: the name reader's.
        names_larger: that of the larger name reader, which is asked in doubt.
        lines: PP-OCRv6 small's, which is asked last.
        periods: the validity reader's.
    """

    numbers: bytes
    numbers_larger: bytes
    names: bytes
    names_larger: bytes
    lines: bytes
    periods: bytes


class Embedded:
    """Each field read by its own network. Threads may share one."""

    def __init__(self, networks: Networks) -> None:
        """Load the networks that every check needs, and the others when they are first asked.

        Raises:
            WeightsCorruptError: one is not that network; of those that are loaded later, `read` says so.
        """
        lines = Later(PPOCR, networks.lines)
        larger = Later(partial(NameReader, name="idcheck-name-larger"), networks.names_larger)
        names = NameReaders(NameReader(networks.names), larger, lines)
        more = Later(partial(NumberReader, name="idcheck-number-larger"), networks.numbers_larger)
        numbers = NumberReaders(NumberReader(networks.numbers), more)
        self._periods = Later(ValidityReader, networks.periods)
        self._own: dict[FieldName, Engine] = {"name": names, "id_number": numbers}

    @property
    def name(self) -> str:
        """What the report calls them together; a transcript names the one that read it."""
        return "idcheck"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip; see :class:`idcheck.reading.Engine`."""
        reader = self._own.get(field) or self._periods()
        return reader.read(strip, field)
