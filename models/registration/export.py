"""Write the trained registration network as ONNX.

    python -m models.registration.export --weights DIR/registration.pt --out models/registration.onnx

Input `crop`: bytes, shape (1, 1, 160, 240). Output `parts`: float32, shape (1, 4, 20, 30); see
`models.registration.net.Registration`.
"""

from __future__ import annotations

from pathlib import Path

import torch

from idcheck.scene.registration import PROPERTIES, SIZE
from models.exporting import command_line, write
from models.registration.net import Registration


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights of a training run."""
    net = Registration()
    net.load_state_dict(torch.load(weights))
    write(net, (1, 1, *SIZE[::-1]), ("crop", ["parts"]), PROPERTIES, out)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    command_line(__doc__, export)
