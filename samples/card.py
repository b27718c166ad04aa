"""Flat cards, drawn once and cached: portrait side, emblem side, and the things that are taken for one."""

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from samples.arrays import U8
from samples.identity_card import emblem_side, portrait_side
from samples.lookalikes import bank_card, blank_card, paper, phone
from samples.printing import HEIGHT_MM, RADIUS_MM, WIDTH_MM, Box, CardRecipe, FlatCard, Page

__all__ = ["HEIGHT_MM", "RADIUS_MM", "WIDTH_MM", "Box", "CardRecipe", "FlatCard", "draw", "outline"]

_PAINTERS = {
    "portrait": portrait_side,
    "emblem": emblem_side,
    "bank_card": bank_card,
    "blank_card": blank_card,
    "paper": paper,
    "phone": phone,
}


@lru_cache(maxsize=600)
def draw(card: CardRecipe, px_per_mm: int) -> FlatCard:
    """`card` drawn flat at `px_per_mm`. Treat the pixels as read-only: they are cached.

    Raises:
        MissingFontError: no font for Chinese, for digits or for the second script is installed.
    """
    flat = _PAINTERS[card.kind](Page(card, px_per_mm))
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


def _draw_markers(bgr: U8, px_per_mm: int) -> None:
    """Black dots on white, centred 5 mm in from each edge."""
    h, w = bgr.shape[:2]
    bgr[:] = 255
    inset, shift = 5 * px_per_mm, 4
    for x, y in ((inset, inset), (w - inset, inset), (w - inset, h - inset), (inset, h - inset)):
        # cv2 puts integer coordinates at pixel centres
        centre = (round((x - 0.5) * 2**shift), round((y - 0.5) * 2**shift))
        cv2.circle(bgr, centre, round(1.5 * px_per_mm * 2**shift), (0, 0, 0), -1, cv2.LINE_AA, shift)
