"""What the scene stage needs of a photo: `idcheck.photo.Photo`, or anything else with these views."""

from __future__ import annotations

from typing import Protocol

from idcheck.types import Colour, Gray


class Picture(Protocol):
    """An upright photo in its views; all of them show the same frame."""

    @property
    def luma(self) -> Gray:
        """Full resolution."""

    @property
    def pyramid(self) -> tuple[Gray, ...]:
        """Level 0 is the luma; each next halves it by area averaging, so point p lies at p / 2**level."""

    @property
    def width(self) -> int:
        """Upright, in pixels."""

    @property
    def height(self) -> int:
        """Upright, in pixels."""

    @property
    def orientation(self) -> int:
        """The EXIF orientation that the file came with, 1 to 8."""

    def colour(self, level: int) -> Colour:
        """Colour of the size of ``pyramid[level]``."""

    def crop(self, left: int, top: int, right: int, bottom: int) -> Colour:
        """Colour of a part in full resolution, ``right`` and ``bottom`` excluded."""
