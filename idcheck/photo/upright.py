"""`Photo`: the decoded picture, upright, in the views that the stages ask for.

One decode serves all views: colour decoded in full and luma taken from it costs less than decoding twice,
once in gray and once in scaled-down colour. Nothing is turned upright or made gray but in the size and the
part that somebody asks for: in full resolution the stages look at little more than the card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import RLock

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.types import Colour, Gray

_COARSEST = 256
"""Pixels on the long side at which the pyramid ends."""

_LARGE = 2500
"""Pixels on the long side above which the second level is sampled: of 12 MP that takes 3 ms, and 7 by way of
the first one, of which little more than the card is looked at."""

_GRAY, _COLOUR = 2, 3
"""The kinds of view, by the number of their arrays' dimensions."""


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
    (origin at the outer corner, see `idcheck.types`) lies at p / 2**k; an odd side loses its last line. Of a
    photo of more than 2,500 pixels on its long side the second level after the finest is the mean of the
    middle 2 × 2 of 4 × 4 pixels: there is as much noise in it as in the first one. The luma of a level is
    that of its colour.

    Attributes:
        orientation: the EXIF orientation that the file came with, 1 to 8, already applied. 1 for HEIC, whose
            container turns the picture by itself.
        format: ``jpeg``, ``png``, ``webp``, ``heif``, or what the maker of an array calls it.
        finest: the first level that there is: 0, but for a photo that was decoded in part.
    """

    orientation: int
    format: str
    finest: int
    _stored: dict[int, NDArray[np.uint8]] = field(repr=False)  # levels that were needed, not turned
    _levels: dict[tuple[int, int], NDArray[np.uint8]] = field(default_factory=dict, init=False, repr=False)
    _lock: RLock = field(default_factory=RLock, init=False, repr=False)

    @classmethod
    def from_pixels(
        cls,
        stored: NDArray[np.uint8],
        orientation: int = 1,
        format: str = "array",  # noqa: A002
        level: int = 0,
    ) -> Photo:
        """A photo from uint8 pixels, gray (height, width) or B, G, R (height, width, 3), before orientation.

        The array is taken over: it becomes read-only. It is the given level of the photo.
        """
        return cls(orientation, format, level, {level: _read_only(np.ascontiguousarray(stored))})

    @property
    def width(self) -> int:
        """Pixels a row, in full resolution."""
        return int(self._first.shape[0 if _TURNS[self.orientation].swapped else 1]) << self.finest

    @property
    def height(self) -> int:
        """Rows, in full resolution."""
        return int(self._first.shape[1 if _TURNS[self.orientation].swapped else 0]) << self.finest

    @property
    def levels(self) -> int:
        """How many levels there are: from full resolution until the long side is at most 256 px."""
        return 1 + max((max(self.width, self.height) // (_COARSEST + 1)).bit_length(), self.finest)

    @property
    def luma(self) -> Gray:
        """Luma in full resolution. `gray` and `gray_crop` are cheaper: of 12 MP it costs some 10 ms.

        Raises:
            IndexError: the photo was decoded in part.
        """
        return self.gray(0)

    @property
    def bgr(self) -> Colour:
        """Colour in full resolution. `colour` and `crop` are cheaper: turning 12 MP costs some 20 ms.

        Raises:
            IndexError: the photo was decoded in part.
        """
        return self.colour(0)

    def gray(self, level: int) -> Gray:
        """Luma of a level, C-contiguous.

        Raises:
            IndexError: the photo has no such level.
        """
        return self._level(level, _GRAY)

    def colour(self, level: int) -> Colour:
        """Colour of a level, C-contiguous.

        Raises:
            IndexError: the photo has no such level.
        """
        return self._level(level, _COLOUR)

    def gray_crop(self, left: int, top: int, right: int, bottom: int, level: int = 0) -> Gray:
        """Luma of a part of a level: its upright pixels, ``right`` and ``bottom`` excluded.

        The part is cut to the frame; nothing of it within gives an array without pixels.

        Raises:
            IndexError: the photo has no such level.
        """
        return self._crop((left, top, right, bottom), level, _GRAY)

    def crop(self, left: int, top: int, right: int, bottom: int, level: int = 0) -> Colour:
        """Colour of a part of a level, otherwise as `gray_crop`."""
        return self._crop((left, top, right, bottom), level, _COLOUR)

    def _level(self, level: int, kind: int) -> NDArray[np.uint8]:
        with self._lock:
            if (level, kind) not in self._levels:
                pixels = _turned(_as(kind, self._reduced(level)), self.orientation)
                self._levels[level, kind] = _read_only(pixels)
            return self._levels[level, kind]

    def _crop(self, box: tuple[int, int, int, int], level: int, kind: int) -> NDArray[np.uint8]:
        self._check(level)
        width, height = self.width >> level, self.height >> level
        left, top = min(max(box[0], 0), width), min(max(box[1], 0), height)
        right, bottom = min(max(box[2], left), width), min(max(box[3], top), height)
        box = (left, top, right, bottom)
        if self._is_large and level == self.finest + 1 and level not in self._stored:
            part = self._part(self._first, [2 * side for side in box])
            part = _halved(part) if part.size else part
        else:
            part = self._part(self._reduced(level), box)
        if part.size == 0:
            return np.empty((bottom - top, right - left, 3)[:kind], np.uint8)
        return _read_only(_turned(_as(kind, part), self.orientation))

    def _reduced(self, level: int) -> NDArray[np.uint8]:
        """A level as the file has it: not turned, and in colour if the file is."""
        self._check(level)
        with self._lock:
            if level not in self._stored:
                by = 2 if self._is_large and level == self.finest + 2 else 1
                finer = self._reduced(level - by)
                even = 0, 0, self.width >> level << by, self.height >> level << by
                reduced = _quartered if by == 2 else _halved
                self._stored[level] = _read_only(reduced(self._part(finer, even)))
            return self._stored[level]

    @property
    def _first(self) -> NDArray[np.uint8]:
        return self._stored[self.finest]

    @property
    def _is_large(self) -> bool:
        return bool(max(self._first.shape) > _LARGE)

    def _check(self, level: int) -> None:
        if not self.finest <= level < self.levels:
            msg = f"no level {level}: there are those from {self.finest} to {self.levels - 1}"
            raise IndexError(msg)

    def _part(self, stored: NDArray[np.uint8], box: Sequence[int]) -> NDArray[np.uint8]:
        """The pixels of an upright box in a stored level, not turned."""
        turn, (height, width) = _TURNS[self.orientation], stored.shape[:2]
        columns, rows = box[::2], box[1::2]
        if turn.swapped:
            columns, rows = rows, columns
        if turn.from_right:
            columns = (width - columns[1], width - columns[0])
        if turn.from_bottom:
            rows = (height - rows[1], height - rows[0])
        return stored[slice(*rows), slice(*columns)]


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
    height, width = pixels.shape[:2]
    return np.asarray(cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)


def _quartered(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mean of the middle 2 × 2 of each 4 × 4 pixels, which is what bilinear sampling takes."""
    height, width = pixels.shape[:2]
    size = width // 4, height // 4
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _as(kind: int, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.ndim == kind:
        return pixels
    code = cv2.COLOR_BGR2GRAY if kind == _GRAY else cv2.COLOR_GRAY2BGR
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def _read_only(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    pixels.flags.writeable = False
    return pixels
