"""Write the trained validity reader as ONNX.

    python -m models.validity.export --weights DIR/validity.pt --out models/validity.onnx

Input `strip`: bytes, shape (1, 1, 52, 352): the box `layout.EMBLEM_FIELDS["validity"]`. Output `log_probs`:
float32, shape (1, 88, 15), at each column the natural logarithm of the probability of nothing, and of each
character of the metadata's `alphabet`, at the fitted temperature.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch

from idcheck.reading.validity import ALPHABET, INPUT_SIZE
from models.validity.net import Reading, ValidityReader

OPSET = 17


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights and the temperature of a training run as one graph."""
    found = torch.load(weights)
    net = ValidityReader()
    net.load_state_dict(found["weights"])
    example = torch.zeros(1, 1, *INPUT_SIZE[::-1], dtype=torch.uint8)
    torch.onnx.export(
        Reading(net, found["temperature"]).eval(), (example,), str(out),
        input_names=["strip"], output_names=["log_probs"], opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    model = onnx.load(str(out))
    onnx.helper.set_model_props(model, {"alphabet": ALPHABET})
    onnx.checker.check_model(model)
    onnx.save(model, str(out))
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, temperature {found['temperature']:.3f}")


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
