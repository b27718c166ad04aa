"""Draw strips into files once, so that training does not wait for drawing.

    python -m models.particulars.pool --seed 1 --count 32768 --out DIR

writes shards 1-000.npz, 1-001.npz, … of `SHARD` strips; training reads the first while the last are drawn.
Strip i of a seed is the same whatever the others are. Shards that are there already are kept.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from idcheck.reading.particulars import DIGITS, SEXES
from models.particulars import printing, render
from models.particulars.printing import FACES, HELD_OUT
from models.shards import Examples, Shards
from samples.fonts import Face

SHARD = 1024
NOT_PRINTED = len(DIGITS)
"""Class of a zero that is left out before a month or a day of one digit."""


def draw_shard(seed: int, faces: tuple[Face, ...], shard: int) -> Examples:
    """Strips and what is printed on them.

    Returns:
        ``pictures`` uint8 (n, 36, 256); ``texts`` uint8 (n, 9), the sex as an index of `SEXES`, then eight
        digits or `NOT_PRINTED`; ``centres`` float16 (n, 9), pixels, NaN beyond the strip; ``visible`` float16
        (n, 9); ``readable`` bool (n,).
    """
    rows: dict[str, list[object]] = {
        key: [] for key in ("pictures", "texts", "centres", "visible", "readable")
    }
    for number in range(shard * SHARD, (shard + 1) * SHARD):
        rng = np.random.default_rng((seed, number))
        strips = render.draw(rng, printing.random_written(rng), render.random_conditions(rng, faces))
        digits = [DIGITS.index(c) for c in strips.written.birth]
        rows["pictures"].append(strips.picture)
        rows["texts"].append(
            [
                SEXES.index(strips.written.sex),
                *np.where(strips.printed[1:], digits, NOT_PRINTED),
            ]
        )
        rows["centres"].append(strips.centres)
        rows["visible"].append(strips.visible)
        rows["readable"].append(strips.readable)
    types = {"texts": np.uint8, "centres": np.float16, "visible": np.float16}
    return {key: np.array(values, types.get(key)) for key, values in rows.items()}


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
