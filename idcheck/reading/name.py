"""Our own reader of the name: where characters stand on the line, and what each may be.

The network (`models/name`) knows 21,000 characters and nothing about names. A character that is hidden or
illegible, or that it does not know, comes out with its probability spread over those it might be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck import layout
from idcheck.errors import EngineError, WeightsCorruptError
from idcheck.networks import answers, onnx_session
from idcheck.reading.engine import FieldName
from idcheck.reading.strip import APART_MM, LINE_MM, extent, ink_of, middle
from idcheck.types import Gray, Lattice, Transcript

LINE_PX: Final = 40
"""Height of a network's input, which shows `LINE_MM`; a character has 28. Fine ones take twice it."""
PX_PER_MM: Final = LINE_PX / LINE_MM
COLUMN_PX: Final = 4
COLUMN_MM: Final = COLUMN_PX / PX_PER_MM
"""Width of the columns in which the networks think."""

_COLUMNS_STEP: Final = 2
_FEWEST: Final = 16
_AFTER_MM: Final = 0.7
_ASIDE_MM: Final = 1.4
"""What stands further above or below the middle of the strip is not the name."""
_CLEAR: Final = 0.3
"""A character is clear from this probability on, if one stands there."""
_MARKS: Final = "\N{MIDDLE DOT}一"
"""What a pale wave of the card's ground passes for."""
_PALE: Final = 0.35
"""Of the blackness of the name's other characters: what is paler at its end is such a wave. Ink has half."""
_HALF_MM: Final = 1.6
"""Of a character's width."""
STANDS: Final = 0.5
"""From what probability a character counts as read; below, it stays a possibility of the lattice."""
_FLOOR: Final = np.float32(np.log(1e-12))
_LEAST: Final = np.float32(1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where characters may stand on a line, from left to right.

    Attributes:
        middles_mm: of each, from the strip's left end; shape (k,).
        present: probability that a character stands there, 0 to 1; float32, shape (k,).
        log_probs: natural logarithm of each class's probability if one does; float32, shape (k, classes).
    """

    middles_mm: NDArray[np.float64]
    present: NDArray[np.float32]
    log_probs: NDArray[np.float32]

    def only(self, kept: NDArray[np.bool_]) -> Places:
        """Some of them."""
        return Places(self.middles_mm[kept], self.present[kept], self.log_probs[kept])

    def saying(self, log_probs: NDArray[np.float32]) -> Places:
        """The places with these logarithms, up to a constant for each place, for probabilities."""
        log_probs = log_probs - log_probs.max(axis=1, keepdims=True)
        log_probs -= np.log(np.exp(log_probs).sum(axis=1, keepdims=True))
        return replace(self, log_probs=log_probs)


class NameReader:
    """Reads names. Threads may share one: a loaded network does not change by being run."""

    def __init__(self, model: bytes, name: str = "idcheck-name") -> None:
        """Load the network.

        Args:
            model: the ONNX file's content.
            name: what the report calls this engine.

        Raises:
            WeightsCorruptError: it is not this network.
        """
        self._name = name
        self._session = onnx_session(model)
        self._characters = self._session.get_modelmeta().custom_metadata_map.get("alphabet", "")
        taken = self._session.get_inputs()
        if [given.name for given in taken] != ["line"] or not self._characters:
            msg = "the name model is another network, or another version's"
            raise WeightsCorruptError(msg)
        self._height = int(taken[0].shape[2])
        self._index = MappingProxyType({c: 1 + i for i, c in enumerate(self._characters)})
        self._marks = [self._characters.find(mark) for mark in _MARKS]

    @property
    def name(self) -> str:
        """What the report calls this engine."""
        return self._name

    @property
    def alphabet(self) -> Mapping[str, int]:
        """Character → class of the lattices, without the blank, which is class 0."""
        return self._index

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip of the name; see :class:`idcheck.reading.Engine`.

        Raises:
            EngineError: the network failed, or the field is not the name.
        """
        if field != "name":
            msg = "this engine reads names only"
            raise EngineError(msg)
        return self.transcript(self.places(strip), self.name)

    def places(self, strip: Gray, aside_mm: tuple[float, float] = (0.0, 0.0)) -> Places:
        """Where in a strip characters may stand, and which.

        Args:
            strip: as for :meth:`read`.
            aside_mm: how far to the left and up from where it belongs the line is cut out.

        Raises:
            EngineError: the network failed.
        """
        picture = line(strip, aside_mm, self._height)
        if picture is None:
            return Places(np.zeros(0), np.zeros(0, np.float32), np.zeros((0, len(self._index)), np.float32))
        columns, present, log_probs = answers(self._session, {"line": picture[None, None]}, "name")
        middles = (np.asarray(columns) + 0.5) * COLUMN_MM - aside_mm[0]
        places = Places(middles, np.asarray(present, np.float32), np.asarray(log_probs, np.float32))
        marks = np.isin(places.log_probs.argmax(axis=1), self._marks)
        near = _together(places, marks)
        return _without_waves(places.only(near), marks[near], strip)

    def transcript(self, places: Places, engine: str) -> Transcript:
        """What the places say: their best characters, and all others with their probabilities."""
        best = places.log_probs.argmax(axis=1)
        certain = np.minimum(places.present * np.exp(places.log_probs[np.arange(len(best)), best]), 1.0)
        stands = places.present > STANDS
        text = "".join(self._characters[b] for b in best[stands])
        return Transcript(
            text, tuple(certain[stands].tolist()), engine, Lattice(_columns(places), self._index)
        )


def _together(places: Places, marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which places do not lie apart at an end, hardly a character there: a finger's rim, a scratch.

    Args:
        places: all of them.
        marks: which show something so plain that it tells nothing.
    """
    stands = np.flatnonzero(places.present > STANDS)
    if stands.size == 0:
        return np.ones(len(places.present), np.bool_)
    clear = (places.log_probs[stands].max(axis=1) >= np.log(_CLEAR)) & ~marks[stands]
    parts = np.split(
        np.arange(stands.size), np.flatnonzero(np.diff(places.middles_mm[stands]) > APART_MM) + 1
    )
    kept = [part for part in parts if clear[part].any()] or parts
    first, last = stands[kept[0][0]], stands[kept[-1][-1]]
    middles = places.middles_mm
    return np.asarray((middles > middles[first] - APART_MM) & (middles < middles[last] + APART_MM))


def _without_waves(places: Places, marks: NDArray[np.bool_], strip: Gray) -> Places:
    """The places without what is plain and pale before and after the name: waves of the card's ground."""
    characters = np.flatnonzero((places.present > STANDS) & ~marks)
    if characters.size == 0:
        return places
    outside = marks.copy()
    outside[characters[0] : characters[-1] + 1] = False
    if not outside.any():
        return places
    px_per_mm = resolution(strip)
    ink = ink_of(strip, px_per_mm).max(axis=0)
    spans = np.round((places.middles_mm[:, None] + (-_HALF_MM, _HALF_MM)) * px_per_mm).astype(np.intp)
    black = np.array([ink[max(0, left) : right].max(initial=0.0) for left, right in spans])
    return places.only(~(outside & (black < _PALE * np.median(black[characters]))))


def resolution(strip: Gray) -> float:
    """Pixels a mm of a strip of the name."""
    return float(len(strip) / layout.PRINTED["name"].height)


def line(strip: Gray, aside_mm: tuple[float, float] = (0.0, 0.0), line_px: int = LINE_PX) -> Gray | None:
    """The line of print of a strip, from the strip's left end to the print's, shape (`line_px`, width).

    Args:
        strip: as for :meth:`NameReader.read`.
        aside_mm: see :meth:`NameReader.places`.
        line_px: `LINE_PX`, or twice that for a network that takes fine lines.

    Returns:
        None where no print stands out.
    """
    height, width = strip.shape
    px_per_mm = resolution(strip)
    found = extent(strip, px_per_mm)
    if found is None:
        return None
    lowest, highest = (height / 2 + side * _ASIDE_MM * px_per_mm for side in (-1, 1))
    centre = min(max(middle(strip, found, px_per_mm), lowest), highest)
    right = min(width, found.right + _AFTER_MM * px_per_mm)
    left = -round(aside_mm[0] * px_per_mm)
    top = round(centre - (LINE_MM / 2 + aside_mm[1]) * px_per_mm)
    bottom = top + round(LINE_MM * px_per_mm)
    pixels = round((right - left) / px_per_mm * PX_PER_MM)
    columns = max(_FEWEST, -(-pixels // (_COLUMNS_STEP * COLUMN_PX)) * _COLUMNS_STEP)
    right = left + round(columns * COLUMN_MM * px_per_mm)
    cut = strip[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    beyond = max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width)
    whole = np.asarray(cv2.copyMakeBorder(cut, *beyond, cv2.BORDER_REPLICATE), np.uint8)
    return resized(whole, columns, line_px)


def resized(picture: Gray, columns: int, line_px: int) -> Gray:
    """A line of so many columns in the resolution that a network takes, lower or higher than the strip's."""
    way = cv2.INTER_AREA if line_px < len(picture) else cv2.INTER_LINEAR
    size = columns * COLUMN_PX * line_px // LINE_PX, line_px
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _columns(places: Places) -> NDArray[np.float32]:
    """Places as columns, with a blank before, between and after, so that none can merge."""
    count, classes = places.log_probs.shape
    columns = np.full((2 * count + 1, 1 + classes), _FLOOR, np.float32)
    columns[0::2, 0] = 0.0
    columns[1::2, 0] = np.log(np.maximum(1 - places.present, _LEAST))
    columns[1::2, 1:] = np.maximum(places.log_probs + np.log(places.present)[:, None], _FLOOR)
    return columns
