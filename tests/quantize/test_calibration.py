from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from quantize.calibration import Method, NothingToCalibrate, collect
from quantize.graphs import Array


@pytest.fixture
def model() -> onnx.ModelProto:
    nodes = [helper.make_node("Neg", ["x"], ["minus"]), helper.make_node("Exp", ["minus"], ["y"])]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _feeds(*arrays: Array) -> Iterator[dict[str, Array]]:
    return ({"x": array.astype(np.float32)} for array in arrays)


def test_minmax_takes_the_extremes_of_all_feeds(model: onnx.ModelProto) -> None:
    found = collect(model, ["minus", "x"], _feeds(np.array([1.0, 2.0]), np.array([-3.0, 0.5, 1.0])))
    assert found == {"minus": (-2.0, 3.0), "x": (-3.0, 2.0)}


def test_nought_is_always_within(model: onnx.ModelProto) -> None:
    assert collect(model, ["x", "minus"], _feeds(np.array([1.0, 2.0]))) == {"x": (0.0, 2.0), "minus": (-2.0, 0.0)}


@pytest.mark.parametrize("method", ["percentile", "entropy"])
def test_the_others_leave_out_what_is_rare(
    model: onnx.ModelProto, method: Method, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.random.default_rng(1).standard_normal(20_000)
    values[0] = 100.0
    found = collect(model, ["x"], _feeds(values, values / 2), method, 99.9)
    low, high = found["x"]
    assert -6 < low < -2
    assert 2 < high < 60
    assert not capsys.readouterr().out


def test_without_examples_or_tensors_there_is_nothing_to_calibrate(model: onnx.ModelProto) -> None:
    with pytest.raises(NothingToCalibrate, match="give at least one"):
        collect(model, ["x"], _feeds())
    with pytest.raises(NothingToCalibrate, match="no tensor nowhere"):
        collect(model, ["nowhere"], _feeds(np.ones(2)))
