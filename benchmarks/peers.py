"""Other systems on the same claims: transcribe, then compare with what was typed.

- ``PP-OCRv6 small`` and ``Tesseract`` read the strips that idcheck cuts out, upright and flat: they are given
  its scene for nothing.
- ``RapidOCR`` reads the whole upright photo, detection and direction included, by its own defaults. A name is
  taken from any line, with or without 姓名 before it, a number from any run of 18 characters: it is given the
  benefit of every doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from benchmarks.claims import FIELDS, Trial, same, typed
from benchmarks.labelled import Picture, Submission
from idcheck import Checker, photo, weights
from idcheck.reading.ppocr import PPOCR
from idcheck.reading.tesseract import Tesseract

Texts = dict[str, list[str]]
"""Field → what it may say."""
Reader = Callable[[bytes], Texts]

_NUMBER: Final = re.compile(r"\d{17}[\dXx]")
_LABEL: Final = re.compile(r"^\s*姓?\s*名\s*[::]?")


def readers() -> dict[str, Reader]:
    """The systems, by name.

    Raises:
        MissingComponentError: Tesseract or the weights of PP-OCRv6 are not installed.
    """
    return {
        "PP-OCRv6 small on strips, compared": _on_strips(
            Checker(engine=PPOCR(weights.load("ppocrv6_rec_small")))
        ),
        "Tesseract on strips, compared": _on_strips(Checker(engine=Tesseract())),
        "RapidOCR on the photo, compared": _on_photo(RapidOCR(params={"Global.log_level": "error"})),
    }


def _on_strips(checker: Checker) -> Reader:
    def read(data: bytes) -> Texts:
        fields = checker.observe(data).fields
        return {field: [transcript.text] for field, (transcript, _) in fields.items()}

    return read


def _on_photo(engine: RapidOCR) -> Reader:
    def read(data: bytes) -> Texts:
        found = engine(photo.decode(data).bgr)
        if not isinstance(found, RapidOCROutput):  # nothing that looks like text
            return {}
        lines = ["".join(line.split()) for line in found.txts or ()]
        return {
            "name": [text for line in lines for text in {line, _LABEL.sub("", line)}],
            "id_number": [text for line in lines for text in _NUMBER.findall(line)],
        }

    return read


def decided(reader: Reader, submissions: Sequence[Submission], trials: Iterable[Trial]) -> list[Trial]:
    """One picture's trials as another system decides them.

    Args:
        reader: the other system.
        submissions: every claim made of one picture.
        trials: what became of them here.
    """
    picture: Picture = submissions[0].picture
    texts = reader(picture.path.read_bytes())
    written = {(one.kind, field): typed(one, field) for one in submissions for field in FIELDS}
    return [
        trial.decided(
            any(
                same(trial.field, text, written[trial.kind, trial.field])
                for text in texts.get(trial.field, ())
            )
        )
        for trial in trials
    ]
