"""Write the larger corner network, which is asked in doubt, as ONNX.

    python -m models.locator.export_larger --weights DIR/corners-larger.pt --out models/corners_larger.onnx

Input `view`: bytes, shape (1, 1, 128, 192). Output `row`: float32, shape (1, 23); see
`models.locator.net.Corners`.
"""

from __future__ import annotations

from pathlib import Path

import torch

from idcheck.scene.card import CROP_SIZE, LARGER_PROPERTIES
from models.exporting import command_line, write
from models.locator.net import LARGER, Corners


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights of a training run."""
    net = Corners(LARGER)
    net.load_state_dict(torch.load(weights))
    write(net, (1, 1, *CROP_SIZE[::-1]), ("view", ["row"]), LARGER_PROPERTIES, out)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    command_line(__doc__, export)
