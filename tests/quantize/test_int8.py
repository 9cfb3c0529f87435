from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from quantize.calibration import collect
from quantize.graphs import open_graph
from quantize.int8 import CannotQuantise, Target, dynamic, static

RANGES = {"x": (-4.0, 4.0), "middle": (-8.0, 8.0), "y": (-8.0, 8.0)}


@pytest.fixture
def model() -> onnx.ModelProto:
    random = np.random.default_rng(1)
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["middle"], name="first", pads=[1, 1]),
        helper.make_node("Conv", ["middle", "w2"], ["y"], name="second", pads=[1, 1]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, None])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, None])],
        [
            numpy_helper.from_array((random.standard_normal(shape) / 3).astype(np.float32), name)
            for name, shape in (("w1", (6, 4, 3)), ("b1", (6,)), ("w2", (3, 6, 3)))
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


@pytest.mark.parametrize("target", ["cpu", "tensorrt"])
def test_static_graphs_stay_near_float(model: onnx.ModelProto, target: Target) -> None:
    feed = {"x": np.random.default_rng(2).standard_normal((1, 4, 50)).astype(np.float32)}
    ranges = collect(model, ["x", "middle", "y"], [feed])
    made = static(model, ranges, ["first", "second"], target)
    expected = open_graph(model).run(None, feed)[0]
    found = open_graph(made).run(None, feed)[0]
    assert 0 < np.abs(expected - found).max() < 0.05 * np.abs(expected).max()


def test_only_the_named_nodes_are_quantised(model: onnx.ModelProto) -> None:
    made = static(model, RANGES, ["second"])
    first = next(node for node in made.graph.node if node.name == "first")
    assert list(first.input) == ["x", "w1", "b1"]
    kinds = {tensor.name: tensor.data_type for tensor in made.graph.initializer}
    assert kinds["w1"] == TensorProto.FLOAT
    assert kinds["w2_quantized"] == TensorProto.INT8
    assert "y" in {name for node in made.graph.node for name in node.output}


def test_weights_have_a_scale_per_channel_and_tensorrt_no_zero_points(model: onnx.ModelProto) -> None:
    made = static(model, RANGES, ["first", "second"], "tensorrt")
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in made.graph.initializer}
    assert values["w1_scale"].shape == (6,)
    zeros = [value for name, value in values.items() if "zero_point" in name]
    assert zeros
    assert not any(zero.any() or zero.dtype != np.int8 for zero in zeros)
    assert "b1" in values


def test_outputs_may_stay_in_float(model: onnx.ModelProto) -> None:
    made = static(model, {"middle": (-8.0, 8.0)}, ["second"], float_outputs=True)
    assert next(node for node in made.graph.node if node.name == "second").output[0] == "y"
    assert _kinds(made).count("QuantizeLinear") == 1


def test_the_same_input_gives_the_same_bytes(model: onnx.ModelProto) -> None:
    before = model.SerializeToString()
    backwards = dict(reversed(RANGES.items()))
    one, other = (static(model, ranges, ["first", "second"]).SerializeToString() for ranges in (RANGES, backwards))
    assert one == other
    assert model.SerializeToString() == before


def test_what_cannot_be_quantised_is_named(model: onnx.ModelProto) -> None:
    with pytest.raises(CannotQuantise, match="called third"):
        static(model, RANGES, ["first", "third"])
    with pytest.raises(CannotQuantise, match="no range is known of y"):
        static(model, {"middle": (-1.0, 1.0)}, ["second"])
    with pytest.raises(CannotQuantise, match="MatMul called first"):
        dynamic(model, ["first"])


def test_dynamic_products_measure_their_activations(one_product: onnx.ModelProto) -> None:
    made = dynamic(one_product, ["product"])
    assert "MatMulInteger" in _kinds(made)
    assert dynamic(one_product, ["product"]).SerializeToString() == made.SerializeToString()
    feed = {"x": np.random.default_rng(3).standard_normal((5, 8)).astype(np.float32)}
    expected = open_graph(one_product).run(None, feed)[0]
    assert np.abs(expected - open_graph(made).run(None, feed)[0]).max() < 0.1 * np.abs(expected).max()


@pytest.fixture
def one_product() -> onnx.ModelProto:
    weight = np.random.default_rng(4).standard_normal((8, 6)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"], name="product")],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 6])],
        [numpy_helper.from_array(weight, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
