"""A picture that shows where: the photo with card, face, fields, and the regions of what failed."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import FIELDS
from idcheck.reasons import Text
from idcheck.report import Reason, Report
from idcheck.types import Colour, Outcome, Polygon

LONG_SIDE: Final = 1600
"""The picture is scaled down to this: it is for looking at."""

Points = NDArray[np.int32]

_GREEN: Final = (80, 200, 60)
_BLUE: Final = (230, 150, 40)
_GREY: Final = (190, 190, 190)
_RED: Final = (60, 60, 235)
_AMBER: Final = (30, 170, 250)
_WHITE: Final = (255, 255, 255)


def draw(bgr: Colour, report: Report, *, lang: str = "en") -> Colour:
    """Draw a report over its photo.

    Args:
        bgr: the photo, uint8 (height, width, 3), upright.
        report: what was found in it.
        lang: ``zh`` or ``en``, for the words beside the regions.

    Returns:
        A new picture, uint8, scaled down to at most :data:`LONG_SIDE`.
    """
    canvas = _Canvas(bgr)
    scene = report.scene
    if scene.face is not None:
        canvas.outline(scene.face.box.polygon, _BLUE, "face")
    if scene.card is not None:
        canvas.outline(scene.card.corners, _GREEN, "card")
        canvas.dot(scene.card.corners[0], _GREEN)
    if scene.portrait is not None:
        canvas.outline(scene.portrait.polygon, _GREY)
    for field, reading in report.readings.items():
        if field in FIELDS and reading.region is not None:
            canvas.outline(reading.region, _GREEN)
    for reason in report.reasons:
        region = _region(reason)
        if region is not None and reason.outcome is not Outcome.PASS:
            colour = _RED if reason.outcome is Outcome.FAIL else _AMBER
            canvas.fill(region, colour)
            canvas.outline(region, colour, _words(reason.message, lang))
    return canvas.picture


def _region(reason: Reason) -> Polygon | None:
    """Where in this photo; None for what was found in that of the emblem side."""
    found = reason.evidence
    return None if found is None or found.measure.startswith("emblem.") else found.region


def _words(text: Text, lang: str) -> str:
    return text.zh if lang == "zh" else text.en


class _Canvas:
    """Draws in the photo's coordinates on a picture that may be smaller, and keeps labels apart."""

    def __init__(self, bgr: Colour) -> None:
        height, width = bgr.shape[:2]
        self._scale = min(1.0, LONG_SIDE / max(height, width))
        size = (max(1, round(width * self._scale)), max(1, round(height * self._scale)))
        self.picture = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        self._thick = max(2, round(max(size) / 500))
        self._font = cv2.FontFace("uni")  # carries Chinese
        self._font_px = max(13, round(max(size) / 60))
        self._labels: list[int] = []

    def _points(self, polygon: Polygon) -> Points:
        points: Points = np.round(np.asarray(polygon) * self._scale - 0.5).astype(np.int32)
        return points

    def outline(self, polygon: Polygon, colour: tuple[int, int, int], label: str = "") -> None:
        points = self._points(polygon)
        cv2.polylines(self.picture, [points], isClosed=True, color=colour, thickness=self._thick, lineType=16)
        if label:
            self._label(points, colour, label)

    def fill(self, polygon: Polygon, colour: tuple[int, int, int]) -> None:
        tinted = self.picture.copy()
        cv2.fillPoly(tinted, [self._points(polygon)], colour)
        self.picture = cv2.addWeighted(tinted, 0.25, self.picture, 0.75, 0).astype(np.uint8)

    def dot(self, point: tuple[float, float], colour: tuple[int, int, int]) -> None:
        x, y = self._points((point,))[0]
        cv2.circle(self.picture, (int(x), int(y)), 3 * self._thick, colour, thickness=-1, lineType=16)

    def _label(
        self,
        points: Points,
        colour: tuple[int, int, int],
        label: str,
    ) -> None:
        height, width = self.picture.shape[:2]
        box = cv2.getTextSize((0, 0), label, (0, 0), self._font, self._font_px)
        text_width = int(box[2])
        line = round(1.5 * self._font_px)
        x = int(np.clip(points[:, 0].min(), 0, max(0, width - text_width - 8)))
        y = int(np.clip(points[:, 1].min() - 6, line, height - 6))
        while any(abs(y - other) < line for other in self._labels) and y + line < height:
            y += line
        self._labels.append(y)
        cv2.rectangle(
            self.picture, (x, y - line + 4), (x + text_width + 8, y + 6), colour, thickness=-1, lineType=8
        )
        cv2.putText(self.picture, label, (x + 4, y - 2), _WHITE, self._font, self._font_px, 400)
