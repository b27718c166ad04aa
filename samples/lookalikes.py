"""Things that people hold up instead of the card's portrait side: bank cards, blank cards, papers, phones."""

import numpy as np

from samples.arrays import F64, U8, smooth_noise, u8
from samples.printing import FlatCard, Page, Type, pale_ground

_PAPER_WORDS = "本人承诺以上内容真实有效此件仅供样本测试使用日期签字单位盖章申请表格说明第一条"
_BANK_NAMES = ("样本银行", "SAMPLE BANK", "测试会员卡", "CLUB")


def bank_card(page: Page) -> FlatCard:
    """A bank or club card with a chip and an embossed number that no bank issues."""
    rng = page.rng
    h, w = page.shape
    first, second = rng.uniform(20, 230, 3), rng.uniform(20, 230, 3)
    page.start(_clouds(rng, page.shape, first, second, 1.2))
    for _ in range(int(rng.integers(0, 4))):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.1, 0.5) * h
        width = max(1, round(0.4 * page.scale))
        page.draw.ellipse((x - r, y - r, x + r, y + r), outline=_colour(rng), width=width)
    chip, gold, line = (0.10 * w, 0.33 * h, 0.24 * w, 0.52 * h), (205, 180, 105), (120, 100, 50)
    page.draw.rounded_rectangle(chip, radius=0.03 * h, fill=gold, outline=line)
    page.draw.line((chip[0], 0.42 * h, chip[2], 0.42 * h), fill=line)
    page.draw.line((0.17 * w, chip[1], 0.17 * w, chip[3]), fill=line)
    ink = (240, 240, 235) if float(np.mean(first)) < 140 else (25, 25, 30)
    groups = ["".join(str(d) for d in rng.integers(0, 10, 4)) for _ in range(3)]
    page.text((0.09, 0.68), " ".join(["0000", *groups]), Type(page.style.digit_face, 5.0, ink))
    page.specimen((0.09, 0.84), 3.0, ink)
    page.text((0.55, 0.17), str(rng.choice(_BANK_NAMES)), Type(page.style.value_face, 5.0, ink))
    return FlatCard(page.bgr(), None, None)


def blank_card(page: Page) -> FlatCard:
    """A card with nothing printed on it."""
    if page.rng.random() < 0.4:
        return FlatCard(pale_ground(page.rng, page.shape), None, None)
    colour = page.rng.uniform(150, 250, 3).astype(np.uint8)
    return FlatCard(np.full((*page.shape, 3), colour, np.uint8), None, None)


def paper(page: Page) -> FlatCard:
    """A sheet with lines of text of no meaning."""
    rng = page.rng
    page.start(np.full((*page.shape, 3), rng.uniform(225, 252), np.uint8))
    y = rng.uniform(0.06, 0.2)
    most = max(4, int(page.card.width_mm / 4.2) - 3)
    while y < 0.95:
        text = "".join(str(c) for c in rng.choice(list(_PAPER_WORDS), int(rng.integers(3, most))))
        page.value((0.08, float(y)), text, 3.6)
        y += rng.uniform(0.04, 0.09) * (1 if rng.random() < 0.85 else 2)
    return FlatCard(page.bgr(), None, None)


def phone(page: Page) -> FlatCard:
    """A phone whose screen shows a gradient and tiles."""
    rng = page.rng
    h, w = page.shape
    body = np.full((h, w, 3), rng.uniform(8, 40), np.uint8)
    side, top = round(0.03 * w), round(0.03 * h)
    screen = _clouds(rng, (h - 2 * top, w - 2 * side), rng.uniform(30, 255, 3), rng.uniform(30, 255, 3), 1.5)
    body[top : h - top, side : w - side] = screen
    page.start(body)
    for _ in range(int(rng.integers(4, 14))):
        x0, y0 = rng.uniform(0.08, 0.7) * w, rng.uniform(0.08, 0.85) * h
        tile = (x0, y0, x0 + rng.uniform(0.05, 0.3) * w, y0 + rng.uniform(0.03, 0.12) * h)
        page.draw.rounded_rectangle(tile, radius=0.7 * page.scale, fill=_colour(rng))
    return FlatCard(page.bgr(), None, None)


def _clouds(rng: np.random.Generator, shape: tuple[int, int], first: F64, second: F64, cells: float) -> U8:
    t = np.clip(0.5 + 0.5 * smooth_noise(rng, shape, cells), 0, 1)[..., None]
    return u8(first * (1 - t) + second * t)


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    r, g, b = rng.integers(0, 255, 3)
    return int(r), int(g), int(b)
