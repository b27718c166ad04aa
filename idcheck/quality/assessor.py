"""The table of measures, and what takes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from idcheck.errors import UsageError
from idcheck.quality import blur, exposure, framing, lighting, occlusion
from idcheck.quality.cause import Cause
from idcheck.quality.face import FaceMesh
from idcheck.quality.measure import Measure, Need
from idcheck.quality.view import BODY, View
from idcheck.scene.rectify import Strips
from idcheck.types import RawMeasure, Scene

_DECIMALS: Final = 4
"""Finer than any measure repeats; what is below is arithmetic, not the photo."""

MEASURES: Final = (
    Measure("card.framing", "1", Need.CARD, framing.outside),
    Measure("card.resolution", "px/mm", Need.CARD, framing.density),
    Measure("card.tilt", "deg", Need.CARD, framing.tilt),
    Measure("card.occlusion", "1", Need.PRINT, occlusion.of_card),
    Measure("card.glare", "1", Need.PRINT, exposure.glare),
    Measure("card.exposure", "1", Need.PRINT, exposure.of_card),
    Measure("card.lighting", "dB", Need.PRINT, lighting.of_card),
    Measure("card.blur", "mm", Need.PRINT, blur.of_print),
    Measure("name.resolution", "px/mm", Need.PRINT, framing.density),
    Measure("name.occlusion", "1", Need.PRINT, occlusion.of_field),
    Measure("name.glare", "1", Need.PRINT, exposure.glare),
    Measure("name.exposure", "1", Need.PRINT, exposure.of_card),
    Measure("name.lighting", "dB", Need.PRINT, lighting.of_print),
    Measure("name.blur", "mm", Need.PRINT, blur.of_print),
    Measure("id_number.resolution", "px/mm", Need.PRINT, framing.density),
    Measure("id_number.occlusion", "1", Need.PRINT, occlusion.of_field),
    Measure("id_number.glare", "1", Need.PRINT, exposure.glare),
    Measure("id_number.exposure", "1", Need.PRINT, exposure.of_card),
    Measure("id_number.lighting", "dB", Need.PRINT, lighting.of_print),
    Measure("id_number.blur", "mm", Need.PRINT, blur.of_print),
    Measure("face.framing", "1", Need.FACE, framing.outside),
    Measure("face.resolution", "px/mm", Need.FACE, framing.face_density),
    Measure("face.exposure", "1", Need.FACE, exposure.of_face),
    Measure("face.occlusion", "1", Need.FACE, occlusion.of_face),
    Measure("face.lighting", "1", Need.FACE, lighting.of_face),
    Measure("face.blur", "mm", Need.FACE, blur.of_face),
)


class Assessor:
    """Measures photos. Safe to share between threads."""

    def __init__(self, face_landmark: bytes) -> None:
        """Load the network that sees whether a face is covered.

        Args:
            face_landmark: content of the face mesh's ONNX file.

        Raises:
            WeightsCorruptError: it is another network.
        """
        self._mesh = FaceMesh(face_landmark)

    def assess(
        self, strips: Strips, scene: Scene, only: Collection[str] | None = None
    ) -> tuple[RawMeasure, ...]:
        """Measure a photo.

        Args:
            strips: of the photo.
            scene: where things are in it.
            only: names of measures to take; None takes all.

        Returns:
            one entry a measure, in the order of `MEASURES`, with or without a value.

        Raises:
            UsageError: ``only`` names a measure that does not exist.
        """
        if only is not None and (unknown := set(only) - {m.name for m in MEASURES}):
            msg = f"unknown measures: {', '.join(sorted(unknown))}"
            raise UsageError(msg)
        view = View(strips, scene, self._mesh)
        return tuple(_taken(m, view) for m in MEASURES if only is None or m.name in only)


def _taken(measure: Measure, view: View) -> RawMeasure:
    found = measure.missing(view) or measure.function(view, measure.subject)
    region = view.region(measure.subject, BODY if measure.name == "card.blur" else None)
    if isinstance(found, Cause):
        return RawMeasure(measure.name, measure.unit, None, found.value, region)
    return RawMeasure(measure.name, measure.unit, round(float(found), _DECIMALS), None, region)
