"""Reads the printed fields of a card that was found in a photo."""

from __future__ import annotations

from typing import Final

from idcheck.layout import PRINTED
from idcheck.reading.engine import Engine, FieldName
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import region, strip
from idcheck.types import Card, Polygon, Transcript

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
    return {field: _read(photo, card, engine, field) for field in _ORDER}


def read_validity(photo: Picture, card: Card, engine: Engine) -> tuple[Transcript, Polygon]:
    """Read the validity period of a card whose emblem side shows; otherwise as :func:`read`."""
    return _read(photo, card, engine, "validity")


def _read(photo: Picture, card: Card, engine: Engine, field: FieldName) -> tuple[Transcript, Polygon]:
    box = PRINTED[field]
    line = strip(photo, card, box, round(box.height * STRIP_PX_PER_MM))
    return engine.read(line, field), region(card, box)
