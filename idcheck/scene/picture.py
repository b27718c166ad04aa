"""What the scene stage needs of a photo: `idcheck.photo.Photo`, or anything else with these views."""

from __future__ import annotations

from typing import Protocol

from idcheck.types import Colour, Gray


class Picture(Protocol):
    """An upright photo in its views; all of them show the same frame."""

    @property
    def width(self) -> int:
        """Upright, in pixels."""

    @property
    def height(self) -> int:
        """Upright, in pixels."""

    @property
    def orientation(self) -> int:
        """The EXIF orientation that the file came with, 1 to 8."""

    @property
    def levels(self) -> int:
        """How many levels of reduction there are, at least 1."""

    @property
    def finest(self) -> int:
        """The first of them that can be had: 0, but for a photo that was decoded in part."""

    def gray(self, level: int) -> Gray:
        """Luma. Level 0 is full resolution; each next one is halved by averaging: p lies at p / 2**level."""

    def colour(self, level: int) -> Colour:
        """Colour of the size of ``gray(level)``."""

    def gray_crop(self, left: int, top: int, right: int, bottom: int, level: int = 0) -> Gray:
        """Luma of a part of a level, in its own pixels; ``right`` and ``bottom`` excluded."""

    def crop(self, left: int, top: int, right: int, bottom: int, level: int = 0) -> Colour:
        """Colour of a part of a level, likewise."""


def coarsest_level(photo: Picture, long_side: int) -> int:
    """The coarsest level whose long side has at least so many pixels; the finest one where none has."""
    halvings = (max(photo.width, photo.height) // long_side).bit_length() - 1
    return min(max(halvings, photo.finest), photo.levels - 1)
