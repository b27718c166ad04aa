"""Draw training samples into files once, so that training does not wait for drawing.

python -m models.locator.pool --seed 1 --findings 8000 --cornerings 24000 --out DIR
    composes pictures quickly (`models.locator.composite`): findings-1.npz, cornerings-1.npz
python -m models.locator.pool --seed 1 --scenes 1800 --findings 7000 --cornerings 9000 --out DIR
    cuts samples out of the sample generator's scenes: findings-1-scenes.npz, cornerings-1-scenes.npz
python -m models.locator.pool --seed 1 --cut-off --cornerings 6000 --out DIR
    composes cards that reach out of the photo: cornerings-1-cut.npz
python -m models.locator.pool --seed 1 --mine FINDER.pt --cornerings 6000 --out DIR
    keeps what a trained finder takes for cards in pictures without any: cornerings-1-mined.npz

Another seed has other cards, names, drawn people, backgrounds and poses.
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from idcheck.scene.card import CROP_SIZE, FINDER_LONG, FINDER_SHORT, decode_finder
from models.locator import composite, data, stock
from models.locator.composite import BACKGROUND, PORTRAIT, Rng, Stock
from models.locator.data import Cornering, Finding, Scene
from models.locator.net import Finder
from samples.scene import render, sample_recipe

CARDS_IN_STOCK = 1200
LOOKS = 120
"""Cards and people that the scenes of one seed are made of."""
SCENE_LONG_SIDE = 560
SCENE_CLASSES = {
    "clear": 0.08, "defocus": 0.03, "motion": 0.03, "lowlight": 0.06, "overexposed": 0.12, "glare": 0.05,
    "card_occluded": 0.14, "face_occluded": 0.02, "cutoff": 0.16, "small": 0.12, "two_cards": 0.02,
    "bank_card": 0.05, "paper": 0.04, "phone": 0.03, "emblem": 0.03, "blank_card": 0.01, "no_card": 0.01,
}  # fmt: skip
"""Classes of the sample generator and how often each is drawn."""
VIEW_LONG, VIEW_SHORT = 320, 240
"""Views are drawn finer than the finder sees them, and shrunk, as photos are."""
MOST_CARDS = 2
"""Cards in one view."""


def draw_scene(seed: int, number: int) -> Scene:
    """One scene of the sample generator; what is hard to find more often than it draws it by itself."""
    rng = np.random.default_rng([seed, 3, number])
    name = str(rng.choice(list(SCENE_CLASSES), p=list(SCENE_CLASSES.values())))
    scene = render(sample_recipe(rng, name, card_pool=LOOKS), SCENE_LONG_SIDE)
    gray = cv2.cvtColor(scene.bgr, cv2.COLOR_BGR2GRAY)
    _, code = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, 92])
    label = scene.label
    corners = label["card_corners"] or label.get("decoy_corners")
    kind = PORTRAIT if label["card_corners"] else stock.KINDS[label["decoy"]] if corners else BACKGROUND
    others = tuple(np.array(other) for other in label.get("other_cards", ()))
    return Scene(code.tobytes(), kind, np.array(corners) if corners else None, others)


def collect_findings(rng: Rng, count: int, draw: Callable[[tuple[int, int]], Finding]) -> dict[str, Any]:
    """Standing views, as the finder sees them; a lying one is stored with x and y exchanged, cards too."""
    views = np.zeros((count, FINDER_LONG, FINDER_SHORT), np.uint8)
    cards = np.full((count, MOST_CARDS, 4, 2), np.nan, np.float32)
    for i in range(count):
        standing = rng.random() < 0.7
        sample = draw((VIEW_SHORT, VIEW_LONG) if standing else (VIEW_LONG, VIEW_SHORT))
        drawn = sample.view if standing else sample.view.T
        views[i] = cv2.resize(drawn, (FINDER_SHORT, FINDER_LONG), interpolation=cv2.INTER_AREA)
        for k, corners in enumerate(sample.cards[:MOST_CARDS]):
            cards[i, k] = (corners if standing else corners[:, ::-1]) * (FINDER_LONG / VIEW_LONG)
    return {"views": views, "cards": cards}


def collect_cornerings(count: int, draw: Callable[[], Cornering]) -> dict[str, Any]:
    """Crops with their corners, turns and kinds."""
    crops = np.zeros((count, CROP_SIZE[1], CROP_SIZE[0]), np.uint8)
    corners = np.zeros((count, 4, 2), np.float32)
    turns, kinds = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for i in range(count):
        sample = draw()
        crops[i], corners[i], turns[i], kinds[i] = sample.crop, sample.corners, sample.turn, sample.kind
    return {"crops": crops, "corners": corners, "turns": turns, "kinds": kinds}


def mine(rng: Rng, finder: Finder, drawn: Stock) -> Iterator[Cornering]:
    """Background that looks like a card to a trained finder, again and again."""
    lying = (2 * VIEW_LONG, 2 * VIEW_SHORT)
    while True:
        size = lying if rng.random() < 0.4 else lying[::-1]
        picture = composite.photographed(rng, composite.collage(rng, size, drawn))
        view = cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        with torch.no_grad():
            maps = finder(torch.from_numpy(view)[None, None])[0].numpy()
        for candidate in decode_finder(maps, np.array([0.4, 0.4])):
            yield data.background_at(rng, picture, candidate.corners)


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """What the file holds; made and written first if it is not there."""
    if not path.exists():
        path.write_bytes(pickle.dumps(make()))
    return pickle.loads(path.read_bytes())  # noqa: S301 - this program wrote it


def main() -> None:
    """Read the arguments, draw, write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--findings", type=int, default=0)
    parser.add_argument("--cornerings", type=int, default=0)
    parser.add_argument("--cards", type=int, default=CARDS_IN_STOCK)
    parser.add_argument("--scenes", type=int, default=0)
    parser.add_argument("--cut-off", action="store_true")
    parser.add_argument("--mine", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    views, crops = np.random.default_rng([args.seed, 1]), np.random.default_rng([args.seed, 2])
    if args.scenes:
        name = f"{args.seed}-scenes"
        scenes: list[Scene] = kept(
            args.out / f"scenes-{args.seed}-{args.scenes}.pickle",
            lambda: [draw_scene(args.seed, number) for number in range(args.scenes)],
        )
        print(f"scenes {time.perf_counter() - started:.0f} s", flush=True)
        find = lambda size: data.finding_in(views, scenes[views.integers(len(scenes))], size)  # noqa: E731
        corner = lambda: data.cornering_in(crops, scenes[crops.integers(len(scenes))])  # noqa: E731
    else:
        name = str(args.seed)
        drawn: Stock = kept(
            args.out / f"stock-{args.seed}-{args.cards}.pickle", lambda: stock.draw(args.seed, args.cards)
        )
        find = lambda size: data.finding(views, drawn, size)  # noqa: E731
        corner = lambda: data.cornering(crops, drawn)  # noqa: E731
    if args.cut_off:
        name = f"{args.seed}-cut"
        corner = lambda: data.cut_off(crops, drawn)  # noqa: E731
    if args.mine:
        name = f"{args.seed}-mined"
        finder = Finder()
        finder.load_state_dict(torch.load(args.mine))
        corner = mine(crops, finder.eval(), drawn).__next__
    if args.findings:
        np.savez(args.out / f"findings-{name}.npz", **collect_findings(views, args.findings, find))
    if args.cornerings:
        np.savez(args.out / f"cornerings-{name}.npz", **collect_cornerings(args.cornerings, corner))
    print(f"done {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
