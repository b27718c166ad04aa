"""Train the number reader on drawn strips, and fit the temperature at which its probabilities are true.

    python -m models.number.pool  --seed 1 --count 32768 --out DIR &
    python -m models.number.pool  --seed 2 --count 2048   --out DIR
    python -m models.number.train --pool DIR --seed 1 --held-out 2 --steps 2000 --out DIR/number.pt

One thread, fixed seed: the same command on the same pool gives the same weights on the same processor;
with ``--device cuda``, weights as good.
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

from models.number.net import COLUMN_PX, SIZES, NumberReader, bump
from models.number.pool import SHARD
from models.shards import Examples, Shards, Stream, ahead
from models.training import learning, looking_loss, moved, temperature_of, weights_of

TEMPERATURES = np.exp(np.linspace(np.log(0.5), np.log(3.0), 73))


@dataclass(frozen=True, slots=True)
class Batch:
    """Some strips; see `draw_shard` of `models.number.pool` and `models.particulars.pool`."""

    pictures: Tensor
    texts: Tensor
    centres: Tensor
    readable: Tensor


def batch_of(examples: Examples) -> Batch:
    """Examples of a shard, or of several, as tensors."""
    return Batch(**{key: torch.from_numpy(examples[key]) for key in Batch.__slots__})


def loss_of(names: Tensor, looks: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of the characters, uniform where no number can be read; and of where each place looks.

    Args:
        names: logits (n, 18, 11).
        looks: logits (n, 18, 64).
        batch: the truth.
    """
    wanted = functional.one_hot(batch.texts.long(), names.shape[2]).float()
    wanted = torch.where(batch.readable[:, None, None], wanted, 1 / names.shape[2])
    reading = -(wanted * names.log_softmax(dim=2)).sum(dim=2).mean()
    near = bump(batch.centres.float() / COLUMN_PX - 0.5)
    return reading + 0.1 * looking_loss(looks, near, batch.readable)


@torch.no_grad()
def answers(net: nn.Module, shard: Batch) -> Tensor:
    """Logits of the characters of a whole shard."""
    pictures = shard.pictures[:, None]
    return torch.cat([net(pictures[i : i + 128])[0] for i in range(0, len(pictures), 128)])


def judge(logits: Tensor, shard: Batch) -> str:
    """Shares of numbers and of characters that are right, and the mean log-likelihood of a character."""
    logits, texts = logits[shard.readable], shard.texts[shard.readable].long()
    right = logits.argmax(dim=2) == texts
    likelihood = -functional.cross_entropy(logits.flatten(0, 1), texts.flatten())
    return (
        f"numbers {right.all(dim=1).float().mean():.4f}, characters {right.float().mean():.4f}, "
        f"log-likelihood {likelihood:.4f}"
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--held-out", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--size", choices=SIZES, default="first")
    parser.add_argument("--fresh", type=float, default=0.25, help="share of each batch not seen before")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bfloat16", action="store_true", help="half the time on processors that know it")
    parser.add_argument("--start", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    held_out = moved(batch_of(Shards(args.pool, args.held_out, SHARD).read(0)), args.device)
    shards = Shards(args.pool, args.seed, SHARD)
    stream = Stream(shards, args.shards, args.fresh, np.random.default_rng(0))
    net = NumberReader(SIZES[args.size])
    if args.start is not None:
        net.load_state_dict(torch.load(args.start)["weights"])
    net = net.to(args.device, memory_format=torch.channels_last)
    batches = ahead(lambda: batch_of(stream.batch(args.batch)), args.steps)

    def next_loss() -> Tensor:
        batch = moved(next(batches), args.device)
        with torch.autocast(args.device, torch.bfloat16, enabled=args.bfloat16):
            names, looks = net(batch.pictures[:, None])
        return loss_of(names, looks, batch)

    started = time.perf_counter()
    for step, averaged, running in learning(net, next_loss, args.steps, args.rate):
        if step % 160 == 0 or step == args.steps:
            logits = answers(averaged, held_out)
            took = time.perf_counter() - started
            print(f"{step} {took:.0f} s, loss {running:.3f}: {judge(logits, held_out)}", flush=True)
            readable = held_out.readable
            temperature = temperature_of(
                logits[readable].flatten(0, 1), held_out.texts[readable].long().flatten(), TEMPERATURES
            )
            found = {"weights": weights_of(averaged), "temperature": temperature, "size": args.size}
            torch.save(found, args.out)


if __name__ == "__main__":
    main()
