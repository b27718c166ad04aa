"""Draws strips of the identity number as the pipeline cuts them out of photos, with all that photos suffer.

The order is that of the world: print, cover, light, lens, sensor, tone curve, processing, JPEG; then the card
is found with an error of its corners, and the strip is cut out by the pipeline's own code. All is drawn at
the photo's own resolution, so that what is lost is lost.

    python -m models.number.render --seed 1 --count 64 --out sheet.png

draws a sheet of strips to look at.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import FIELDS
from idcheck.reading.fields import STRIP_PX_PER_MM
from idcheck.reading.number import ALPHABET, INPUT_SIZE, PLACES, picture
from idcheck.scene.geometry import CORNERS_MM, as_quad, card_to_photo, project, px_per_mm, width_px
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import flatten
from idcheck.types import Box, Card, Colour, Gray, Matrix, Side
from models.number import printing
from models.number.printing import AREA, DIGIT_MM, OCR_B, PX_PER_MM, RELATIVES, Light, Print, Rng
from samples.fonts import Face

Cover: TypeAlias = Literal["none", "finger", "glare", "patches"]
Wrong: TypeAlias = Literal["no", "mirrored", "turned", "other text"]

_COVERS: Final[tuple[Cover, ...]] = ("none", "finger", "glare", "patches")
_WRONGS: Final[tuple[Wrong, ...]] = ("no", "mirrored", "turned", "other text")
_BOX: Final = FIELDS["id_number"]
_SIZE: Final = (round(_BOX.width * STRIP_PX_PER_MM), round(_BOX.height * STRIP_PX_PER_MM))


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a strip is photographed. Lengths are mm on the card.

    Attributes:
        face: what the number is printed in.
        px_per_mm: of the photo; a digit is 2.75 mm high.
        soft_mm: standard deviation of the lens's own blur.
        defocus_mm: radius of the circle of confusion.
        motion_mm: length of the shake.
        stops: exposure; at 0, white paper is just below the sensor's limit.
        shot_noise: variance of the light at the sensor's limit.
        read_noise: standard deviation that is always there.
        lifted: stops by which the camera brightens a dark picture afterwards, noise included.
        jpeg: quality.
        tilt_deg: of the card away from the camera.
        turn_deg: of the card in the photo's plane.
        corners_mm: standard deviation of the found corners' error.
        cover: what hides a part of the number.
        shadow: whether the edge of a shadow may lie across it.
        processing: how much the camera smooths, sharpens and resamples, 0 to 1.
        wrong: whether there is no number to read at all, and what there is instead.
    """

    face: Face
    px_per_mm: float = 8.0
    soft_mm: float = 0.03
    defocus_mm: float = 0.0
    motion_mm: float = 0.0
    stops: float = -0.3
    shot_noise: float = 1e-4
    read_noise: float = 1e-3
    lifted: float = 0.0
    jpeg: int = 90
    tilt_deg: float = 5.0
    turn_deg: float = 0.0
    corners_mm: float = 0.2
    cover: Cover = "none"
    shadow: bool = False
    processing: float = 0.2
    wrong: Wrong = "no"

    @property
    def blur_px(self) -> float:
        """Standard deviation of all blur before the sensor, in pixels of the photo."""
        variance = self.soft_mm**2 + self.defocus_mm**2 / 4 + self.motion_mm**2 / 12
        return float(np.sqrt(variance) * self.px_per_mm)

    @property
    def height_px(self) -> float:
        """Height of a digit in the photo."""
        return DIGIT_MM * self.px_per_mm


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A strip and the truth about it.

    Attributes:
        picture: the field, as `idcheck.reading.fields` shows it to an engine.
        text: what is printed.
        centres: of each character, x in pixels of the network's input; shape (18,).
        visible: how much of each character's ink lies in the photo with nothing before it, 0 to 1;
            shape (18,).
        readable: whether the strip shows a number at all, upright and unmirrored.
    """

    picture: Gray
    text: str = field(repr=False)
    centres: NDArray[np.float32]
    visible: NDArray[np.float32]
    readable: bool


def draw(rng: Rng, text: str, conditions: Conditions) -> Strip:
    """Print `text`, photograph it, and cut it out again."""
    page = printing.number(rng, text, conditions.face)
    if conditions.wrong == "other text":
        page = replace(page, light=printing.other_text(rng))
    light, visible = _covered(rng, page, conditions)
    taken = photographed(rng, light, AREA, _BOX, conditions)
    strip = flatten(taken.photo, taken.found, _BOX, _SIZE)
    if conditions.wrong in ("mirrored", "turned"):
        strip = np.ascontiguousarray(strip[:, ::-1] if conditions.wrong == "mirrored" else strip[::-1, ::-1])
    visible *= taken.within(page.places)
    centres = (taken.seen_at(page.places)[:, 0] - _BOX.x) / _BOX.width * INPUT_SIZE[0]
    return Strip(strip, text, centres.astype(np.float32), visible, conditions.wrong == "no")


def photographed(rng: Rng, light: Light, area: Box, box: Box, conditions: Conditions) -> Taken:
    """Photograph a part of a card, and find the card with some error of its corners.

    Args:
        rng: chooses.
        light: what the part reflects, at `PX_PER_MM`.
        area: the part, in mm on the card.
        box: what of it the photo shows, in mm on the card, give or take a margin.
        conditions: how it is photographed.
    """
    corners, origin, size = _pose(rng, conditions, box)
    to_photo = card_to_photo(as_quad(corners))
    seen = _seen(rng, light, _shift(-origin) @ to_photo @ _page_to_mm(area), size, conditions)
    photo = _Part(developed(rng, seen, conditions))
    off = np.clip(rng.normal(0, conditions.corners_mm, (4, 2)), -_FURTHEST_MM, _FURTHEST_MM)
    found = card_to_photo(as_quad(project(to_photo, CORNERS_MM + off)))
    return Taken(photo, _shift(-origin) @ to_photo, _shift(-origin) @ found)


def random_text(rng: Rng) -> str:
    """Eighteen characters, each independent of the others.

    X is as frequent as any digit in the last place and rare elsewhere. Real numbers are not used: what is
    learnt of dates and regions would be counted twice when a reading is weighed against a claim. A few texts
    have but one to three different digits, so that rows of equal ones are no strange sight.
    """
    digits = rng.integers(0, 10, PLACES)
    if rng.random() < 0.04:
        digits = rng.choice(rng.integers(0, 10, int(rng.integers(1, 4))), PLACES)
    digits[-1] = rng.integers(0, 11)
    digits[:-1][rng.random(PLACES - 1) < 0.004] = 10
    return "".join(ALPHABET[d] for d in digits)


def random_conditions(rng: Rng, faces: tuple[Face, ...] = ()) -> Conditions:
    """Any conditions, from a clear photo to one that nobody can read; OCR-B more often than its relatives."""
    stops = _stops(rng)
    blur = rng.random()
    radius = _small(rng, 0.9) if blur < 0.4 or blur > 0.9 else 0.0
    length = _small(rng, 1.9) if blur > 0.7 else 0.0
    upright = rng.random() < 0.75
    return Conditions(
        face=_face(rng, faces),
        px_per_mm=float(np.exp(rng.uniform(np.log(2.2), np.log(13.0)))),
        soft_mm=float(abs(rng.normal(0, 0.06))),
        defocus_mm=radius,
        motion_mm=length,
        stops=stops,
        shot_noise=float(10 ** rng.uniform(-4.5, -2.6)),
        read_noise=float(10 ** rng.uniform(-3.5, -1.9)),
        lifted=lifted(rng, stops),
        jpeg=int(rng.integers(25, 97)),
        tilt_deg=float(abs(rng.normal(0, 14))),
        turn_deg=float(rng.normal(0, 4) if upright else rng.uniform(0, 360)),
        corners_mm=float(rng.choice([0.15, 0.4, 0.9, 1.8], p=[0.4, 0.32, 0.16, 0.12])),
        cover=_COVERS[int(rng.choice(4, p=(0.68, 0.13, 0.09, 0.1)))],
        shadow=bool(rng.random() < 0.25),
        processing=float(rng.random() ** 1.5),
        wrong=_WRONGS[int(rng.choice(4, p=(0.94, 0.02, 0.02, 0.02)))],
    )


def clearer(rng: Rng, conditions: Conditions, px_per_mm: tuple[float, float], blur: float) -> Conditions:
    """For print with smaller characters, or more room around them, than a number's.

    Args:
        rng: chooses.
        conditions: a number's.
        px_per_mm: the least and the most.
        blur: how much of the blur is kept.
    """
    return replace(
        conditions,
        px_per_mm=float(np.exp(rng.uniform(*np.log(px_per_mm)))),
        defocus_mm=blur * conditions.defocus_mm,
        motion_mm=blur * conditions.motion_mm,
        corners_mm=float(rng.choice([0.15, 0.4, 0.8, 1.5], p=[0.42, 0.34, 0.16, 0.08])),
    )


def lifted(rng: Rng, stops: float) -> float:
    """By how many stops the camera brightens a picture that is so exposed: half of the dark ones."""
    return float(rng.uniform(0, -stops)) if stops < -1 and rng.random() < 0.5 else 0.0


def _small(rng: Rng, most: float) -> float:
    """Up to `most`, small values more often."""
    return float(most * rng.random() ** 1.5)


def _stops(rng: Rng) -> float:
    kind = rng.random()
    if kind < 0.54:
        return float(rng.uniform(-1.2, 0.2))
    return float(rng.uniform(-4.9, -1.2)) if kind < 0.84 else float(rng.uniform(0.2, 2.6))


def _face(rng: Rng, faces: tuple[Face, ...]) -> Face:
    pool = faces or (OCR_B if rng.random() < 0.6 else RELATIVES)
    return pool[int(rng.integers(len(pool)))]


# ---------------------------------------------------------------- the world, step by step


_FURTHEST_MM: Final = 4.0
_GAMMA: Final = 2.2


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A part of a photo, as far as a rectifier needs one (`idcheck.scene.picture`)."""

    luma: Gray
    orientation: int = 1

    @property
    def width(self) -> int:
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        return int(self.luma.shape[0])

    @property
    def levels(self) -> int:
        return 1

    @property
    def finest(self) -> int:
        return 0

    def gray(self, level: int) -> Gray:
        return (self.luma,)[level]

    def gray_crop(self, left: int, top: int, right: int, bottom: int, level: int = 0) -> Gray:
        return self.gray(level)[top:bottom, left:right]

    def colour(self, level: int) -> Colour:
        raise NotImplementedError

    def crop(self, left: int, top: int, right: int, bottom: int, level: int = 0) -> Colour:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A photo of a part of a card.

    Attributes:
        photo: the photo.
        truly: from mm on the card to the photo's pixels.
        found: the same, as the pipeline takes it to be.
    """

    photo: Picture
    truly: Matrix
    found: Matrix

    @property
    def card(self) -> Card:
        """The card where the pipeline takes it to be."""
        corners = as_quad(project(self.found, CORNERS_MM))
        return Card(corners, 1.0, Side.PORTRAIT, width_px(corners), px_per_mm(corners), 0.0)

    def seen_at(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where the pipeline finds places of the card, in mm on it; shape (n, 2)."""
        return project(np.linalg.inv(self.found) @ self.truly, places)

    def within(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which places of the card the photo shows."""
        at = project(self.truly, places)
        return np.asarray(((at >= 0) & (at <= (self.photo.width, self.photo.height))).all(axis=1))


def _covered(rng: Rng, page: Print, conditions: Conditions) -> tuple[Light, NDArray[np.float32]]:
    """The page under fingers, shadows and reflections, and how much of each character is left."""
    light, hidden = covered(rng, page.light, AREA, conditions)
    half = page.pitch / 2 * PX_PER_MM
    visible = []
    for x in (page.places[:, 0] - AREA.x) * PX_PER_MM:
        cell = slice(max(0, round(x - half)), round(x + half))
        ink = page.ink[:, cell]
        visible.append(float((ink * (1 - hidden[:, cell])).sum() / max(1.0, float(ink.sum()))))
    return light, np.array(visible, np.float32)


def covered(rng: Rng, light: Light, area: Box, conditions: Conditions) -> tuple[Light, Light]:
    """A part of a card under fingers, shadows and reflections, and how much of it they hide, 0 to 1."""
    hidden = np.zeros(light.shape, np.float32)
    if conditions.shadow:
        light = light * _shadow(rng, area)
    if conditions.cover == "finger":
        hidden = _finger(rng, light.shape)
        light = light * (1 - hidden) + _skin(rng, light.shape) * hidden
    elif conditions.cover == "patches":
        light, hidden = _patched(rng, light)
    elif conditions.cover == "glare":
        spot = _spot(rng, light.shape)
        light, hidden = light + spot, (spot > 1.0).astype(np.float32)
    return light, hidden


def _shadow(rng: Rng, area: Box) -> Light:
    """Full light on one side of an edge, less on the other."""
    y, x = printing.grid(area)
    angle, edge = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0, area.width))
    across = (x - edge) * float(np.cos(angle)) + (y - area.height / 2) * float(np.sin(angle))
    dark = np.clip(across / float(rng.uniform(0.2, 10)) + 0.5, 0, 1)
    return np.asarray(1 - float(rng.uniform(0.2, 0.85)) * dark, np.float32)


def _finger(rng: Rng, shape: tuple[int, ...]) -> Light:
    """Coverage of a finger or thumb that reaches in from any side."""
    height, width = shape
    tip = np.array([rng.uniform(0.04, 0.96) * width, rng.uniform(0.2, 0.8) * height])
    if rng.random() < 0.4:  # an end of the line, where cards are held
        tip[0] = float(rng.choice([rng.uniform(0.05, 0.3), rng.uniform(0.7, 0.95)])) * width
    side = float(rng.choice([np.pi / 2, -np.pi / 2, 0.0 if tip[0] > width / 2 else np.pi]))
    angle = side + float(rng.normal(0, 0.4))
    base = tip + 60 * PX_PER_MM * np.array([np.cos(angle), np.sin(angle)])
    thick = float(rng.uniform(3, 16)) * PX_PER_MM
    mask = np.zeros(shape, np.uint8)
    knuckle = tip + (base - tip) * 0.5 * thick / (60 * PX_PER_MM)
    ends = [(round(float(x)), round(float(y))) for x, y in (knuckle, base)]
    cv2.line(mask, ends[0], ends[1], 255, max(1, round(thick)))
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.6, 6)))
    return np.asarray(soft, np.float32) / np.float32(255)


def _patched(rng: Rng, light: Light) -> tuple[Light, Light]:
    """A few small things on the line, of any tone and shape: stickers, dirt, bars; and what they cover."""
    height, width = light.shape
    hidden = np.zeros(light.shape, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        mask = np.zeros(light.shape, np.uint8)
        centre = np.array([rng.uniform(0.05, 0.95) * width, rng.uniform(0.25, 0.75) * height])
        half = np.exp(rng.uniform(np.log([0.5, 0.4]), np.log([5.0, 6.0]))) * PX_PER_MM
        low, high = ([round(float(v)) for v in end] for end in (centre - half, centre + half))
        if rng.random() < 0.5:
            cv2.rectangle(mask, low, high, 255, -1)
        else:
            axes = (round(float(half[0])), round(float(half[1])))
            middle = (round(float(centre[0])), round(float(centre[1])))
            cv2.ellipse(mask, middle, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1)
        soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.3, 3)))
        cover = np.asarray(soft, np.float32) / np.float32(255)
        light = light * (1 - cover) + float(rng.uniform(0.02, 1.0)) * cover
        hidden = np.maximum(hidden, cover)
    return light, hidden


def _skin(rng: Rng, shape: tuple[int, ...]) -> Light:
    """Skin, nail or sleeve: an even tone with soft shading."""
    coarse = rng.uniform(0.8, 1.2, (2, 5)).astype(np.float32) * np.float32(rng.uniform(0.05, 0.6))
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _spot(rng: Rng, shape: tuple[int, ...]) -> Light:
    """A reflection: light that is added, round or as a streak."""
    height, width = shape
    spot = np.zeros(shape, np.float32)
    centre = (round(float(rng.uniform(0, width))), round(float(rng.uniform(0.2, 0.8) * height)))
    long = float(np.exp(rng.uniform(np.log(1), np.log(20)))) * PX_PER_MM
    axes = (max(1, round(long)), max(1, round(long * float(rng.uniform(0.15, 1)))))
    cv2.ellipse(spot, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(spot, (0, 0), float(rng.uniform(2, 18)))
    return np.asarray(soft * float(rng.uniform(0.2, 3)), np.float32)


def _pose(
    rng: Rng, conditions: Conditions, box: Box
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int]]:
    """Where the card's corners lie in the photo, and the part of the photo that is drawn: origin and size."""
    tilt, turn = np.radians([conditions.tilt_deg, conditions.turn_deg])
    about = float(rng.uniform(0, 2 * np.pi))
    axis = np.array([np.cos(about), np.sin(about), 0.0]) * tilt
    rotation = cv2.Rodrigues(np.array([0.0, 0.0, turn]))[0] @ cv2.Rodrigues(axis)[0]
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
    distance = float(rng.uniform(220, 600))
    space = np.c_[CORNERS_MM - middle, np.zeros(4)] @ rotation.T
    corners = space[:, :2] / (1 + space[:, 2:] / distance) * conditions.px_per_mm
    half = np.array([box.width / 2 + 2, box.height / 2 + 2])
    around = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + middle
    ends = project(card_to_photo(as_quad(corners)), around)
    low, high = ends.min(axis=0), ends.max(axis=0)
    if rng.random() < 0.04:  # the photo's edge cuts an end off
        cut = (high - low) * float(rng.uniform(0.05, 0.6))
        low, high = (low + cut, high) if rng.random() < 0.5 else (low, high - cut)
    size = np.maximum(8, np.ceil(high - low))
    return corners, low + rng.uniform(0, 1, 2), (int(size[0]), int(size[1]))


def _shift(by: NDArray[np.float64]) -> Matrix:
    return np.array([[1.0, 0, by[0]], [0, 1, by[1]], [0, 0, 1]])


def _page_to_mm(area: Box) -> Matrix:
    return np.array([[1 / PX_PER_MM, 0, area.x], [0, 1 / PX_PER_MM, area.y], [0, 0, 1]])


def _seen(rng: Rng, light: Light, to_photo: Matrix, size: tuple[int, int], conditions: Conditions) -> Light:
    """What falls on the sensor: the lens's blur, the shake, and each pixel's own aperture."""
    radius, length = conditions.defocus_mm * PX_PER_MM, conditions.motion_mm * PX_PER_MM
    kernels = [disc(radius)] if radius > 0.4 else []
    kernels += [track(rng, length)] if length > 0.6 else []
    for kernel in kernels:
        light = np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
    sigma = float(np.hypot(conditions.soft_mm, 0.4 / conditions.px_per_mm)) * PX_PER_MM
    soft = cv2.GaussianBlur(light, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    half = np.array([[1.0, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ to_photo @ half
    return np.asarray(
        cv2.warpPerspective(soft, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def disc(radius: float) -> Light:
    """A circle of confusion, its edge shared with the pixels that it crosses."""
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return np.asarray(disc / disc.sum(), np.float32)


def track(rng: Rng, length: float) -> Light:
    """The path of a shake: nearly straight, at any angle."""
    t = np.linspace(-0.5, 0.5, 8 * int(np.ceil(length)) + 1)
    angle, bend = float(rng.uniform(0, np.pi)), float(rng.normal(0, 0.25))
    along, aside = t * length, (t * t - 1 / 12) * length * bend
    x, y = along * np.cos(angle) - aside * np.sin(angle), along * np.sin(angle) + aside * np.cos(angle)
    reach = int(np.ceil(max(abs(x).max(), abs(y).max()))) + 1
    edges = np.arange(-reach - 0.5, reach + 1)
    track = np.histogram2d(y, x, bins=(edges, edges))[0]
    return np.asarray(track / track.sum(), np.float32)


def developed(rng: Rng, light: Light, conditions: Conditions) -> Gray:
    """What the camera makes of the light, and the app of the camera's picture."""
    exposed = light * 2**conditions.stops
    sigma = np.sqrt(exposed * conditions.shot_noise + conditions.read_noise**2)
    noise = rng.standard_normal(light.shape, np.float32)
    if rng.random() < conditions.processing:  # neighbours share their noise after demosaicing
        spread = float(rng.uniform(0.4, 1.0))
        noise = cv2.GaussianBlur(noise, (0, 0), spread) * np.float32(2 * spread)
    raw = np.clip(exposed + noise * sigma, 0, 1) * np.float32(2**conditions.lifted)
    tone = np.clip(raw, 0, 1) ** np.float32(1 / _GAMMA)
    if rng.random() < 0.5:  # a tone curve of more contrast
        tone = tone + np.float32(rng.uniform(0, 0.25)) * np.sin((tone - 0.5) * np.float32(2 * np.pi)) / 2
    tone = _processed(rng, np.asarray(tone, np.float32), conditions.processing)
    pixels = np.clip(tone * 255 + 0.5, 0, 255).astype(np.uint8)
    for quality in (conditions.jpeg, 85)[: 2 if rng.random() < 0.2 else 1]:
        _, code = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.uint8)
    return np.asarray(pixels, np.uint8)


def _processed(rng: Rng, tone: Light, strength: float) -> Light:
    """Noise reduction, resampling and sharpening."""
    height, width = tone.shape
    kind = rng.random()
    if kind < 0.15 * strength:
        tone = np.asarray(cv2.medianBlur(tone, 3), np.float32)
    elif kind < 0.4 * strength:
        tone = np.asarray(cv2.bilateralFilter(tone, 5, float(rng.uniform(0.03, 0.2)), 1.5), np.float32)
    if rng.random() < 0.35 * strength:
        share = float(rng.uniform(0.5, 0.95))
        small = (max(4, round(width * share)), max(4, round(height * share)))
        reduced = cv2.resize(tone, small, interpolation=cv2.INTER_AREA)
        tone = np.asarray(cv2.resize(reduced, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    if rng.random() < 0.3 + 0.5 * strength:
        smooth = cv2.GaussianBlur(tone, (0, 0), float(rng.uniform(0.7, 1.8)))
        tone = tone + np.float32(1.5 * strength * rng.random()) * (tone - smooth)
    return np.asarray(tone, np.float32)


# ---------------------------------------------------------------- a sheet to look at


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = []
    for number in range(args.count):
        rng = np.random.default_rng((args.seed, number))
        rows.append(picture(draw(rng, random_text(rng), random_conditions(rng)).picture))
    sheet = np.concatenate([np.concatenate(rows[i::3]) for i in range(3)], axis=1)
    cv2.imwrite(str(args.out), sheet)


if __name__ == "__main__":
    main()
