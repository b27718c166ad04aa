"""Train the registration network on drawn crops.

    python -m models.registration.train --pool DIR --seeds 31 32 --held-out 33 --steps 9000 --bfloat16 \
        --out DIR/registration.pt

One thread, fixed seeds: the same command on the same pools gives the same weights on the same processor.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.scene.registration import NOMINAL_MM, STRIDE
from models.registration.data import shown_at
from models.registration.net import Registration
from models.registration.pool import SHARD
from models.shards import Examples, Shards, Stream
from models.training import learning

FRESH: Final = 0.3
"""Share of each batch that comes from crops not seen before, as long as there are any."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some crops and what they show.

    Attributes:
        pictures: bytes, shape (n, 1, h, w).
        shifts: of each part, the point of the card that it shows minus the one that should show, in mm;
            shape (n, 2, rows, columns).
        there: whether it shows a point of the card, shape (n, rows, columns).
        shown: whether it lies in the photo, of that shape.
    """

    pictures: Tensor
    shifts: Tensor
    there: Tensor
    shown: Tensor


def batch_of(examples: Examples) -> Batch:
    """Examples of a shard, or of several, as tensors."""
    pictures = torch.from_numpy(examples["pictures"])[:, None]
    rows, columns = pictures.shape[2] // STRIDE, pictures.shape[3] // STRIDE
    points = np.stack([shown_at(corners, columns, rows, STRIDE) for corners in examples["corners"]])
    inside = ((points >= 0) & (points <= (WIDTH_MM, HEIGHT_MM))).all(axis=3)
    shifts = torch.from_numpy((points - NOMINAL_MM).astype(np.float32)).permute(0, 3, 1, 2)
    shown = functional.avg_pool2d((pictures > 0).float(), STRIDE)[:, 0] > 0.5
    return Batch(pictures, shifts, torch.from_numpy(inside) & shown, shown)


def loss_of(told: Tensor, batch: Batch) -> Tensor:
    """Of the shifts, the negative log-likelihood by Laplace; of the card being there, the cross entropy."""
    scale = told[:, 2].clamp(-3, 4)
    off = (told[:, :2] - batch.shifts).abs().sum(dim=1)
    shifts = (off * torch.exp(-scale) + 2 * scale)[batch.there].mean()
    there = functional.binary_cross_entropy_with_logits(
        told[:, 3][batch.shown], batch.there[batch.shown].float()
    )
    return shifts + there


@torch.no_grad()
def judge(net: nn.Module, shard: Batch) -> str:
    """How far off the shifts are where the network is sure, and everywhere; and the loss."""
    told = torch.cat([net(shard.pictures[i : i + 64]) for i in range(0, len(shard.pictures), 64)])
    off = (told[:, :2] - shard.shifts).norm(dim=1)
    sure = shard.there & (told[:, 2] < np.log(0.5))
    by_crop = torch.stack(
        [row[there].median() for row, there in zip(off, shard.there, strict=True) if there.sum() > 40]
    )
    return (
        f"loss {loss_of(told, shard):.4f}; off by {off[shard.there].mean():.2f} mm, where sure "
        f"({sure.sum() / shard.there.sum():.2f}) {off[sure].mean():.2f}; crops' medians "
        f"{by_crop.quantile(torch.tensor([0.5, 0.75, 0.9, 0.95])).numpy().round(2)}"
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--held-out", type=int, required=True)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--bfloat16", action="store_true", help="half the time on processors that know it")
    parser.add_argument("--start", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    held_out = batch_of(Shards(args.pool, args.held_out, SHARD).read(0))
    streams = [
        Stream(Shards(args.pool, seed, SHARD), args.shards, FRESH, np.random.default_rng(seed))
        for seed in args.seeds
    ]
    net = Registration().to(memory_format=torch.channels_last)
    if args.start is not None:
        net.load_state_dict(torch.load(args.start))

    def next_loss() -> Tensor:
        parts = [stream.batch(args.batch // len(streams)) for stream in streams]
        batch = batch_of({key: np.concatenate([part[key] for part in parts]) for key in parts[0]})
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bfloat16):
            told = net(batch.pictures)
        return loss_of(told, batch)

    started = time.perf_counter()
    for step, averaged, running in learning(net, next_loss, args.steps, args.rate):
        if step % 100 == 0:
            print(f"{step} {time.perf_counter() - started:.0f} s, loss {running:.3f}", flush=True)
        if step % 500 == 0 or step == args.steps:
            print(judge(averaged, held_out), flush=True)
            torch.save(averaged.state_dict(), args.out)


if __name__ == "__main__":
    main()
