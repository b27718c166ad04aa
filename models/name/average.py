"""Average the weights of several stages of one training, and make the result fit for use.

Its temperature is fitted, and then it expects characters as often as they are printed
(`models.name.render.expected`), not as often as they were drawn.

    python -m models.name.average --weights DIR/one.pt DIR/two.pt --pool DIR --held-out 2 --out DIR/name.pt

A network that saw coarse lines may stand before such as see fine ones: it counts as one that makes nothing of
what is finer.

Stages that each end with a learning rate of zero lie around a point that is better than any of them (Izmailov
et al., Averaging weights leads to wider optima and better generalization, 2018).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from models.name.classes import vectors
from models.name.net import SIZES, NameReader, widened
from models.name.pool import SHARD
from models.name.render import expected, frequencies
from models.name.train import TEMPERATURES, answers, batch_of, judge, prior_of
from models.shards import Shards
from models.training import temperature_of


def averaged(stages: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of all weights; counts are the last stage's, and so is the shape.

    Of weights that a coarse network does not have, the mean is that of the others. Where it has a part of
    them, the rest, by which fine channels come in, counts as zero.
    """
    found = {}
    for key, last in stages[-1].items():
        there = [widened(stage[key], last) for stage in stages if key in stage]
        found[key] = torch.stack(there).mean(dim=0) if last.is_floating_point() else last
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", type=Path, nargs="+", required=True)
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--held-out", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    stages = [torch.load(path) for path in args.weights]
    size = stages[-1]["size"]
    net = NameReader.trained(size, averaged([stage["weights"] for stage in stages]))
    net.prior.copy_(prior_of(frequencies(vectors(args.pool))))
    held_out = batch_of(Shards(args.pool, args.held_out, SHARD).read(0), SIZES[size])
    given = answers(net.eval(), held_out)
    temperature = temperature_of(given.logits, given.wanted, TEMPERATURES)
    net.prior.copy_(prior_of(expected()))
    found = {"weights": net.state_dict(), "temperature": temperature, "size": size}
    torch.save(found, args.out)
    print(f"{judge(given)}, temperature {temperature:.3f}")


if __name__ == "__main__":
    main()
