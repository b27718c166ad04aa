"""Draw training samples into a file once, so that training does not wait for drawing.

python -m models.locator.pool --seed 1 --findings 12000 --cornerings 30000 --out DIR
python -m models.locator.pool --seed 1 --scenes 6000 --out DIR      (from the sample generator's own scenes)
"""

from __future__ import annotations

import argparse
import pickle
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from idcheck.scene.card import CROP_SIZE, FINDER_LONG, FINDER_SHORT
from models.locator import data, stock
from models.locator.composite import Rng, Stock
from models.locator.data import Scene

CARDS_IN_STOCK = 1200
MOST_CARDS = 2
"""Cards in one view."""


def draw_findings(rng: Rng, count: int, drawn: Stock, scenes: tuple[Scene, ...]) -> dict[str, Any]:
    """Views stand; a lying one is stored turned by a quarter (a card's middle and axes turn with it)."""
    views = np.zeros((count, FINDER_LONG, FINDER_SHORT), np.uint8)
    cards = np.full((count, MOST_CARDS, 4, 2), np.nan, np.float32)
    for i in range(count):
        standing = rng.random() < 0.7
        sample = data.finding(rng, drawn, scenes, standing=standing)
        views[i] = sample.view if standing else sample.view.T
        for k, corners in enumerate(sample.cards):
            cards[i, k] = corners if standing else corners[:, ::-1]
    return {"views": views, "cards": cards}


def draw_cornerings(rng: Rng, count: int, drawn: Stock, scenes: tuple[Scene, ...]) -> dict[str, Any]:
    """Crops with their corners, turns and kinds."""
    crops = np.zeros((count, CROP_SIZE[1], CROP_SIZE[0]), np.uint8)
    corners = np.zeros((count, 4, 2), np.float32)
    turns, kinds = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for i in range(count):
        sample = data.cornering(rng, drawn, scenes)
        crops[i], corners[i], turns[i], kinds[i] = sample.crop, sample.corners, sample.turn, sample.kind
    return {"crops": crops, "corners": corners, "turns": turns, "kinds": kinds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--findings", type=int, default=0)
    parser.add_argument("--cornerings", type=int, default=0)
    parser.add_argument("--cards", type=int, default=CARDS_IN_STOCK)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    kept = args.out / f"stock-{args.seed}-{args.cards}.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(stock.draw(args.seed, args.cards)))
    drawn: Stock = pickle.loads(kept.read_bytes())  # noqa: S301 - this program wrote it
    print(f"stock {time.perf_counter() - started:.0f} s", flush=True)
    if args.findings:
        rng = np.random.default_rng([args.seed, 1])
        np.savez(args.out / f"findings-{args.seed}.npz", **draw_findings(rng, args.findings, drawn, ()))
    if args.cornerings:
        rng = np.random.default_rng([args.seed, 2])
        np.savez(args.out / f"cornerings-{args.seed}.npz", **draw_cornerings(rng, args.cornerings, drawn, ()))
    print(f"done {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
