"""Names that are printed on two lines, on drawn cards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from idcheck import reading
from idcheck.layout import HEIGHT_MM, NAME_ON_TWO_LINES, PRINTED, WIDTH_MM
from idcheck.photo import Photo
from idcheck.pipeline import embedded
from idcheck.reading import Engine
from idcheck.reading.wrapped import in_one_line
from idcheck.scene import Strips
from idcheck.scene.rectify import region
from idcheck.types import Card, Gray, Polygon, Side
from samples.card import CardRecipe, draw
from samples.identity import sample_identity

pytestmark = pytest.mark.needs("fonts")

PX_PER_MM = 10
BESIDE = 60
LONG = "阿卜杜热合曼买买提艾力江依明"
WHO = sample_identity(np.random.default_rng(3))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return embedded()


def photographed(name: str, seed: int, *, minority: bool) -> tuple[Photo, Card]:
    who = replace(WHO, name=name, minority_layout=minority)
    flat = draw(CardRecipe("portrait", who, seed), PX_PER_MM).bgr
    photo = Photo.from_pixels(np.pad(flat, ((BESIDE, BESIDE), (BESIDE, BESIDE), (0, 0)), constant_values=90))
    left, top = BESIDE, BESIDE
    right, bottom = left + WIDTH_MM * PX_PER_MM, top + HEIGHT_MM * PX_PER_MM
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return photo, Card(corners, 1.0, Side.PORTRAIT, WIDTH_MM * PX_PER_MM, float(PX_PER_MM), 0.0)


def read(engine: Engine, name: str, seed: int, *, minority: bool = False) -> tuple[str, Polygon, Card]:
    photo, card = photographed(name, seed, minority=minority)
    transcript, place = reading.read(Strips(photo), card, engine)["name"]
    return transcript.text, place, card


def both_lines(name: str, seed: int, *, minority: bool) -> Gray | None:
    photo, card = photographed(name, seed, minority=minority)
    box = NAME_ON_TWO_LINES
    strip = Strips(photo).continued(card, box, round(box.height * PX_PER_MM))
    return in_one_line(strip, round(PRINTED["name"].height * PX_PER_MM), PX_PER_MM)


@pytest.mark.parametrize("name", [LONG[:13], LONG])
@pytest.mark.parametrize("seed", [1, 4, 5, 7])
def test_a_name_on_two_lines_is_read_to_its_end(engine: Engine, name: str, seed: int) -> None:
    text, place, card = read(engine, name, seed)
    assert text == name
    assert place == region(card, NAME_ON_TWO_LINES)


@pytest.mark.parametrize("seed", range(6))
def test_a_second_script_below_a_full_line_is_no_second_one(engine: Engine, seed: int) -> None:
    text, place, card = read(engine, LONG[:12], seed, minority=True)
    assert len(text) <= 12
    assert place == region(card, PRINTED["name"])


@pytest.mark.parametrize("name", [LONG[:3], LONG[:12]])
@pytest.mark.parametrize("seed", range(6))
def test_the_next_field_is_no_second_line(name: str, seed: int) -> None:
    assert both_lines(name, seed, minority=False) is None


def test_the_second_line_stands_behind_the_first_alone(engine: Engine) -> None:
    line = both_lines(LONG, 5, minority=True)
    assert line is not None
    assert line.shape[0] == round(PRINTED["name"].height * PX_PER_MM)
    assert engine.read(line, "name").text == LONG
