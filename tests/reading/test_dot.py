from __future__ import annotations

import cv2
import numpy as np
import pytest

from idcheck.reading import dot
from idcheck.reading.name import LINE_PX, PX_PER_MM
from idcheck.types import Gray

LEFT_MM, RIGHT_MM, DOT_MM = 3.0, 7.8, 5.4


def line(*dots: tuple[float, float, float], ink: int = 60) -> Gray:
    """Two characters, and dots: their middles along and down the line and their radius, in mm."""
    picture = np.full((4 * LINE_PX, 4 * 90), 200, np.uint8)
    for middle in (LEFT_MM, RIGHT_MM):
        for x in (-1.6, -0.4, 0.8):
            low, high = (
                [round(4 * PX_PER_MM * v) for v in p] for p in ((middle + x, 0.9), (middle + x + 0.5, 4.5))
            )
            cv2.rectangle(picture, low, high, ink, -1)
    for x, y, radius in dots:
        at = (round(4 * PX_PER_MM * x), round(4 * PX_PER_MM * y))
        cv2.circle(picture, at, round(4 * PX_PER_MM * radius), ink, -1)
    return np.asarray(cv2.resize(picture, (90, LINE_PX), interpolation=cv2.INTER_AREA), np.uint8)


def found(picture: Gray) -> float | None:
    return dot.between(picture, PX_PER_MM, LEFT_MM, RIGHT_MM)


@pytest.mark.parametrize("ink", [60, 140])
def test_a_dot_is_found_where_it_stands(ink: int) -> None:
    assert found(line((DOT_MM, 2.7, 0.25), ink=ink)) == pytest.approx(DOT_MM, abs=0.1)


@pytest.mark.parametrize(
    "marks",
    [
        (),
        ((DOT_MM, 1.2, 0.25),),
        ((DOT_MM, 2.7, 0.6),),
        ((DOT_MM, 2.7, 0.25), (DOT_MM, 1.3, 0.25)),
        ((4.4, 2.7, 0.25),),
    ],
    ids=["nothing", "too high", "too large", "one of two above each other, as in 清", "part of a character"],
)
def test_other_marks_are_none(marks: tuple[tuple[float, float, float], ...]) -> None:
    assert found(line(*marks)) is None


def test_nothing_is_found_in_what_hardly_differs_from_paper() -> None:
    assert found(line((DOT_MM, 2.7, 0.25), ink=190)) is None
