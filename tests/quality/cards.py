"""Cards and photos of them for the tests of the quality stage, drawn with OpenCV's own letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, PORTRAIT, WIDTH_MM
from idcheck.photo import Photo
from idcheck.scene.geometry import CARD_MM, homography, px_per_mm, tilt_deg, width_px
from idcheck.types import Card, PhotoInfo, Quad, Scene, Side

F32 = NDArray[np.float32]

FINE = 20
"""Pixels a mm of the flat card."""
PAPER = np.array([212.0, 210.0, 202.0], np.float32)
INK = np.array([45.0, 40.0, 40.0], np.float32)
SKIN = np.array([120.0, 150.0, 205.0], np.float32)


@dataclass(frozen=True)
class Shot:
    """How a card is photographed.

    Attributes:
        px_per_mm: of the photo.
        disc_mm: diameter of the disc of confusion.
        shake_mm: length of a straight streak.
        shake_deg: its angle on the card.
        noise: standard deviation in levels, in the photo.
        light: factor on the gamma-coded levels.
        quarters: by how many quarter turns, clockwise, the card lies in the photo.
        mirrored: as front cameras do.
    """

    px_per_mm: float = 8.0
    disc_mm: float = 0.0
    shake_mm: float = 0.0
    shake_deg: float = 0.0
    noise: float = 1.0
    light: float = 1.0
    quarters: int = 0
    mirrored: bool = False

    @property
    def blur_mm(self) -> float:
        """D4σ width of what blurs, along the streak: disc, streak, lens and pixel."""
        variance = self.disc_mm**2 / 16 + self.shake_mm**2 / 12 + (0.6**2 + 1 / 12) / self.px_per_mm**2
        return 4 * float(np.sqrt(variance))


@lru_cache(maxsize=1)
def _flat() -> F32:
    card = np.empty((round(HEIGHT_MM * FINE), round(WIDTH_MM * FINE), 3), np.uint8)
    card[:] = PAPER
    rng = np.random.default_rng(5)
    for character in range(3):
        corner = np.array([16.5 + 4.6 * character, 8.8]) * FINE
        for _ in range(7):
            ends = (corner + rng.uniform(0, 3.8, (2, 2)) * FINE).astype(int)
            across = rng.integers(2)
            ends[1, across] = ends[0, across]  # most strokes of a character are level or upright
            cv2.line(card, ends[0].tolist(), ends[1].tolist(), INK.tolist(), 7, cv2.LINE_AA)
    for digit in range(18):
        at = (int((29.0 + 2.51 * digit) * FINE), int(47.3 * FINE))
        cv2.putText(
            card, str(digit * 7 % 10), at, cv2.FONT_HERSHEY_SIMPLEX, 2.4, INK.tolist(), 7, cv2.LINE_AA
        )
    for line, text in enumerate(("1990 01 01", "KLEINE STRASSE 271 B", "HAUS 44 TUER 1068")):
        at = (int(16 * FINE), int((25 + 5.5 * line) * FINE))
        cv2.putText(card, text, at, cv2.FONT_HERSHEY_SIMPLEX, 2.2, INK.tolist(), 6, cv2.LINE_AA)
    left, top = int(PORTRAIT.x * FINE), int(PORTRAIT.y * FINE)
    right, bottom = int((PORTRAIT.x + PORTRAIT.width) * FINE), int((PORTRAIT.y + PORTRAIT.height) * FINE)
    card[top:bottom, left:right] = (150, 120, 90)
    cv2.circle(card, ((left + right) // 2, (top + bottom) // 2), 8 * FINE, SKIN.tolist(), -1)
    return card.astype(np.float32)


def flat_card() -> F32:
    """A whole card, shape (1080, 1712, 3), 20 px/mm, to paint on."""
    return _flat().copy()


def millimetres(shape: tuple[int, ...]) -> tuple[F32, F32]:
    """x and y of each pixel of a flat card, in mm."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return (x + 0.5) / FINE, (y + 0.5) / FINE


def cover(flat: F32, x: float, y: float, across: float, along: float, colour: F32 = SKIN) -> F32:
    """A finger over the card: an ellipse, in mm, shaded like something round."""
    at_x, at_y = millimetres(flat.shape)
    far = ((at_x - x) / across) ** 2 + ((at_y - y) / along) ** 2
    shade = (1 - 0.25 * np.clip(far, 0, 1))[..., None]
    return np.where(far[..., None] <= 1, colour * shade, flat)


def shoot(
    flat: F32, shot: Shot | None = None, *, shift_px: tuple[float, float] = (0.0, 0.0)
) -> tuple[Photo, Card]:
    """Photograph a flat card held square to the camera, in the middle of a photo with room around it."""
    shot = shot or Shot()
    seen = flat
    if shot.disc_mm:
        seen = _blurred(seen, _disc(shot.disc_mm))
    if shot.shake_mm:
        seen = _blurred(seen, _streak(shot.shake_mm, shot.shake_deg))
    lens = FINE / shot.px_per_mm * float(np.sqrt(0.6**2 + 1 / 12))
    seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), lens), np.float32)
    width, height = WIDTH_MM * shot.px_per_mm, HEIGHT_MM * shot.px_per_mm
    side = int(max(width, height) + 40)
    corners = np.array([(-width, -height), (width, -height), (width, height), (-width, height)]) / 2
    if shot.mirrored:
        corners[:, 0] *= -1
    angle = np.pi / 2 * shot.quarters + 0.05
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = corners @ turn.T + side / 2 + np.array(shift_px)
    quad: Quad = tuple((float(x), float(y)) for x, y in placed)  # type: ignore[assignment]
    to_photo = homography(CARD_MM.polygon, quad)
    from_fine = np.array([[1 / FINE, 0, 0.5 / FINE], [0, 1 / FINE, 0.5 / FINE], [0, 0, 1]])
    to_centre = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    picture = cv2.warpPerspective(
        seen, to_centre @ to_photo @ from_fine, (side, side), borderValue=(90, 90, 90)
    )
    rng = np.random.default_rng(1)
    noisy = picture * shot.light + shot.noise * rng.standard_normal(picture.shape[:2])[..., None]
    photo = Photo.from_pixels(np.clip(np.round(noisy), 0, 255).astype(np.uint8))
    tilt = tilt_deg(quad, side, side)
    return photo, Card(quad, 1.0, Side.PORTRAIT, width_px(quad), px_per_mm(quad), tilt)


def scene_of(photo: Photo, card: Card | None) -> Scene:
    """A scene with that card and nobody in it."""
    info = PhotoInfo(photo.width, photo.height, 1, mirrored=False)
    return Scene(info, card, None, None, 0, 0 if card is None else 1)


def shots(**changes: tuple[float, ...]) -> list[Shot]:
    """Shots that differ in one attribute."""
    ((name, values),) = changes.items()
    return [Shot(**{name: value}) for value in values]  # type: ignore[arg-type]


def _blurred(flat: F32, kernel: F32) -> F32:
    return np.asarray(cv2.filter2D(flat, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def _disc(diameter_mm: float) -> F32:
    radius = diameter_mm * FINE / 2
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _streak(length_mm: float, degrees: float) -> F32:
    half = length_mm * FINE / 2
    reach = int(np.ceil(half)) + 2
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    ends = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]) * half
    first, last = ((reach + sign * ends) * 256 for sign in (-1, 1))
    cv2.line(kernel, first.astype(int).tolist(), last.astype(int).tolist(), 1.0, 1, cv2.LINE_AA, 8)
    return np.asarray(kernel / kernel.sum(), np.float32)
