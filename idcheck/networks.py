"""Loads networks so that each runs on one thread and gives the same answer every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

import onnxruntime
from numpy.typing import NDArray

from idcheck.errors import EngineError, WeightsCorruptError

_Loaded = TypeVar("_Loaded")


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


class Later(Generic[_Loaded]):
    """A network, or its reader, that is loaded once, by whoever needs it first: many a process never does."""

    def __init__(self, make: Callable[[bytes], _Loaded], model: bytes) -> None:
        """Load nothing yet.

        Args:
            make: loads the network.
            model: the ONNX file's content, kept until then.
        """
        self._make = make
        self._model = model
        self._loaded: _Loaded | None = None
        self._lock = Lock()

    def __call__(self) -> _Loaded:
        """What was loaded; whatever `make` raises where it cannot be."""
        with self._lock:
            if self._loaded is None:
                self._loaded, self._model = self._make(self._model), b""
            return self._loaded
