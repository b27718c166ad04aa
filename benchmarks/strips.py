"""Draws single printed fields as a photo would show them, to measure reading and matching on.

Only the strip around one field is drawn, which is a thousand times cheaper than a whole scene. What happens
to it is physical and recorded: millimetres of blur on the card, pixels per millimetre in the photo, stops of
light lost, hidden characters. Nothing here looks at the evaluation pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from idcheck import layout
from idcheck.types import Box, Gray
from samples import fonts
from samples.identity import GIVEN, MINORITY, RARE, SURNAMES, sample_identity

FieldName: TypeAlias = Literal["name", "id_number", "validity"]
Linear: TypeAlias = NDArray[np.float32]
"""Linear light, 1.0 is a white page."""

CLASSES: Final = ("clear", "defocus", "motion", "lowlight", "overexposed", "glare", "covered", "small")
DRAWN_PX_PER_MM: Final = 20.0
STRIP_PX_PER_MM: Final = 10.0
_MARGIN_MM: Final = 4.0
_NAME_ROOM_MM: Final = 0.415 * layout.WIDTH_MM
"""From where names begin to the portrait."""
_INK_TOP_LEFT: Final = {
    "name": (0.188 * 85.6, 0.167 * 54.0),
    "id_number": (0.334 * 85.6, 0.826 * 54.0),
    "validity": (0.440 * 85.6, 0.872 * 54.0),
}
_LABEL: Final = {
    "name": ("姓名", 0.082, 0.182),
    "id_number": ("公民身份号码", 0.082, 0.834),
    "validity": ("有效期限", 0.302, 0.868),
}


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawn field and the truth about it.

    Attributes:
        picture: the field's box, as a rectifier with small corner errors would cut it out, 10 px/mm.
        text: what is printed.
        kind: one of `CLASSES`.
        blur_mm: standard deviation of the blur on the card.
        photo_px_per_mm: resolution of the photo it came from.
        hidden: fraction of the ink that something covers.
        contrast: paper minus ink, in units of the standard deviation of the noise in the photo.
        stops: exposure; from about 0.5 on, paper is at the sensor's limit and thin strokes drown.
    """

    picture: Gray
    text: str
    kind: str
    blur_mm: float
    photo_px_per_mm: float
    hidden: float
    contrast: float
    stops: float

    @property
    def legible(self) -> bool:
        """Whether a patient person could read it: by the physical numbers, never by a reader's success."""
        sharp = self.blur_mm <= 0.34 and self.photo_px_per_mm >= 3.4
        return sharp and self.hidden == 0 and self.contrast >= 4.0 and self.stops <= 1.3


def draw(rng: np.random.Generator, field: FieldName, text: str, kind: str) -> Strip:
    """Print `text` in a card's `field`, photograph it with the defect `kind`, and cut the field out."""
    page, ink, box = _print(rng, field, text)
    scale = float(np.exp(rng.uniform(np.log(4.2), np.log(14.0))))
    if kind == "small":
        scale = float(rng.uniform(2.6, 4.2))
    hidden = 0.0
    if kind == "covered":
        page, hidden = _cover(rng, page, ink)
    if kind == "glare":
        page, hidden = _glare(rng, page, ink)
    sigma_mm = float(abs(rng.normal(0, 0.08))) + 0.45 / scale
    if kind == "defocus":
        sigma_mm = float(rng.uniform(0.2, 0.55))
    page = _blurred(page, sigma_mm * DRAWN_PX_PER_MM)
    if kind == "motion":
        length_mm = float(rng.uniform(0.3, 1.6))
        kernel = _motion_kernel(length_mm * DRAWN_PX_PER_MM, float(rng.uniform(0, np.pi)))
        page = np.asarray(cv2.filter2D(page, -1, kernel), np.float32)
        sigma_mm = float(np.hypot(sigma_mm, length_mm / np.sqrt(12)))
    photo, to_page = _project(rng, page, scale)
    stops = _stops(rng, kind)
    photo, contrast = _expose(rng, photo, stops)
    return Strip(_cut(rng, photo, to_page, box), text, kind, sigma_mm, scale, hidden, contrast, stops)


def strips(seed: int, count: int, field: FieldName) -> Iterator[Strip]:
    """`count` strips, every class in turn, of names or numbers that nobody bears."""
    for i in range(count):
        rng = np.random.default_rng((seed, i))
        yield draw(rng, field, _SAMPLE[field](rng), CLASSES[i % len(CLASSES)])


def sample_name(rng: np.random.Generator) -> str:
    """A name: common characters, sometimes rare ones, sometimes a long one with the middle dot."""
    if rng.random() < 0.1:
        return str(rng.choice(MINORITY))
    pools = (GIVEN, common_characters(), RARE)
    given = (
        str(rng.choice(list(pools[rng.choice(3, p=(0.4, 0.45, 0.15))]))) for _ in range(rng.integers(1, 4))
    )
    return str(rng.choice(list(SURNAMES))) + "".join(given)


def sample_validity(rng: np.random.Generator) -> str:
    """A validity period as the emblem side prints it."""
    who = sample_identity(rng)
    until = f"{who.valid_until:%Y.%m.%d}" if who.valid_until else "长期"
    return f"{who.valid_from:%Y.%m.%d}-{until}"


_SAMPLE: Final = {
    "name": sample_name,
    "id_number": lambda rng: sample_identity(rng).number,
    "validity": sample_validity,
}


@lru_cache(maxsize=1)
def common_characters() -> str:
    """The 3,755 characters of GB 2312's first level: what almost every name is written with."""
    found = []
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return "".join(found)


# ---------------------------------------------------------------- the printed card


def _print(rng: np.random.Generator, field: FieldName, text: str) -> tuple[Linear, NDArray[np.bool_], Box]:
    """The page in linear light, where its value's ink is, and the field's box in mm on the page."""
    box = layout.PRINTED[field]
    origin = np.array([box.x - 14.0, box.y - _MARGIN_MM])
    size_mm = (box.width + 14.0 + _MARGIN_MM, box.height + 2 * _MARGIN_MM)
    width, height = (round(v * DRAWN_PX_PER_MM) for v in size_mm)
    value = Image.new("L", (width, height))
    shift = rng.normal(0, 0.25, 2) - ((float(rng.uniform(0, 2.6)), 0.0) if field == "validity" else 0.0)
    x, y = (np.array(_INK_TOP_LEFT[field]) + shift - origin) * DRAWN_PX_PER_MM
    _write_value(rng, value, (float(x), float(y)), field, text)
    label = Image.new("L", (width, height))
    word, lx, ly = _LABEL[field]
    left, top = (np.array([lx * layout.WIDTH_MM, ly * layout.HEIGHT_MM]) - origin) * DRAWN_PX_PER_MM
    face = _face_for(rng, word)
    if field == "name":
        ImageDraw.Draw(label).text(
            (float(left), float(top)), word, 255, fonts.load(face, round(3.0 * DRAWN_PX_PER_MM))
        )
    elif field == "validity":  # the label keeps its distance from the value
        ImageDraw.Draw(label).text(
            (x - 0.14 * layout.WIDTH_MM * DRAWN_PX_PER_MM, float(top)),
            word, 255, fonts.load(face, round(2.6 * DRAWN_PX_PER_MM)),
        )  # fmt: skip
    ink, faint = (np.asarray(layer, np.float32) / 255 for layer in (value, label))
    paper = _paper(rng, width, height)
    dark = float(rng.uniform(0.03, 0.12))
    page = paper * (1 - ink) + dark * ink
    page = page * (1 - faint * float(rng.uniform(0.5, 0.7)))
    local = Box(box.x - origin[0], box.y - origin[1], box.width, box.height)
    return page.astype(np.float32), ink > 0.5, local


def _write_value(
    rng: np.random.Generator, layer: Image.Image, at: tuple[float, float], field: FieldName, text: str
) -> None:
    draw = ImageDraw.Draw(layer)
    if field == "validity":
        font = fonts.load(_face_for(rng, text), round(float(rng.uniform(2.6, 3.1)) * DRAWN_PX_PER_MM))
        draw.text((at[0], at[1] - font.getbbox("8")[1]), text, 255, font)
        return
    if field == "id_number":
        faces = fonts.available(fonts.DIGITS)
        face = faces[0] if rng.random() < 0.7 else faces[int(rng.integers(len(faces)))]
        size, pitch = 3.75, 0.528 * layout.WIDTH_MM / 18
    else:
        # Cards narrow a name that is too long for its line.
        usual = 0.045 * layout.WIDTH_MM
        pitch = min(usual, _NAME_ROOM_MM / len(text))
        face, size = _face_for(rng, text), 3.6 * pitch / usual
    font = fonts.load(face, round(size * DRAWN_PX_PER_MM))
    ink_top = font.getbbox("国8"[field == "id_number"])[1]
    for i, char in enumerate(text):
        draw.text((at[0] + i * pitch * DRAWN_PX_PER_MM, at[1] - ink_top), char, 255, font)


def _face_for(rng: np.random.Generator, text: str) -> fonts.Face:
    """A Chinese font that has all the characters, sans serif ones (as on real cards) more often."""
    faces = [f for f in fonts.available(fonts.CHINESE) if _covered_by(f) >= {ord(c) for c in text}]
    plain = [f for f in faces if "Sans" in f.file or "hei" in f.file]
    pool = plain if plain and rng.random() < 0.75 else faces
    return pool[int(rng.integers(len(pool)))]


@lru_cache(maxsize=32)
def _covered_by(face: fonts.Face) -> frozenset[int]:
    """The code points that a font has glyphs for."""
    path = fonts.load(face, 16).path
    with TTFont(path, fontNumber=face.index if str(path).endswith(".ttc") else -1, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _paper(rng: np.random.Generator, width: int, height: int) -> Linear:
    """Light paper with faint waves, and a slow gradient of light across it."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / DRAWN_PX_PER_MM
    period, slope, bend = rng.uniform(0.6, 1.6), rng.uniform(-0.2, 0.2), rng.uniform(0.2, 0.8)
    phase = y + slope * x + bend * np.sin(x / rng.uniform(3, 9) + rng.uniform(0, 6))
    waves = rng.uniform(0.0, 0.07) * np.sin(2 * np.pi * phase / period)
    light = 1 + rng.uniform(-0.006, 0.006) * x + rng.uniform(-0.015, 0.015) * y
    return np.asarray((rng.uniform(0.6, 0.8) + waves) * light, np.float32)


# ---------------------------------------------------------------- what goes wrong with it


def _cover(rng: np.random.Generator, page: Linear, ink: NDArray[np.bool_]) -> tuple[Linear, float]:
    """A finger from above or below, over part of the text."""
    height = page.shape[0]
    columns = np.flatnonzero(ink.any(axis=0))
    centre = float(rng.uniform(columns[0], columns[-1]))
    reach = float(rng.uniform(0.25, 0.9)) * height
    tip = (centre, height - reach if rng.random() < 0.5 else reach)
    base = (
        centre + float(rng.uniform(-0.5, 0.5)) * height,
        height * 1.4 if tip[1] == height - reach else -0.4 * height,
    )
    mask = np.zeros(page.shape, np.uint8)
    thick = round(float(rng.uniform(8, 15)) * DRAWN_PX_PER_MM)
    ends = [(round(a), round(b)) for a, b in (tip, base)]
    cv2.line(mask, ends[0], ends[1], 255, thick)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.2 * DRAWN_PX_PER_MM).astype(np.float32) / 255
    skin = float(rng.uniform(0.12, 0.5))
    hidden = float((ink & (soft > 0.5)).sum() / max(1, ink.sum()))
    return np.asarray(page * (1 - soft) + skin * soft, np.float32), hidden


def _glare(rng: np.random.Generator, page: Linear, ink: NDArray[np.bool_]) -> tuple[Linear, float]:
    """A reflection that adds light; where it more than drowns the ink, the ink counts as hidden."""
    height = page.shape[0]
    spot = np.zeros(page.shape, np.float32)
    columns = np.flatnonzero(ink.any(axis=0))
    centre = (round(float(rng.uniform(columns[0], columns[-1]))), round(float(rng.uniform(0, height))))
    axes = (round(float(rng.uniform(40, 260))), round(float(rng.uniform(20, 120))))
    cv2.ellipse(spot, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), float(rng.uniform(8, 40))) * float(rng.uniform(0.3, 3.0))
    return page + spot, float((ink & (spot > 0.9)).sum() / max(1, ink.sum()))


def _blurred(page: Linear, sigma_px: float) -> Linear:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), sigma_px), np.float32)


def _motion_kernel(length_px: float, angle: float) -> Linear:
    """A line of `length_px`, sampled."""
    half = int(np.ceil(length_px / 2)) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    for t in np.linspace(-length_px / 2, length_px / 2, 4 * half):
        kernel[round(half + t * np.sin(angle)), round(half + t * np.cos(angle))] += 1
    return np.asarray(kernel / kernel.sum(), np.float32)


def _project(rng: np.random.Generator, page: Linear, scale: float) -> tuple[Linear, NDArray[np.float64]]:
    """The page as the sensor samples it, `scale` px/mm, at some angle; and the matrix photo px → page px."""
    height, width = page.shape
    angle, ratio = float(rng.uniform(-0.6, 0.6)), scale / DRAWN_PX_PER_MM
    cos, sin = np.cos(angle) * ratio, np.sin(angle) * ratio
    matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    # Foreshortening of a few per cent, as of a card that is turned away a little.
    matrix = matrix @ np.array([[1, rng.normal(0, 0.04), 0], [rng.normal(0, 0.02), 1, 0], [0, 0, 1]])
    corners = matrix[:2, :2] @ np.array([[0, width, width, 0], [0, 0, height, height]], np.float64)
    low, high = corners.min(axis=1), corners.max(axis=1)
    matrix[:2, 2] = -low + rng.uniform(0, 1, 2)
    size = tuple(int(np.ceil(v)) + 2 for v in high - low)
    area = cv2.GaussianBlur(page, (0, 0), max(0.3, 0.4 / ratio))  # the pixel's own aperture
    photo = cv2.warpPerspective(area, matrix, (size[0], size[1]), flags=cv2.INTER_LINEAR, borderValue=(0.35,))
    return np.asarray(photo, np.float32), np.linalg.inv(matrix)


def _stops(rng: np.random.Generator, kind: str) -> float:
    """The exposure, in stops."""
    low, high = {"lowlight": (-5.0, -2.0), "overexposed": (0.5, 2.6)}.get(kind, (-1.2, 0.2))
    return float(rng.uniform(low, high))


def _expose(rng: np.random.Generator, light: Linear, stops: float) -> tuple[Linear, float]:
    """Sensor, tone curve, sharpening and JPEG; and the contrast-to-noise that is left."""
    exposed = light * 2**stops
    sigma = np.sqrt(exposed * float(rng.uniform(1e-4, 6e-4)) + float(rng.uniform(1e-6, 2e-5)))
    noisy = exposed + rng.normal(0, 1, light.shape).astype(np.float32) * sigma
    tone = np.clip(noisy, 0, 1) ** (1 / 2.2)
    tone = tone + float(rng.uniform(0, 0.8)) * (tone - cv2.GaussianBlur(tone, (0, 0), 1.2))
    pixels = np.clip(tone * 255, 0, 255).astype(np.uint8)
    _, code = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 96))])
    decoded = cv2.imdecode(code, cv2.IMREAD_GRAYSCALE)
    paper, ink = (min(1.0, v * 2**stops) for v in (0.68, 0.09))
    contrast = (paper ** (1 / 2.2) - ink ** (1 / 2.2)) / max(
        1 / 255, _tone_noise(paper, float(np.median(sigma)))
    )
    return np.asarray(decoded, np.float32), contrast


def _tone_noise(level: float, sigma: float) -> float:
    """Standard deviation after the tone curve, of noise `sigma` before it."""
    return float(sigma / 2.2 * max(level, 0.02) ** (1 / 2.2 - 1))


def _cut(rng: np.random.Generator, photo: Linear, to_page: NDArray[np.float64], box: Box) -> Gray:
    """The box at 10 px/mm, displaced and turned a little, as a corner finder's errors do."""
    width, height = round(box.width * STRIP_PX_PER_MM), round(box.height * STRIP_PX_PER_MM)
    step = DRAWN_PX_PER_MM / STRIP_PX_PER_MM
    turn = float(rng.normal(0, 0.008))
    shift = (np.array([box.x, box.y]) + rng.normal(0, 0.3, 2)) * DRAWN_PX_PER_MM
    stretch = step * (1 + float(rng.normal(0, 0.006)))
    to_strip = np.array([[stretch, -turn * step, shift[0]], [turn * step, stretch, shift[1]], [0, 0, 1]])
    matrix = np.linalg.inv(to_page) @ to_strip
    while np.hypot(*matrix[:2, 0]) >= 1.6:
        half = (photo.shape[1] // 2, photo.shape[0] // 2)
        photo = np.asarray(cv2.resize(photo, half, interpolation=cv2.INTER_AREA), np.float32)
        matrix = np.diag([0.5, 0.5, 1.0]) @ matrix
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    strip = cv2.warpPerspective(photo, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(strip, 0, 255).astype(np.uint8)
