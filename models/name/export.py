"""Write the trained name reader as ONNX.

    python -m models.name.export --weights DIR/name.pt --out models/name.onnx

Input `line`: bytes, shape (1, 1, 40, width), the width a multiple of 8; of the fine size (1, 1, 80, width), a
multiple of 16. Outputs, for each of k places where a character may stand, from left to right: `columns`,
int64 (k,), its middle, in columns of four pixels, or of eight; `present`, float32 (k,), the probability that
one stands there; `log_probs`, float32 (k, classes), the natural logarithm of the probability of each
character of the metadata's `alphabet`, at the fitted temperature.

Weights are kept as 16 bit floats, the classes' vectors as bytes with a scale for each; onnxruntime turns them
into 32 bit floats once, when it loads the network.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from models.name.classes import DIMENSIONS, alphabet
from models.name.net import SIZES, NameReader

OPSET: Final = 17
LEAST_PRESENT: Final = 0.02
_BESIDE: Final = 2
"""Columns to each side over which a place must be the likeliest."""
_LARGE: Final = 4096
"""Weights of fewer elements stay as they are."""


class Reading(nn.Module):
    """The trained network as it is used."""

    def __init__(self, net: NameReader, temperature: float) -> None:
        super().__init__()
        self.net = net
        self.temperature = temperature

    def forward(self, line: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See the module."""
        features = self.net.features(line)
        places = self.net.places(features)
        around = functional.max_pool1d(places[:, None], 2 * _BESIDE + 1, 1, _BESIDE)[:, 0]
        present = places.sigmoid()
        columns = ((places >= around) & (present > LEAST_PRESENT))[0].nonzero()[:, 0]
        vectors = self.net.embedded(features, torch.zeros_like(columns), columns)
        logits = functional.linear(vectors, self.net.vectors) + self.net.prior
        return columns, present[0][columns], (logits / self.temperature).log_softmax(dim=1)


def export(weights: Path, out: Path) -> None:
    """Write the averaged weights and the temperature of a training run as one graph."""
    found = torch.load(weights)
    net = NameReader.trained(found["size"], found["weights"])
    # From here on the vectors have the length that makes their products logits.
    net.vectors.data = functional.normalize(net.vectors.data, dim=1) * net.sharpness.exp()
    line_px = SIZES[found["size"]].line_px
    example = torch.zeros(1, 1, line_px, 4 * line_px, dtype=torch.uint8)
    torch.onnx.export(
        Reading(net, found["temperature"]).eval(), (example,), str(out),
        input_names=["line"], output_names=["columns", "present", "log_probs"], opset_version=OPSET,
        dynamic_axes={"line": {3: "width"}, "columns": [0], "present": [0], "log_probs": [0]}, dynamo=False,
    )  # fmt: skip
    model = onnx.load(str(out))
    _compress(model)
    helper.set_model_props(model, {"alphabet": alphabet()})
    onnx.checker.check_model(model)
    onnx.save(model, str(out))
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, temperature {found['temperature']:.3f}")


def _compress(model: onnx.ModelProto) -> None:
    """Keep large weights in fewer bits, and begin the graph by restoring them."""
    graph = model.graph
    kept, restoring = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _LARGE:
            kept.append(tensor)
        elif DIMENSIONS in values.shape and values.size == len(alphabet()) * DIMENSIONS:
            scales, steps = _steps(values, 0 if values.shape[0] == DIMENSIONS else 1)
            kept += [_named(steps, f"{tensor.name}.steps"), _named(scales, f"{tensor.name}.scales")]
            restoring += [
                _cast(f"{tensor.name}.steps", f"{tensor.name}.whole"),
                helper.make_node("Mul", [f"{tensor.name}.whole", f"{tensor.name}.scales"], [tensor.name]),
            ]
        else:
            kept.append(_named(values.astype(np.float16), f"{tensor.name}.half"))
            restoring.append(_cast(f"{tensor.name}.half", tensor.name))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    nodes = [*restoring, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _steps(values: NDArray[np.float32], along: int) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Scales, and whole multiples of them, one scale for each vector that lies along an axis."""
    scales = np.abs(values).max(axis=along, keepdims=True) / 127
    return scales.astype(np.float32), np.round(values / scales).astype(np.int8)


def _named(values: NDArray[np.generic], name: str) -> TensorProto:
    return numpy_helper.from_array(values, name)


def _cast(source: str, target: str) -> onnx.NodeProto:
    return helper.make_node("Cast", [source], [target], to=TensorProto.FLOAT)


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
