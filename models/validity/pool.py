"""Draw strips into files once, so that training does not wait for drawing.

    python -m models.validity.pool --seed 1 --count 32768 --out DIR

writes shards 1-000.npz, 1-001.npz, … of `SHARD` strips; training reads the first while the last are drawn.
Strip i of a seed is the same whatever the others are. Shards that are there already are kept.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.reading.validity import ALPHABET, picture
from models.particulars.printing import FACES, HELD_OUT
from models.shards import Examples, Shards
from models.validity import printing, render
from samples.fonts import Face

SHARD = 1024
MOST = 21
"""Characters of a period with two days."""


def draw_shard(seed: int, faces: tuple[Face, ...], shard: int) -> Examples:
    """Strips at the network's size and what is printed on them.

    Returns:
        ``pictures`` uint8 (n, height, width); ``texts`` int8 (n, 21), indices of `ALPHABET`, -1 after the
        last; ``centres`` float16 (n, 21), pixels; ``visible`` float16 (n, 21); ``readable`` bool (n,).
    """
    rows: dict[str, list[object]] = {
        key: [] for key in ("pictures", "texts", "centres", "visible", "readable")
    }
    for number in range(shard * SHARD, (shard + 1) * SHARD):
        rng = np.random.default_rng((seed, number))
        strip = render.draw(rng, printing.random_text(rng), render.random_conditions(rng, faces))
        rows["pictures"].append(picture(strip.picture))
        rows["texts"].append(_padded(np.array([ALPHABET.index(c) for c in strip.text]), -1))
        rows["centres"].append(_padded(strip.centres, -99))
        rows["visible"].append(_padded(strip.visible, 0))
        rows["readable"].append(strip.readable)
    types = {"texts": np.int8, "centres": np.float16, "visible": np.float16}
    return {key: np.array(values, types.get(key)) for key, values in rows.items()}


def _padded(values: NDArray[Any], rest: float) -> NDArray[Any]:
    return np.concatenate([values, np.full(MOST - len(values), rest)])


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument(
        "--held-out-faces", action="store_true", help="print in fonts that are never trained on"
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    draw = partial(draw_shard, args.seed, HELD_OUT if args.held_out_faces else FACES)
    Shards(args.out, args.seed, SHARD).write(args.count, draw)


if __name__ == "__main__":
    main()
