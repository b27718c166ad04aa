"""Prints identity numbers on a card's paper: the part of the card around the number, in linear light."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from idcheck.layout import FIELDS, HEIGHT_MM, WIDTH_MM
from idcheck.types import Box
from samples import fonts
from samples.fonts import Face

Light: TypeAlias = NDArray[np.float32]
"""Linear light, 1.0 is a perfect white under full light."""
Rng: TypeAlias = np.random.Generator

OCR_B: Final = (Face("OCRB.otf", "fonts-ocr-b"), Face("OCRBS.otf", "fonts-ocr-b"))
RELATIVES: Final = (
    Face("DejaVuSansMono.ttf", "fonts-dejavu-core"),
    Face("DejaVuSansMono-Bold.ttf", "fonts-dejavu-core"),
    Face("DejaVuSans.ttf", "fonts-dejavu-core"),
    Face("DejaVuSans-Bold.ttf", "fonts-dejavu-core"),
    Face("NimbusSans-Regular.otf", "fonts-urw-base35"),
    Face("NimbusSans-Bold.otf", "fonts-urw-base35"),
    Face("NimbusMonoPS-Bold.otf", "fonts-urw-base35"),
    Face("URWGothic-Demi.otf", "fonts-urw-base35"),
    Face("NotoSansCJK-Regular.ttc", "fonts-noto-cjk", 2),
    Face("NotoSansCJK-Bold.ttc", "fonts-noto-cjk", 2),
    Face("wqy-zenhei.ttc", "fonts-wqy-zenhei"),
    Face("wqy-microhei.ttc", "fonts-wqy-microhei"),
    Face("LXGWWenKai-Bold.ttf", "fonts-lxgw-wenkai"),
    Face("NotoSansMono-Regular.ttf", "fonts-noto-mono"),
    Face("NotoSansMono-Bold.ttf", "fonts-noto-mono"),
    Face("NotoMono-Regular.ttf", "fonts-noto-mono"),
)
HELD_OUT: Final = (
    Face("NotoSansCJK-Regular.ttc", "fonts-noto-cjk", 7),
    Face("NotoSansCJK-Bold.ttc", "fonts-noto-cjk", 7),
)
"""A family that is never trained on."""
LETTERS: Final = (
    Face("NotoSansCJK-Regular.ttc", "fonts-noto-cjk", 2),
    Face("wqy-microhei.ttc", "fonts-wqy-microhei"),
)

PX_PER_MM: Final = 12.0
DIGIT_MM: Final = 2.75
_MARGIN_MM: Final = 2.5
_BOX: Final = FIELDS["id_number"]
AREA: Final = Box(
    _BOX.x - _MARGIN_MM, _BOX.y - _MARGIN_MM, _BOX.width + 2 * _MARGIN_MM, _BOX.height + 2 * _MARGIN_MM
)
"""What is printed, in mm on the card."""
_START_MM: Final = 0.3341 * WIDTH_MM
_END_MM: Final = 0.8619 * WIDTH_MM
_MIDDLE_MM: Final = 0.8514 * HEIGHT_MM
_LABEL_END_MM: Final = 0.295 * WIDTH_MM
_FINE: Final = 18.0
"""Pixels per mm in which glyphs are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A printed number.

    Attributes:
        light: what the paper reflects, shape of `AREA` at `PX_PER_MM`.
        ink: coverage of the number's ink, 0 to 1, the same shape.
        places: middle of each character, mm on the card, shape (characters, 2).
        pitch: mm from one character to the next.
    """

    light: Light
    ink: Light
    places: NDArray[np.float64]
    pitch: float


def number(rng: Rng, text: str, face: Face) -> Print:
    """Print `text` where a card has its number, give or take the spread between printing places."""
    pitch = (_END_MM - _START_MM) / 18 * float(1 + 0.012 * rng.normal())
    start = _START_MM + float(rng.normal(0, 0.35))
    middle = _MIDDLE_MM + float(rng.normal(0, 0.25))
    places = np.stack([start + (np.arange(len(text)) + 0.5) * pitch, np.full(len(text), middle)], axis=1)
    ink = _line(rng, text, face, places)
    light = paper(rng, AREA)
    dark = float(rng.uniform(0.02, 0.2))
    density = float(1 - 0.35 * max(0.0, rng.uniform(-1, 1)))
    if rng.random() < 0.3:
        ink = ink * patchy(rng, ink.shape)
    coverage = ink * density
    light = light * (1 - coverage) + dark * coverage
    if rng.random() < 0.35:
        light = _beside(rng, light)
    return Print(light, ink, places, pitch)


def paper(rng: Rng, area: Box) -> Light:
    """Light paper with pale waves, and sometimes pale words printed across.

    Args:
        rng: chooses.
        area: the part of the card that is drawn, in mm.
    """
    light = np.full(shape_of(area), float(rng.uniform(0.5, 0.88)), np.float32)
    y, x = grid(area)
    for _ in range(int(rng.integers(0, 3))):
        slope, turns = float(rng.uniform(-0.8, 0.8)), float(2 * np.pi / rng.uniform(0.5, 2))
        along = x[:1] / np.float32(rng.uniform(2, 9)) + np.float32(rng.uniform(0, 6))
        phase = y + (slope * x[:1] + float(rng.uniform(0.1, 0.9)) * np.sin(along))
        light *= 1 + float(rng.uniform(0, 0.1)) * np.sin(phase * turns)
    while rng.random() < 0.3:
        words = _words(rng, area, "样本 SPECIMEN", float(rng.uniform(2, 9)), float(rng.normal(0, 20)))
        light *= 1 - np.float32(rng.uniform(0.05, 0.5)) * words
    return light


def other_text(rng: Rng) -> Light:
    """Paper on which something else than a number is printed: characters, letters, or nothing."""
    light = paper(rng, AREA)
    letters = "姓名性别民族出生年月日住址省市区县路号楼公民身份号码汉男女ABCDEFGHKLMNPRSTUVWYZ"
    for _ in range(int(rng.integers(0, 3))):
        text = "".join(rng.choice(list(letters), int(rng.integers(2, 16))))
        words = _words(rng, AREA, text, float(rng.uniform(2.2, 4.5)), float(rng.normal(0, 3)))
        light *= 1 - np.float32(rng.uniform(0.6, 0.95)) * words
    return light


@lru_cache(maxsize=2)
def grid(area: Box) -> tuple[Light, Light]:
    """Each pixel's place in an area of the card: y and x in mm."""
    height, width = shape_of(area)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(PX_PER_MM)
    return y, x


def coverage(layer: Image.Image) -> Light:
    """A drawn layer, 0 to 1."""
    return np.asarray(layer, np.float32) / np.float32(255)


def shape_of(area: Box) -> tuple[int, int]:
    """Height and width in pixels of an area of the card."""
    return round(area.height * PX_PER_MM), round(area.width * PX_PER_MM)


@lru_cache(maxsize=256)
def _glyph(face: Face, character: str) -> Light:
    """A character's coverage at `_FINE` pixels per mm, in the middle of its picture."""
    measured = fonts.load(face, 200).getbbox("8", anchor="ls")
    size = round(200 * DIGIT_MM * _FINE / (measured[3] - measured[1]))
    font = fonts.load(face, size)
    high, wide = round(1.5 * DIGIT_MM * _FINE), round(1.4 * DIGIT_MM * _FINE)
    canvas = Image.new("L", (wide, high))
    left, _, right, _ = font.getbbox(character, anchor="ls")
    baseline = (high + DIGIT_MM * _FINE) / 2
    ImageDraw.Draw(canvas).text(((wide - left - right) / 2, baseline), character, 255, font, anchor="ls")
    return coverage(canvas)


def _line(rng: Rng, text: str, face: Face, places: NDArray[np.float64]) -> Light:
    """The coverage of all characters, with a height, width and weight of their own."""
    high = round(1.5 * DIGIT_MM * _FINE)
    canvas = np.zeros((high, round(AREA.width * _FINE)), np.float32)
    across, up = np.exp(rng.normal(0, [0.05, 0.04]))
    for character, (x, _) in zip(text, places, strict=True):
        glyph = _glyph(face, character)
        if abs(across - 1) > 0.01:
            glyph = np.asarray(
                cv2.resize(glyph, None, fx=float(across), fy=1.0, interpolation=cv2.INTER_LINEAR), np.float32
            )
        left = round((x - AREA.x) * _FINE - glyph.shape[1] / 2 + float(rng.normal(0, 0.5)))
        left = int(np.clip(left, 0, canvas.shape[1] - glyph.shape[1]))
        part = canvas[:, left : left + glyph.shape[1]]
        np.maximum(part, glyph, out=part)
    soft = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.6, 1.6)))
    weight = float(np.clip(rng.normal(0.5, 0.12), 0.22, 0.75))
    canvas = np.clip((soft - weight) * float(rng.uniform(2, 6)) + 0.5, 0, 1)
    height, width = shape_of(AREA)
    scale = PX_PER_MM / _FINE
    top = (float(places[0, 1]) - AREA.y) * PX_PER_MM - up * high * scale / 2
    matrix = np.array([[scale, 0, 0], [0, scale * up, top]])
    return np.asarray(
        cv2.warpAffine(cv2.GaussianBlur(canvas, (0, 0), 0.5), matrix, (width, height)), np.float32
    )


def patchy(rng: Rng, shape: tuple[int, ...]) -> Light:
    """Ink that did not take everywhere: 0.3 to 1."""
    coarse = rng.uniform(0.3, 1.6, (max(2, shape[0] // 12), max(2, shape[1] // 12))).astype(np.float32)
    patches = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(patches, 0.3, 1), np.float32)


def _beside(rng: Rng, light: Light) -> Light:
    """The end of the number's label, left of it; nearer than where it should be as often as not."""
    size = 3.0 * PX_PER_MM
    label = Image.new("L", light.shape[::-1])
    right = (_LABEL_END_MM + float(rng.uniform(-1, 2.2)) - AREA.x) * PX_PER_MM
    middle = (_MIDDLE_MM + float(rng.normal(0, 0.3)) - AREA.y) * PX_PER_MM
    face = LETTERS[0]
    ImageDraw.Draw(label).text((right, middle), "身份号码", 255, fonts.load(face, round(size)), anchor="rm")
    return light * (1 - np.float32(rng.uniform(0.3, 0.9)) * coverage(label))


def _words(rng: Rng, area: Box, text: str, height_mm: float, turn_deg: float) -> Light:
    """Coverage of words somewhere in the area."""
    height, width = shape_of(area)
    layer = Image.new("L", (width, height))
    font = fonts.load(LETTERS[int(rng.integers(len(LETTERS)))], max(6, round(height_mm * PX_PER_MM)))
    at = (float(rng.uniform(0.1, 0.9)) * width, float(rng.uniform(0.3, 0.7)) * height)
    ImageDraw.Draw(layer).text(at, text, 255, font, anchor="mm")
    turned = layer.rotate(turn_deg, resample=Image.Resampling.BILINEAR, center=at)
    return coverage(turned)
