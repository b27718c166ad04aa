"""Train the finder and the corner network from drawn pools.

python -m models.locator.train finder  --pools DIR --seeds 1 --held-out 2 --steps 6000 --out DIR/finder.pt
python -m models.locator.train corners --pools DIR --seeds 1 --held-out 2 --steps 6000 --out DIR/corners.pt

One thread, fixed seed: the same command gives the same weights on the same processor.
"""

from __future__ import annotations

import argparse
import copy
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from idcheck.scene.card import CROP_SIZE, FINDER_LONG, FINDER_SHORT
from models.locator.net import FINDER_STRIDE, Corners, Finder

CARD_IN_CROP_PX = 132.0
AVERAGE_OVER = 0.998
"""Each step keeps this much of the averaged weights, which are what is exported."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Arrays of equal length, drawn by `models.locator.pool`."""

    arrays: dict[str, NDArray[Any]]

    @classmethod
    def read(cls, folder: Path, kind: str, seeds: list[str]) -> Pool:
        """Those files of the folder that hold a kind of sample and one of the seeds, one after another."""
        files = [np.load(folder / f"{kind}-{seed}.npz") for seed in seeds]
        pool = cls({key: np.concatenate([f[key] for f in files]) for key in files[0].files})
        if kind == "findings":
            pool.arrays["cards"] *= FINDER_LONG / pool.arrays["views"].shape[1]
            size = (FINDER_SHORT, FINDER_LONG)
            shrunk = [cv2.resize(view, size, interpolation=cv2.INTER_AREA) for view in pool.arrays["views"]]
            pool.arrays["views"] = np.stack(shrunk)
        return pool

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """Some rows as tensors."""
        return {key: torch.from_numpy(values[rows]) for key, values in self.arrays.items()}


def flip_finding(batch: dict[str, Tensor], rng: np.random.Generator) -> None:
    """Mirror a whole batch, left to right, top to bottom, both or neither."""
    height, width = batch["views"].shape[1:]
    across, down = rng.random(2) < 0.5
    if across:
        batch["views"] = batch["views"].flip(2)
        batch["cards"][..., 0] = width - batch["cards"][..., 0]
    if down:
        batch["views"] = batch["views"].flip(1)
        batch["cards"][..., 1] = height - batch["cards"][..., 1]


def flip_cornering(batch: dict[str, Tensor], rng: np.random.Generator) -> None:
    """Likewise; corners keep their places in the crop and the turn changes (see
    `idcheck.scene.card.TURNS`)."""
    height, width = batch["crops"].shape[1:]
    across, down = rng.random(2) < 0.5
    if across:
        batch["crops"] = batch["crops"].flip(2)
        batch["corners"] = batch["corners"][:, [1, 0, 3, 2]] * torch.tensor([-1.0, 1.0]) + torch.tensor(
            [width, 0.0]
        )
        batch["turns"] = torch.where(batch["turns"] < 0, -1, batch["turns"] ^ 1)
    if down:
        batch["crops"] = batch["crops"].flip(1)
        batch["corners"] = batch["corners"][:, [3, 2, 1, 0]] * torch.tensor([1.0, -1.0]) + torch.tensor(
            [0.0, height]
        )
        batch["turns"] = torch.where(batch["turns"] < 0, -1, 3 - batch["turns"])


def finder_loss(out: Tensor, cards: Tensor) -> Tensor:
    """Quality focal loss of the heat (Li et al., 2020), absolute error of place and axes near each middle.

    Args:
        out: shape (n, 9, h, w), see `Finder`.
        cards: corners in pixels of the view, shape (n, k, 4, 2); NaN where there are fewer.
    """
    height, width = out.shape[-2:]
    present = torch.isfinite(cards[:, :, 0, 0])
    corners = torch.nan_to_num(cards) / FINDER_STRIDE
    middle = corners.mean(dim=2)
    long = (corners[:, :, 1] + corners[:, :, 2] - corners[:, :, 0] - corners[:, :, 3]) / 4
    short = (corners[:, :, 3] + corners[:, :, 2] - corners[:, :, 0] - corners[:, :, 1]) / 4
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    apart = middle[:, :, :, None, None] - torch.stack([x, y])  # n, k, 2, h, w
    reach = (0.3 * short.norm(dim=2)).clamp(0.5, 2.0)[:, :, None, None]
    heat = torch.exp(-apart.square().sum(dim=2) / (2 * reach.square()))
    heat = torch.where(apart.abs().amax(dim=2) <= 0.5, 1.0, heat) * present[:, :, None, None]
    heat, owner = heat.max(dim=1)  # n, h, w: the nearest card of each cell
    wanted = torch.cat([apart, _axis(long, height, width), _axis(short, height, width)], dim=2)
    wanted = wanted.gather(1, owner[:, None, None].expand(-1, 1, 8, -1, -1))[:, 0]
    logit = out[:, 0]
    focal = (logit.sigmoid() - heat).square() * functional.binary_cross_entropy_with_logits(
        logit, heat, reduction="none"
    )
    count = present.sum().clamp(min=1)
    near = torch.where(heat > 0.3, heat, 0.0)[:, None]
    weight = torch.tensor([0.5, 0.5, 1.0, 0.5, 0.5, 1.0, 0.5, 0.5])[None, :, None, None]
    places = ((out[:, 1:] - wanted).abs() * near * weight).sum() / near.sum().clamp(min=1)
    return focal.sum() / count + places


def _axis(half: Tensor, height: int, width: int) -> Tensor:
    """Half axes (n, k, 2) → log length, cosine and sine of twice the angle, in every cell (n, k, 3, h, w)."""
    length = half.norm(dim=2).clamp(min=1e-3)
    angle = 2 * torch.atan2(half[..., 1], half[..., 0])
    coded = torch.stack([length.log(), angle.cos(), angle.sin()], dim=2)
    return coded[..., None, None].expand(-1, -1, -1, height, width)


def corners_loss(out: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Absolute error of the corners, Laplace likelihood of their error, cross entropies of turn and kind."""
    wanted = batch["corners"]
    shaped = torch.isfinite(wanted).all(dim=2).all(dim=1)
    off = (out[:, :8].view(-1, 4, 2) - torch.nan_to_num(wanted))[shaped]
    distance = off.detach().norm(dim=2)
    expected = out[:, 8:12][shaped]
    place = off.abs().mean() * (8 / CARD_IN_CROP_PX * 4)
    honesty = (distance * torch.exp(-expected) + expected).mean()
    turn = functional.cross_entropy(out[:, 12:16], batch["turns"], ignore_index=-1)
    kind = functional.cross_entropy(out[:, 16:20], batch["kinds"])
    return place + 0.05 * honesty + turn + kind


@torch.no_grad()
def judge_finder(net: nn.Module, pool: Pool) -> str:
    """Share of views whose best cell lies on a card, and how far the box's corners are off, of the card's
    width."""
    hits, off = [], []
    for start in range(0, len(pool), 50):
        batch = pool.batch(np.arange(start, min(start + 50, len(pool))))
        out = net(batch["views"][:, None])
        for maps, cards in zip(out, batch["cards"], strict=True):
            cards = cards[torch.isfinite(cards[:, 0, 0])]
            if len(cards) == 0:
                continue
            cell = int(maps[0].argmax())
            values = maps[:, cell // maps.shape[2], cell % maps.shape[2]]
            at = torch.tensor([cell % maps.shape[2] + 0.5, cell // maps.shape[2] + 0.5]) + values[1:3]
            axes = [_half(values[k : k + 3]) for k in (3, 6)]
            box = torch.stack(
                [at + a * axes[0] + b * axes[1] for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            )
            box = box * FINDER_STRIDE
            error = min(
                float((torch.stack([box[i] for i in order]) - card).norm(dim=1).mean()
                      / (card[1] - card[0] + card[2] - card[3]).norm() * 2)
                for card in cards for order in ((0, 1, 2, 3), (1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0))
            )  # fmt: skip
            hits.append(error < 0.25)
            off.append(error)
    return f"found {np.mean(hits):.3f}, off {np.median(off):.3f} (90 %: {np.quantile(off, 0.9):.3f}) of the width"


def _half(coded: Tensor) -> Tensor:
    angle = torch.atan2(coded[2], coded[1]) / 2
    return coded[0].exp() * torch.stack([angle.cos(), angle.sin()])


@torch.no_grad()
def judge_corners(net: nn.Module, pool: Pool) -> str:
    """Error of the corners, of the card's width; shares of turns and kinds that are right."""
    off, turn, kind = [], [], []
    for start in range(0, len(pool), 100):
        batch = pool.batch(np.arange(start, min(start + 100, len(pool))))
        out = net(batch["crops"][:, None])
        known = batch["turns"] >= 0
        apart = (out[:, :8].view(-1, 4, 2) - batch["corners"])[known].norm(dim=2).mean(
            dim=1
        ) / CARD_IN_CROP_PX
        off.append(apart.numpy())
        turn.append((out[:, 12:16].argmax(dim=1) == batch["turns"])[known].numpy())
        kind.append((out[:, 16:20].argmax(dim=1) == batch["kinds"]).numpy())
    errors = np.concatenate(off)
    shares = f"turn {np.concatenate(turn).mean():.3f}, kind {np.concatenate(kind).mean():.3f}"
    return f"off {np.median(errors):.4f} (90 %: {np.quantile(errors, 0.9):.4f}) of the width, {shares}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network", choices=["finder", "corners"])
    parser.add_argument("--pools", type=Path, required=True)
    parser.add_argument("--seeds", nargs="+", default=["1"])
    parser.add_argument("--held-out", default="2")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start-from", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    finder = args.network == "finder"
    kind = "findings" if finder else "cornerings"
    pool, held_out = Pool.read(args.pools, kind, args.seeds), Pool.read(args.pools, kind, [args.held_out])
    net: nn.Module = Finder() if finder else Corners()
    net(
        torch.zeros(2, 1, *((FINDER_LONG, FINDER_SHORT) if finder else CROP_SIZE[::-1]), dtype=torch.uint8)
    )  # sizes the lazy layer
    if args.start_from:
        net.load_state_dict(torch.load(args.start_from))
    net = net.to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, args.rate, total_steps=args.steps, pct_start=0.08
    )
    rng = np.random.default_rng(0)
    running, started = 0.0, time.perf_counter()
    for step in range(1, args.steps + 1):
        batch = pool.batch(rng.integers(len(pool), size=args.batch))
        if finder:
            flip_finding(batch, rng)
            loss = finder_loss(net(batch["views"][:, None]), batch["cards"])
        else:
            flip_cornering(batch, rng)
            loss = corners_loss(net(batch["crops"][:, None]), batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        _average(averaged, net, min(AVERAGE_OVER, step / (step + 10)))
        running += 0.02 * (loss.item() - running) if step > 1 else loss.item()
        if step % 500 == 0 or step == args.steps:
            figures = (judge_finder if finder else judge_corners)(averaged, held_out)
            print(f"{step} {time.perf_counter() - started:.0f} s, loss {running:.3f}: {figures}", flush=True)
            torch.save(averaged.state_dict(), args.out)


@torch.no_grad()
def _average(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    for kept, new in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - keep)
        else:
            kept.copy_(new)


if __name__ == "__main__":
    main()
