"""Draw crops into files once, so that training does not wait for drawing.

    python -m models.registration.pool --seed 31 --stock  DIR/stock-22-600.pickle   --count 40960 --out DIR
    python -m models.registration.pool --seed 32 --scenes DIR/scenes-21-3000.pickle --count 40960 --out DIR

writes shards 31-000.npz, 31-001.npz, … of `SHARD` crops, composed of a stock of cards or cut out of scenes,
which `models.locator.pool` draws. Crop i of a seed is the same whatever the others are.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from models.locator.composite import PORTRAIT, Rng
from models.registration.data import Crop, composed, cut
from models.shards import Examples, Shards

SHARD = 2048


def draw_shard(draw: Callable[[Rng], Crop], seed: int, shard: int) -> Examples:
    """Crops and where their cards lie.

    Returns:
        ``pictures`` uint8 (n, 160, 240); ``corners`` float32 (n, 4, 2), pixels.
    """
    numbers = range(shard * SHARD, (shard + 1) * SHARD)
    crops = [draw(np.random.default_rng((seed, number))) for number in numbers]
    return {
        "pictures": np.array([crop.picture for crop in crops]),
        "corners": np.array([crop.corners for crop in crops], np.float32),
    }


def drawing(stock: Path | None, scenes: Path | None) -> Callable[[Rng], Crop]:
    """What draws a crop, of what one of these files holds."""
    if stock is not None:
        held = pickle.loads(stock.read_bytes())  # noqa: S301 - models.locator.pool wrote it
        sides = replace(held, cards=tuple(card for card in held.cards if card[1] == PORTRAIT))
        return lambda rng: composed(rng, sides)
    if scenes is None:
        msg = "give --stock or --scenes"
        raise SystemExit(msg)
    drawn = pickle.loads(scenes.read_bytes())  # noqa: S301 - models.locator.pool wrote it
    portraits = [scene for scene in drawn if scene.kind == PORTRAIT]
    return lambda rng: cut(rng, portraits[rng.integers(len(portraits))])


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--stock", type=Path, help="of cards to compose crops of")
    parser.add_argument("--scenes", type=Path, help="to cut crops out of")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    draw = drawing(args.stock, args.scenes)
    Shards(args.out, args.seed, SHARD).write(args.count, partial(draw_shard, draw, args.seed))


if __name__ == "__main__":
    main()
