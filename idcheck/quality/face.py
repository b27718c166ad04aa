"""How much of the holder's face is covered: by the card, a hand, a mask, dark glasses, the frame.

Raw: a fraction from 0 to 1, the largest of three estimates.

- The card is in front of the face: their overlap is geometry.
- So is what the frame cuts off.
- For everything else MediaPipe's face mesh (Kartynnik et al., Real-time facial surface geometry, 2019) is
  asked how sure it is that the crop shows a face. Its logit falls as more of the face is covered: 30 to 50
  for a bare one, 20 for a hand, 10 for a mask; and as the face is blurred, which is no cover: of bare faces
  one in twenty has less than 26 in focus, 20 from 11 mm of blur. It would fall with the contrast of dark skin
  in poor light, too: that is stretched first. `_BARE_LOGIT` and `_PER_LOGIT` turn it into a share. Dark
  glasses alone hardly trouble it: what is dark and wide around the eyes is added.

Compared on drawn scenes with photographed heads, as area under the curve against clear ones: deviation of
colour from the face's own skin 0.71, for it sees a white mask but no hand, and takes light from two sides for
a cover; the mesh 0.98; dark glasses, the mesh 0.97, darkness around the eyes 1.00. On 141 other faces, at a
share of 0.15: one look misses 0 of 30 covered photographed heads and 0 of 8 drawn ones, and takes 2 % of the
bare photographed heads and 33 % of the bare drawn ones for covered. A second look in a wider crop, the lower
share counting, halves the false alarms on drawn heads, whose hoods unsettle the mesh, but lets pass
photographed faces that are covered to a third.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.errors import WeightsCorruptError
from idcheck.networks import onnx_session
from idcheck.quality.quantile import quantile
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import patch
from idcheck.types import Colour, Face, Gray, Quad

SIDE: Final = 192
"""Pixels of the network's square input."""

_AROUND: Final = 1.5
"""Side of the crop over the longer side of the face's box, as the network was trained."""
VAGUE_MM: Final = 21.0
"""From this blur on it hardly takes a bare face for one."""
_BLUR_MM: Final = (6.0, 14.0)
_BARE_LOGIT: Final = (29.5, 18.0)
"""What the network may say of a bare face that is blurred so much; linear between them."""
_PER_LOGIT: Final = 1 / 40
_SKIN: Final = np.hypot(*(np.indices((SIDE, SIDE)) + 0.5 - SIDE / 2)) < 0.4 * SIDE / _AROUND
"""Where an upright picture shows little but the face."""
_STRETCHED: Final = (20, 240)
"""Levels to which the darkest and the brightest fiftieth of a face are taken,"""
_FLAT: Final = 30
"""and how far apart they have at least to be, so that noise is not taken for a face."""
_ROUND: Final = np.arange(24) * np.pi / 12
_OVAL: Final = 0.5 + 0.5 * np.stack([np.cos(_ROUND), np.sin(_ROUND)], axis=1)
"""A face in its box, as fractions of the box."""
_DARK: Final = 0.4
"""Of the level of cheeks and nose: darker than eyes, brows and clear glasses leave the skin around them."""
_LENS: Final = 0.2
"""Of the distance between the pupils: what is thinner is a brow, a pupil or a frame."""


class FaceMesh:
    """Tells how sure it is that a crop shows a face. Threads may share one."""

    def __init__(self, model: bytes) -> None:
        """Load the face mesh.

        Raises:
            WeightsCorruptError: it is another network.
        """
        self._session = onnx_session(model)
        if [output.name for output in self._session.get_outputs()] != ["logit"]:
            msg = "the face mesh's weights are another network's"
            raise WeightsCorruptError(msg)

    def covered(self, face: Upright, blur_mm: float) -> float:
        """Share of the face that is covered, 0 to 1; dark glasses apart.

        Args:
            face: the face.
            blur_mm: how blurred it is, in mm at its distance.
        """
        blob = cv2.dnn.blobFromImage(stretched(face.picture), 1 / 255, swapRB=True)
        (logit,) = self._session.run(["logit"], {"picture": blob})
        bare = np.interp(blur_mm, _BLUR_MM, _BARE_LOGIT)
        return float(np.clip((bare - logit.item()) * _PER_LOGIT, 0, 1))


def stretched(picture: Colour) -> Colour:
    """An upright face over the whole range of levels: the network is less sure of a dark or a flat one."""
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[_SKIN]
    low, high = quantile(luma, 0.02), quantile(luma, 0.98)
    levels = _STRETCHED[0] + (np.arange(256) - low) * (np.ptp(_STRETCHED) / max(high - low, _FLAT))
    return np.asarray(cv2.LUT(picture, np.clip(np.rint(levels), 0, 255).astype(np.uint8)), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """A face with its eyes level, as the network wants it.

    Attributes:
        picture: shape (192, 192, 3), gray outside the photo.
        landmarks: those of the face, in pixels of the picture; shape (6, 2).
    """

    picture: Colour
    landmarks: NDArray[np.float64]


def upright(photo: Picture, face: Face) -> Upright:
    """Turn a face level, and bring it to the network's size."""
    points = np.asarray(face.landmarks, np.float64)
    across = points[1] - points[0]
    across /= max(float(np.hypot(*across)), 1e-6)
    scale = SIDE / (_AROUND * max(face.box.width, face.box.height))
    middle = np.array([face.box.x + face.box.width / 2, face.box.y + face.box.height / 2])
    turn = scale * np.array([[across[0], across[1]], [-across[1], across[0]]])
    shift = SIDE / 2 - turn @ middle
    source = np.linalg.inv(np.vstack([np.c_[turn, shift], (0, 0, 1)]))
    picture, inside = patch(photo, np.asarray(source, np.float64), (SIDE, SIDE))
    picture[~inside] = 127
    return Upright(picture, points @ turn.T + shift)


def behind_glasses(face: Upright) -> float:
    """Share of the face behind dark glasses, 0 to 1."""
    luma = np.asarray(cv2.cvtColor(face.picture, cv2.COLOR_BGR2GRAY), np.uint8)
    (right, at_right), (left, at_left), (_, nose), (_, mouth) = face.landmarks[:4]
    apart, level = max(left - right, 8.0), (at_right + at_left) / 2
    eyes = _part(luma, right - apart / 2, level - 0.35 * apart, left + apart / 2, level + 0.45 * apart)
    skin = _part(luma, right - apart / 10, level + apart / 2, left + apart / 10, (nose + mouth) / 2)
    if eyes.size == 0 or skin.size == 0:
        return 0.0
    dark = (eyes < _DARK * quantile(skin, 0.6)).astype(np.uint8)
    side = int(_LENS * apart) | 1
    lens = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    wide = int(cv2.morphologyEx(dark, cv2.MORPH_OPEN, lens).sum())
    return wide / (np.pi / 4 * (SIDE / _AROUND) ** 2)


def _part(luma: Gray, left: float, top: float, right: float, bottom: float) -> Gray:
    return luma[max(0, int(top)) : max(0, int(bottom)), max(0, int(left)) : max(0, int(right))]


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
