"""Loads networks, ONNX and tflite, so that each runs on one thread and gives the same answer every time."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from idcheck.errors import WeightsCorruptError


def onnx_session(model: bytes) -> onnxruntime.InferenceSession:
    """Load an ONNX file. Threads may share the session: running a network does not change it.

    Raises:
        WeightsCorruptError: the bytes are no network.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # same sums in the same order, always
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes are private to its extension module
        msg = "the weights are not a network that onnxruntime can load"
        raise WeightsCorruptError(msg) from error


class TfliteNetwork:
    """A tflite network in OpenCV. Threads take turns: OpenCV keeps a network's input inside it."""

    def __init__(self, model: bytes, outputs: Sequence[str]) -> None:
        """Load a tflite file.

        Args:
            model: the file's content.
            outputs: the names of all outputs that the network must have, in its order.

        Raises:
            WeightsCorruptError: it has other outputs.
        """
        # From memory, OpenCV 5 reads tflite with its new engine only, which silently drops outputs.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.tflite"
            path.write_bytes(model)
            self._network = cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
        if tuple(self._network.getUnconnectedOutLayersNames()) != tuple(outputs):
            msg = "the network was read without all of its outputs"
            raise WeightsCorruptError(msg)
        self._lock = Lock()

    def run(self, blob: NDArray[np.float32], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        """The named outputs for an input of shape (1, channels, height, width)."""
        with self._lock:
            self._network.setInput(blob)
            return [np.array(output, np.float32) for output in self._network.forward(list(outputs))]
