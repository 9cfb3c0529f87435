"""The parameters of a published student by their place in the network, read from its graph in float."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from edged.errors import InstallFailed

NETWORKS = ("m.", "pn.")
Weight = NDArray[np.float32]


class UnknownArchitecture(InstallFailed):
    """The graph is no `student`: a parameter that every student has is not in it."""


@dataclass(frozen=True)
class Weights:
    """Parameters by name, as the training code names them: `m.` the acoustic network, `pn.` that of the prosody."""

    named: dict[str, Weight]
    dilations: dict[str, int]
    """Frames between the taps of each depthwise convolution, by the name of its weight."""

    def __getitem__(self, name: str) -> Weight:
        """The parameter; raises :class:`UnknownArchitecture` if the graph has none of this name."""
        if name not in self.named:
            raise UnknownArchitecture(f"the graph has no parameter {name!r}: it is not a `student`")
        return self.named[name]

    def blocks(self, prefix: str) -> int:
        """How many blocks `prefix.0`, `prefix.1`, … there are."""
        return sum(f"{prefix}.{number}.dw.weight" in self.named for number in range(len(self.named)))


def read(model: onnx.ModelProto) -> Weights:
    """All parameters of a graph in float.

    Biases, norms and convolutions bear their names in the graph; the weight of a linear layer, [inputs, outputs], is
    the constant operand of the MatMul in front of the addition of its named bias.
    """
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    producers = {output: node for node in model.graph.node for output in node.output}
    named: dict[str, Weight] = {}
    for name, tensor in constants.items():
        if name.startswith(NETWORKS):
            named[name] = _array(tensor)
    for node in model.graph.node:
        bias = next((name for name in node.input if name.endswith(".bias") and node.op_type == "Add"), None)
        linear = next((producers[name] for name in node.input if name in producers), None)
        if bias is not None and linear is not None and linear.op_type == "MatMul":
            weight = next(name for name in linear.input if name in constants)
            named[bias.removesuffix("bias") + "weight"] = _array(constants[weight])
    return Weights(named, dict(_dilations(model)))


def _dilations(model: onnx.ModelProto) -> Iterator[tuple[str, int]]:
    for node in model.graph.node:
        if node.op_type == "Conv" and node.input[1].endswith(".dw.weight"):
            attribute = next((item for item in node.attribute if item.name == "dilations"), None)
            yield node.input[1], 1 if attribute is None else attribute.ints[0]


def _array(tensor: onnx.TensorProto) -> Weight:
    return np.asarray(numpy_helper.to_array(tensor), np.float32)
