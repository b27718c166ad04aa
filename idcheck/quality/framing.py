"""Where the frame cuts, how many pixels there are, and how the card is held.

Raw values:

- framing: fraction of the subject outside the photo's frame, 0 to 1;
- resolution: px/mm, the square root of area in px² over area in mm²; of the face by the distance of the
  pupils;
- tilt: degrees between the card's normal and the line of sight, 0 to 90.
"""

from __future__ import annotations

import cv2
import numpy as np

from idcheck.quality.cause import Cause
from idcheck.quality.view import PUPILS_MM, View, box_of, pupil_distance
from idcheck.types import Polygon


def outside(view: View, subject: str) -> float | Cause:
    """Fraction of the subject that is outside the frame."""
    polygon = _region(view, subject)
    inside, _ = cv2.intersectConvexConvex(np.array(polygon, np.float32), np.array(view.frame, np.float32))
    return float(np.clip(1 - inside / _area(polygon), 0, 1))


def density(view: View, subject: str) -> float | Cause:
    """Pixels a mm, of the card or of a field."""
    box = box_of(subject)
    return float(np.sqrt(_area(_region(view, subject)) / (box.width * box.height)))


def face_density(view: View, _subject: str) -> float | Cause:
    """Pixels a mm at the face's distance."""
    if view.scene.face is None:
        return Cause.NO_FACE
    return pupil_distance(view.scene.face) / PUPILS_MM


def tilt(view: View, _subject: str) -> float | Cause:
    """Degrees, as the scene stage found."""
    return Cause.NO_CARD if view.scene.card is None else view.scene.card.tilt_deg


def _region(view: View, subject: str) -> Polygon:
    region = view.region(subject)
    if region is None:
        msg = f"{subject} is not in the scene"
        raise ValueError(msg)
    return region


def _area(polygon: Polygon) -> float:
    return max(abs(float(cv2.contourArea(np.array(polygon, np.float32)))), 1e-6)
