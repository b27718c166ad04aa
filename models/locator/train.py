r"""Train the finder and the corner network from drawn pools.

python -m models.locator.train finder  --pools DIR --seeds 1 1-scenes --held-out 2-scenes --steps 6000 \
    --batch 16 --out DIR/finder.pt
python -m models.locator.train corners --pools DIR --seeds 1 1-scenes --held-out 2-scenes --steps 4000 \
    --batch 32 --out DIR/corners.pt

One thread, fixed seed: the same command gives the same weights on the same processor.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.locator.judging import judge_corners, judge_finder
from models.locator.losses import corners_loss, finder_loss
from models.locator.net import LARGER, Corners, Finder
from models.locator.pools import Pool, flip_cornering, flip_finding, hide
from models.shards import ahead
from models.training import average

AVERAGE_OVER = 0.998
"""Each step keeps this much of the averaged weights, which are what is exported."""
WRITE_EVERY = 500
"""Steps."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is particular to one of the networks."""

    samples: str
    network: Callable[[], nn.Module]
    vary: tuple[Callable[[dict[str, Tensor], np.random.Generator], None], ...]
    loss: Callable[[Tensor, dict[str, Tensor]], Tensor]
    judge: Callable[[nn.Module, Pool], str]


TASKS = {
    "finder": Task("findings", Finder, (flip_finding,), finder_loss, judge_finder),
    "corners": Task("cornerings", Corners, (flip_cornering, hide), corners_loss, judge_corners),
    "corners-larger": Task(
        "cornerings", partial(Corners, LARGER), (flip_cornering, hide, hide), corners_loss, judge_corners
    ),
}


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network", choices=TASKS)
    parser.add_argument("--pools", type=Path, required=True)
    parser.add_argument("--seeds", nargs="+", required=True)
    parser.add_argument("--held-out", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start-from", type=Path)
    parser.add_argument("--bfloat16", action="store_true", help="half the time on processors that know it")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    task = TASKS[args.network]
    net = task.network()
    if args.start_from:
        net.load_state_dict(torch.load(args.start_from), strict=False)
    pools = [Pool.read(args.pools, task.samples, seeds) for seeds in (args.seeds, [args.held_out])]
    train(task, net, pools, args)


def train(task: Task, net: nn.Module, pools: list[Pool], args: argparse.Namespace) -> None:
    """AdamW under a one-cycle schedule; the averaged weights are written now and then, and at the end."""
    pool, held_out = pools
    net = net.to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, args.rate, total_steps=args.steps, pct_start=0.08
    )
    rng = np.random.default_rng(0)

    def varied() -> dict[str, Tensor]:
        batch = pool.batch(rng.integers(len(pool), size=args.batch))
        for vary in task.vary:
            vary(batch, rng)
        return batch

    losses, started = [], time.perf_counter()
    for step, batch in enumerate(ahead(varied, args.steps), 1):
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bfloat16):
            out = net(batch["pictures"])
        loss = task.loss(out, batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        average(averaged, net, min(AVERAGE_OVER, step / (step + 10)))
        losses.append(loss.item())
        if step % WRITE_EVERY == 0 or step == args.steps:
            mean, seconds = np.mean(losses[-WRITE_EVERY:]), time.perf_counter() - started
            print(f"{step} {seconds:.0f} s, loss {mean:.3f}: {task.judge(averaged, held_out)}", flush=True)
            torch.save(averaged.state_dict(), args.out)


if __name__ == "__main__":
    main()
