"""Write the trained validity reader as ONNX.

    python -m models.validity.export --weights DIR/validity.pt --out models/validity.onnx

Input `strip`: bytes, shape (1, 1, 52, 352): the box `layout.EMBLEM_FIELDS["validity"]`. Output `log_probs`:
float32, shape (1, 88, 15), at each column the natural logarithm of the probability of nothing, and of each
character of the metadata's `alphabet`, at the fitted temperature.
"""

from __future__ import annotations

from pathlib import Path

import torch

from idcheck.reading.validity import ALPHABET, INPUT_SIZE
from models.exporting import command_line, write
from models.validity.net import Reading, ValidityReader


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights and the temperature of a training run as one graph."""
    found = torch.load(weights)
    net = ValidityReader()
    net.load_state_dict(found["weights"])
    network = Reading(net, found["temperature"])
    names = "strip", ["log_probs"]
    write(network, (1, 1, *INPUT_SIZE[::-1]), names, {"alphabet": ALPHABET}, out)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, temperature {found['temperature']:.3f}")


if __name__ == "__main__":
    command_line(__doc__, export)
