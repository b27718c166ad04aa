"""Train the name reader on drawn lines, and fit the temperature at which its probabilities are true.

    python -m models.name.classes --out DIR
    python -m models.name.pool  --glyphs DIR --seed 1 --count 262144 --out DIR &
    python -m models.name.pool  --glyphs DIR --seed 2 --count 4096   --out DIR
    python -m models.name.train --pool DIR --seed 1 --held-out 2 --steps 5000 --out DIR/name.pt

One thread, fixed seed: the same command on the same pool gives the same weights on the same processor; with
``--device cuda``, weights as good. A run that was interrupted goes on from its last checkpoint with
``--resume``.
"""

from __future__ import annotations

import argparse
import copy
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from idcheck.reading.name import COLUMN_MM, resized
from models.name import classes, render
from models.name.net import SIZES, NameReader, Size
from models.name.pool import SHARD
from models.name.render import COLUMNS
from models.shards import Examples, Shards, Stream, ahead
from models.training import average, moved, temperature_of, weights_of

AVERAGE_OVER: Final = 0.998
"""Each step keeps this much of the averaged weights, which are what is exported."""
TABLE_RATE: Final = 0.03
"""Learning rate of the classes' vectors."""
WARM_UP: Final = 150
TEMPERATURES: Final = np.exp(np.linspace(np.log(0.6), np.log(2.0), 25))
EDGE: Final = 2.75
"""A character whose middle is so many columns or less from the line's end is cut off and teaches nothing."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines as a network takes them; see `models.name.render.Line`. Centres are in columns."""

    pictures: Tensor
    characters: Tensor
    centres: Tensor
    visible: Tensor

    @property
    def whole(self) -> Tensor:
        """Which characters lie within the line and can be seen, at least in part; shape (n, most)."""
        inside = (self.centres > EDGE) & (self.centres < COLUMNS - EDGE)
        return inside & (self.characters >= 0) & (self.visible > 0.3)


def batch_of(examples: Examples, size: Size) -> Batch:
    """Examples of a shard, or of several, for a network of this size."""
    pictures = np.array([resized(line, COLUMNS, size.line_px) for line in examples["pictures"]])
    return Batch(
        torch.from_numpy(pictures),
        torch.from_numpy(examples["characters"]),
        torch.from_numpy(examples["centres"]) / COLUMN_MM,
        torch.from_numpy(examples["visible"]),
    )


def placing_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of there being a character's middle at each column.

    Columns beside a middle are left to themselves, as are those of characters that are cut off or hidden.
    """
    apart = (batch.centres[:, :, None] - torch.arange(logits.shape[1], device=logits.device) - 0.5).abs()
    there = (batch.characters >= 0)[:, :, None]
    whole = batch.whole[:, :, None]
    wanted = (whole & (apart <= 0.5)).any(dim=1)
    unclear = (there & ((apart <= 1.3) | (~whole & (apart <= 3.5)))).any(dim=1) & ~wanted
    losses = functional.binary_cross_entropy_with_logits(
        logits, wanted.float(), reduction="none", pos_weight=torch.tensor(3.0, device=logits.device)
    )
    return losses[~unclear].mean()


def reading_loss(net: NameReader, features: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of the characters, seen from a column at or beside their middle."""
    rows, places = batch.whole.nonzero(as_tuple=True)
    off = (torch.rand(len(rows), device=rows.device) - 0.5) * 1.3
    columns = (batch.centres[rows, places] + off).long().clamp(0, features.shape[3] - 1)
    logits = net.characters(features, rows, columns)
    return functional.cross_entropy(logits, batch.characters[rows, places].long())


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network says of the whole characters of a shard.

    Attributes:
        logits: of each character's place, shape (characters, classes).
        wanted: the classes, shape (characters,).
        found: how likely the network thinks that a character stands there, shape (characters,).
    """

    logits: Tensor
    wanted: Tensor
    found: Tensor


@torch.no_grad()
def answers(net: NameReader, shard: Batch, most: int = 1024) -> Answers:
    """Ask the network about a shard's first lines."""
    logits, wanted, found = [], [], []
    for start in range(0, most, 64):
        part = Batch(*(getattr(shard, key)[start : start + 64] for key in Batch.__slots__))
        features = net.features(part.pictures[:, None])
        rows, places = part.whole.nonzero(as_tuple=True)
        columns = part.centres[rows, places].long()
        logits.append(net.characters(features, rows, columns))
        wanted.append(part.characters[rows, places].long())
        found.append(net.places(features).sigmoid()[rows, columns])
    return Answers(torch.cat(logits), torch.cat(wanted), torch.cat(found))


def judge(given: Answers) -> str:
    """Shares of characters that are right, of the everyday ones and others, and that are found at all."""
    right = given.logits.argmax(dim=1) == given.wanted
    everyday = given.wanted <= 3500
    likelihood = -functional.cross_entropy(given.logits, given.wanted)
    return (
        f"right {right.float().mean():.4f}, everyday {right[everyday].float().mean():.4f}, "
        f"others {right[~everyday].float().mean():.4f}, log-likelihood {likelihood:.4f}, "
        f"found {(given.found > 0.5).float().mean():.4f}"
    )


def new_network(folder: Path, size: Size) -> NameReader:
    """A network before training, its table of classes in place."""
    table = classes.vectors(folder)
    return NameReader(size, torch.from_numpy(table), prior_of(render.frequencies(table)))


def prior_of(shares: NDArray[np.float64]) -> Tensor:
    """Logarithms of how often each class is seen, up to a constant."""
    prior = torch.from_numpy(np.log(shares)).float()
    return prior - prior.mean()


def rate_at(step: int, steps: int, cooldown: int) -> float:
    """Share of the full learning rate: warm up, stay, and go to zero over the last `cooldown` steps."""
    if step < WARM_UP:
        return step / WARM_UP
    left = (steps - step) / cooldown
    return 1.0 if left >= 1 else max(0.001, 0.5 - 0.5 * float(np.cos(np.pi * left)))


class Run:
    """A network that learns, the average of its weights over the last steps, and what learning remembers."""

    def __init__(self, net: NameReader, rate: float, *, halved: bool) -> None:
        self.net = net.to(memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.net).eval()
        self.step = 0
        self._rate = rate
        self._halved = halved
        self._layers = [p for name, p in self.net.named_parameters() if name != "vectors"]
        self._by_layer = torch.optim.AdamW(self._layers, lr=rate, weight_decay=0.02, foreach=True)
        # Adam would move the rows of characters that are hardly ever drawn as far as all others, by noise.
        self._by_row = torch.optim.SGD([self.net.vectors], lr=TABLE_RATE, momentum=0.9, foreach=True)

    def learn(self, batch: Batch, share: float) -> float:
        """One step at a share of the full learning rates; the loss before it."""
        self.step += 1
        self._by_layer.param_groups[0]["lr"] = self._rate * share
        self._by_row.param_groups[0]["lr"] = TABLE_RATE * share
        with torch.autocast(batch.pictures.device.type, torch.bfloat16, enabled=self._halved):
            features = self.net.features(batch.pictures[:, None])
            placing = placing_loss(self.net.places(features).float(), batch)
            loss = reading_loss(self.net, features, batch) + 3 * placing
        self.net.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._layers, 5.0)
        self._by_layer.step()
        self._by_row.step()
        average(self.averaged, self.net, min(AVERAGE_OVER, self.step / (self.step + 10)))
        return float(loss.item())

    def save(self, path: Path) -> None:
        """Write all that is needed to go on from here."""
        state = {"net": self.net.state_dict(), "averaged": self.averaged.state_dict(), "step": self.step}
        torch.save({**state, "optimiser": self._by_layer.state_dict()}, path)

    def resume(self, path: Path) -> None:
        """Go on from what :meth:`save` wrote; how often classes are drawn is not remembered."""
        saved = torch.load(path, map_location="cpu")
        self.net.take_over(saved["net"])
        self.averaged.take_over(saved["averaged"])
        self._by_layer.load_state_dict(saved["optimiser"])
        self.step = saved["step"]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--held-out", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--cooldown", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--size", choices=SIZES, default="first")
    parser.add_argument("--begin-from", type=Path, help="weights of a coarse network; for the size fine")
    parser.add_argument("--fresh", type=float, default=0.6, help="share of each batch not seen before")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bfloat16", action="store_true", help="half the time on processors that know it")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    size = SIZES[args.size]
    held_out = moved(batch_of(Shards(args.pool, args.held_out, SHARD).read(0), size), args.device)
    shards = Shards(args.pool, args.seed, SHARD)
    stream = Stream(shards, args.shards, args.fresh, np.random.default_rng(0))
    net = new_network(args.pool, size)
    if args.begin_from:
        net.take_over(torch.load(args.begin_from)["weights"])
    run = Run(net.to(args.device), args.rate, halved=args.bfloat16)
    if args.resume:
        run.resume(args.out.with_suffix(".resume"))
        for _ in range(run.step):
            stream.batch(args.batch)
    running, started = 0.0, time.perf_counter()
    for batch in ahead(lambda: batch_of(stream.batch(args.batch), size), args.steps - run.step):
        loss = run.learn(moved(batch, args.device), rate_at(run.step + 1, args.steps, args.cooldown))
        running += 0.02 * (loss - running) if running else loss
        if run.step % 100 == 0 or run.step == args.steps:
            print(f"{run.step} {time.perf_counter() - started:.0f} s, loss {running:.3f}", flush=True)
        if run.step % 300 == 0 or run.step == args.steps:
            given = answers(run.averaged, held_out)
            print(judge(given), flush=True)
            temperature = temperature_of(given.logits, given.wanted, TEMPERATURES)
            found = {"weights": weights_of(run.averaged), "temperature": temperature, "size": args.size}
            torch.save(found, args.out)
            run.save(args.out.with_suffix(".resume"))


if __name__ == "__main__":
    main()
