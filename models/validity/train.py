"""Train the validity reader on drawn strips, and fit the temperature at which its probabilities are true.

    python -m models.validity.pool  --seed 4 --count 98304 --out DIR &
    python -m models.validity.pool  --seed 2 --count 2048  --out DIR
    python -m models.validity.train --pool DIR --seed 4 --shards 96 --bfloat16 --out DIR/validity.pt

One thread, fixed seed: the same command on the same pool gives the same weights on the same processor.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.number.train import TEMPERATURES
from models.shards import Examples, Shards, Stream
from models.training import learning, temperature_of
from models.validity.net import COLUMN_PX, COLUMNS, ValidityReader
from models.validity.pool import SHARD

FRESH = 0.4
"""Share of each batch that comes from strips not seen before, as long as there are any."""
EDGE_PX = 5.0
"""A character whose middle is nearer to the strip's end than this is cut off and teaches nothing."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some strips; see `draw_shard` of `models.validity.pool`."""

    pictures: Tensor
    texts: Tensor
    centres: Tensor
    visible: Tensor
    readable: Tensor

    @property
    def whole(self) -> Tensor:
        """Which characters lie within the strip and can be seen, at least in part; shape (n, most)."""
        inside = (self.centres > EDGE_PX) & (self.centres < self.pictures.shape[2] - EDGE_PX)
        return inside & (self.texts >= 0) & (self.visible > 0.3) & self.readable[:, None]


def batch_of(examples: Examples) -> Batch:
    """Examples of a shard, or of several, as tensors."""
    return Batch(**{key: torch.from_numpy(examples[key]) for key in Batch.__slots__})


def loss_of(places: Tensor, names: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of where characters stand, and of which they are at and beside their middles.

    Columns beside a middle are not asked whether a character stands there, so that a run of columns may show
    the same one; nor are those of characters that are cut off or hidden, nor any of a strip in which nothing
    can be read.
    """
    middles = torch.arange(COLUMNS) + 0.5
    apart = (batch.centres.float()[:, :, None] / COLUMN_PX - middles).abs()
    there, whole = (batch.texts >= 0)[:, :, None], batch.whole[:, :, None]
    wanted = (whole & (apart <= 0.5)).any(dim=1)
    unclear = (there & ((apart <= 1.0) | (~whole & (apart <= 1.5)))).any(dim=1) & ~wanted
    asked = ~unclear & batch.readable[:, None]
    placing = functional.binary_cross_entropy_with_logits(places[asked], wanted[asked].float())
    rows, characters, columns = (whole & (apart <= 0.8)).nonzero(as_tuple=True)
    reading = functional.cross_entropy(names[rows, columns], batch.texts[rows, characters].long())
    return reading + 3 * placing


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network says of the whole characters of a shard.

    Attributes:
        logits: at each character's middle, shape (characters, classes).
        wanted: the classes, shape (characters,).
        found: how likely the network thinks that a character stands there, shape (characters,).
        strips: which strip each is of, shape (characters,).
    """

    logits: Tensor
    wanted: Tensor
    found: Tensor
    strips: Tensor


@torch.no_grad()
def answers(net: nn.Module, shard: Batch) -> Answers:
    """Ask the network about a whole shard."""
    pictures = shard.pictures[:, None]
    seen = [net(pictures[i : i + 128]) for i in range(0, len(pictures), 128)]
    places, names = (torch.cat([answer[k] for answer in seen]) for k in range(2))
    rows, characters = shard.whole.nonzero(as_tuple=True)
    columns = (shard.centres[rows, characters].float() / COLUMN_PX).long().clamp(0, COLUMNS - 1)
    wanted = shard.texts[rows, characters].long()
    return Answers(names[rows, columns], wanted, places.sigmoid()[rows, columns], rows)


def judge(given: Answers) -> str:
    """Shares of characters and of strips that are right, and of characters that are found at all."""
    right = (given.logits.argmax(dim=1) == given.wanted) & (given.found > 0.5)
    strips = torch.ones(int(given.strips.max()) + 1).scatter_reduce(0, given.strips, right.float(), "amin")
    likelihood = -functional.cross_entropy(given.logits, given.wanted)
    return (
        f"strips {strips[given.strips.unique()].mean():.4f}, characters {right.float().mean():.4f}, "
        f"found {(given.found > 0.5).float().mean():.4f}, log-likelihood {likelihood:.4f}"
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=48)
    parser.add_argument("--held-out", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--bfloat16", action="store_true", help="half the time on processors that know it")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    held_out = batch_of(Shards(args.pool, args.held_out, SHARD).read(0))
    stream = Stream(Shards(args.pool, args.seed, SHARD), args.shards, FRESH, np.random.default_rng(0))
    net = ValidityReader().to(memory_format=torch.channels_last)

    def next_loss() -> Tensor:
        batch = batch_of(stream.batch(args.batch))
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bfloat16):
            places, names = net(batch.pictures[:, None])
        return loss_of(places.float(), names.float(), batch)

    started = time.perf_counter()
    for step, averaged, running in learning(net, next_loss, args.steps, args.rate):
        if step % 160 == 0 or step == args.steps:
            given = answers(averaged, held_out)
            took = time.perf_counter() - started
            print(f"{step} {took:.0f} s, loss {running:.3f}: {judge(given)}", flush=True)
            temperature = temperature_of(given.logits, given.wanted, TEMPERATURES)
            torch.save({"weights": averaged.state_dict(), "temperature": temperature}, args.out)


if __name__ == "__main__":
    main()
