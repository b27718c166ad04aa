"""The card flat: the whole of it, one field as a strip, or where a field lies in the photo.

Every warp samples the pyramid level that comes closest to the wanted resolution without falling below it:
a card of many pixels is averaged, not aliased. OpenCV puts the origin at the centre of the top-left pixel, we
put it at its outer corner, hence the half pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.scene.geometry import CARD_MM, Points, as_polygon, as_quad, card_to_photo, project, signed_area
from idcheck.scene.picture import Picture
from idcheck.types import Box, Card, Colour, Gray, Matrix, Polygon, Quad


@dataclass(frozen=True, slots=True, eq=False)
class Rectified:
    """The card as if photographed from straight above, upright and unmirrored.

    Attributes:
        bgr: what lies beyond the photo's frame is 0.
        valid: bool, shape (height, width): whether the photo shows the pixel.
        px_per_mm: of the rectified picture.
        to_photo: from mm on the card to upright full-resolution pixels of the photo.
    """

    bgr: Colour
    valid: NDArray[np.bool_]
    px_per_mm: float
    to_photo: Matrix

    @property
    def luma(self) -> Gray:
        """Of ``bgr``, made anew each time."""
        return np.asarray(cv2.cvtColor(self.bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def rectify(photo: Picture, card: Card, px_per_mm: float = 10.0) -> Rectified:
    """Flatten the whole card; 10 px/mm gives 856 by 540 pixels."""
    to_photo = card_to_photo(card.corners)
    size = (round(WIDTH_MM * px_per_mm), round(HEIGHT_MM * px_per_mm))
    bgr, valid = patch(photo, to_photo @ _pixels_to_mm(CARD_MM, size), size)
    if not valid.all():
        bgr[~valid] = 0
    return Rectified(bgr=bgr, valid=valid, px_per_mm=px_per_mm, to_photo=to_photo)


def strip(photo: Picture, card: Card, box_mm: Box, height_px: int, *, black_beyond: bool = True) -> Gray:
    """Flatten one box of the card straight from the photo.

    Args:
        photo: the photo.
        card: where the card lies in it.
        box_mm: on the card, in mm from its top-left corner; it may reach beyond the card.
        height_px: of the strip; the width follows the box's aspect ratio.
        black_beyond: as for :func:`flatten`.

    Returns:
        shape (height_px, width).
    """
    size = (max(1, round(box_mm.width / box_mm.height * height_px)), height_px)
    return flatten(photo, card_to_photo(card.corners), box_mm, size, black_beyond=black_beyond)


def stretched(photo: Picture, card: Card, box_mm: Box, size: tuple[int, int]) -> Gray:
    """As :func:`strip`, of any width and height in pixels; shape (height, width), 0 beyond the frame."""
    return flatten(photo, card_to_photo(card.corners), box_mm, size)


class Strips:
    """The strips of one photo, each made once: stages look at the same print. Not for several threads."""

    def __init__(self, photo: Picture) -> None:
        """Begin with none."""
        self.photo = photo
        self._made: dict[tuple[Quad, Box, int], Gray] = {}

    def of(self, card: Card, box_mm: Box, height_px: int) -> Gray:
        """As :func:`strip`; read-only."""
        key = card.corners, box_mm, height_px
        if key not in self._made:
            made = strip(self.photo, card, box_mm, height_px)
            made.flags.writeable = False
            self._made[key] = made
        return self._made[key]

    def continued(self, card: Card, box_mm: Box, height_px: int) -> Gray:
        """As `of`, but beyond the photo's frame its last pixels go on: black there would look like print."""
        width, height = self.photo.width, self.photo.height
        if all(0 <= x <= width and 0 <= y <= height for x, y in region(card, box_mm)):
            return self.of(card, box_mm, height_px)
        return strip(self.photo, card, box_mm, height_px, black_beyond=False)


def flatten(
    photo: Picture, to_photo: Matrix, box_mm: Box, size: tuple[int, int], *, black_beyond: bool = True
) -> Gray:
    """Flatten one box of the plane that a homography spans.

    Args:
        photo: the photo.
        to_photo: from mm on the plane to full-resolution pixels of the photo.
        box_mm: what to show.
        size: width and height of the result in pixels.
        black_beyond: make what lies beyond the photo's frame 0, rather than repeat the frame's last pixels.

    Returns:
        shape (height, width).
    """
    part = _Part.of(photo, to_photo @ _pixels_to_mm(box_mm, size), size)
    flat = part.gray()
    if black_beyond:
        flat *= part.inside()
    return flat


def patch(photo: Picture, source: Matrix, size: tuple[int, int]) -> tuple[Colour, NDArray[np.bool_]]:
    """Any quadrilateral part of a photo, in colour.

    Args:
        photo: the photo.
        source: from pixels of the result to full-resolution pixels of the photo, both outer-corner origin.
        size: width and height of the result in pixels.

    Returns:
        shape (height, width, 3), the frame's last pixels repeated beyond it; and what is within the frame.
    """
    part = _Part.of(photo, source, size)
    return part.colour(), part.inside()


def region(card: Card, box_mm: Box) -> Polygon:
    """Where a box of the card, in mm from its top-left corner, lies in the photo."""
    return as_polygon(project(card_to_photo(card.corners), box_mm.polygon))


def moved(card: Card, by: Matrix) -> Card:
    """The card with its corners where `by`, a map of mm on the card, would have them."""
    corners = as_quad(project(card_to_photo(card.corners) @ by, CARD_MM.polygon))
    return replace(card, corners=corners)


def _pixels_to_mm(box: Box, size: tuple[int, int]) -> Matrix:
    """From pixels of a picture that shows the box (outer-corner origin) to mm on the card."""
    return np.array([[box.width / size[0], 0, box.x], [0, box.height / size[1], box.y], [0, 0, 1]])


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A quadrilateral part of a photo, to be made a picture.

    Attributes:
        photo: the photo.
        source: from pixels of the picture to full-resolution pixels of the photo, both outer-corner origin.
        size: width and height of the picture.
        corners: of the picture, where they lie in the photo.
    """

    photo: Picture
    source: Matrix
    size: tuple[int, int]
    corners: Polygon

    @classmethod
    def of(cls, photo: Picture, source: Matrix, size: tuple[int, int]) -> _Part:
        width, height = size
        x, y, depth = source @ ((0, width, width, 0), (0, 0, height, height), (1, 1, 1, 1))
        corners = zip((x / depth).tolist(), (y / depth).tolist(), strict=True)
        return cls(photo, source, size, tuple(corners))

    def gray(self) -> Gray:
        """Shape (height, width), the frame's last pixels repeated beyond it."""
        level = self._level()
        if level > 1:  # so small that all of it, which others look at too, costs no more than a part
            return self._sampled(self.photo.gray(level), level)
        left, top, right, bottom = self._bounds(level)
        return self._sampled(self.photo.gray_crop(left, top, right, bottom, level), level, left, top)

    def colour(self) -> Colour:
        """As `gray`; shape (height, width, 3)."""
        level = self._level()
        left, top, right, bottom = self._bounds(level)
        view = self.photo.crop(left, top, right, bottom, level)
        # OpenCV samples four channels in half the time that it takes for three.
        four = np.asarray(cv2.cvtColor(view, cv2.COLOR_BGR2BGRA), np.uint8)
        return np.asarray(cv2.cvtColor(self._sampled(four, level, left, top), cv2.COLOR_BGRA2BGR), np.uint8)

    def inside(self) -> NDArray[np.bool_]:
        """Which of the picture's pixels have their centre within the photo's frame; shape (height, width)."""
        within = np.ones(self.size[::-1], np.bool_)
        if all(0 <= x <= self.photo.width and 0 <= y <= self.photo.height for x, y in self.corners):
            return within
        x, y, depth = self.source
        # Each edge of the frame is a line in the picture, and positive on its inner side.
        edges = np.array([x, y, self.photo.width * depth - x, self.photo.height * depth - y])
        cutting = edges[((edges[:, :2] @ _corners(self.size).T + edges[:, 2:]) < 0).any(axis=1)]
        columns, rows = np.arange(self.size[0]) + 0.5, np.arange(self.size[1])[:, None] + 0.5
        for across, down, offset in cutting:
            within &= across * columns + (down * rows + offset) >= 0
        return within

    def _level(self) -> int:
        """The coarsest level of the photo that still has a pixel for each wanted one, or the finest one."""
        photo_px_per_px = math.sqrt(abs(signed_area(self.corners)) / (self.size[0] * self.size[1]))
        level = min(int(math.log2(max(photo_px_per_px, 1.0))), self.photo.levels - 1)
        return max(level, self.photo.finest)

    def _bounds(self, level: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, in pixels of a level, of what is sampled of it; not empty."""
        scale, width, height = 0.5**level, self.photo.width >> level, self.photo.height >> level
        (left, right), (top, bottom) = ((min(ends), max(ends)) for ends in zip(*self.corners, strict=True))
        first_x = min(max(math.floor(left * scale) - 1, 0), width - 1)
        first_y = min(max(math.floor(top * scale) - 1, 0), height - 1)
        last_x = min(max(math.ceil(right * scale), first_x), width - 1)
        last_y = min(max(math.ceil(bottom * scale), first_y), height - 1)
        return first_x, first_y, last_x + 1, last_y + 1

    def _sampled(self, view: NDArray[np.uint8], level: int, left: int = 0, top: int = 0) -> NDArray[np.uint8]:
        """The picture, from a level of the photo or the part of it that begins at a left and a top."""
        scale = 0.5**level
        to_corner = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
        to_centre = np.array([[scale, 0, -left - 0.5], [0, scale, -top - 0.5], [0, 0, 1]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        # The frame's last pixels are repeated, not blended with black: what is within is undimmed.
        sampled = cv2.warpPerspective(
            view, to_centre @ self.source @ to_corner, self.size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(sampled, np.uint8)


def _corners(size: tuple[int, int]) -> Points:
    """Of a picture; shape (4, 2)."""
    width, height = size
    return np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])
