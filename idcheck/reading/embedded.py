"""The readers that idcheck carries itself: ours for name and number, PP-OCRv6 for the rest and in doubt."""

from __future__ import annotations

from threading import Lock

from idcheck.reading.engine import Engine, FieldName
from idcheck.reading.name import NameReader
from idcheck.reading.names import NameReaders
from idcheck.reading.number import NumberReader
from idcheck.reading.ppocr import PPOCR
from idcheck.types import Gray, Transcript


class Embedded:
    """Each field read by the reader that is best at it. Threads may share one."""

    def __init__(self, lines: bytes, numbers: bytes, names: bytes) -> None:
        """Load the networks; PP-OCRv6, which takes longer than all others, when it is first asked.

        Args:
            lines: content of PP-OCRv6's ONNX file.
            numbers: content of the number reader's.
            names: content of the name reader's.

        Raises:
            WeightsCorruptError: one of them is not that network; of ``lines`` `read` says so.
        """
        self._any_line = _Later(lines)
        self._own: dict[FieldName, Engine] = {
            "name": NameReaders(NameReader(names), self._any_line),
            "id_number": NumberReader(numbers),
        }

    @property
    def name(self) -> str:
        """What the report calls them together; a transcript names the one that read it."""
        return "idcheck"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip; see :class:`idcheck.reading.Engine`."""
        reader = self._own.get(field) or self._any_line()
        return reader.read(strip, field)


class _Later:
    """PP-OCRv6, loaded once, by whoever needs it first: many a process never does."""

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._loaded: PPOCR | None = None
        self._lock = Lock()

    def __call__(self) -> PPOCR:
        with self._lock:
            if self._loaded is None:
                self._loaded, self._model = PPOCR(self._model), b""
            return self._loaded
