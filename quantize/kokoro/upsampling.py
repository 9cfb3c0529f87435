"""Transposed convolutions as plain ones, which the INT8 kernels know.

With a stride of ``s`` and a kernel of ``2 s`` every output lies under two taps (Shi et al. 2016, "Is the deconvolution
layer the same as a convolutional layer?")::

    y[o, q s + r - pad] = sum_i  w[i, o, r + s] x[i, q - 1] + w[i, o, r] x[i, q],   0 <= r < s

hence a convolution of two taps with ``s`` outputs in place of each, which are then laid one after the other.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper

from quantize.graphs import Array, Neighbours, copied, replace_nodes


def plain_upsampling(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with every such transposed convolution along time as a plain one; ``model`` stays as it is.

    The convolution keeps the name of the node.
    """
    changed = copied(model)
    graph = Neighbours(changed)
    replaced: dict[str, list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        weight = graph.value(node.input[1]) if node.op_type == "ConvTranspose" else None
        options = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
        if weight is None or not _fits(weight, options):
            continue
        replaced[node.output[0]] = _plain(graph, node, weight, options["pads"])
    replace_nodes(changed, replaced)
    return changed


def _fits(weight: Array, options: dict[str, list[int]]) -> bool:
    stride = options.get("strides", [1])[0]
    plain = options.get("group", 1) == 1 and max(options.get("output_padding", [0])) == 0
    return plain and stride > 1 and weight.ndim == 3 and weight.shape[2] == 2 * stride  # noqa: PLR2004


def _plain(graph: Neighbours, node: onnx.NodeProto, weight: Array, pads: list[int]) -> list[onnx.NodeProto]:
    inputs, outputs, taps = weight.shape
    stride = taps // 2
    prefix = node.output[0]
    late, early = weight[:, :, stride:], weight[:, :, :stride]
    kernel = np.stack([late, early], -1).transpose(1, 2, 0, 3).reshape(outputs * stride, inputs, 2)
    names = [graph.add(f"{prefix}/kernel", kernel)]
    if len(node.input) > 2:  # noqa: PLR2004 - input, weight, bias
        bias = graph.value(node.input[2])
        names.append(graph.add(f"{prefix}/bias", np.repeat(np.zeros(outputs) if bias is None else bias, stride)))
    shape = graph.add(f"{prefix}/phases", np.array([0, outputs, stride, -1], np.int64))
    flat = graph.add(f"{prefix}/flat", np.array([0, outputs, -1], np.int64))
    bounds = [
        graph.add(f"{prefix}/{name}", np.array([value], np.int64))
        for name, value in (("first", pads[0]), ("last", -pads[1] if pads[1] else 2**62), ("time", 2))
    ]
    return [
        helper.make_node("Conv", [node.input[0], *names], [f"{prefix}/all"], node.name, pads=[1, 1]),
        helper.make_node("Reshape", [f"{prefix}/all", shape], [f"{prefix}/by_phase"], f"{node.name}/phases"),
        helper.make_node(
            "Transpose", [f"{prefix}/by_phase"], [f"{prefix}/turned"], f"{node.name}/turn", perm=[0, 1, 3, 2]
        ),
        helper.make_node("Reshape", [f"{prefix}/turned", flat], [f"{prefix}/long"], f"{node.name}/flat"),
        helper.make_node("Slice", [f"{prefix}/long", *bounds], [prefix], f"{node.name}/cut"),
    ]
