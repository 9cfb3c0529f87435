"""A quantised graph back in float32, exactly.

What dynamic quantisation made of a product is undone::

    DynamicQuantizeLinear -> MatMulInteger | ConvInteger [-> Add bias] -> Cast -> Mul(scales)   =>  MatMul | Conv
    DynamicQuantizeLSTM                                                                         =>  LSTM
    DequantizeLinear of a constant, or of rows gathered from one                                =>  the constant

with the weight ``(quantised - zero point) * scale`` (ONNX operators, DequantizeLinear). A weight so restored is the
one that the quantised graph multiplied with; only the rounding of the activations is gone. Layers that share a weight
come out as copies, hence constants of the same content are kept once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper

from edged.errors import EdgedError
from quantize.graphs import Array, Feed, Neighbours, copied, open_graph, prune, replace_nodes, share_constants

QUANTISED = frozenset(
    {
        "ConvInteger",
        "DequantizeLinear",
        "DynamicQuantizeLSTM",
        "DynamicQuantizeLinear",
        "DynamicQuantizeMatMul",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "QAttention",
        "QLinearConv",
        "QLinearMatMul",
        "QuantizeLinear",
    }
)
"""The operators of quantisation. A float graph has none of them."""
BIAS_STEPS = ("Reshape", "Cast", "Floor", "Div")
"""How ONNX Runtime's quantiser turns a bias into whole numbers, read from the sum back to the bias."""


class UnknownPattern(EdgedError):
    """The graph was quantised in a way that is not known here; nothing was converted."""


def to_float(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network in float32; ``model`` stays as it is.

    Raises:
        UnknownPattern: an operator of quantisation stands in surroundings that are not known here.

    """
    floating = copied(model)
    graph = Neighbours(floating)
    replaced: dict[str, list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        if node.op_type in {"MatMulInteger", "ConvInteger"}:
            product = _product(graph, node)
            replaced[product.output[0]] = [product]
        elif node.op_type == "DynamicQuantizeLSTM":
            replaced[node.output[0]] = [_lstm(graph, node)]
        elif node.op_type == "DequantizeLinear":
            replaced[node.output[0]] = _restored(graph, node)
    replace_nodes(floating, replaced)
    _refuse_quantised(floating)
    share_constants(floating)
    prune(floating)
    return floating


def parity(
    source: onnx.ModelProto, floating: onnx.ModelProto, feeds: Sequence[Feed]
) -> dict[str, dict[str, float | int]]:
    """How far two graphs of the same outputs lie apart: name of the output -> the figures of all ``feeds``.

    ``max`` and ``mean`` are absolute differences and ``peak`` is the largest absolute value of the source; all three
    are over the feeds for which the shapes agree. ``reshaped`` counts the feeds for which they do not: a duration
    that rounds to another frame moves everything behind it, and no difference of samples would mean anything.
    """
    names = [output.name for output in source.graph.output]
    sessions = [open_graph(graph) for graph in (source, floating)]
    pairs: dict[str, list[tuple[Array, Array]]] = {name: [] for name in names}
    for feed in feeds:
        for name, one, other in zip(names, *(session.run(names, dict(feed)) for session in sessions), strict=True):
            pairs[name].append((np.asarray(one, np.float64), np.asarray(other, np.float64)))
    return {name: _apart(outputs) for name, outputs in pairs.items()}


def _apart(pairs: Sequence[tuple[Array, Array]]) -> dict[str, float | int]:
    alike = [(one, other) for one, other in pairs if one.shape == other.shape]
    differences = np.concatenate([np.zeros(1), *(np.abs(one - other).ravel() for one, other in alike)])
    return {
        "max": float(differences.max()),
        "mean": float(differences.sum() / max(1, differences.size - 1)),
        "peak": float(max((np.abs(one).max(initial=0.0) for one, _ in alike), default=0.0)),
        "reshaped": len(pairs) - len(alike),
    }


def _product(graph: Neighbours, node: onnx.NodeProto) -> onnx.NodeProto:
    """``MatMul`` or ``Conv`` in place of the last node of the chain that begins with an integer product."""
    quantised, weight, _, *zero = node.input
    source = graph.maker(quantised, "DynamicQuantizeLinear")
    if source is None:
        raise _unknown(node, "its first input does not come from DynamicQuantizeLinear")
    bias: list[str] = []
    total = node.output[0]
    if (addition := graph.only_taker(total, "Add")) is not None:
        bias = [_bias(graph, node, next(name for name in addition.input if name != total))]
        total = addition.output[0]
    cast = graph.only_taker(total, "Cast")
    scaling = cast and graph.only_taker(cast.output[0], "Mul")
    if cast is None or scaling is None:
        raise _unknown(node, "no Cast and Mul follow it alone")
    scales = next(name for name in scaling.input if name != cast.output[0])
    axis = 1 if node.op_type == "MatMulInteger" else 0
    scale = _weight_scale(graph, node, source, scales)
    restored = _weight(graph, node, [weight, scale, *zero], axis)
    kind = "MatMul" if node.op_type == "MatMulInteger" else "Conv"
    if bias and kind == "MatMul":
        raise _unknown(node, "a bias is added before it is scaled")
    name = node.name.removesuffix("_quant")
    product = helper.make_node(kind, [source.input[0], restored, *bias], [scaling.output[0]], name=name)
    product.attribute.extend(node.attribute)
    return product


def _bias(graph: Neighbours, node: onnx.NodeProto, name: str) -> str:
    """The bias in float from which the added whole numbers were made."""
    for kind in BIAS_STEPS:
        maker = graph.maker(name, kind)
        if maker is None:
            raise _unknown(node, f"what is added to it was not made by {' <- '.join(BIAS_STEPS)} of a bias")
        name = maker.input[0]
    if name not in graph.constants:
        raise _unknown(node, f"its bias {name!r} is no constant")
    return name


def _weight_scale(graph: Neighbours, node: onnx.NodeProto, source: onnx.NodeProto, scales: str) -> str:
    """The scale of the weight: the factor beside the scale of the activations."""
    maker = graph.maker(scales, "Mul")
    if maker is None or source.output[1] not in maker.input:
        raise _unknown(node, "its sum is not multiplied with the scales of its activations and its weight")
    scale: str = next(name for name in maker.input if name != source.output[1])
    return scale


def _weight(graph: Neighbours, node: onnx.NodeProto, names: Sequence[str], axis: int) -> str:
    """The name of the constant in float, from those of the quantised one, its scale and perhaps its zero point.

    ``axis`` is that of the scale, where there is one per channel.
    """
    name, scale, *zero = names
    quantised, factor = graph.value(name), graph.value(scale)
    offset = graph.value(zero[0]) if zero and zero[0] else np.zeros(1, np.int32)
    if quantised is None or factor is None or offset is None:
        raise _unknown(node, "its weight, scale or zero point is no constant")
    shape = [1] * quantised.ndim
    shape[axis] = -1
    floating = (quantised.astype(np.int32) - offset.astype(np.int32).reshape(shape)) * factor.reshape(shape)
    return graph.add(f"{name.removesuffix('_quantized')}_float", floating.astype(np.float32))


def _restored(graph: Neighbours, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """What stands for a DequantizeLinear: the constant itself, or a Gather from the table in float."""
    name, scale, *zero = node.input
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
    gather = graph.maker(name, "Gather")
    if gather is None:
        weight = _weight(graph, node, node.input, axis)
        return [helper.make_node("Identity", [weight], [node.output[0]], name=node.name)]
    factor = graph.value(scale)
    if factor is None or factor.size != 1:
        raise _unknown(node, "rows are gathered from a table with more than one scale")
    table = _weight(graph, node, [gather.input[0], scale, *zero], 0)
    rows = helper.make_node("Gather", [table, gather.input[1]], [node.output[0]], name=gather.name)
    rows.attribute.extend(gather.attribute)
    return [rows]


def _lstm(graph: Neighbours, node: onnx.NodeProto) -> onnx.NodeProto:
    """``LSTM`` with weights ``[directions, 4 * hidden, inputs]``; the quantised ones are turned round."""
    sequence, inputs, recurrent, *others = node.input
    if len(others) != 9:  # noqa: PLR2004 - bias, lengths, state, cell, peepholes and two pairs of scale and zero point
        raise _unknown(node, "it has not all twelve inputs")
    *plain, input_scale, input_zero, recurrent_scale, recurrent_zero = others
    weights = []
    for name, scale, zero in ((inputs, input_scale, input_zero), (recurrent, recurrent_scale, recurrent_zero)):
        quantised, factor, offset = (graph.value(part) for part in (name, scale, zero))
        if quantised is None or factor is None or offset is None:
            raise _unknown(node, "its weights, scales or zero points are no constants")
        shape = (quantised.shape[0], 1, -1)
        floating = (quantised.astype(np.int32) - offset.astype(np.int32).reshape(shape)) * factor.reshape(shape)
        turned = floating.astype(np.float32).transpose(0, 2, 1)
        weights.append(graph.add(f"{name.removesuffix('_quantized')}_float", turned))
    lstm = helper.make_node("LSTM", [sequence, *weights, *plain], node.output, name=node.name.removesuffix("_quant"))
    lstm.attribute.extend(node.attribute)
    return lstm


def _refuse_quantised(model: onnx.ModelProto) -> None:
    left = sorted({node.op_type for node in model.graph.node} & QUANTISED)
    if left:
        raise UnknownPattern(f"no way is known to turn {', '.join(left)} back to float", operators=left)


def _unknown(node: onnx.NodeProto, why: str) -> UnknownPattern:
    return UnknownPattern(f"{node.op_type} {node.name!r} cannot be turned back to float: {why}", node=node.name)
