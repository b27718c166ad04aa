"""Reads the printed fields of a card that was found in a photo."""

from __future__ import annotations

from typing import Final

from idcheck.layout import FIELDS
from idcheck.reading.engine import Engine, FieldName
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import region, strip
from idcheck.types import Card, Gray, Polygon, Transcript

STRIP_PX_PER_MM: Final = 10.0
"""A character of a name gets 38 pixels: more than the readers take in, so that nothing is lost on the way."""
_ORDER: Final[tuple[FieldName, ...]] = ("name", "id_number")


def read(photo: Picture, card: Card, engine: Engine) -> dict[str, tuple[Transcript, Polygon]]:
    """Read every field of the portrait side.

    A name that runs on in a second line is read as far as its first line goes; the matcher then finds the
    rest of what was typed missing, which is no contradiction.

    Args:
        photo: the photo.
        card: where the card lies in it, its portrait side showing.
        engine: what reads a strip.

    Returns:
        field → what was read, and the region of the photo it was read in.

    Raises:
        EngineError: the engine failed on its own account.
        MissingComponentError: part of the engine is not installed.
    """
    return {
        field: (engine.read(_cut(photo, card, field), field), region(card, FIELDS[field])) for field in _ORDER
    }


def _cut(photo: Picture, card: Card, field: FieldName) -> Gray:
    box = FIELDS[field]
    return strip(photo, card, box, round(box.height * STRIP_PX_PER_MM))
