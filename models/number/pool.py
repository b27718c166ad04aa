"""Draw strips into files once, so that training does not wait for drawing.

    python -m models.number.pool --seed 1 --count 32768 --out DIR

writes shards 1-000.npz, 1-001.npz, … of `SHARD` strips; training reads the first while the last are drawn.
Strip i of a seed is the same whatever the others are. Shards that are there already are kept.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from idcheck.reading.number import ALPHABET, picture
from models.number import render
from models.shards import Examples, Shards

SHARD = 2048


def draw_shard(seed: int, shard: int) -> Examples:
    """Strips at the network's size and what is printed on them.

    Returns:
        ``pictures`` uint8 (n, 32, 256); ``texts`` uint8 (n, 18), indices of `ALPHABET`; ``centres`` float16
        (n, 18), pixels; ``readable`` bool (n,).
    """
    pictures, texts, centres, readable = [], [], [], []
    for number in range(shard * SHARD, (shard + 1) * SHARD):
        rng = np.random.default_rng((seed, number))
        strip = render.draw(rng, render.random_text(rng), render.random_conditions(rng))
        pictures.append(picture(strip.picture))
        texts.append([ALPHABET.index(c) for c in strip.text])
        centres.append(strip.centres)
        readable.append(strip.readable)
    return {
        "pictures": np.array(pictures),
        "texts": np.array(texts, np.uint8),
        "centres": np.array(centres, np.float16),
        "readable": np.array(readable),
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1, help="processes that draw")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    Shards(args.out, args.seed, SHARD).write(args.count, partial(draw_shard, args.seed), args.jobs)


if __name__ == "__main__":
    main()
