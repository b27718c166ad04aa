"""Train the number reader on drawn strips, and fit the temperature at which its probabilities are true.

    python -m models.number.pool  --seed 1 --count 32768 --out DIR &
    python -m models.number.pool  --seed 2 --count 2048   --out DIR
    python -m models.number.train --pool DIR --seed 1 --held-out 2 --steps 2000 --out DIR/number.pt

One thread, fixed seed: the same command on the same pool gives the same weights on the same processor.
"""

from __future__ import annotations

import argparse
import copy
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.number import pool
from models.number.net import COLUMN_PX, NumberReader, bump

FRESH = 0.25
"""Share of each batch that comes from strips not seen before, as long as there are any."""
AVERAGE_OVER = 0.997
"""Each step keeps this much of the averaged weights, which are what is exported."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some strips; see `models.number.pool.draw_shard`."""

    pictures: Tensor
    texts: Tensor
    centres: Tensor
    readable: Tensor


class Stream:
    """Strips of a pool that may still be being drawn: each batch mixes the next ones with earlier ones."""

    def __init__(self, folder: Path, seed: int, shards: int, rng: np.random.Generator) -> None:
        self._folder, self._seed, self._shards, self._rng = folder, seed, shards, rng
        self._arrays: dict[str, list[NDArray[Any]]] = {}
        self._read = 0
        self._next = 0

    def batch(self, size: int) -> Batch:
        """The next batch; waits for its shard to be drawn."""
        fresh = min(round(size * FRESH), self._shards * pool.SHARD - self._next)
        while self._next + fresh > self._read * pool.SHARD:
            self._append()
        rows = np.concatenate(
            [
                np.arange(self._next, self._next + fresh),
                self._rng.integers(max(1, self._next), size=size - fresh),
            ]
        )
        self._next += fresh
        return Batch(**{key: self._take(key, rows) for key in Batch.__slots__})

    def _append(self) -> None:
        path = pool.path(self._folder, self._seed, self._read)
        while not path.exists():
            time.sleep(1)
        with np.load(path) as shard:
            for key in shard.files:
                self._arrays.setdefault(key, []).append(shard[key])
        self._read += 1

    def _take(self, key: str, rows: NDArray[np.int64]) -> Tensor:
        chosen = [self._arrays[key][row // pool.SHARD][row % pool.SHARD] for row in rows]
        return torch.from_numpy(np.stack(chosen))


def read_shard(folder: Path, seed: int) -> Batch:
    """The first shard of a seed."""
    with np.load(pool.path(folder, seed, 0)) as shard:
        return Batch(**{key: torch.from_numpy(shard[key]) for key in Batch.__slots__})


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
    inside = batch.readable[:, None] & (near.sum(dim=2) > 1.0)
    near = near / near.sum(dim=2, keepdim=True).clamp(min=1e-6)
    looking = -(near * looks.log_softmax(dim=2)).sum(dim=2)
    return reading + 0.1 * (looking * inside).sum() / inside.sum().clamp(min=1)


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


def temperature_of(logits: Tensor, shard: Batch) -> float:
    """The temperature of the highest likelihood (Guo et al., On calibration of modern networks, 2017)."""
    logits, texts = logits[shard.readable].flatten(0, 1), shard.texts[shard.readable].long().flatten()
    candidates = np.exp(np.linspace(np.log(0.5), np.log(3.0), 73))
    losses = [float(functional.cross_entropy(logits / float(t), texts)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


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
    parser.add_argument("--start", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    held_out = read_shard(args.pool, args.held_out)
    stream = Stream(args.pool, args.seed, args.shards, np.random.default_rng(0))
    net = NumberReader().to(memory_format=torch.channels_last)
    if args.start is not None:
        net.load_state_dict(torch.load(args.start)["weights"])
    averaged = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, args.rate, total_steps=args.steps, pct_start=0.06
    )
    running, started = 0.0, time.perf_counter()
    for step in range(1, args.steps + 1):
        batch = stream.batch(args.batch)
        names, looks = net(batch.pictures[:, None])
        loss = loss_of(names, looks, batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        _average(averaged, net, min(AVERAGE_OVER, step / (step + 10)))
        running += 0.02 * (loss.item() - running) if step > 1 else loss.item()
        if step % 160 == 0 or step == args.steps:
            logits = answers(averaged, held_out)
            took = time.perf_counter() - started
            print(f"{step} {took:.0f} s, loss {running:.3f}: {judge(logits, held_out)}", flush=True)
            found = {"weights": averaged.state_dict(), "temperature": temperature_of(logits, held_out)}
            torch.save(found, args.out)


@torch.no_grad()
def _average(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    for kept, new in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - keep)
        else:
            kept.copy_(new)


if __name__ == "__main__":
    main()
