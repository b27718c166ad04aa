"""Tesseract, where it is installed: a second engine behind the same contract, an order of magnitude slower.

pytesseract runs the program once a strip and hands it the strip in a temporary file, which it deletes again;
on a host where that must not reach a disk, point TMPDIR at memory.
"""

from __future__ import annotations

from typing import Final

from idcheck import layout
from idcheck.errors import EngineError, MissingComponentError
from idcheck.reading.engine import FieldName
from idcheck.reading.strip import trim
from idcheck.types import Gray, Transcript

_LANGUAGE: Final = {"name": "chi_sim", "id_number": "eng", "validity": "chi_sim"}
_ONE_LINE: Final = "--psm 7"
_CONFIG: Final = {
    "name": _ONE_LINE,
    "id_number": f"{_ONE_LINE} -c tessedit_char_whitelist=0123456789X",
    "validity": f"{_ONE_LINE} -c tessedit_char_whitelist=0123456789.-长期",
}
_INSTALL: Final = "install Tesseract with chi_sim and eng (Debian: tesseract-ocr tesseract-ocr-chi-sim)"


class Tesseract:
    """Reads with Tesseract: no lattice, and one confidence a word, which each of its characters gets."""

    def __init__(self, time_limit_s: float = 10.0) -> None:
        """Look whether the program is there.

        Args:
            time_limit_s: for one strip.

        Raises:
            MissingComponentError: the package, the program or a language is not installed.
        """
        try:
            import pytesseract  # noqa: PLC0415  (not every installation needs it)

            languages = set(pytesseract.get_languages())
        except ImportError as error:
            msg = "pytesseract is not installed: pip install pytesseract"
            raise MissingComponentError(msg) from error
        except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as error:
            msg = f"the program tesseract is not installed: {_INSTALL}"
            raise MissingComponentError(msg) from error
        missing = sorted(set(_LANGUAGE.values()) - languages)
        if missing:
            msg = f"Tesseract lacks {', '.join(missing)}: {_INSTALL}"
            raise MissingComponentError(msg)
        self._pytesseract = pytesseract
        self._time_limit_s = time_limit_s

    @property
    def name(self) -> str:
        """What the report calls this engine."""
        return "tesseract"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip; see :class:`idcheck.reading.Engine`.

        Raises:
            EngineError: the program failed or took longer than its limit.
        """
        line = trim(strip, strip.shape[0] / layout.PRINTED[field].height)
        try:
            table = self._pytesseract.image_to_data(
                line,
                lang=_LANGUAGE[field],
                config=_CONFIG[field],
                timeout=self._time_limit_s,
                output_type=self._pytesseract.Output.DICT,
            )
        except (
            RuntimeError,
            OSError,
        ) as error:  # TesseractError and pytesseract's time-out are RuntimeErrors
            msg = f"Tesseract failed or took longer than {self._time_limit_s:g} s"
            raise EngineError(msg) from error
        text, certain = "", []
        for word, percent in zip(table["text"], table["conf"], strict=True):
            seen = "".join(word.split())
            text += seen
            certain += [min(1.0, max(0.0, float(percent) / 100))] * len(seen)
        return Transcript(text, tuple(certain), self.name)
