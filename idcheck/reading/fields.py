"""Reads the printed fields of a card that was found in a photo."""

from __future__ import annotations

from typing import Final

import numpy as np

from idcheck.layout import NAME_ON_TWO_LINES, PRINTED
from idcheck.reading.engine import Engine, FieldName
from idcheck.reading.number import PLACES
from idcheck.reading.strip import begins_before, leaves
from idcheck.reading.wrapped import in_one_line
from idcheck.scene import row
from idcheck.scene.rectify import Strips, moved, region
from idcheck.types import Box, Card, Gray, Polygon, Transcript

STRIP_PX_PER_MM: Final = 10.0
"""A character of a name gets 38 pixels: more than the readers take in, so that nothing is lost on the way."""
_SURE: Final = 0.95
"""A number of which every character is read with this much confidence is not looked at again."""
_CHARACTER_MM: Final = 3.8
"""Of a name: by how much a line is cut out further left that began before the strip."""
_MOST_BEFORE: Final = 3
"""How many characters before the strip are looked for."""
_DOWN_MM: Final = (2.5, 5.0)
"""By how much a line is cut out further down that the strip's lower end cuts, or up, until it is read."""
_SURE_ELSEWHERE: Final = 0.8
_LONG: Final = 7
"""How many characters of a name are read at least that may go on in a second line, some of them missed."""
_LEGIBLE: Final = 0.5
"""How likely each character is at least that a second line adds."""
_NO_BEGINNING: Final = frozenset({"", "姓", "名"})
"""Nothing, or the label's characters."""


def read(strips: Strips, card: Card, engine: Engine) -> dict[str, tuple[Transcript, Polygon]]:
    """Read every field of the portrait side.

    Args:
        strips: of the photo.
        card: where the card lies in it, its portrait side showing.
        engine: what reads a strip.

    Returns:
        field → what was read, and the region of the photo it was read in.

    Raises:
        EngineError: the engine failed on its own account.
        MissingComponentError: part of the engine is not installed.
    """
    name, number = _whole_name(strips, card, engine), _read(strips, card, engine, "id_number")
    number, place = _second_look(strips, card, engine, number)
    if place is not card:
        again = _whole_name(strips, place, engine)
        name = max((name, again), key=lambda look: look[0].confidence)
    return {"name": name, "id_number": number}


def read_validity(strips: Strips, card: Card, engine: Engine) -> tuple[Transcript, Polygon]:
    """Read the validity period of a card whose emblem side shows; otherwise as :func:`read`."""
    return _read(strips, card, engine, "validity")


def _whole_name(strips: Strips, card: Card, engine: Engine) -> tuple[Transcript, Polygon]:
    """The name, both lines of it where it has two.

    Where the card was found so far aside that some of it is cut off, it is read from where it must be.
    """
    line = _strip(strips, card, "name")
    name = engine.read(line, "name"), region(card, PRINTED["name"])
    if len(name[0].text) >= _LONG:
        wrapped = _read_wrapped(strips, card, engine)
        if wrapped is not None and _goes_on(wrapped[0], name[0]):
            return wrapped
    if side := leaves(line, STRIP_PX_PER_MM):
        for down in _DOWN_MM:
            again = _read(strips, _aside(card, 0.0, side * down), engine, "name")
            if _surer(again[0], name[0]):
                return again
        return name
    if not begins_before(line, STRIP_PX_PER_MM):
        return name
    for before in range(1, 1 + _MOST_BEFORE):
        again = _read(strips, _aside(card, -before * _CHARACTER_MM, 0.0), engine, "name")
        read, more = name[0].text, again[0].text
        begins = more[:1] not in _NO_BEGINNING and more.endswith(read[1:])
        if not read or not begins or more == read:
            break
        name = again
    return name


def _read_wrapped(strips: Strips, card: Card, engine: Engine) -> tuple[Transcript, Polygon] | None:
    """A name of two lines; None where there is but one."""
    box = NAME_ON_TWO_LINES
    both = strips.continued(card, box, _height_px(box))
    line = in_one_line(both, _height_px(PRINTED["name"]), STRIP_PX_PER_MM)
    return None if line is None else (engine.read(line, "name"), region(card, box))


def _goes_on(again: Transcript, first: Transcript) -> bool:
    """Whether a second line adds anything, and anything that can be read."""
    added = again.characters[len(first.text) :]
    return bool(added) and min(added) >= _LEGIBLE


def _strip(strips: Strips, card: Card, field: FieldName) -> Gray:
    box = PRINTED[field]
    shown = strips.continued if field == "name" else strips.of
    return shown(card, box, _height_px(box))


def _height_px(box: Box) -> int:
    return round(box.height * STRIP_PX_PER_MM)


def _aside(card: Card, right_mm: float, down_mm: float) -> Card:
    """The card as if it lay so far aside, in mm on itself."""
    return moved(card, np.array([[1.0, 0.0, right_mm], [0.0, 1.0, down_mm], [0.0, 0.0, 1.0]]))


def _surer(again: Transcript, first: Transcript) -> bool:
    """Whether a reading from elsewhere is to be preferred.

    It must be sure: there the line below the name may show. Stray marks are read as one character.
    """
    return len(again.text) > 1 and again.confidence > max(first.confidence, _SURE_ELSEWHERE)


def _second_look(
    strips: Strips, card: Card, engine: Engine, first: tuple[Transcript, Polygon]
) -> tuple[tuple[Transcript, Polygon], Card]:
    """The best reading of the number, and the card that it says there is.

    It is the first reading and the card as it was found, or one where a row of digits was found and the card
    to which that row belongs.
    """
    if _is_whole(first[0]) and min(first[0].characters) >= _SURE:
        return first, card
    area = strips.of(card, row.AREA, round(row.AREA.height * row.PX_PER_MM))
    places = [moved(card, by) for by in row.find(area)]
    looks = [(first, card), *((_read(strips, place, engine, "id_number"), place) for place in places)]
    return max(looks, key=lambda look: (_is_whole(look[0][0]), look[0][0].confidence))


def _is_whole(number: Transcript) -> bool:
    return len(number.text) == PLACES


def _read(strips: Strips, card: Card, engine: Engine, field: FieldName) -> tuple[Transcript, Polygon]:
    return engine.read(_strip(strips, card, field), field), region(card, PRINTED[field])
