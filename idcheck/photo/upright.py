"""`Photo`: the decoded picture, upright, in the views that the stages ask for.

One decode serves all views: colour decoded in full and luma taken from it costs less than decoding twice,
once in gray and once in scaled-down colour. Luma is turned upright at once; colour, three times the bytes, in
the size and the part that somebody asks for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.types import Colour, Gray

_COARSEST = 256
"""Pixels on the long side at which the pyramid ends."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """How an upright pixel is found in the stored picture: swap x and y, then count from the far end."""

    swapped: bool = False
    from_right: bool = False
    from_bottom: bool = False


_TURNS = {
    1: _Turn(),
    2: _Turn(from_right=True),
    3: _Turn(from_right=True, from_bottom=True),
    4: _Turn(from_bottom=True),
    5: _Turn(swapped=True),
    6: _Turn(swapped=True, from_bottom=True),
    7: _Turn(swapped=True, from_right=True, from_bottom=True),
    8: _Turn(swapped=True, from_right=True),
}
"""By EXIF orientation (CIPA DC-008, 4.6.5, tag Orientation)."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright photo. Safe to share between threads; its arrays are read-only.

    Level k of any view is halved k times by averaging 2 × 2 pixels, so that the full-resolution point p
    (origin at the outer corner, see `idcheck.types`) lies at p / 2**k; an odd side loses its last line.

    Attributes:
        luma: full resolution, C-contiguous.
        orientation: the EXIF orientation that the file came with, 1 to 8, already applied. 1 for HEIC, whose
            container turns the picture by itself.
        format: ``jpeg``, ``png``, ``webp``, ``heif``, or what the maker of an array calls it.
    """

    luma: Gray = field(repr=False)
    orientation: int
    format: str
    _stored: NDArray[np.uint8] = field(repr=False)
    _grays: list[Gray] = field(repr=False)
    _colours: dict[int, Colour] = field(default_factory=dict, init=False, repr=False)
    _lock: RLock = field(default_factory=RLock, init=False, repr=False)

    @classmethod
    def from_pixels(cls, stored: NDArray[np.uint8], orientation: int = 1, format: str = "array") -> Photo:  # noqa: A002
        """A photo from uint8 pixels, gray (height, width) or B, G, R (height, width, 3), before orientation.

        The array is taken over: it becomes read-only.
        """
        stored = _read_only(np.ascontiguousarray(stored))
        gray = stored if stored.ndim == 2 else np.asarray(cv2.cvtColor(stored, cv2.COLOR_BGR2GRAY), np.uint8)
        luma = _read_only(np.ascontiguousarray(_turned(gray, orientation)))
        return cls(luma, orientation, format, stored, [luma])

    @property
    def width(self) -> int:
        """Pixels a row."""
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.luma.shape[0])

    @property
    def pyramid(self) -> tuple[Gray, ...]:
        """Luma in levels, from full resolution until the long side is at most 256 px."""
        with self._lock:
            while max(self._grays[-1].shape) > _COARSEST:
                self._grays.append(_read_only(_halved(self._grays[-1])))
            return tuple(self._grays)

    @property
    def bgr(self) -> Colour:
        """Colour in full resolution. `colour` and `crop` are cheaper: turning 12 MP costs some 20 ms."""
        return self.colour(0)

    def level_within(self, long_side: int) -> int:
        """The finest level whose long side is at most so many pixels, or else the coarsest there is."""
        levels = self.pyramid
        return next((k for k, level in enumerate(levels) if max(level.shape) <= long_side), len(levels) - 1)

    def colour(self, level: int) -> Colour:
        """Colour of the size of ``pyramid[level]``.

        Raises:
            IndexError: the pyramid has no such level.
        """
        if not 0 <= level < len(self.pyramid):
            msg = f"no level {level}: there are {len(self.pyramid)}"
            raise IndexError(msg)
        with self._lock:
            if level not in self._colours:
                self._colours[level] = _read_only(self._coloured(level))
            return self._colours[level]

    def crop(self, left: int, top: int, right: int, bottom: int) -> Colour:
        """Colour of a part in full resolution: upright pixels, ``right`` and ``bottom`` excluded.

        The part is cut to the frame; nothing of it within gives an array without pixels. Cheaper than slicing
        `bgr` when the photo came turned.
        """
        left, top = min(max(left, 0), self.width), min(max(top, 0), self.height)
        right, bottom = min(max(right, left), self.width), min(max(bottom, top), self.height)
        part = self._part(left, top, right, bottom)
        if part.size == 0:
            return np.empty((bottom - top, right - left, 3), np.uint8)
        return _read_only(_in_colour(_turned(part, self.orientation)))

    def _coloured(self, level: int) -> Colour:
        if self._stored.ndim == 2:
            return _in_colour(self.pyramid[level])
        if level == 0:
            return _turned(self._stored, self.orientation)
        if level > 1:
            return _halved(self.colour(level - 1))
        even = self._part(0, 0, self.width // 2 * 2, self.height // 2 * 2)
        return _turned(_halved(even), self.orientation)  # a quarter of the bytes to turn

    def _part(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.uint8]:
        """The stored pixels of an upright box, not turned."""
        turn, (height, width) = _TURNS[self.orientation], self._stored.shape[:2]
        columns, rows = (left, right), (top, bottom)
        if turn.swapped:
            columns, rows = rows, columns
        if turn.from_right:
            columns = (width - columns[1], width - columns[0])
        if turn.from_bottom:
            rows = (height - rows[1], height - rows[0])
        return self._stored[slice(*rows), slice(*columns)]


def _turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation; 1 returns the array itself."""
    turn = _TURNS[orientation]
    if turn.swapped:
        pixels = np.asarray(cv2.transpose(pixels), np.uint8)
    horizontally = turn.from_bottom if turn.swapped else turn.from_right
    vertically = turn.from_right if turn.swapped else turn.from_bottom
    if horizontally or vertically:
        code = -1 if horizontally and vertically else int(horizontally)
        target = pixels if turn.swapped else None  # the transposed copy is ours
        pixels = np.asarray(cv2.flip(pixels, code, target), np.uint8)
    return pixels


def _halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    even = pixels[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _in_colour(pixels: NDArray[np.uint8]) -> Colour:
    if pixels.ndim == 3:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)


def _read_only(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    pixels.flags.writeable = False
    return pixels
