from __future__ import annotations

import numpy as np
import pytest

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.scene.geometry import (
    FOCAL_PER_LONG_SIDE,
    as_quad,
    card_to_photo,
    project,
    px_per_mm,
    signed_area,
    tilt_deg,
    width_px,
)
from idcheck.types import Quad

FLAT: Quad = ((100.0, 100.0), (956.0, 100.0), (956.0, 640.0), (100.0, 640.0))


def photographed(tilt: float, roll: float, distance_mm: float = 400.0) -> Quad:
    """A card on the optical axis, turned by `roll` and then tilted about the photo's x axis."""
    a, b = np.radians([tilt, roll])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    x, y = WIDTH_MM / 2, HEIGHT_MM / 2
    points = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]]) @ (about_x @ about_z).T
    points[:, 2] += distance_mm
    focal = FOCAL_PER_LONG_SIDE * 4000
    return as_quad(points[:, :2] / points[:, 2:] * focal + (2000, 1500))


@pytest.mark.parametrize("tilt", [0.0, 10.0, 25.0, 40.0])
@pytest.mark.parametrize("roll", [0.0, 37.0, 200.0])
def test_tilt_is_recovered(tilt: float, roll: float) -> None:
    assert abs(tilt_deg(photographed(tilt, roll), 4000, 3000) - tilt) < 0.2


def test_sizes_of_a_card_seen_straight() -> None:
    assert width_px(FLAT) == pytest.approx(856)
    assert px_per_mm(FLAT) == pytest.approx(10)


def test_area_is_positive_clockwise_and_negative_mirrored() -> None:
    assert signed_area(FLAT) == pytest.approx(856 * 540)
    assert signed_area(FLAT[::-1]) == pytest.approx(-856 * 540)


def test_the_homography_takes_the_card_to_its_corners() -> None:
    corners = photographed(30.0, 12.0)
    ends = project(card_to_photo(corners), [(0, 0), (WIDTH_MM, 0), (WIDTH_MM, HEIGHT_MM), (0, HEIGHT_MM)])
    assert np.allclose(ends, corners, atol=1e-2)
