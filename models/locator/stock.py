"""Flat cards, photographs and people for `models.locator.composite`, drawn once from a seed."""

from __future__ import annotations

import time

import cv2
import numpy as np
import skimage.data

from models.locator.composite import BANK_CARD, EMBLEM, OBJECT, PAPER, PHONE, PORTRAIT, Bytes, Stock
from samples import card, person
from samples.identity import sample_identity

KINDS = {
    "portrait": PORTRAIT,
    "emblem": EMBLEM,
    "bank_card": BANK_CARD,
    "blank_card": OBJECT,
    "paper": PAPER,
    "phone": PHONE,
}
PX_PER_MM = 5
PHOTOGRAPHS = (
    "astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel", "moon", "page",
    "rocket", "text", "immunohistochemistry", "hubble_deep_field", "stereo_motorcycle",
)  # fmt: skip


def draw(seed: int, cards: int) -> Stock:
    """The stock of a seed: half of the cards show the portrait side."""
    rng = np.random.default_rng(seed)
    return Stock(
        cards=tuple(_flat(rng) for _ in range(cards)),
        photographs=tuple(_photograph(name) for name in PHOTOGRAPHS),
        people=tuple(
            _person(source)
            for source in ("astronaut", "hopper", *(f"drawn:{rng.integers(10**6)}" for _ in range(30)))
        ),
    )


def _flat(rng: np.random.Generator) -> tuple[Bytes, int, tuple[float, float]]:
    kinds = list(KINDS)
    kind = str(rng.choice(kinds, p=[0.55, 0.15, 0.12, 0.05, 0.07, 0.06]))
    size = (card.WIDTH_MM, card.HEIGHT_MM)
    if kind == "paper":
        size = (float(rng.uniform(70, 210)), float(rng.uniform(60, 297)))
    elif kind == "phone":
        size = (float(rng.uniform(65, 80)), float(rng.uniform(135, 165)))
    recipe = card.CardRecipe(kind, sample_identity(rng), int(rng.integers(2**31)), *size)
    flat = card.draw.__wrapped__(recipe, PX_PER_MM)  # no use in caching what is drawn once
    return np.asarray(cv2.cvtColor(flat.bgr, cv2.COLOR_BGR2GRAY), np.uint8), KINDS[kind], size


def _photograph(name: str) -> Bytes:
    picture = getattr(skimage.data, name)()
    picture = picture[0] if isinstance(picture, tuple) else picture
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture[..., :3], cv2.COLOR_RGB2GRAY)
    return np.ascontiguousarray(picture, np.uint8)


def _person(source: str) -> tuple[Bytes, Bytes]:
    cut = person.cutout(source, False)
    return np.asarray(cv2.cvtColor(cut.bgr, cv2.COLOR_BGR2GRAY), np.uint8), (cut.alpha * 255).astype(np.uint8)


if __name__ == "__main__":
    started = time.perf_counter()
    stock = draw(1, 100)
    print(f"{(time.perf_counter() - started) * 10:.1f} ms a card")
