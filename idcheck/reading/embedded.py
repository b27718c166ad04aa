"""The readers that idcheck carries itself: ours for name and number, PP-OCRv6 for the rest and in doubt."""

from __future__ import annotations

from idcheck.reading.engine import Engine, FieldName
from idcheck.reading.name import NameReader
from idcheck.reading.names import NameReaders
from idcheck.reading.number import NumberReader
from idcheck.reading.ppocr import PPOCR
from idcheck.types import Gray, Transcript


class Embedded:
    """Each field read by the reader that is best at it. Threads may share one."""

    def __init__(self, lines: bytes, numbers: bytes, names: bytes) -> None:
        """Load the networks.

        Args:
            lines: content of PP-OCRv6's ONNX file.
            numbers: content of the number reader's.
            names: content of the name reader's.

        Raises:
            WeightsCorruptError: one of them is not that network.
        """
        any_line = PPOCR(lines)
        self._readers: dict[FieldName, Engine] = {
            "name": NameReaders(NameReader(names), any_line),
            "id_number": NumberReader(numbers),
            "validity": any_line,
        }

    @property
    def name(self) -> str:
        """What the report calls them together; a transcript names the one that read it."""
        return "idcheck"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip; see :class:`idcheck.reading.Engine`."""
        return self._readers[field].read(strip, field)
