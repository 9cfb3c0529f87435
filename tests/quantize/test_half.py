from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
from onnx import TensorProto

from quantize import int8
from quantize.graphs import open_graph
from quantize.half import HALF_SCALES, half
from quantize.student.drawing import Drawing

ROWS, CHANNELS = 16, 32


def net() -> onnx.ModelProto:
    graph = Drawing("net")
    rows = graph.input("rows", [ROWS, CHANNELS])
    factors = [graph.constant(name, np.ones(CHANNELS, np.float32)) for name in ("gain", "shift")]
    normed = graph.node("LayerNormalization", [rows, *factors], "normed", axis=-1)
    weight = np.random.default_rng(1).normal(size=(CHANNELS, CHANNELS)).astype(np.float32)
    wide = graph.node("Gemm", [normed, graph.constant("weight", weight)], "wide")
    graph.node("Add", [wide, rows], "sum")
    graph.output("sum", [ROWS, CHANNELS])
    return graph.model()


def elements(model: onnx.ModelProto) -> dict[str, int]:
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    graph = inferred.graph
    infos = (*graph.input, *graph.value_info, *graph.output)
    return {info.name: info.type.tensor_type.elem_type for info in infos}


def test_all_but_norms_is_in_half_precision_and_what_goes_in_and_out_is_not() -> None:
    model = half(net())
    types = elements(model)
    assert (types["rows"], types["sum"], types["wide"]) == (TensorProto.FLOAT, TensorProto.FLOAT, TensorProto.FLOAT16)
    norm = next(node for node in model.graph.node if node.op_type == "LayerNormalization")
    assert types[norm.output[0]] == TensorProto.FLOAT
    assert {tensor.name: tensor.data_type for tensor in model.graph.initializer} == {
        "gain": TensorProto.FLOAT,
        "shift": TensorProto.FLOAT,
        "weight": TensorProto.FLOAT16,
    }


def test_it_computes_the_same_but_for_rounding() -> None:
    feeds = {"rows": np.random.default_rng(2).normal(size=(ROWS, CHANNELS)).astype(np.float32)}
    expected, made = (open_graph(model).run(None, feeds)[0] for model in (net(), half(net())))
    assert 0 < np.abs(made - expected).max() < 0.01 * np.abs(expected).max()


def test_norms_of_large_numbers_do_not_overflow() -> None:
    feeds = {"rows": np.random.default_rng(2).normal(size=(ROWS, CHANNELS)).astype(np.float32) * 5000}
    assert np.isfinite(open_graph(half(net())).run(None, feeds)[0]).all()


def test_scales_of_int8_are_in_half_precision_too() -> None:
    quantised = int8.static(net(), {"normed": (-4.0, 4.0)}, ["wide"], "tensorrt", float_outputs=True)
    model = half(quantised)
    assert model.opset_import[0].version == HALF_SCALES
    assert Counter(node.op_type for node in model.graph.node)["DequantizeLinear"] == 2
    scales = {tensor.data_type for tensor in model.graph.initializer if tensor.name in {"weight_scale", "normed_scale"}}
    assert scales == {TensorProto.FLOAT16}
    feeds = {"rows": np.random.default_rng(2).normal(size=(ROWS, CHANNELS)).astype(np.float32)}
    expected, made = (open_graph(graph).run(None, feeds)[0] for graph in (quantised, model))
    assert np.abs(made - expected).max() < 0.01 * np.abs(expected).max()


def test_the_graph_that_is_converted_stays_as_it_is() -> None:
    model = net()
    before = model.SerializeToString(deterministic=True)
    first, second = half(model), half(model)
    assert model.SerializeToString(deterministic=True) == before
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)
