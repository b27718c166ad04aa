"""The readers that idcheck carries itself: PP-OCRv6 for name and validity, our own for the number."""

from __future__ import annotations

from idcheck.reading.engine import Engine, FieldName
from idcheck.reading.number import NumberReader
from idcheck.reading.ppocr import PPOCR
from idcheck.types import Gray, Transcript


class Embedded:
    """Each field read by the reader that is best at it. Threads may share one."""

    def __init__(self, names: bytes, numbers: bytes) -> None:
        """Load both networks.

        Args:
            names: content of PP-OCRv6's ONNX file.
            numbers: content of the number reader's.

        Raises:
            WeightsCorruptError: one of them is not that network.
        """
        lines = PPOCR(names)
        self._readers: dict[FieldName, Engine] = {
            "name": lines,
            "id_number": NumberReader(numbers),
            "validity": lines,
        }

    @property
    def name(self) -> str:
        """What the report calls the two together; a transcript names the one that read it."""
        return "idcheck"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip; see :class:`idcheck.reading.Engine`."""
        return self._readers[field].read(strip, field)
