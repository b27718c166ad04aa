"""What flat cards are made of: their sizes, the page they are printed on, and the pale ground.

The guilloche of real cards is not imitated: plain waves stand in its place.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from samples import fonts
from samples.arrays import U8, smooth_noise, u8
from samples.identity import Identity

WIDTH_MM, HEIGHT_MM, RADIUS_MM = 85.60, 54.00, 3.18
SPECIMEN = "样本 SPECIMEN"

Box = tuple[float, float, float, float]  # x0, y0, x1, y1, fractions of the card
Place = tuple[float, float]  # fractions of the card
Ink = tuple[int, int, int]  # RGB


@dataclass(frozen=True, slots=True)
class CardRecipe:
    """One flat card: what it is, what it says, and the seed of its look.

    `kind` is portrait, emblem, bank_card, blank_card, paper or phone. Sizes other than the card's own are
    for paper and phones.
    """

    kind: str
    identity: Identity
    seed: int
    width_mm: float = WIDTH_MM
    height_mm: float = HEIGHT_MM
    radius_mm: float = RADIUS_MM
    markers: bool = False  # four dots near the corners, for tests of the geometry


@dataclass(frozen=True, slots=True)
class FlatCard:
    """A drawn card: `bgr` (h, w, 3) sRGB, and where on it the name and the number were printed."""

    bgr: U8
    name_box: Box | None
    number_box: Box | None


@dataclass(frozen=True, slots=True)
class Style:
    """The fonts and inks of one card."""

    label_face: fonts.Face
    value_face: fonts.Face
    digit_face: fonts.Face
    ink: Ink
    label_ink: Ink
    stroke: float  # extra stroke in mm
    shift: tuple[float, float]  # of the whole print, fractions of the card


@dataclass(frozen=True, slots=True)
class Type:
    """How a line is set: face, em size in mm, ink, and the pitch of its characters in mm if it is fixed."""

    face: fonts.Face
    size_mm: float
    ink: Ink
    pitch_mm: float | None = None


class Page:
    """A canvas in card fractions, so that placing text needs no sums of pixels.

    `rng` draws the look; `shape` is (h, w) in px; `scale` px a mm; `style` the print's fonts and inks.
    """

    def __init__(self, card: CardRecipe, px_per_mm: int) -> None:
        self.card = card
        self.scale = px_per_mm
        self.rng = np.random.default_rng(card.seed)
        self.style = _sample_style(self.rng)
        self.shape = (round(card.height_mm * px_per_mm), round(card.width_mm * px_per_mm))

    def start(self, ground: U8) -> None:
        """Begins to print on `ground` (h, w, 3) BGR."""
        self.image = Image.fromarray(np.ascontiguousarray(ground[..., ::-1]))
        self.draw = ImageDraw.Draw(self.image)

    def bgr(self) -> U8:
        """What has been printed, (h, w, 3)."""
        return np.array(np.asarray(self.image)[..., ::-1], np.uint8)

    def font(self, face: fonts.Face, size_mm: float) -> ImageFont.FreeTypeFont:
        """`face` at an em size of `size_mm`."""
        return fonts.load(face, max(4, round(size_mm * self.scale)))

    def value(self, at: Place, text: str, size_mm: float) -> Box:
        """Prints `text` in the face and ink of a card's values; returns its ink box."""
        return self.text(at, text, Type(self.style.value_face, size_mm, self.style.ink))

    def label(self, at: Place, text: str, size_mm: float = 2.62, pitch_mm: float | None = None) -> None:
        """Prints `text` in the face and ink of a card's labels."""
        self.text(at, text, Type(self.style.label_face, size_mm, self.style.label_ink, pitch_mm))

    def specimen(self, at: Place, size_mm: float, ink: Ink) -> None:
        """Prints the word that marks the card as fictional."""
        self.text(at, SPECIMEN, Type(fonts.available(fonts.CHINESE)[0], size_mm, ink))

    def text(self, at: Place, text: str, kind: Type) -> Box:
        """Prints `text` with its baseline starting at `at`; returns its ink box."""
        font = self.font(kind.face, kind.size_mm)
        x = (at[0] + self.style.shift[0]) * self.card.width_mm * self.scale
        y = (at[1] + self.style.shift[1]) * self.card.height_mm * self.scale
        stroke = round(self.style.stroke * self.scale)
        pitch = (kind.pitch_mm or 0) * self.scale
        boxes = []
        for i, part in enumerate([text] if kind.pitch_mm is None else list(text)):
            here = (x + i * pitch, y)
            self.draw.text(here, part, font=font, fill=kind.ink, anchor="ls", stroke_width=stroke)
            boxes.append(self.draw.textbbox(here, part, font=font, anchor="ls", stroke_width=stroke))
        b = np.array(boxes)
        size = np.array([self.card.width_mm, self.card.height_mm]) * self.scale
        x0, y0 = b[:, :2].min(0) / size
        x1, y1 = b[:, 2:].max(0) / size
        return float(x0), float(y0), float(x1), float(y1)


def _sample_style(rng: np.random.Generator) -> Style:
    chinese = fonts.available(fonts.CHINESE)
    digits = fonts.available(fonts.DIGITS)
    value = chinese[rng.integers(len(chinese))]
    label = value if rng.random() < 0.5 else chinese[rng.integers(len(chinese))]
    # OCR-B is what real cards use; the others keep a reader honest.
    digit = digits[0] if rng.random() < 0.75 else digits[rng.integers(len(digits))]
    dark = int(rng.integers(10, 75))
    blue = rng.random() < 0.65
    label_ink = (int(rng.integers(20, 90)), int(rng.integers(70, 130)), int(rng.integers(130, 190)))
    return Style(
        label_face=label,
        value_face=value,
        digit_face=digit,
        ink=(dark, dark, dark),
        label_ink=label_ink if blue else (dark + 40, dark + 40, dark + 45),
        stroke=float(rng.choice([0.0, 0.0, 0.0, 0.06])),
        shift=(float(rng.uniform(-0.008, 0.008)), float(rng.uniform(-0.008, 0.008))),
    )


def pale_ground(rng: np.random.Generator, shape: tuple[int, int], strength: float = 1.0) -> U8:
    """A pale two-colour gradient with plain waves."""
    h, w = shape
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    t = np.clip(0.5 + (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)), 0, 1)[..., None]
    base = rng.uniform(215, 250)
    # one of the pale tints of such cards: bluish, greenish, pinkish, or nearly white
    tints = np.array([(12, 0, -16), (2, 8, -10), (2, -10, 10), (0, 0, 0), (10, 6, -8)], float)
    first, second = (
        base + strength * rng.uniform(0.3, 1.4) * tints[rng.integers(len(tints))] for _ in range(2)
    )
    ground = first * (1 - t) + second * t
    for _ in range(int(rng.integers(1, 4))):
        period = rng.uniform(0.03, 0.12)
        phase = y / period + rng.uniform(0.1, 0.8) * np.sin(
            2 * np.pi * (x * rng.uniform(1, 4) + rng.random())
        )
        line = np.clip(1 - np.abs(phase % 1 - 0.5) / rng.uniform(0.06, 0.2), 0, 1)
        area = np.clip(smooth_noise(rng, shape, 2) + 0.5, 0, 1)
        ground -= (line * area)[..., None] * rng.uniform(4, 22) * rng.uniform(0.2, 1, 3)
    return u8(np.clip(ground, 0, 255))
