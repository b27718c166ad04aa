"""That the number's row is found where it lies, and nowhere where there is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.scene import row
from idcheck.scene.geometry import project
from idcheck.types import Gray, Matrix
from samples import fonts

NUMBER = "310104200002290000"
FINE = 20.0
"""Pixels per mm at which the area is drawn."""
ENDS = np.array(
    [(0.3341 * WIDTH_MM + 0.4, 0.8514 * HEIGHT_MM), (0.8619 * WIDTH_MM - 0.4, 0.8514 * HEIGHT_MM)]
)
"""Where the number's ink begins and ends, halfway up."""

pytestmark = pytest.mark.needs("fonts")


def area(text: str, by: Matrix, *, start_mm: float = 0.3341 * WIDTH_MM, paper: int = 200) -> Gray:
    """`text` printed from where the number should begin, moved by a map of mm on the card."""
    width, height = round(row.AREA.width * FINE), round(row.AREA.height * FINE)
    picture = Image.new("L", (width, height), paper)
    font = fonts.load(fonts.DIGITS[0], round(3.75 * FINE))
    for place, character in enumerate(text):
        x = (start_mm + (place + 0.5) * 0.5278 * WIDTH_MM / 18 - row.AREA.x) * FINE
        y = (0.8514 * HEIGHT_MM - row.AREA.y) * FINE
        ImageDraw.Draw(picture).text((x, y), character, paper // 4, font, anchor="mm")
    to_px = np.array([[FINE, 0, -row.AREA.x * FINE], [0, FINE, -row.AREA.y * FINE], [0, 0, 1]])
    drawn = cv2.warpPerspective(
        np.asarray(picture), to_px @ by @ np.linalg.inv(to_px), (width, height), borderValue=(paper,)
    )
    size = (round(row.AREA.width * row.PX_PER_MM), round(row.AREA.height * row.PX_PER_MM))
    return np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), np.uint8)


def affine(
    shift: tuple[float, float], turn_deg: float = 0.0, stretch: float = 1.0, slant: float = 0.0
) -> Matrix:
    """Slanted, turned and stretched along the line about the number's middle, then shifted."""
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[stretch, slant], [0.0, 1.0]])
    middle = ENDS.mean(axis=0)
    return np.vstack((np.column_stack((linear, middle - linear @ middle + shift)), (0.0, 0.0, 1.0)))


@pytest.mark.parametrize(
    "by",
    [
        affine((0.0, 0.0)),
        affine((4.0, -3.0)),
        affine((-3.0, 5.0), turn_deg=-4.0),
        affine((0.5, -1.0), turn_deg=6.0, stretch=1.1),
        affine((2.0, 2.0), stretch=0.85),
        affine((1.0, 0.0), slant=0.3),
        affine((-1.0, 1.0), turn_deg=3.0, slant=-0.2),
    ],
)
@pytest.mark.parametrize("paper", [60, 220])
def test_a_row_is_found_where_it_was_moved_to(by: Matrix, paper: int) -> None:
    found = row.find(area(NUMBER, by, paper=paper))[0]
    assert project(found, ENDS) == pytest.approx(project(by, ENDS), abs=0.45)
    up = ENDS - (0.0, 1.0)
    assert project(found, up) - project(found, ENDS) == pytest.approx(
        project(by, up) - project(by, ENDS), abs=0.08
    )


@pytest.mark.parametrize("text", ["", "123456789", NUMBER + NUMBER[:6]])
def test_what_is_not_as_long_as_a_number_is_none(text: str) -> None:
    assert row.find(area(text, affine((0.0, 0.0)), start_mm=row.AREA.x + 1.0)) == ()


def test_the_edge_of_something_dark_is_no_row() -> None:
    finger = np.full((round(row.AREA.height * 4), round(row.AREA.width * 4)), 190, np.uint8)
    finger[60:] = 70
    assert row.find(finger) == ()
