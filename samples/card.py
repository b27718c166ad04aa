"""The flat cards: portrait side, emblem side, and the things that are taken for one.

All places are fractions of a card of 85.60 × 54.00 mm (ISO/IEC 7810 ID-1, corner radius 3.18 mm). The national emblem
and the guilloche of real cards are not imitated: a plain circle and plain waves stand in their places.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from samples import fonts, person
from samples.arrays import U8, smooth_noise
from samples.identity import Identity

WIDTH_MM, HEIGHT_MM, RADIUS_MM = 85.60, 54.00, 3.18
SPECIMEN = "样本 SPECIMEN"

Box = tuple[float, float, float, float]  # x0, y0, x1, y1, fractions of the card


@dataclass(frozen=True, slots=True)
class CardRecipe:
    """One flat card: what it is, what it says, and the seed of its look.

    `kind` is portrait, emblem, bank_card, blank_card, paper or phone. Sizes other than the card's own are for paper
    and phones.
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
class _Style:
    label_face: fonts.Face
    value_face: fonts.Face
    digit_face: fonts.Face
    ink: tuple[int, int, int]
    label_ink: tuple[int, int, int]
    stroke: float  # extra stroke in mm
    shift: tuple[float, float]  # of the whole print, fractions of the card


class _Print:
    """A PIL canvas in card fractions: keeps text placing free of pixel sums."""

    def __init__(self, card: CardRecipe, bgr: U8, px_per_mm: float, style: _Style) -> None:
        self.width_mm, self.height_mm = card.width_mm, card.height_mm
        self.scale = px_per_mm
        self.style = style
        self.image = Image.fromarray(np.ascontiguousarray(bgr[..., ::-1]))
        self.draw = ImageDraw.Draw(self.image)

    def font(self, face: fonts.Face, size_mm: float) -> ImageFont.FreeTypeFont:
        return fonts.load(face, max(4, round(size_mm * self.scale)))

    def text(
        self, at: tuple[float, float], text: str, size_mm: float, *, face: fonts.Face, ink: tuple[int, int, int],
        pitch_mm: float | None = None, anchor: str = "ls",
    ) -> Box:  # fmt: skip
        """Prints `text` from `at` (start of the baseline unless `anchor` says otherwise); returns its ink box."""
        font = self.font(face, size_mm)
        x = (at[0] + self.style.shift[0]) * self.width_mm * self.scale
        y = (at[1] + self.style.shift[1]) * self.height_mm * self.scale
        stroke = round(self.style.stroke * self.scale)
        boxes = []
        parts = [text] if pitch_mm is None else list(text)
        for i, part in enumerate(parts):
            here = (x + i * (pitch_mm or 0) * self.scale, y)
            self.draw.text(here, part, font=font, fill=ink, anchor=anchor, stroke_width=stroke)
            if part.strip():
                boxes.append(self.draw.textbbox(here, part, font=font, anchor=anchor, stroke_width=stroke))
        b = np.array(boxes)
        size = np.array([self.width_mm, self.height_mm]) * self.scale
        x0, y0 = b[:, :2].min(0) / size
        x1, y1 = b[:, 2:].max(0) / size
        return float(x0), float(y0), float(x1), float(y1)

    def bgr(self) -> U8:
        return np.ascontiguousarray(np.asarray(self.image)[..., ::-1])


@lru_cache(maxsize=600)
def draw(card: CardRecipe, px_per_mm: int) -> FlatCard:
    """`card` drawn flat at `px_per_mm`. Treat the pixels as read-only: they are cached.

    Raises:
        MissingFontError: no font for Chinese, for digits or for the second script is installed.
    """
    rng = np.random.default_rng(card.seed)
    shape = (round(card.height_mm * px_per_mm), round(card.width_mm * px_per_mm))
    style = _sample_style(rng)
    painters = {
        "portrait": _portrait_side,
        "emblem": _emblem_side,
        "bank_card": _bank_card,
        "blank_card": _blank_card,
        "paper": _paper,
        "phone": _phone,
    }
    flat = painters[card.kind](card, rng, shape, float(px_per_mm), style)
    if card.markers:
        _draw_markers(flat.bgr, px_per_mm)
    return flat


@lru_cache(maxsize=64)
def outline(width_mm: float, height_mm: float, radius_mm: float, px_per_mm: int) -> U8:
    """Coverage (h, w), 0 to 255, of a card with rounded corners."""
    h, w = round(height_mm * px_per_mm), round(width_mm * px_per_mm)
    scale = 4
    big = Image.new("L", (w * scale, h * scale), 0)
    ImageDraw.Draw(big).rounded_rectangle(
        (0, 0, w * scale - 1, h * scale - 1), radius=radius_mm * px_per_mm * scale, fill=255
    )
    return np.asarray(big.resize((w, h), Image.Resampling.BOX), np.uint8)


def _sample_style(rng: np.random.Generator) -> _Style:
    chinese = fonts.available(fonts.CHINESE)
    digits = fonts.available(fonts.DIGITS)
    value = chinese[rng.integers(len(chinese))]
    label = value if rng.random() < 0.5 else chinese[rng.integers(len(chinese))]
    # OCR-B is what real cards use; the others keep a reader honest.
    digit = digits[0] if rng.random() < 0.75 else digits[rng.integers(len(digits))]
    dark = int(rng.integers(10, 75))
    blue = rng.random() < 0.65
    label_ink = (int(rng.integers(20, 90)), int(rng.integers(70, 130)), int(rng.integers(130, 190)))
    return _Style(
        label_face=label,
        value_face=value,
        digit_face=digit,
        ink=(dark, dark, dark),
        label_ink=label_ink if blue else (dark + 40, dark + 40, dark + 45),
        stroke=float(rng.choice([0.0, 0.0, 0.0, 0.06])),
        shift=(float(rng.uniform(-0.008, 0.008)), float(rng.uniform(-0.008, 0.008))),
    )


def _pale_ground(rng: np.random.Generator, shape: tuple[int, int], strength: float = 1.0) -> U8:
    """A pale two-colour gradient with plain waves."""
    h, w = shape
    y, x = np.mgrid[0:1 : h * 1j, 0:1 : w * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    t = np.clip(0.5 + (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)), 0, 1)[..., None]
    base = rng.uniform(215, 250)
    # one of the pale tints of such cards: bluish, greenish, pinkish, or nearly white
    tints = np.array([(12, 0, -16), (2, 8, -10), (2, -10, 10), (0, 0, 0), (10, 6, -8)], float)
    first, second = (base + strength * rng.uniform(0.3, 1.4) * tints[rng.integers(len(tints))] for _ in range(2))
    ground = first * (1 - t) + second * t
    for _ in range(int(rng.integers(1, 4))):
        period = rng.uniform(0.03, 0.12)
        phase = y / period + rng.uniform(0.1, 0.8) * np.sin(2 * np.pi * (x * rng.uniform(1, 4) + rng.random()))
        line = np.clip(1 - np.abs(phase % 1 - 0.5) / rng.uniform(0.06, 0.2), 0, 1)
        area = np.clip(smooth_noise(rng, shape, 2) + 0.5, 0, 1)
        ground -= (line * area)[..., None] * rng.uniform(4, 22) * rng.uniform(0.2, 1, 3)
    return np.clip(ground, 0, 255).astype(np.uint8)


def _portrait_side(
    card: CardRecipe, rng: np.random.Generator, shape: tuple[int, int], px_per_mm: float, style: _Style
) -> FlatCard:
    who = card.identity
    ground = _pale_ground(rng, shape)
    _paste_portrait(ground, rng)
    page = _Print(card, ground, px_per_mm, style)
    label, value, small = style.label_ink, style.ink, 2.62

    def put_label(x: float, baseline: float, text: str, pitch: float = 3.5, size: float = small) -> None:
        page.text((x, baseline), text, size, face=style.label_face, ink=label, pitch_mm=pitch)

    size = float(rng.uniform(2.75, 3.25))
    put_label(0.082, 0.219, "姓名")
    put_label(0.080, 0.337, "性别")
    put_label(0.306, 0.337, "民族")
    put_label(0.082, 0.450, "出生")
    put_label(0.080, 0.568, "住址")
    put_label(0.082, 0.877, "公民身份号码", pitch=3.06)

    name_box = _print_name(page, who.name, float(rng.uniform(3.55, 3.95)), value)
    page.text((0.188, 0.339), who.sex, size, face=style.value_face, ink=value)
    page.text((0.402, 0.339), who.ethnicity, size, face=style.value_face, ink=value)
    birth = ((0.186, str(who.birth.year), value), (0.286, "年", label), (0.342, f"{who.birth.month}", value),
             (0.385, "月", label), (0.432, f"{who.birth.day}", value), (0.482, "日", label))  # fmt: skip
    for x, text, ink in birth:
        page.text((x, 0.451), text, size if ink == value else small, face=style.value_face, ink=ink)
    per_line, line = int(rng.integers(10, 13)), rng.uniform(0.082, 0.094)
    lines = [who.address[i : i + per_line] for i in range(0, len(who.address), per_line)]
    for i, text in enumerate(lines[:3]):
        page.text((0.187, 0.570 + i * line), text, size, face=style.value_face, ink=value)
    number_box = _print_number(page, who.number, value)
    if who.minority_layout:
        _second_script(page, rng)
    _print_specimen(page, rng)
    return FlatCard(page.bgr(), name_box, number_box)


def _print_name(page: _Print, name: str, size: float, ink: tuple[int, int, int]) -> Box:
    """The name on one line, narrowed when long, on two lines when still too long."""
    room = 0.415 * WIDTH_MM
    size = min(size, max(room / (len(name) * 1.02), 2.7))
    per_line = int(room / (size * 1.02))
    boxes = [
        page.text((0.187, 0.228 + 0.058 * i), name[k : k + per_line], size, face=page.style.value_face, ink=ink)
        for i, k in enumerate(range(0, len(name), per_line))
    ]
    b = np.array(boxes)
    return float(b[:, 0].min()), float(b[:, 1].min()), float(b[:, 2].max()), float(b[:, 3].max())


def _print_number(page: _Print, number: str, ink: tuple[int, int, int]) -> Box:
    """Eighteen characters from x .334 to .862, whatever the font's own advance."""
    pitch = (0.862 - 0.334) * WIDTH_MM / 18
    face = page.style.digit_face
    digit_height = -page.font(face, 20).getbbox("0", anchor="ls")[1] / (20 * page.scale)
    return page.text((0.336, 0.877), number, 2.72 / digit_height, face=face, ink=ink, pitch_mm=pitch)


def _paste_portrait(ground: U8, rng: np.random.Generator) -> None:
    h, w = ground.shape[:2]
    x0, x1 = round(rng.uniform(0.612, 0.636) * w), round(rng.uniform(0.915, 0.938) * w)
    y0, y1 = round(rng.uniform(0.09, 0.13) * h), round(rng.uniform(0.68, 0.71) * h)
    photo, alpha = person.portrait(int(rng.integers(2**31)), (y1 - y0, x1 - x0))
    if rng.random() < 0.7:  # printed without a frame: the ground shows around the head
        a = alpha[..., None]
        ground[y0:y1, x0:x1] = np.clip(a * photo + (1 - a) * ground[y0:y1, x0:x1], 0, 255).astype(np.uint8)
    else:
        backdrop = rng.uniform(185, 250, 3)
        a = alpha[..., None]
        ground[y0:y1, x0:x1] = np.clip(a * photo + (1 - a) * backdrop, 0, 255).astype(np.uint8)


def _second_script(page: _Print, rng: np.random.Generator) -> None:
    """A line of a second script above each line: Arabic letters, or drawn strokes for scripts without a font."""
    drawn = rng.random() < 0.5
    face = fonts.available(fonts.LATIN)[0]
    for x, y in ((0.08, 0.150), (0.187, 0.150), (0.08, 0.275), (0.305, 0.275), (0.08, 0.388), (0.08, 0.507), (0.187, 0.507),
                 (0.08, 0.800)):  # fmt: skip
        count = int(rng.integers(3, 9))
        if not drawn:
            text = "".join(chr(int(c)) for c in rng.integers(0x0628, 0x063A, count))
            page.text((x, y), text, 1.7, face=face, ink=page.style.label_ink)
            continue
        left, base = x * WIDTH_MM * page.scale, y * HEIGHT_MM * page.scale
        unit = 0.42 * page.scale
        width = max(1, round(0.16 * page.scale))
        for i in range(count):
            start = left + i * 3.1 * unit
            points = [(start + float(dx) * unit, base - float(dy) * unit)
                      for dx, dy in zip(np.sort(rng.uniform(0, 3, 5)), rng.uniform(0, 4, 5), strict=True)]  # fmt: skip
            page.draw.line(points, fill=page.style.label_ink, width=width, joint="curve")


def _print_specimen(page: _Print, rng: np.random.Generator) -> None:
    """The word that marks the card as fictional, clear of name and number."""
    face = fonts.available(fonts.CHINESE)[0]
    ink = (int(rng.integers(150, 225)), int(rng.integers(20, 110)), int(rng.integers(20, 110)))
    place = int(rng.integers(5))
    if place == 0:
        page.text((0.625, 0.775), SPECIMEN, 2.9, face=face, ink=ink)
    elif place == 1:
        page.text((0.30, 0.975), SPECIMEN, 3.0, face=face, ink=ink)
    elif place == 2:
        page.text((0.56, 0.075), SPECIMEN, 3.0, face=face, ink=ink)
    elif place == 3:
        page.text((0.09, 0.795), SPECIMEN, 2.6, face=face, ink=ink)
    else:
        page.text((0.085, 0.095), SPECIMEN, 3.2, face=face, ink=ink)


def _emblem_side(
    card: CardRecipe, rng: np.random.Generator, shape: tuple[int, int], px_per_mm: float, style: _Style
) -> FlatCard:
    who = card.identity
    page = _Print(card, _pale_ground(rng, shape, 1.6), px_per_mm, style)
    w, h = page.image.size
    r, cx, cy = rng.uniform(0.14, 0.19) * h, rng.uniform(0.13, 0.17) * w, rng.uniform(0.24, 0.30) * h
    fill = (int(rng.integers(170, 230)), int(rng.integers(40, 120)), int(rng.integers(40, 100)))
    page.draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=fill, outline=(200, 160, 60), width=max(1, round(r / 12)))
    face, ink = style.value_face, style.ink
    page.text((0.31, 0.22), "中华人民共和国", 5.4, face=face, ink=ink, pitch_mm=6.6)
    page.text((0.29, 0.44), "居民身份证", 8.0, face=face, ink=ink, pitch_mm=10.2)
    page.text((0.21, 0.797), "签发机关", 2.7, face=style.label_face, ink=style.label_ink, pitch_mm=3.0)
    page.text((0.41, 0.797), who.authority, 2.9, face=face, ink=ink)
    page.text((0.21, 0.907), "有效期限", 2.7, face=style.label_face, ink=style.label_ink, pitch_mm=3.0)
    until = f"{who.valid_until:%Y.%m.%d}" if who.valid_until else "长期"
    page.text((0.41, 0.907), f"{who.valid_from:%Y.%m.%d}-{until}", 2.9, face=face, ink=ink)
    page.text((0.60, 0.62) if rng.random() < 0.5 else (0.05, 0.62), SPECIMEN, 3.2, face=fonts.CHINESE[0], ink=fill)
    return FlatCard(page.bgr(), None, None)


def _bank_card(
    card: CardRecipe, rng: np.random.Generator, shape: tuple[int, int], px_per_mm: float, style: _Style
) -> FlatCard:
    h, w = shape
    first, second = rng.uniform(20, 230, 3), rng.uniform(20, 230, 3)
    t = np.clip(0.5 + 0.5 * smooth_noise(rng, shape, 1.2), 0, 1)[..., None]
    page = _Print(card, (first * (1 - t) + second * t).astype(np.uint8), px_per_mm, style)
    for _ in range(int(rng.integers(0, 4))):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.1, 0.5) * h
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        page.draw.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=max(1, round(0.4 * px_per_mm)))
    light = float(np.mean(first)) < 140
    ink = (240, 240, 235) if light else (25, 25, 30)
    chip = (0.10 * w, 0.33 * h, 0.24 * w, 0.52 * h)
    page.draw.rounded_rectangle(chip, radius=0.03 * h, fill=(205, 180, 105), outline=(120, 100, 50))
    page.draw.line((chip[0], 0.42 * h, chip[2], 0.42 * h), fill=(120, 100, 50))
    page.draw.line((0.17 * w, chip[1], 0.17 * w, chip[3]), fill=(120, 100, 50))
    digits = " ".join("".join(str(d) for d in rng.integers(0, 10, 4)) for _ in range(4))
    page.text((0.09, 0.68), "0000" + digits[4:], 5.0, face=style.digit_face, ink=ink)
    page.text((0.09, 0.84), SPECIMEN, 3.0, face=fonts.CHINESE[0], ink=ink)
    page.text((0.55, 0.17), str(rng.choice(["样本银行", "SAMPLE BANK", "测试会员卡", "CLUB"])), 5.0, face=style.value_face, ink=ink)
    return FlatCard(page.bgr(), None, None)


def _blank_card(
    card: CardRecipe, rng: np.random.Generator, shape: tuple[int, int], px_per_mm: float, style: _Style
) -> FlatCard:
    ground = _pale_ground(rng, shape) if rng.random() < 0.4 else np.full((*shape, 3), rng.uniform(150, 250, 3), np.uint8)
    return FlatCard(ground, None, None)


def _paper(
    card: CardRecipe, rng: np.random.Generator, shape: tuple[int, int], px_per_mm: float, style: _Style
) -> FlatCard:
    page = _Print(card, np.full((*shape, 3), rng.uniform(225, 252), np.uint8), px_per_mm, style)
    y = rng.uniform(0.06, 0.2)
    words = "本人承诺以上内容真实有效此件仅供样本测试使用日期签字单位盖章申请表格说明第一条"
    while y < 0.95:
        count = int(rng.integers(3, max(4, int(card.width_mm / 4.2) - 3)))
        text = "".join(str(c) for c in rng.choice(list(words), count))
        if rng.random() < 0.85:
            page.text((0.08, float(y)), text, 3.6, face=style.value_face, ink=style.ink)
        y += rng.uniform(0.04, 0.09)
    return FlatCard(page.bgr(), None, None)


def _phone(
    card: CardRecipe, rng: np.random.Generator, shape: tuple[int, int], px_per_mm: float, style: _Style
) -> FlatCard:
    body = np.full((*shape, 3), rng.uniform(8, 40), np.uint8)
    h, w = shape
    m, top = round(0.03 * min(h, w)), round(0.05 * min(h, w))
    inner = (h - 2 * top, w - 2 * m)
    t = np.clip(0.5 + 0.5 * smooth_noise(rng, inner, 1.5), 0, 1)[..., None]
    body[top : top + inner[0], m : m + inner[1]] = (
        rng.uniform(30, 255, 3) * t + rng.uniform(30, 255, 3) * (1 - t)
    ).astype(np.uint8)
    page = _Print(card, body, px_per_mm, style)
    for _ in range(int(rng.integers(4, 14))):
        x0, y0 = rng.uniform(0.08, 0.7) * w, rng.uniform(0.08, 0.85) * h
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        page.draw.rounded_rectangle(
            (x0, y0, x0 + rng.uniform(0.05, 0.3) * w, y0 + rng.uniform(0.03, 0.12) * h), radius=2, fill=colour
        )
    return FlatCard(page.bgr(), None, None)


def _draw_markers(bgr: U8, px_per_mm: int) -> None:
    """Black dots on white, centred 5 mm in from each edge."""
    h, w = bgr.shape[:2]
    bgr[:] = 255
    inset, shift = 5 * px_per_mm, 4
    for x, y in ((inset, inset), (w - inset, inset), (w - inset, h - inset), (inset, h - inset)):
        # cv2 puts integer coordinates at pixel centres
        centre = (round((x - 0.5) * 2**shift), round((y - 0.5) * 2**shift))
        cv2.circle(bgr, centre, round(1.5 * px_per_mm * 2**shift), (0, 0, 0), -1, cv2.LINE_AA, shift)
