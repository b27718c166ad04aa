"""Rewrites MediaPipe's face networks from tflite as ONNX: the same weights, the same sums.

In ONNX they need no second runtime, threads may share them, and they take half the time that OpenCV takes for
the tflite files. `models.fetch` calls this; `models.faces.compare` shows that the answers are the same.

Two things are put another way, because onnxruntime has no code for them in its blocked memory layout and
would leave it and come back each time, which takes longer than the layer itself:

- PReLU with slope p becomes x + (1 - p) · max(-x, 0), as two convolutions of single channels;
- channels of zeros are appended by joining the output of a convolution by zero, not by padding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import onnx
import tflite
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 17
INPUT_SHAPE: Final = (1, 3, 192, 192)
"""Of both tflite files: one picture, channels R, G, B."""
SHAPES: Final[Mapping[str, Sequence[int | str]]] = MappingProxyType({
    "face_detection_full_range": (1, 3, "height", "width"),
    "face_landmark": INPUT_SHAPE,
})  # fmt: skip
"""Of the ONNX files. The detector takes sides that are multiples of 32: it halves and doubles five times."""
OUTPUTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    # The maps before they are flattened into a list of anchors.
    "face_detection_full_range": {"classifier_face_4": "scores", "regressor_face_4": "places"},
    "face_landmark": {"conv2d_30": "logit"},
})  # fmt: skip
"""Of each network: tensor in the tflite file → output of the ONNX file. What no output needs is left out."""


@dataclass(slots=True)
class _Graph:
    """An ONNX graph as it grows. A tensor keeps its tflite name."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)

    def add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Append a node and return its output's name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add numbers; those of half precision stay so in the file."""
        if value.dtype == np.float16:
            self.constants[f"{name}/half"] = value
            return self.add("Cast", [f"{name}/half"], name, to=TensorProto.FLOAT)
        self.constants[name] = value
        return name


class _Tflite:
    """A tflite file with one graph, all of whose operators have one output."""

    def __init__(self, data: bytes) -> None:
        self._model = tflite.Model.GetRootAs(data, 0)
        self._graph = self._model.Subgraphs(0)
        self.operators = [self._graph.Operators(k) for k in range(self._graph.OperatorsLength())]
        self.input = self.name(self._graph.Inputs(0))

    def name(self, tensor: int) -> str:
        return str(self._graph.Tensors(tensor).Name().decode())

    def shape(self, tensor: int) -> list[int]:
        """Of a picture: 1, height, width, channels."""
        return [int(side) for side in self._graph.Tensors(tensor).ShapeAsNumpy()]

    def kind(self, operator: Any) -> int:
        code = self._model.OperatorCodes(operator.OpcodeIndex())
        return max(int(code.BuiltinCode()), int(code.DeprecatedBuiltinCode()))

    def constant(self, tensor: int) -> NDArray[Any]:
        """The numbers of a tensor; those that an operator widens are given as they are stored."""
        for operator in self.operators:
            if self.kind(operator) == tflite.BuiltinOperator.DEQUANTIZE and operator.Outputs(0) == tensor:
                tensor = operator.Inputs(0)
        stored = self._graph.Tensors(tensor)
        types = {
            tflite.TensorType.FLOAT32: np.float32,
            tflite.TensorType.FLOAT16: np.float16,
            tflite.TensorType.INT32: np.int32,
        }
        data = self._model.Buffers(stored.Buffer()).DataAsNumpy()
        return np.frombuffer(data.tobytes(), types[stored.Type()]).reshape(self.shape(tensor))


class _Converter:
    """Writes operator after operator. Shapes in comments are tflite's: pictures are NHWC, filters OHWI."""

    def __init__(self, source: _Tflite) -> None:
        self.graph = _Graph()
        self._source = source
        kinds = tflite.BuiltinOperator
        self._rules = {
            kinds.CONV_2D: self._convolution,
            kinds.DEPTHWISE_CONV_2D: self._depthwise,
            kinds.RELU: self._relu,
            kinds.PRELU: self._prelu,
            kinds.ADD: self._add,
            kinds.PAD: self._appended_zeros,
            kinds.MAX_POOL_2D: self._pool,
            kinds.RESIZE_BILINEAR: self._enlarge,
        }

    def convert(self, operator: Any) -> None:
        """Write one operator. Constants are written where they are used, the rest behind the outputs kept."""
        rule = self._rules.get(self._source.kind(operator))
        if rule is not None:
            rule(operator, self._source.name(operator.Outputs(0)))

    def _inputs(self, operator: Any) -> list[str]:
        return [self._source.name(operator.Inputs(k)) for k in range(operator.InputsLength())]

    def _convolution(self, operator: Any, output: str) -> None:
        options = _options(operator, tflite.Conv2DOptions())
        filters = self._source.constant(operator.Inputs(1)).transpose(0, 3, 1, 2)
        self._convolved(operator, output, filters, options, group=1)

    def _depthwise(self, operator: Any, output: str) -> None:
        options = _options(operator, tflite.DepthwiseConv2DOptions())
        filters = self._source.constant(operator.Inputs(1)).transpose(3, 0, 1, 2)  # 1HWC
        self._convolved(operator, output, filters, options, group=len(filters))

    def _convolved(
        self, operator: Any, output: str, filters: NDArray[Any], options: Any, *, group: int
    ) -> None:
        _, height, width, _ = self._source.shape(operator.Inputs(0))
        strides = (options.StrideH(), options.StrideW())
        pads = [0, 0, 0, 0]
        if options.Padding() == tflite.Padding.SAME:
            pads = _same((height, width), (filters.shape[2], filters.shape[3]), strides)
        weights = self.graph.constant(f"{output}/filters", np.ascontiguousarray(filters))
        bias = self.graph.constant(f"{output}/bias", self._source.constant(operator.Inputs(2)))
        inputs = [self._inputs(operator)[0], weights, bias]
        self.graph.add("Conv", inputs, output, group=group, strides=strides, pads=pads)

    def _relu(self, operator: Any, output: str) -> None:
        self.graph.add("Relu", self._inputs(operator), output)

    def _prelu(self, operator: Any, output: str) -> None:
        (given, _), slope = self._inputs(operator), self._source.constant(operator.Inputs(1))
        one_each = slope.reshape(-1, 1, 1, 1)
        minus = self.graph.constant(f"{output}/minus", -np.ones_like(one_each))
        rest = self.graph.constant(f"{output}/rest", 1 - one_each)
        negated = self.graph.add("Conv", [given, minus], f"{output}/negated", group=len(one_each))
        below = self.graph.add("Relu", [negated], f"{output}/below")
        lifted = self.graph.add("Conv", [below, rest], f"{output}/lifted", group=len(one_each))
        self.graph.add("Add", [lifted, given], output)

    def _add(self, operator: Any, output: str) -> None:
        self.graph.add("Add", self._inputs(operator), output)

    def _appended_zeros(self, operator: Any, output: str) -> None:
        given, channels = self._inputs(operator)[0], self._source.shape(operator.Inputs(0))[3]
        more = self._source.shape(operator.Outputs(0))[3] - channels
        before_and_behind = self._source.constant(operator.Inputs(1)).tolist()
        if before_and_behind != [[0, 0], [0, 0], [0, 0], [0, more]]:
            msg = f"{output}: only channels behind the last are padded"
            raise ValueError(msg)
        nothing = self.graph.constant(f"{output}/nothing", np.zeros((more, channels, 1, 1), np.float32))
        zeros = self.graph.add("Conv", [given, nothing], f"{output}/zeros")
        self.graph.add("Concat", [given, zeros], output, axis=1)

    def _pool(self, operator: Any, output: str) -> None:
        options = _options(operator, tflite.Pool2DOptions())
        self.graph.add(
            "MaxPool", self._inputs(operator), output,
            kernel_shape=(options.FilterHeight(), options.FilterWidth()),
            strides=(options.StrideH(), options.StrideW()),
        )  # fmt: skip

    def _enlarge(self, operator: Any, output: str) -> None:
        options = _options(operator, tflite.ResizeBilinearOptions())
        before, after = self._source.shape(operator.Inputs(0)), self._source.shape(operator.Outputs(0))
        if not options.HalfPixelCenters():
            msg = f"{output}: pixels are taken to have their middle at the half"
            raise ValueError(msg)
        factors = np.array([1, 1, after[1] / before[1], after[2] / before[2]], np.float32)
        inputs = [self._inputs(operator)[0], "", self.graph.constant(f"{output}/factors", factors)]
        self.graph.add("Resize", inputs, output, mode="linear", coordinate_transformation_mode="half_pixel")


def _options(operator: Any, options: Any) -> Any:
    """An operator's options, as the kind that its code implies."""
    table = operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    if getattr(options, "FusedActivationFunction", lambda: 0)() != tflite.ActivationFunctionType.NONE:
        msg = "activations are operators of their own"
        raise ValueError(msg)
    return options


def _same(size: tuple[int, int], kernel: tuple[int, int], strides: tuple[int, int]) -> list[int]:
    """TensorFlow's padding that keeps the size, or halves it: top, left, bottom, right."""
    steps = zip(size, kernel, strides, strict=True)
    missing = [max((-(-side // step) - 1) * step + reach - side, 0) for side, reach, step in steps]
    return [m // 2 for m in missing] + [m - m // 2 for m in missing]


def convert(data: bytes, name: str) -> onnx.ModelProto:
    """The ONNX network of a tflite file.

    Its input ``picture`` is float32, of the shape in `SHAPES`; so are its outputs, (1, channels, rows,
    columns).

    Args:
        data: the tflite file.
        name: the network's, one of `OUTPUTS`.

    Raises:
        KeyError: there is no such network.
        ValueError: the file asks for something that is not provided for.
    """
    outputs = OUTPUTS[name]
    network = _Tflite(data)
    converter = _Converter(network)
    for operator in network.operators:
        converter.convert(operator)
    kept = list(outputs.values())
    for before, after in outputs.items():
        converter.graph.add("Identity", [before], after)
    converter.graph.add("Identity", ["picture"], network.input)
    nodes = _needed(converter.graph.nodes, kept)
    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, SHAPES[name])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1] + [None] * 3) for output in kept],
        [numpy_helper.from_array(v, key) for key, v in converter.graph.constants.items() if key in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def _needed(nodes: Sequence[onnx.NodeProto], outputs: Sequence[str]) -> list[onnx.NodeProto]:
    """What leads to the outputs, each node behind those that it needs."""
    maker = {name: node for node in nodes for name in node.output}
    found: dict[str, onnx.NodeProto] = {}

    def visit(name: str) -> None:
        if name in maker and name not in found:
            for needed in maker[name].input:
                visit(needed)
            found[name] = maker[name]

    for name in outputs:
        visit(name)
    return list(found.values())
