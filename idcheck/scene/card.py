"""The card: candidates on a view of the whole photo, then corners, turn and kind on each, flattened.

Two small networks share one file (`models/locator.onnx`; `models/locator` trains them). The finder looks at
the whole photo and gives oriented boxes. The corner network looks at a flattened candidate with a margin
around it and says where its corners really are, which way it is turned, and what it is; it looks again at
what it corrected. A larger one of its kind, in a file of its own, is asked where that leaves doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.networks import Later, onnx_session, own_session
from idcheck.scene.geometry import Points, as_quad, card_to_photo, project, signed_area
from idcheck.scene.picture import Picture, coarsest_level
from idcheck.scene.rectify import flatten
from idcheck.types import Box, Gray

FINDER_LONG: Final = 256
FINDER_SHORT: Final = 192
"""Pixels of the finder's view; it lies or stands as the photo does."""

CROP_SIZE: Final = (192, 128)
"""Width and height of a flattened candidate in pixels."""
CROP_PX_PER_MM: Final = 132 / WIDTH_MM
CROP_MM: Final = Box(
    (WIDTH_MM - CROP_SIZE[0] / CROP_PX_PER_MM) / 2,
    (HEIGHT_MM - CROP_SIZE[1] / CROP_PX_PER_MM) / 2,
    CROP_SIZE[0] / CROP_PX_PER_MM,
    CROP_SIZE[1] / CROP_PX_PER_MM,
)
"""What a flattened candidate shows: the card and a margin of a quarter of its size, in mm on the card."""
CROP_CORNERS: Final = (
    np.array(Box(0, 0, WIDTH_MM, HEIGHT_MM).polygon) - (CROP_MM.x, CROP_MM.y)
) * CROP_PX_PER_MM
"""Where a perfectly placed candidate has its corners, in pixels of the crop; shape (4, 2)."""

TURNS: Final = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
"""Upright, mirrored, half turn, mirrored half turn: which corner in reading order stands at the crop's top
left, top right, bottom right and bottom left. Each row is its own inverse."""

LARGER_PROPERTIES: Final = {"network": "corners-larger"}
_STRIDE: Final = 8
"""Pixels of the view a cell of the finder's maps."""
_LEAST_HEAT: Final = 0.15
"""Cells less sure than this are not looked at."""
_MOST_LOOKED_AT: Final = 3
_PART: Final = 0.62
"""Of the photo's sides: what a nearer look shows of it,"""
_PLACES: Final = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5))
"""and where, between the left and the right end and between top and bottom."""


class Kind(IntEnum):
    """What a candidate turned out to be; the values are the network's outputs."""

    PORTRAIT = 0
    EMBLEM = 1
    OBJECT = 2
    """Something else that is shaped like a card, such as a blank one."""
    BACKGROUND = 3
    BANK_CARD = 4
    PAPER = 5
    PHONE = 6


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Where the finder sees a card.

    Attributes:
        heat: 0 to 1.
        corners: of a parallelogram in pixels of the photo, its first side along the long axis; which end is
            up is not known yet. Shape (4, 2).
    """

    heat: float
    corners: Points


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the corner network sees of a candidate.

    Attributes:
        corners: in the card's reading orientation, in pixels of the photo; shape (4, 2).
        off: expected error of each corner, as a fraction of the card's width; shape (4,).
        kinds: probability of each `Kind`; shape (7,).
        turns: probability of each row of `TURNS`; the corners were turned by the likeliest.
    """

    corners: Points
    off: NDArray[np.float64]
    kinds: NDArray[np.float64]
    turns: NDArray[np.float64]


class CardNetworks:
    """All three networks. Safe to share between threads: a session keeps no state between runs."""

    def __init__(self, model: bytes, larger: bytes) -> None:
        """Load ``models/locator.onnx``, and ``models/corners_larger.onnx`` when it is first asked.

        They run on one thread.
        """
        self._session = onnx_session(model)
        self._larger = Later(lambda model: own_session(model, "larger corner", LARGER_PROPERTIES), larger)

    def candidates(
        self, photo: Picture, *, across: bool = False, down: bool = False
    ) -> tuple[Candidate, ...]:
        """Where cards may be, the surest first.

        Args:
            photo: the photo.
            across: whether the finder is to see it mirrored left to right,
            down: and top to bottom: what it misses in one view it may find in another.
        """
        view, scale = view_of(photo)
        seen = np.ascontiguousarray(view[:: -1 if down else 1, :: -1 if across else 1])
        found = decode_finder(self._answer(seen, whole=True)[0], scale)
        if not across and not down:
            return found
        extent = np.array(view.shape[::-1]) / scale
        return tuple(replace(one, corners=_flipped(one.corners, extent, (across, down))) for one in found)

    def nearer(self, photo: Picture) -> tuple[Candidate, ...]:
        """Where cards may be, looked for part by part: small ones, and pale ones before something pale."""
        level = photo.gray(coarsest_level(photo, round(FINDER_LONG / _PART)))
        whole = np.array(level.shape[::-1])
        reduced = np.array([photo.width, photo.height]) / whole
        width, height = np.round(_PART * whole).astype(np.intp).tolist()
        found: list[Candidate] = []
        for place in _PLACES:
            left, top = np.round((whole - (width, height)) * place).astype(np.intp).tolist()
            part = level[top : top + height, left : left + width]
            view, scale = _fitted(part, width * float(reduced[0]), height * float(reduced[1]))
            seen = decode_finder(self._answer(view, whole=True)[0], scale)
            found += [replace(one, corners=one.corners + (left, top) * reduced) for one in seen]
        return tuple(found)

    def look(self, photo: Picture, corners: Points, *, closely: bool = False) -> Seen:
        """See what is at these corners, and where exactly.

        Args:
            photo: the photo.
            corners: shape (4, 2), the first side along the long one.
            closely: with the larger network.

        Raises:
            WeightsCorruptError: the larger network is another one.
        """
        to_photo = card_to_photo(as_quad(corners))
        crop = flatten(photo, to_photo, CROP_MM, CROP_SIZE)
        if closely:
            row = np.asarray(self._larger().run(None, {"view": crop[None, None]})[0], np.float32)
        else:
            row = self._answer(crop, whole=False)
        return decode_corners(row.ravel(), to_photo)

    def _answer(self, view: Gray, *, whole: bool) -> NDArray[np.float32]:
        feed = {"view": view[None, None], "whole": np.array(whole)}
        return np.asarray(self._session.run(None, feed)[0], np.float32)


def view_of(photo: Picture) -> tuple[Gray, NDArray[np.float64]]:
    """The finder's view of a photo, standing or lying as it does.

    Returns:
        the view, its free rest filled by repeating the photo's last pixels; and the view's pixels per pixel
        of the photo, along x and y.
    """
    return _fitted(photo.gray(coarsest_level(photo, FINDER_LONG)), photo.width, photo.height)


def _fitted(pixels: Gray, width: float, height: float) -> tuple[Gray, NDArray[np.float64]]:
    """As `view_of`, of what shows so many of the photo's pixels."""
    across, down = (FINDER_SHORT, FINDER_LONG) if height >= width else (FINDER_LONG, FINDER_SHORT)
    fit = min(across / width, down / height)
    size = (max(1, round(width * fit)), max(1, round(height * fit)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    view = cv2.copyMakeBorder(small, 0, down - size[1], 0, across - size[0], cv2.BORDER_REPLICATE)
    return np.asarray(view, np.uint8), np.array(size) / (width, height)


def decode_finder(maps: NDArray[np.float32], scale: NDArray[np.float64]) -> tuple[Candidate, ...]:
    """Peaks of the heat and the boxes that they stand for.

    Args:
        maps: shape (9, h, w): logit of the middle of what shows of a card; the whole card's middle in cells
            from the cell's centre, x and y; half of the long axis as log of its length in cells, cosine and
            sine of twice its angle; half of the short axis likewise.
        scale: the view's pixels per pixel of the photo, along x and y.
    """
    heat = 1 / (1 + np.exp(-maps[0]))
    peaks = (heat >= _LEAST_HEAT) & (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8)))
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-heat[rows, columns], kind="stable")
    found: list[Candidate] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        values = maps[:, row, column].astype(np.float64)
        middle = np.array([column, row]) + 0.5 + values[1:3]
        long, short = _half_axis(values[3:6]), _half_axis(values[6:9])
        corners = np.array([middle + a * long + b * short for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
        candidate = Candidate(float(heat[row, column]), corners * _STRIDE / scale)
        if not any(same_place(candidate.corners, other.corners) for other in found):
            found.append(candidate)
        if len(found) == _MOST_LOOKED_AT:
            break
    return tuple(found)


def _flipped(corners: Points, extent: NDArray[np.float64], axes: tuple[bool, bool]) -> Points:
    """Corners in a view of this width and height mirrored along some axes; they run round as before."""
    back = np.where(axes, extent - corners, corners)
    return back[TURNS[1]] if axes[0] != axes[1] else back


def _half_axis(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    angle = np.arctan2(coded[2], coded[1]) / 2
    return np.asarray(np.exp(coded[0]) * np.array([np.cos(angle), np.sin(angle)]))


def same_place(one: Points, other: Points) -> bool:
    """Whether two quadrilaterals lie on each other so far that they show one thing."""
    apart = float(np.linalg.norm(one.mean(axis=0) - other.mean(axis=0)))
    sizes = [np.sqrt(abs(signed_area(corners))) for corners in (one, other)]
    return bool(apart < 0.5 * max(sizes))


def decode_corners(row: NDArray[np.float32], to_photo: NDArray[np.float64]) -> Seen:
    """What the corner network's row says.

    Args:
        row: shape (23,): x and y of the four corners in pixels of the crop; log of their expected errors in
            pixels; logits of the turns (see `TURNS`); logits of the kinds.
        to_photo: from mm on the candidate to pixels of the photo.
    """
    values = row.astype(np.float64)
    placed = values[:8].reshape(4, 2) / CROP_PX_PER_MM + (CROP_MM.x, CROP_MM.y)
    turn = TURNS[int(np.argmax(values[12:16]))]
    return Seen(
        corners=project(to_photo, placed)[turn],
        off=np.exp(values[8:12])[turn] / (WIDTH_MM * CROP_PX_PER_MM),
        kinds=_softmax(values[16:]),
        turns=_softmax(values[12:16]),
    )


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    mass = np.exp(logits - logits.max())
    return np.asarray(mass / mass.sum())
