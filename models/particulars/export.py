"""Write the trained reader of sex and birth date as ONNX.

    python -m models.particulars.export --weights DIR/particulars.pt --out models/particulars.onnx

Input `strips`: bytes, shape (1, 1, 36, 256): the two of `layout.PARTICULARS`, side by side. Outputs, natural
logarithms of probabilities at the fitted temperatures: `sex`, float32, shape (1, 2), and `birth`, shape
(1, 8, 10), of the characters that the metadata's `alphabets` name.
"""

from __future__ import annotations

from pathlib import Path

import torch

from idcheck.reading.particulars import DIGITS, INPUT_SIZE, SEXES
from models.exporting import command_line, write
from models.particulars.net import Calibrated, ParticularsReader


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights and the temperatures of a training run as one graph."""
    found = torch.load(weights)
    net = ParticularsReader()
    net.load_state_dict(found["weights"])
    network = Calibrated(net, found["temperatures"])
    names = "strips", ["sex", "birth"]
    write(network, (1, 1, *INPUT_SIZE[::-1]), names, {"alphabets": f"{SEXES} {DIGITS}"}, out)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, temperatures {found['temperatures']}")


if __name__ == "__main__":
    command_line(__doc__, export)
