"""Draw lines into files once, so that training does not wait for drawing.

    python -m models.name.pool --glyphs DIR --seed 1 --count 131072 --out DIR

writes shards 1-000.npz, 1-001.npz, … of `SHARD` lines; training reads the first while the last are drawn.
Line i of a seed is the same whatever the others are. Shards that are there already are kept.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.name import classes, render
from models.shards import Examples, Shards

SHARD = 4096


def draw_shard(printer: render.Printer, shares: NDArray[np.float64], seed: int, shard: int) -> Examples:
    """Lines and what is printed on them: the fields of `models.name.render.Line`, stacked."""
    numbers = range(shard * SHARD, (shard + 1) * SHARD)
    lines = [printer.random(np.random.default_rng((seed, number)), shares) for number in numbers]
    return {
        "pictures": np.array([line.picture for line in lines]),
        "characters": np.array([line.characters for line in lines], np.int32),
        "centres": np.array([line.centres for line in lines], np.float32),
        "visible": np.array([line.visible for line in lines], np.float32),
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--glyphs", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1, help="processes that draw")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    printer, shares = render.Printer(args.glyphs), render.frequencies(classes.vectors(args.glyphs))
    draw = partial(draw_shard, printer, shares, args.seed)
    Shards(args.out, args.seed, SHARD).write(args.count, draw, args.jobs)


if __name__ == "__main__":
    main()
