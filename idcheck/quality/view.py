"""What the measures look at: crops and masks, each made once, when the first measure asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import FIELDS, HEIGHT_MM, WIDTH_MM
from idcheck.quality.cause import Cause
from idcheck.quality.cover import SHAPE, Cover, cells, cover_mask
from idcheck.quality.face import FaceMesh
from idcheck.quality.line import begun_line, filled_line
from idcheck.quality.quantile import quantile
from idcheck.quality.spread import spread_mm
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import Rectified, Strips, rectify, region
from idcheck.types import Box, Card, Face, Gray, Polygon, Quad, Scene, Side

PUPILS_MM: Final = 63.0
"""Mean distance between adults' pupils (Dodgson, Variation and extrema of human interpupillary
distance, 2004)."""

CARD: Final = Box(0.0, 0.0, WIDTH_MM, HEIGHT_MM)
BODY: Final = Box(0.17 * WIDTH_MM, 0.38 * HEIGHT_MM, 0.44 * WIDTH_MM, 0.32 * HEIGHT_MM)
"""Birth date and two lines of address: print that every card has, beside the name and the number."""
PRINT_PX_PER_MM: Final = 10.0
"""Of the strips in which print is measured: as fine as phones show it."""
_PRINT_SCALES_MM: Final = (0.13, 0.25)
"""By which print is blurred again to tell how blurred it is."""
_FACE_SCALES_MM: Final = (0.5, 1.0)
"""The same for faces,"""
_COARSE_FACE_SCALES_MM: Final = (1.0, 2.0)
_PLAIN_FACE_MM: Final = 10.0
"""and for those that seem more blurred than this. Where skin is nowhere smooth, too much is taken for noise,
which can only make a face look more blurred: 13 of 1,170 faces, sharp ones too, were at the measure's end."""
_LEAST_FACE_PX: Final = 16
_LEAST_FACE_DENSITY: Final = 0.3
"""Pixels, and pixels a mm, below which a face's blur cannot be told."""
_LEAST_SHOWN: Final = 0.3
"""Of a box: where less shows, its blur cannot be told."""
_WHOLE_PX_PER_MM: Final = 5.0
"""Of the whole card, flat: two pixels a side for each cell of the mask of what covers it."""


_PRINTED: Final = Box(0.14 * WIDTH_MM, 0.07 * HEIGHT_MM, 0.47 * WIDTH_MM, 0.85 * HEIGHT_MM)
"""The part of the card that holds lines of print, and blank paper between them."""
_BLANK_MM: Final = 1.2
"""Side of the patches among which blank ones are looked for."""
_BLANK: Final = 0.1
"""Quantile of the patches' contrast at which they are blank, however densely the card is printed."""
_GRAIN_MM: Final = (0.12, 0.4)
"""Standard deviations of the Gaussians between which grain disturbs strokes."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceView:
    """The holder's face, brows to chin and ear to ear, as far as the frame shows it.

    Attributes:
        luma: from the coarsest level that keeps a pixel a mm.
        px_per_mm: of ``luma``, by the distance between the pupils.
    """

    luma: Gray
    px_per_mm: float


@dataclass(frozen=True, eq=False)
class View:
    """One photo, as the measures see it.

    Attributes:
        strips: of the photo.
        scene: where things are in it.
        mesh: the network that sees whether a face is covered.
    """

    strips: Strips
    scene: Scene
    mesh: FaceMesh
    _shown: dict[Box, NDArray[np.bool_]] = field(default_factory=dict, init=False, repr=False)
    _spreads: dict[Box, float | Cause] = field(default_factory=dict, init=False, repr=False)
    _regions: dict[Box, Polygon] = field(default_factory=dict, init=False, repr=False)

    @property
    def photo(self) -> Picture:
        """The whole of it."""
        return self.strips.photo

    @property
    def printed(self) -> Card | None:
        """The card, if it shows the side that carries the name and the number."""
        card = self.scene.card
        return card if card is not None and card.side is Side.PORTRAIT else None

    @cached_property
    def cover(self) -> Gray:
        """The mask of `idcheck.quality.cover.cover_mask`."""
        return cover_mask(self.flat)

    @cached_property
    def flat(self) -> Rectified:
        """The whole card, for what has no need of its finest print."""
        return rectify(self.photo, self._print, _WHOLE_PX_PER_MM)

    @cached_property
    def _flat_luma(self) -> Gray:
        return self.flat.luma

    def luma(self, box: Box) -> Gray:
        """A box of the card, in mm, flat; `PRINT_PX_PER_MM` pixels a mm."""
        return self.strips.of(self._print, box, round(box.height * PRINT_PX_PER_MM))

    @property
    def _print(self) -> Card:
        """The card's portrait side.

        Raises:
            ValueError: there is none; a measure forgot to declare its need.
        """
        if self.printed is None:
            msg = "no portrait side"
            raise ValueError(msg)
        return self.printed

    def line(self, subject: str) -> Box:
        """The part of a field that is printed on, in mm on the card."""
        return self._name_line if subject == "name" else filled_line(box_of(subject))

    @cached_property
    def _name_line(self) -> Box:
        box = box_of("name")
        return begun_line(box, self.luma(box), self.shown(box))

    @cached_property
    def samples(self) -> Gray:
        """One of the card's luma values for each cell of the mask, not averaged."""
        return np.asarray(cv2.resize(self._flat_luma, SHAPE[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)

    @cached_property
    def grain(self) -> float:
        """Noise of the card's blank paper at the scale of strokes, in levels (standard deviation)."""
        scale = self.flat.px_per_mm
        left, top = round(_PRINTED.x * scale), round(_PRINTED.y * scale)
        height, width = round(_PRINTED.height * scale), round(_PRINTED.width * scale)
        luma = self._flat_luma[top : top + height, left : left + width].astype(np.float32)
        fine, coarse = (cv2.GaussianBlur(luma, (0, 0), mm * scale) for mm in _GRAIN_MM)
        side = round(_BLANK_MM * scale)
        power = cv2.blur(cv2.pow(fine - coarse, 2), (side, side))
        wide = cv2.resize(
            _shown(cells(self.cover, _PRINTED)), (width, height), interpolation=cv2.INTER_NEAREST
        )
        whole = cv2.erode(wide, np.ones((side, side), np.uint8))[::2, ::2] > 0
        return float(np.sqrt(quantile(power[::2, ::2], _BLANK, whole))) if whole.any() else 0.0

    def shown(self, box: Box) -> NDArray[np.bool_]:
        """Where a box shows the card itself, glare included; the shape of ``luma(box)``."""
        if box not in self._shown:
            size = self.luma(box).shape[::-1]
            wide = cv2.resize(_shown(cells(self.cover, box)), size, interpolation=cv2.INTER_NEAREST)
            self._shown[box] = wide > 0
        return self._shown[box]

    def spread(self, box: Box) -> float | Cause:
        """Blur of the print in a box, in mm; see `idcheck.quality.spread`."""
        if box not in self._spreads:
            shown = self.shown(box)
            enough = np.count_nonzero(shown) >= _LEAST_SHOWN * shown.size
            self._spreads[box] = (
                spread_mm(self.luma(box), shown, PRINT_PX_PER_MM, _PRINT_SCALES_MM)
                if enough
                else Cause.COVERED
            )
        return self._spreads[box]

    @cached_property
    def face(self) -> FaceView:
        """The holder's face.

        Raises:
            ValueError: there is none; a measure forgot to declare its need.
        """
        if self.scene.face is None:
            msg = "no face"
            raise ValueError(msg)
        density = pupil_distance(self.scene.face) / PUPILS_MM
        level = int(np.clip(np.log2(max(density, 1)), self.photo.finest, self.photo.levels - 1))
        box, scale = self.scene.face.box, 0.5**level
        left, top = max(0, round(box.x * scale)), max(0, round(box.y * scale))
        right, bottom = round((box.x + box.width) * scale), round((box.y + box.height) * scale)
        return FaceView(self.photo.gray_crop(left, top, right, bottom, level), density * scale)

    @cached_property
    def face_spread(self) -> float | Cause:
        """Blur of the holder's face, in mm at its distance; see `idcheck.quality.spread`."""
        luma, px_per_mm = self.face.luma, self.face.px_per_mm
        if min(luma.shape) < _LEAST_FACE_PX or px_per_mm < _LEAST_FACE_DENSITY:
            return Cause.TOO_SMALL
        whole = np.ones(luma.shape, np.bool_)
        fine = spread_mm(luma, whole, px_per_mm, _FACE_SCALES_MM)
        if isinstance(fine, Cause) or fine <= _PLAIN_FACE_MM:
            return fine
        coarse = spread_mm(luma, whole, px_per_mm, _COARSE_FACE_SCALES_MM)
        return fine if isinstance(coarse, Cause) else min(fine, coarse)

    @property
    def frame(self) -> Quad:
        """The photo's own corners."""
        return Box(0, 0, self.photo.width, self.photo.height).polygon

    def region(self, subject: str, box: Box | None = None) -> Polygon | None:
        """Where a subject is, in the photo; ``box`` narrows a subject on the card."""
        if subject == "face":
            return None if self.scene.face is None else self.scene.face.box.polygon
        card, box = self.scene.card, box or box_of(subject)
        if card is None:
            return None
        if box not in self._regions:
            self._regions[box] = region(card, box)
        return self._regions[box]


def _shown(cover: Gray) -> NDArray[np.uint8]:
    """Which cells of a mask show the card itself, glare included: 0 or 1."""
    return np.asarray((cover == Cover.CLEAR) | (cover == Cover.GLARE), np.uint8)


def box_of(subject: str) -> Box:
    """Where the card, the name or the number is on the card, in mm."""
    return CARD if subject == "card" else FIELDS[subject]


def pupil_distance(face: Face) -> float:
    """In full-resolution pixels."""
    (x0, y0), (x1, y1) = face.landmarks[:2]
    return float(np.hypot(x1 - x0, y1 - y0))
