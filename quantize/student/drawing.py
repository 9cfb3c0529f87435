"""Writing an ONNX graph node by node, each output named after what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
"""The opset of the published student; `LayerNormalization` came with it, and TensorRT and ONNX Runtime both know it."""
IR_VERSION = 8
ELEMENTS = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}
Shape = Sequence[int | str]


class Drawing:
    """A graph being written. Names are unique because each node is named after its place in the network."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: Shape, element: int = TensorProto.FLOAT) -> str:
        """Declare an input; its name."""
        self._inputs.append(helper.make_tensor_value_info(name, element, list(shape)))
        return name

    def output(self, name: str, shape: Shape, element: int = TensorProto.FLOAT) -> None:
        """Declare that the tensor of this name is an output."""
        self._outputs.append(helper.make_tensor_value_info(name, element, list(shape)))

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """A constant, stored once however often it is asked for; its name."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def numbers(self, *values: int) -> str:
        """A constant vector of whole numbers."""
        return self.constant("numbers_" + "_".join(str(value) for value in values), np.array(values, np.int64))

    def node(self, operator: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Add a node with one output that bears its name."""
        self._nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def model(self) -> onnx.ModelProto:
        """The finished graph, checked by ONNX."""
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, list(self._constants.values()))
        model = helper.make_model(
            graph, producer_name="edged", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        onnx.checker.check_model(model, full_check=True)
        return model
