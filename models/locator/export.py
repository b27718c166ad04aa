"""Put both trained networks into one ONNX file.

python -m models.locator.export --finder DIR/finder.pt --corners DIR/corners.pt --out models/locator.onnx

The graph has two inputs, `view` (bytes, 1 by 1 by height by width) and `whole` (one truth value), and one
output, `answer`: the finder's maps where `whole` is true, the corner network's row (as 1 by 23 by 1 by 1)
where it is false.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper
from torch import nn

from idcheck.scene.card import CROP_SIZE, FINDER_LONG, FINDER_SHORT
from models.locator.net import Corners, Finder

OPSET = 17
ANSWER_SHAPE: list[str | int | None] = [1, "channels", "rows", "columns"]


def branch(net: nn.Module, weights: Path, shape: tuple[int, int], prefix: str) -> onnx.GraphProto:
    """A trained network as a subgraph that reads `view` from the graph around it."""
    example = torch.zeros(1, 1, *shape, dtype=torch.uint8)
    net.load_state_dict(torch.load(weights))
    if isinstance(net, Corners):
        net = nn.Sequential(net, nn.Unflatten(1, (-1, 1, 1)))  # both branches answer in four dimensions
    net.eval()
    sides = {2: "height", 3: "width"} if prefix == "finder" else {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.onnx"
        torch.onnx.export(
            net, (example,), str(path), input_names=["view"], output_names=[f"{prefix}_answer"],
            dynamic_axes={"view": sides}, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        model = onnx.load(str(path))
    graph = onnx.compose.add_prefix_graph(
        model.graph, f"{prefix}/", rename_inputs=False, rename_outputs=False
    )
    del graph.input[:]
    graph.output[0].CopyFrom(
        helper.make_tensor_value_info(f"{prefix}_answer", TensorProto.FLOAT, ANSWER_SHAPE)
    )
    return graph


def joined(finder: onnx.GraphProto, corners: onnx.GraphProto) -> onnx.ModelProto:
    """One graph that runs either branch."""
    choose = helper.make_node("If", ["whole"], ["answer"], then_branch=finder, else_branch=corners)
    inputs = [
        helper.make_tensor_value_info("view", TensorProto.UINT8, [1, 1, "height", "width"]),
        helper.make_tensor_value_info("whole", TensorProto.BOOL, []),
    ]
    output = helper.make_tensor_value_info("answer", TensorProto.FLOAT, ANSWER_SHAPE)
    graph = helper.make_graph([choose], "card_locator", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    """Read the arguments, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--finder", type=Path, required=True)
    parser.add_argument("--corners", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    finder = branch(Finder(), args.finder, (FINDER_LONG, FINDER_SHORT), "finder")
    corners = branch(Corners(), args.corners, CROP_SIZE[::-1], "corners")
    onnx.save(joined(finder, corners), str(args.out))
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
