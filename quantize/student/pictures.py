"""One-dimensional convolutions as two-dimensional ones over pictures one row high: the same sums.

ONNX Runtime keeps pictures in blocks of channels, with faster kernels, and does transpositions on the way in and out.
In the encoder of the voice heart this is a twentieth of the time on AVX-512.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

ROWS = "picture_rows"
"""Name of the constant with the axis that is put in."""


def as_pictures(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every one-dimensional Conv of constant weights rewritten; it is changed in place and returned."""
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = [made for node in model.graph.node for made in _rewritten(node, constants)]
    if len(nodes) > len(model.graph.node):
        model.graph.initializer.append(numpy_helper.from_array(np.array([2], np.int64), ROWS))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def _rewritten(node: onnx.NodeProto, constants: dict[str, onnx.TensorProto]) -> Iterator[onnx.NodeProto]:
    weight = constants.get(node.input[1]) if node.op_type == "Conv" else None
    if weight is None or len(weight.dims) not in {3, 4} or not _is_line(node):
        yield node
        return
    outputs, inputs, taps = weight.dims[0], weight.dims[1], weight.dims[-1]
    weight.dims[:] = [outputs, inputs, 1, taps]  # shared by several nodes, it may be changed already
    picture, made = f"{node.output[0]}_picture", f"{node.output[0]}_made"
    attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    yield helper.make_node("Unsqueeze", [node.input[0], ROWS], [picture], f"{node.name}_picture")
    yield helper.make_node("Conv", [picture, *node.input[1:]], [made], node.name, **_widened(attributes))
    yield helper.make_node("Squeeze", [made, ROWS], list(node.output), f"{node.name}_line")


def _is_line(node: onnx.NodeProto) -> bool:
    return any(attribute.name == "kernel_shape" and len(attribute.ints) == 1 for attribute in node.attribute)


def _widened(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a convolution along a line, for a picture with one row."""
    plain = {"kernel_shape": 1, "strides": 1, "dilations": 1}
    for name, row in plain.items():
        if name in attributes:
            attributes[name] = [row, *attributes[name]]
    if "pads" in attributes:
        before, after = attributes["pads"]
        attributes["pads"] = [0, before, 0, after]
    return attributes
