"""The part of a student that runs over symbols: how long each lasts, and what it gives to the nets behind.

Cut out of the float graph in front of its length regulator. The first layer of both nets behind, a convolution, is
applied to symbols here instead of to frames there, where each symbol stands five times over: exactly the same sums.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnx.utils
from onnx import TensorProto, helper, numpy_helper

from edged.engine.decoder import TAPS
from quantize.student.drawing import IR_VERSION
from quantize.student.pictures import as_pictures
from quantize.student.weights import UnknownArchitecture, Weights

INPUTS = ("ids", "speed")


def encoder(model: onnx.ModelProto, weights: Weights) -> onnx.ModelProto:
    """The encoder as a float graph.

    Inputs: `ids` int64 [1, L], `speed` float32 [1]. Outputs: `durations` int64 [L] in frames of prosody (25 ms);
    `prosody` [L, 192]; `text` [L, 7 * 256], what a symbol gives to the frame of sound 3, 2, 1, 0, -1, -2, -3 frames on.
    """
    text, prosody, durations = _cuts(model)
    part = onnx.utils.Extractor(model).extract_model(list(INPUTS), [text, prosody, durations])
    graph = part.graph
    del graph.output[:]
    nodes = [
        helper.make_node("Identity", [durations], ["durations"], "durations"),
        *_by_symbol(graph, "prosody", prosody, *_prosody_layer(weights)),
        *_by_symbol(graph, "text", text, *_text_layer(weights)),
    ]
    graph.node.extend(nodes)
    for name, element, shape in (
        ("durations", TensorProto.INT64, ["L"]),
        ("prosody", TensorProto.FLOAT, ["L", weights["pn.pro_in.bias"].shape[0]]),
        ("text", TensorProto.FLOAT, ["L", TAPS * weights["m.dec_in.bias"].shape[0]]),
    ):
        graph.output.append(helper.make_tensor_value_info(name, element, shape))
    del graph.value_info[:]
    part.ir_version = IR_VERSION
    as_pictures(part)
    onnx.checker.check_model(part, full_check=True)
    return part


def _cuts(model: onnx.ModelProto) -> tuple[str, str, str]:
    """The tensors in front of the length regulator: features of the text and of the prosody [1, C, L], durations [L].

    The regulator gathers columns of both features by the same index; the durations are what it sums up.
    """
    producers = {output: node for node in model.graph.node for output in node.output}
    entry = next((node for node in model.graph.node if "pn.pro_in.weight" in node.input), None)
    total = next((node for node in model.graph.node if node.op_type == "CumSum"), None)
    spread = producers.get(entry.input[0]) if entry is not None else None
    if spread is None or spread.op_type != "Gather" or total is None:
        raise UnknownArchitecture("the graph has no length regulator: it is not a `student`")
    other = [
        node.input[0]
        for node in model.graph.node
        if node.op_type == "Gather" and node.input[1] == spread.input[1] and node.input[0] != spread.input[0]
    ]
    if len(other) != 1:
        raise UnknownArchitecture(f"{len(other)} features beside the prosody pass the length regulator, not one")
    return other[0], spread.input[0], total.input[0]


def _prosody_layer(weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    return weights["pn.pro_in.weight"][:, :, 0].T, weights["pn.pro_in.bias"]


def _text_layer(weights: Weights) -> tuple[np.ndarray, np.ndarray | None]:
    """The columns of the decoder's first convolution that see the text, one after the other for each tap."""
    kernel = weights["m.dec_in.weight"][:, :-2, :]
    return kernel.transpose(1, 2, 0).reshape(kernel.shape[1], -1), None


def _by_symbol(
    graph: onnx.GraphProto, name: str, columns: str, weight: np.ndarray, bias: np.ndarray | None
) -> list[onnx.NodeProto]:
    """A linear layer over columns [1, C, L] that gives rows [L, outputs] under the name of the output."""
    axes, kernel = f"{name}_axes", f"{name}_layer_weight"
    graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), axes))
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(weight), kernel))
    flat, rows, product = f"{name}_columns", f"{name}_rows", name if bias is None else f"{name}_product"
    nodes = [
        helper.make_node("Squeeze", [columns, axes], [flat], flat),
        helper.make_node("Transpose", [flat], [rows], rows, perm=[1, 0]),
        helper.make_node("MatMul", [rows, kernel], [product], f"{name}_layer"),
    ]
    if bias is not None:
        graph.initializer.append(numpy_helper.from_array(bias, f"{name}_layer_bias"))
        nodes.append(helper.make_node("Add", [product, f"{name}_layer_bias"], [name], f"{name}_added"))
    return nodes
