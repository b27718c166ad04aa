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
from idcheck.types import Box, Card, Colour, Gray, Matrix, Polygon


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
    source = to_photo @ _pixels_to_mm(CARD_MM, size)
    level = _level(photo, source, size)
    valid = _inside(photo, source, size)
    return Rectified(
        bgr=_warp_colour(photo, level, source, size, valid),
        valid=valid,
        px_per_mm=px_per_mm,
        to_photo=to_photo,
    )


def strip(photo: Picture, card: Card, box_mm: Box, height_px: int) -> Gray:
    """Flatten one box of the card straight from the photo.

    Args:
        photo: the photo.
        card: where the card lies in it.
        box_mm: on the card, in mm from its top-left corner; it may reach beyond the card.
        height_px: of the strip; the width follows the box's aspect ratio.

    Returns:
        shape (height_px, width); what lies beyond the photo's frame is 0.
    """
    size = (max(1, round(box_mm.width / box_mm.height * height_px)), height_px)
    return flatten(photo, card_to_photo(card.corners), box_mm, size)


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
    source = to_photo @ _pixels_to_mm(box_mm, size)
    level = _level(photo, source, size)
    valid = _inside(photo, source, size) if black_beyond else np.ones(size[::-1], np.bool_)
    if level > 0:
        return _warp(photo.gray(level), level, source, size, valid)
    box = _needed(photo, source, size)
    return _warp(photo.gray_crop(*box), 0, _from(box, source), size, valid)


def patch(photo: Picture, source: Matrix, size: tuple[int, int]) -> tuple[Colour, NDArray[np.bool_]]:
    """Any quadrilateral part of a photo, in colour.

    Args:
        photo: the photo.
        source: from pixels of the result to full-resolution pixels of the photo, both outer-corner origin.
        size: width and height of the result in pixels.

    Returns:
        shape (height, width, 3), the frame's last pixels repeated beyond it; and what is within the frame.
    """
    level = _level(photo, source, size)
    whole = np.ones(size[::-1], np.bool_)
    return _warp_colour(photo, level, source, size, whole), _inside(photo, source, size)


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


def _level(photo: Picture, source: Matrix, size: tuple[int, int]) -> int:
    """The coarsest pyramid level that still has a pixel for each wanted one."""
    photo_px_per_px = math.sqrt(abs(signed_area(project(source, _corners(size)))) / (size[0] * size[1]))
    return min(int(math.log2(max(photo_px_per_px, 1.0))), photo.levels - 1)


def _corners(size: tuple[int, int]) -> Points:
    """Of a picture; shape (4, 2)."""
    width, height = size
    return np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])


def _inside(photo: Picture, source: Matrix, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which pixels have their centre within the photo's frame."""
    ends = project(source, _corners(size))
    if np.all(ends >= 0) and np.all(ends <= (photo.width, photo.height)):
        return np.ones(size[::-1], np.bool_)
    x, y = np.arange(size[0]) + 0.5, np.arange(size[1])[:, None] + 0.5
    at_x, at_y, depth = (row[0] * x + (row[1] * y + row[2]) for row in source)
    within = (at_x >= 0) & (at_y >= 0) & (at_x <= photo.width * depth) & (at_y <= photo.height * depth)
    return np.asarray(within)


def _warp(
    image: Gray | Colour, level: int, source: Matrix, size: tuple[int, int], valid: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Sample a view of the photo that is reduced by 2**level.

    Args:
        image: the view.
        level: how often it was halved.
        source: from pixels of the result to full-resolution pixels of the photo, both outer-corner origin.
        size: width and height of the result.
        valid: what to keep; the rest becomes 0.
    """
    to_corner = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    to_centre = np.array([[0.5**level, 0, -0.5], [0, 0.5**level, -0.5], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    # The frame's last pixels are repeated rather than blended with black, so that what is valid is undimmed.
    warped = cv2.warpPerspective(
        image, to_centre @ source @ to_corner, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    if not valid.all():
        warped[~valid] = 0
    return np.asarray(warped, np.uint8)


def _warp_colour(
    photo: Picture, level: int, source: Matrix, size: tuple[int, int], valid: NDArray[np.bool_]
) -> Colour:
    if level > 0:
        return _warp(photo.colour(level), level, source, size, valid)
    box = _needed(photo, source, size)
    return _warp(photo.crop(*box), 0, _from(box, source), size, valid)


def _needed(photo: Picture, source: Matrix, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part of the photo that a warp samples: at least one pixel."""
    ends = project(source, _corners(size))
    left, top = np.clip(np.floor(ends.min(axis=0)).astype(int) - 1, 0, (photo.width - 1, photo.height - 1))
    right, bottom = np.clip(
        np.ceil(ends.max(axis=0)).astype(int) + 1, (left + 1, top + 1), (photo.width, photo.height)
    )
    return int(left), int(top), int(right), int(bottom)


def _from(box: tuple[int, int, int, int], source: Matrix) -> Matrix:
    """The same map to pixels of a part of the photo."""
    return np.asarray(np.array([[1.0, 0, -box[0]], [0, 1, -box[1]], [0, 0, 1]]) @ source)
