"""Where Kokoro's graph comes apart: text and prosody before, sound behind.

What crosses is, for ``d`` frames of 25 ms: features ``[1, 512, d]``, and pitch in hertz and energy ``[1, 2 d]``.
"""

from __future__ import annotations

from collections.abc import Sequence

import onnx
from onnx import TensorProto, helper

from quantize.graphs import copied, prune

FEATURES, PITCH, ENERGY = "/encoder/MatMul_1_output_0", "/encoder/Reshape_output_0", "/encoder/Reshape_1_output_0"
CROSSING = (FEATURES, PITCH, ENERGY)


def encoder(model: onnx.ModelProto) -> onnx.ModelProto:
    """From ``tokens``, ``style`` and ``speed`` to what crosses."""
    return _part(model, (), CROSSING)


def decoder(model: onnx.ModelProto) -> onnx.ModelProto:
    """From what crosses and ``style`` to ``audio``."""
    return _part(model, CROSSING, [output.name for output in model.graph.output])


def _part(model: onnx.ModelProto, begins: Sequence[str], ends: Sequence[str]) -> onnx.ModelProto:
    """What lies between tensors of float32, with those inputs of the graph that it needs."""
    part = copied(model)
    graph = part.graph
    outputs = {output.name: output for output in graph.output}
    nodes = [node for node in graph.node if not set(node.output) & set(begins)]
    del graph.node[:], graph.output[:]
    graph.node.extend(nodes)
    graph.output.extend(outputs.get(name) or _untyped(name) for name in ends)
    prune(part)
    needed = {name for node in graph.node for name in node.input}
    inputs = [entry for entry in graph.input if entry.name in needed]
    del graph.input[:]
    graph.input.extend([*inputs, *(_untyped(name) for name in begins)])
    return part


def _untyped(name: str) -> onnx.ValueInfoProto:
    """A tensor of float32 of any shape."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
