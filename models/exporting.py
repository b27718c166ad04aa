"""Writes trained networks as ONNX, and the command line that does so."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import onnx
import torch
from torch import nn

OPSET = 17


def write(
    network: nn.Module,
    shape: Sequence[int],
    names: tuple[str, Sequence[str]],
    properties: Mapping[str, str],
    out: Path,
    *,
    folded: bool = True,
) -> None:
    """Write a network that takes bytes of one fixed shape.

    Args:
        network: as it is used.
        shape: of what it takes.
        names: of its input and of its outputs.
        properties: the file's metadata.
        out: the file.
        folded: whether what does not depend on the input is computed now.
    """
    torch.onnx.export(
        network.eval(), (torch.zeros(*shape, dtype=torch.uint8),), str(out),
        input_names=[names[0]], output_names=list(names[1]), opset_version=OPSET, dynamo=False,
        do_constant_folding=folded,
    )  # fmt: skip
    model = onnx.load(str(out))
    onnx.helper.set_model_props(model, dict(properties))
    onnx.checker.check_model(model)
    onnx.save(model, str(out))


def command_line(description: str | None, export: Callable[[Path, Path], None]) -> None:
    """Read from the command line which weights to export, and where to."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    export(args.weights, args.out)
