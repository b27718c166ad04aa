"""Train the reader of sex and birth date on drawn strips, and fit the temperatures that make it honest.

    python -m models.particulars.pool  --seed 1 --count 40960 --out DIR &
    python -m models.particulars.pool  --seed 2 --count 2048  --out DIR
    python -m models.particulars.train --pool DIR --seed 1 --shards 40 --held-out 2 --out DIR/particulars.pt

One thread, fixed seed: the same command on the same pool gives the same weights on the same processor.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.number.train import TEMPERATURES, Batch, batch_of
from models.particulars.net import COLUMN_PX, ParticularsReader, bump
from models.particulars.pool import SHARD
from models.shards import Shards, Stream
from models.training import learning, looking_loss, temperature_of

FRESH = 0.3
"""Share of each batch that comes from strips not seen before, as long as there are any."""
Answers: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""Of `ParticularsReader`."""


def loss_of(answers: Answers, batch: Batch) -> Tensor:
    """Cross entropy of sex and digits, uniform where neither can be read; and of where each looks.

    Args:
        answers: what the network says: logits (n, 2), (n, 8, 11) and (n, 9, 64).
        batch: the truth.
    """
    sex, digits, looks = answers
    texts = batch.texts.long()
    reading = _cross_entropy(sex, texts[:, 0], batch.readable)
    reading = reading + _cross_entropy(digits, texts[:, 1:], batch.readable).mean(dim=1)
    near = bump(batch.centres.float() / COLUMN_PX - 0.5)
    return reading.mean() + 0.1 * looking_loss(looks, near, batch.readable)


def _cross_entropy(logits: Tensor, wanted: Tensor, readable: Tensor) -> Tensor:
    """Of each answer; shape that of `wanted`."""
    classes = logits.shape[-1]
    share = functional.one_hot(wanted, classes).float()
    share = torch.where(readable.view(-1, *[1] * (share.dim() - 1)), share, 1 / classes)
    return -(share * logits.log_softmax(dim=-1)).sum(dim=-1)


@torch.no_grad()
def answers(net: nn.Module, shard: Batch) -> tuple[Tensor, Tensor]:
    """Logits of sex and digits of a whole shard."""
    pictures = shard.pictures[:, None]
    found = [net(pictures[i : i + 128])[:2] for i in range(0, len(pictures), 128)]
    return torch.cat([sex for sex, _ in found]), torch.cat([digits for _, digits in found])


def judge(sex: Tensor, digits: Tensor, shard: Batch) -> str:
    """Shares of sexes, dates and digits that are right, and the mean log-likelihoods."""
    texts = shard.texts[shard.readable].long()
    sex, digits = sex[shard.readable], digits[shard.readable]
    right = digits.argmax(dim=2) == texts[:, 1:]
    return (
        f"sex {(sex.argmax(dim=1) == texts[:, 0]).float().mean():.4f}, "
        f"dates {right.all(dim=1).float().mean():.4f}, digits {right.float().mean():.4f}, log-likelihoods "
        f"{-functional.cross_entropy(sex, texts[:, 0]):.4f} "
        f"{-functional.cross_entropy(digits.flatten(0, 1), texts[:, 1:].flatten()):.4f}"
    )


def temperatures(sex: Tensor, digits: Tensor, shard: Batch) -> tuple[float, float]:
    """The temperatures of the highest likelihood, of sex and of digits."""
    texts, there = shard.texts[shard.readable].long(), shard.readable
    return (
        temperature_of(sex[there], texts[:, 0], TEMPERATURES),
        temperature_of(digits[there].flatten(0, 1), texts[:, 1:].flatten(), TEMPERATURES),
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=40)
    parser.add_argument("--held-out", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--start", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    held_out = batch_of(Shards(args.pool, args.held_out, SHARD).read(0))
    stream = Stream(Shards(args.pool, args.seed, SHARD), args.shards, FRESH, np.random.default_rng(0))
    net = ParticularsReader().to(memory_format=torch.channels_last)
    if args.start is not None:
        net.load_state_dict(torch.load(args.start)["weights"])

    def next_loss() -> Tensor:
        batch = batch_of(stream.batch(args.batch))
        return loss_of(net(batch.pictures[:, None]), batch)

    started = time.perf_counter()
    for step, averaged, running in learning(net, next_loss, args.steps, args.rate):
        if step % 160 == 0 or step == args.steps:
            sex, digits = answers(averaged, held_out)
            took = time.perf_counter() - started
            print(f"{step} {took:.0f} s, loss {running:.3f}: {judge(sex, digits, held_out)}", flush=True)
            found = {
                "weights": averaged.state_dict(),
                "temperatures": temperatures(sex, digits, held_out),
            }
            torch.save(found, args.out)


if __name__ == "__main__":
    main()
