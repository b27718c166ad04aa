"""Write the trained number reader as ONNX.

    python -m models.number.export --weights DIR/number.pt --out models/number.onnx

Input `strip`: bytes, shape (1, 1, 32, 256). Output `log_probs`: float32, shape (1, 18, 11): the natural
logarithm of the probability of each character of the metadata's `alphabet` at each place, at the fitted
temperature.
"""

from __future__ import annotations

from pathlib import Path

import torch

from idcheck.reading.number import ALPHABET, INPUT_SIZE
from models.exporting import command_line, write
from models.number.net import SIZES, Calibrated, NumberReader


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights and the temperature of a training run as one graph."""
    found = torch.load(weights)
    net = NumberReader(SIZES[found["size"]])
    net.load_state_dict(found["weights"])
    network = Calibrated(net, found["temperature"])
    names = "strip", ["log_probs"]
    # Folded, the rows would be written out, column by column, twice.
    write(network, (1, 1, *INPUT_SIZE[::-1]), names, {"alphabet": ALPHABET}, out, folded=False)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, temperature {found['temperature']:.3f}")


if __name__ == "__main__":
    command_line(__doc__, export)
