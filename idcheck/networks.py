"""Loads networks so that each runs on one thread and gives the same answer every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from idcheck.errors import EngineError, WeightsCorruptError


def onnx_session(model: bytes) -> onnxruntime.InferenceSession:
    """Load an ONNX file. Threads may share the session: running a network does not change it.

    Raises:
        WeightsCorruptError: the bytes are no network.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # same sums in the same order, always
    options.enable_cpu_mem_arena = False  # saves a worker 15 MB and costs no time that can be measured
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes are private to its extension module
        msg = "the weights are not a network that onnxruntime can load"
        raise WeightsCorruptError(msg) from error


def own_session(model: bytes, name: str, properties: Mapping[str, str]) -> onnxruntime.InferenceSession:
    """Load one of our own networks.

    Args:
        model: the ONNX file's content.
        name: what an error calls it.
        properties: metadata that tells this network from others.

    Raises:
        WeightsCorruptError: the bytes are no network, or another one.
    """
    session = onnx_session(model)
    found = session.get_modelmeta().custom_metadata_map
    if any(found.get(key) != value for key, value in properties.items()):
        msg = f"the {name} model is another network, or another version's"
        raise WeightsCorruptError(msg)
    return session


def answers(
    session: onnxruntime.InferenceSession, feed: Mapping[str, NDArray[Any]], model: str
) -> list[NDArray[Any]]:
    """Run a reader's network.

    Args:
        session: the network.
        feed: its inputs by name.
        model: what an error calls it.

    Returns:
        its outputs.

    Raises:
        EngineError: it failed.
    """
    try:
        return list(session.run(None, feed))
    except Exception as error:
        msg = f"the {model} model failed"
        raise EngineError(msg) from error
