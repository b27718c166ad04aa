"""PP-OCRv6 small recognition on onnxruntime: 18,708 characters, one line at a time.

The network takes a line 48 pixels high, three equal channels scaled to -1..1, and gives for each 8 pixels of
width the probabilities of blank (class 0), of every character of the dictionary in the model's metadata, and
of the space. Architecture: SVTR-LCNet with a CTC head, https://github.com/PaddlePaddle/PaddleOCR.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck import layout
from idcheck.errors import WeightsCorruptError
from idcheck.networks import answers, onnx_session
from idcheck.reading.engine import FieldName
from idcheck.reading.greedy import best_path
from idcheck.reading.strip import LINE_MM, trim
from idcheck.types import Gray, Lattice, Transcript

_HEIGHT: Final = 48
_COLUMN: Final = 8
_NUMBER_WIDTH: Final = 288
"""Two columns a digit: the narrowest width at which no legible number is lost."""
_NUMBER: Final = "0123456789X"
_PERIOD: Final = "0123456789.-长期"
_PERIOD_LINE_MM: Final = 4.6
"""Height kept around the validity period, whose digits are 2.1 mm high."""
_PERIOD_STRETCH: Final = 1.25
"""Its digits stand so close that equal neighbours else share a column."""
_PERIOD_SMOOTH_MM: Final = 0.14
"""Of its digits, less than half a stroke: grain between them is else read as dots, and breaks them."""
_PERIOD_ALIKE: Final = MappingProxyType(
    {
        **dict.fromkeys("·•・∙⋅‧･．。｡﹒,，、", "."),
        **dict.fromkeys("－–—−―ー一~～_", "-"),
        **dict.fromkeys("Oo〇○", "0"),
        **dict.fromkeys("lI|", "1"),
    }
)
_DOT: Final = "·"
_DOT_LIKE: Final = frozenset("·•・∙⋅‧･.．。｡﹒-－—–")
_FLOOR: Final = np.float32(1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class _Alphabet:
    """Which of the network's classes one field may contain.

    Attributes:
        classes: of the network, the blank's first; shape (n,).
        index: character → position in ``classes``.
        characters: the inverse; the blank is the empty string.
        folded: further classes that mean a character already there: (position in ``classes``, network class).
        rest_is_blank: whether what is printed and none of these characters counts as a gap.
    """

    classes: NDArray[np.intp]
    index: Mapping[str, int]
    characters: tuple[str, ...]
    folded: tuple[tuple[int, int], ...]
    rest_is_blank: bool = False

    def probabilities(self, output: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's output, shape (columns, classes), reduced to this alphabet; rows sum to at most 1."""
        chosen = output[:, self.classes]
        for position, extra in self.folded:
            chosen[:, position] += output[:, extra]
        if self.rest_is_blank:
            chosen[:, 0] = np.maximum(0.0, 1.0 - chosen[:, 1:].sum(axis=1))
        return chosen


class PPOCR:
    """Reads with PP-OCRv6 small. Threads may share one: a loaded network does not change by being run."""

    def __init__(self, model: bytes) -> None:
        """Load the network.

        Args:
            model: the ONNX file's content.

        Raises:
            WeightsCorruptError: it is not this network.
        """
        self._session = onnx_session(model)
        characters = self._session.get_modelmeta().custom_metadata_map.get("character")
        if characters is None:
            msg = "the recognition model is another network: it has no dictionary"
            raise WeightsCorruptError(msg)
        dictionary = characters.split("\n")
        self._input = self._session.get_inputs()[0].name
        self._alphabets: dict[FieldName, _Alphabet] = {
            "name": _han(dictionary),
            "id_number": _digits(dictionary),
            "validity": _period(dictionary),
        }

    @property
    def name(self) -> str:
        """What the report calls this engine."""
        return "ppocrv6-small"

    def alphabet(self, field: FieldName) -> Mapping[str, int]:
        """Character → class of the lattices of a field, without the blank, which is class 0."""
        return self._alphabets[field].index

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip; see :class:`idcheck.reading.Engine`.

        A name is sought among ideographs and the middle dot, a number among the digits and X. What the
        network believes to be anything else stays out of the lattice, whose rows then sum to less than 1.
        A validity period is sought among digits, dot, dash, 长 and 期; anything else, such as the label's
        last character, counts as a gap.
        """
        alphabet, probabilities = self._alphabets[field], self.probabilities(strip, field)
        text, certain = best_path(probabilities, alphabet.characters)
        log_probs = np.log(np.maximum(probabilities, _FLOOR, out=probabilities), out=probabilities)
        return Transcript(text, certain, self.name, Lattice(log_probs, alphabet.index))

    def probabilities(self, strip: Gray, field: FieldName) -> NDArray[np.float32]:
        """Of the blank and of each character of the field's alphabet; float32, shape (columns, 1 + n).

        The columns lie side by side on what :func:`idcheck.reading.strip.trim` keeps of the strip. What the
        network believes to be anything else is left out, so that rows sum to at most 1.
        """
        return self._alphabets[field].probabilities(self._run(_picture(strip, field)))

    def _run(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(answers(self._session, {self._input: picture}, "recognition")[0][0], np.float32)


def _picture(strip: Gray, field: FieldName) -> NDArray[np.float32]:
    """The network's input, shape (1, 3, 48, width)."""
    if field == "id_number":
        width = _NUMBER_WIDTH  # the number always fills its box: nothing to trim
    else:
        line_mm, stretch = (LINE_MM, 1.0) if field == "name" else (_PERIOD_LINE_MM, _PERIOD_STRETCH)
        px_per_mm = strip.shape[0] / layout.PRINTED[field].height
        strip = trim(strip, px_per_mm, line_mm)
        if field == "validity":
            strip = np.asarray(cv2.GaussianBlur(strip, (0, 0), _PERIOD_SMOOTH_MM * px_per_mm), np.uint8)
        width = max(2, round(strip.shape[1] / strip.shape[0] * stretch * _HEIGHT / _COLUMN)) * _COLUMN
    line = cv2.resize(strip, (width, _HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(
        np.broadcast_to(line.astype(np.float32) / 127.5 - 1, (1, 3, _HEIGHT, width)), np.float32
    )


def _han(dictionary: Sequence[str]) -> _Alphabet:
    """Ideographs and the middle dot, as which all that looks like one counts."""

    def meaning(character: str) -> str | None:
        if character in _DOT_LIKE:
            return _DOT
        same = unicodedata.normalize("NFC", character)  # compatibility ideographs are the ideograph itself
        return same if _is_ideograph(same) else None

    return _alphabet(dictionary, meaning)


def _digits(dictionary: Sequence[str]) -> _Alphabet:
    return _alphabet(dictionary, lambda c: c if c in _NUMBER else None)


def _period(dictionary: Sequence[str]) -> _Alphabet:
    chosen = _alphabet(dictionary, lambda c: c if c in _PERIOD else _PERIOD_ALIKE.get(c))
    return replace(chosen, rest_is_blank=True)


def _alphabet(dictionary: Sequence[str], meaning: Callable[[str], str | None]) -> _Alphabet:
    """Choose from the dictionary, whose first entry is the network's class 1.

    Args:
        dictionary: the network's characters.
        meaning: what a character stands for in the field; None when the field cannot contain it.
    """
    index: dict[str, int] = {}
    classes, folded = [0], []
    for network_class, character in enumerate(dictionary, start=1):
        meant = meaning(character)
        if meant is None:
            continue
        if meant in index:
            folded.append((index[meant], network_class))
            continue
        index[meant] = len(classes)
        classes.append(network_class)
    return _Alphabet(np.array(classes), MappingProxyType(index), ("", *index), tuple(folded))


def _is_ideograph(character: str) -> bool:
    """Whether it is one Han ideograph (by Unicode's blocks, so that every Python agrees), or 〇."""
    if len(character) != 1:
        return False
    code = ord(character)
    bmp = 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF
    return bmp or 0x20000 <= code <= 0x3FFFD or character == "〇"
