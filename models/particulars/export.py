"""Write the trained reader of sex and birth date as ONNX.

    python -m models.particulars.export --weights DIR/particulars.pt --out models/particulars.onnx

Input `strips`: bytes, shape (1, 1, 36, 256): the two of `layout.PARTICULARS`, side by side. Outputs, natural
logarithms of probabilities at the fitted temperatures: `sex`, float32, shape (1, 2), and `birth`, shape
(1, 8, 10), of the characters that the metadata's `alphabets` name.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch

from idcheck.reading.particulars import DIGITS, INPUT_SIZE, SEXES
from models.particulars.net import Calibrated, ParticularsReader

OPSET = 17


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights and the temperatures of a training run as one graph."""
    found = torch.load(weights)
    net = ParticularsReader()
    net.load_state_dict(found["weights"])
    example = torch.zeros(1, 1, *INPUT_SIZE[::-1], dtype=torch.uint8)
    torch.onnx.export(
        Calibrated(net, found["temperatures"]).eval(), (example,), str(out),
        input_names=["strips"], output_names=["sex", "birth"], opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    model = onnx.load(str(out))
    onnx.helper.set_model_props(model, {"alphabets": f"{SEXES} {DIGITS}"})
    onnx.checker.check_model(model)
    onnx.save(model, str(out))
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, temperatures {found['temperatures']}")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    export(args.weights, args.out)


if __name__ == "__main__":
    main()
