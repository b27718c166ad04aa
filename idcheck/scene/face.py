"""Faces, by MediaPipe's full-range BlazeFace (Bazarevsky et al., 2019; the sparse model of MediaPipe).

The network (`models/faces`) sees the whole photo with a black bar beside it, in colour: in gray it misses
half-hidden faces and second ones. It looks at a view of 160 pixels first, and at one of 192 where that leaves
a doubt. A file may have lost its orientation: where nothing shows, or a face that may lie on its side, the
photo is turned by quarters. Of 390 clear drawn photos that lie so two faces are not found, and none is taken
for covered; were they taken as they are first seen, 81 would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.errors import WeightsCorruptError
from idcheck.networks import onnx_session
from idcheck.scene.geometry import as_polygon
from idcheck.scene.picture import Picture, coarsest_level
from idcheck.types import Box, Colour, Face

_SIDES: Final = (160, 192)
"""Pixels of the views along the photo's long side."""
_STEP: Final = 32
"""Sides of a view are multiples of this."""
_LEAST_BAR: Final = 8
"""Pixels of a view along the short side that are black at least: without any the network loses faces."""
_STRIDE: Final = 4
"""Pixels a cell; each has an anchor in its middle, whose own size is the whole input's."""
_SURE: Final = 0.6
_DOUBTFUL: Final = 0.2
"""A first view with a face of the one score, and with none from the other up to it, suffices: four in five
do. A face that is too small for it has such a score there."""
_LEAST_SCORE: Final = 0.5
_LEAST_SCORE_TURNED: Final = 0.6
"""More views are more chances to be wrong."""
_TURNS: Final = (1, 3, 2)
"""Quarters, anticlockwise."""
_LEVEL_DEG: Final = 35.0
"""As much do people tilt their heads; most faces that lie on their side seem to be tilted by more."""
_SURE_OF_TURN: Final = 0.7
"""A face of this score that seems to stand upright does: one in fifty clear ones has less."""
_SURER: Final = 0.05
"""By how much a face is surer that stands upright than the same one on its side, at least;"""
_SUREST: Final = 0.98
"""and what no score surpasses."""
_LEAST_SCORE_AT_LAST: Final = 0.4
"""Half-hidden faces score so; upright, and where nothing else is found."""
_SAME_FACE: Final = 0.3
"""Intersection over union from which two boxes are of one face."""
_LANDMARKS: Final = 6
_OUTPUTS: Final = ("scores", "places")
_Answer = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Scores and values, as `decode` takes them."""


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What the network looks at.

    Attributes:
        pixels: shape (height, width, 3), B, G, R: the photo, and black to its right or below, then turned.
        scale: the view's pixels per pixel of the photo.
        quarters: by how many quarter turns, anticlockwise, the photo was turned.
    """

    pixels: Colour
    scale: float
    quarters: int = 0


class FaceDetector:
    """Finds faces of people and, as it cannot tell, portraits on cards. Threads may share one."""

    def __init__(self, model: bytes) -> None:
        """Load the face detector.

        Raises:
            WeightsCorruptError: it is another network.
        """
        self._session = onnx_session(model)
        if tuple(output.name for output in self._session.get_outputs()) != _OUTPUTS:
            msg = "the face detector's weights are another network's"
            raise WeightsCorruptError(msg)

    def detect(self, photo: Picture) -> tuple[Face, ...]:
        """Every face, the largest first."""
        view = _view_of(photo, _SIDES[0])
        faces = self._look(view, _DOUBTFUL)
        if not faces or min(face.confidence for face in faces) < _SURE:
            closer = _view_of(photo, _SIDES[1])
            seen = self._answer(closer)
            faces = (
                _faces(closer, seen, _LEAST_SCORE)
                or self._look(_brightened(closer), _LEAST_SCORE)
                or self._lying(view)
                or _faces(closer, seen, _LEAST_SCORE_AT_LAST)
            )
        return tuple(sorted(self._righted(view, faces), key=lambda face: -face.box.width))

    def _righted(self, view: _View, faces: list[Face]) -> list[Face]:
        """The faces, or those that are seen with the photo turned, should they be surer.

        Of many a face on its side the network is less sure, and takes it for a tilted one in another place.
        """
        if not faces:
            return faces
        surest = max(faces, key=lambda face: face.confidence)
        turns: tuple[int, ...] = _TURNS
        if surest.confidence >= _SURE_OF_TURN:
            tilted = _off_level(surest, 0) >= _LEVEL_DEG
            turns = (min(_TURNS, key=lambda turn: _off_level(surest, turn)),) if tilted else ()
        least = min(surest.confidence + _SURER, _SUREST)
        looks = ((turn, self._look(_turned(view, turn), least)) for turn in turns)
        upright = ([face for face in look if _off_level(face, turn) < _LEVEL_DEG] for turn, look in looks)
        return max(upright, key=_surest, default=[]) or faces

    def _lying(self, view: _View) -> list[Face]:
        """Faces on their side or head, in the dark too."""
        bright = _brightened(view)
        looks = (self._look(_turned(bright, turn), _LEAST_SCORE_TURNED) for turn in _TURNS)
        return max(looks, key=_surest)

    def _look(self, view: _View, least: float) -> list[Face]:
        return _faces(view, self._answer(view), least)

    def _answer(self, view: _View) -> _Answer:
        picture = cv2.dnn.blobFromImage(view.pixels, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True)
        scores, places = self._session.run(_OUTPUTS, {"picture": picture})
        return scores[0, 0], places[0]


def _faces(view: _View, answer: _Answer, least: float) -> list[Face]:
    return [_in_photo(view, row, score) for row, score in decode(*answer, least)]


def _view_of(photo: Picture, side: int) -> _View:
    """The photo, so many pixels long, with its bar."""
    scale = side / max(photo.width, photo.height)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    level = photo.colour(coarsest_level(photo, side))
    small = np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_AREA), np.uint8)
    right, below = (_bar(size[0]), 0) if size[0] < size[1] else (0, _bar(size[1]))
    pixels = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    return _View(np.asarray(pixels, np.uint8), scale)


def _surest(faces: list[Face]) -> float:
    return max((face.confidence for face in faces), default=0.0)


def _off_level(face: Face, turn: int) -> float:
    """By how many degrees a face's eyes are off level, once the photo is turned by so many quarters."""
    right, left = np.asarray(face.landmarks[:2], np.float64)
    across, down = left - right
    return abs((float(np.degrees(np.arctan2(down, across))) - 90 * turn + 180) % 360 - 180)


def _bar(side: int) -> int:
    """Pixels that a side falls short of a view's."""
    return -(-(side + _LEAST_BAR) // _STEP) * _STEP - side


def _turned(view: _View, quarters: int) -> _View:
    return _View(np.ascontiguousarray(np.rot90(view.pixels, quarters)), view.scale, quarters)


def _brightened(view: _View) -> _View:
    """For faces in the dark: square root of the brightness, its 99th percentile at white."""
    lit = view.pixels[view.pixels > 0]
    white = max(float(np.percentile(lit, 99)) if lit.size else 0.0, 1.0)
    table = np.clip(255 * np.sqrt(np.arange(256) / white), 0, 255).astype(np.uint8)
    return _View(table[view.pixels], view.scale)


def decode(
    scores: NDArray[np.float32], values: NDArray[np.float32], least: float
) -> list[tuple[NDArray[np.float64], float]]:
    """Faces among the anchors, the surest first.

    Args:
        scores: logits, shape (rows, columns) of the cells.
        values: shape (16, rows, columns), in pixels of the view from the anchor: the box's middle x, y, its
            width and height, and x, y of six landmarks.
        least: score, 0 to 1, from which an anchor counts.

    Returns:
        the 16 values, in pixels of the view from its corner, and a score, 0 to 1, of each face.
    """
    rows, columns = np.nonzero(scores >= np.log(least / (1 - least)))
    sure = 1 / (1 + np.exp(-np.clip(scores[rows, columns].astype(np.float64), -100, 100)))
    found = values[:, rows, columns].T.astype(np.float64)
    anchor = (np.stack([columns, rows], axis=1) + 0.5) * _STRIDE
    found[:, :2] += anchor
    found[:, 4:] += np.tile(anchor, _LANDMARKS)
    return _merged(found, sure)


def _merged(found: NDArray[np.float64], sure: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], float]]:
    """Average what overlaps the surest, weighted by score (BlazeFace, section 3)."""
    left = np.argsort(-sure, kind="stable")
    faces = []
    while left.size:
        same = _overlap(found[left[0]], found[left]) >= _SAME_FACE
        same[0] = True
        members = left[same]
        faces.append((np.average(found[members], axis=0, weights=sure[members]), float(sure[members[0]])))
        left = left[~same]
    return faces


def _overlap(one: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of boxes given by middle and size."""
    low = np.maximum(one[:2] - one[2:4] / 2, others[:, :2] - others[:, 2:4] / 2)
    high = np.minimum(one[:2] + one[2:4] / 2, others[:, :2] + others[:, 2:4] / 2)
    common = np.prod(np.maximum(high - low, 0), axis=1)
    return np.asarray(common / (np.prod(one[2:4]) + np.prod(others[:, 2:4], axis=1) - common))


def _in_photo(view: _View, row: NDArray[np.float64], score: float) -> Face:
    """A decoded row, turned back and enlarged to the photo."""
    points = np.concatenate([[row[:2] - row[2:4] / 2, row[:2] + row[2:4] / 2], row[4:].reshape(-1, 2)])
    height, width = view.pixels.shape[:2]
    for _ in range(view.quarters):  # undo one anticlockwise quarter: the top edge was the right one before
        points = np.stack([height - points[:, 1], points[:, 0]], axis=1)
        height, width = width, height
    points /= view.scale
    low, high = points[:2].min(axis=0), points[:2].max(axis=0)
    box = Box(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    return Face(box, score, as_polygon(points[2:]))
