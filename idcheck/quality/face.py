"""How much of the holder's face is covered: by the card, by a hand, by a mask or sunglasses, by the frame.

Raw: a fraction from 0 to 1, the largest of three estimates.

- The card is in front of the face: their overlap is geometry.
- So is what the frame cuts off.
- For everything else MediaPipe's face mesh (Kartynnik et al., Real-time facial surface geometry, 2019) is
  asked how sure it is that the crop shows a face. Its logit falls as more of the face is covered: 30 to
  50 for a bare one, 20 for sunglasses, 10 for a mask; `_BARE_LOGIT` and `_PER_LOGIT` turn it into a
  share.

Compared on drawn scenes with photographed heads (area under the curve against clear ones): deviation of
colour from the face's own skin 0.71, for it sees a white mask but no hand, and takes light from two sides
for a cover; the mesh 0.98.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.errors import WeightsCorruptError
from idcheck.types import Colour, Face, Quad

SIDE: Final = 192
"""Pixels of the network's square input."""

_OUTPUTS: Final = ("conv2d_30", "conv2d_20")
_AROUND: Final = 1.5
"""Side of the crop over the longer side of the face's box, as the network was trained."""
_BARE_LOGIT: Final = 30.0
_PER_LOGIT: Final = 1 / 40
_ROUND: Final = np.arange(24) * np.pi / 12
_OVAL: Final = 0.5 + 0.5 * np.stack([np.cos(_ROUND), np.sin(_ROUND)], axis=1)
"""A face in its box, as fractions of the box."""


class ColourPicture(Protocol):
    """What is asked of a photo to look at a face."""

    def crop(self, left: int, top: int, right: int, bottom: int) -> Colour:
        """A part in full resolution, cut to the frame."""


class FaceMesh:
    """Tells how sure it is that a crop shows a face. Threads take turns."""

    def __init__(self, model: bytes) -> None:
        """Load ``face_landmark.tflite``.

        Raises:
            WeightsCorruptError: the network has not the outputs that it should have.
        """
        # From memory, OpenCV 5 reads tflite with its new engine only, which drops outputs.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mesh.tflite"
            path.write_bytes(model)
            self._network = cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
        if tuple(self._network.getUnconnectedOutLayersNames()) != _OUTPUTS:
            msg = "the face mesh was read without all of its outputs"
            raise WeightsCorruptError(msg)
        self._lock = Lock()

    def covered(self, crop: Colour) -> float:
        """Share of the face that is covered, 0 to 1.

        Args:
            crop: shape (192, 192, 3), the face upright in the middle, see `upright`.
        """
        blob = cv2.dnn.blobFromImage(crop, 1 / 255, swapRB=True)
        with self._lock:
            self._network.setInput(blob)
            logit = float(np.asarray(self._network.forward(_OUTPUTS[0])).item())
        return float(np.clip((_BARE_LOGIT - logit) * _PER_LOGIT, 0, 1))


def upright(photo: ColourPicture, face: Face) -> Colour:
    """The face with its eyes level, as the network wants it: shape (192, 192, 3), black outside the photo."""
    (x0, y0), (x1, y1) = face.landmarks[:2]
    eyes = np.array([x1 - x0, y1 - y0]) / max(np.hypot(x1 - x0, y1 - y0), 1e-6)
    half = _AROUND * max(face.box.width, face.box.height) / 2
    middle = np.array([face.box.x + face.box.width / 2, face.box.y + face.box.height / 2])
    reach = int(np.ceil(half * np.abs(eyes).sum()))
    left, top = (max(0, int(v)) for v in middle - reach)
    part = photo.crop(left, top, *(max(0, int(v)) for v in middle + reach))
    if part.size == 0:
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    step = max(1, int(2 * half / SIDE))
    small = cv2.resize(part, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    turn = SIDE / (2 * half) * np.array([[eyes[0], eyes[1]], [-eyes[1], eyes[0]]])
    # From the reduced part to the crop; OpenCV counts from pixel centres, hence the halves.
    shift = SIDE / 2 + turn @ (np.array([left, top]) - middle + step / 2) - 0.5
    return np.asarray(cv2.warpAffine(small, np.c_[turn * step, shift], (SIDE, SIDE)), np.uint8)


def behind(face: Face, card: Quad) -> float:
    """Share of the face that lies behind the card, 0 to 1."""
    return _shared(face, np.asarray(cv2.convexHull(np.array(card, np.float32)), np.float32))


def beyond(face: Face, frame: Quad) -> float:
    """Share of the face that lies outside the frame, 0 to 1."""
    return 1 - _shared(face, np.array(frame, np.float32))


def _shared(face: Face, polygon: NDArray[np.float32]) -> float:
    box = face.box
    oval = (_OVAL * (box.width, box.height) + (box.x, box.y)).astype(np.float32)
    area, _ = cv2.intersectConvexConvex(oval, polygon)
    return float(np.clip(area / cv2.contourArea(oval), 0, 1))
