from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from quantize.graphs import copied
from quantize.sensitivity import Outputs, measure

BLOCKS = {"small": ["a"], "large": ["b"], "both": ["a", "b"]}


@pytest.fixture
def model() -> onnx.ModelProto:
    nodes = [helper.make_node("Add", ["x", "x"], ["m"], name="a"), helper.make_node("Add", ["m", "m"], ["y"], name="b")]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _spoil(model: onnx.ModelProto, nodes: Sequence[str]) -> onnx.ModelProto:
    """Products in place of sums: right for an input of 2 before the first node, wrong behind it."""
    spoilt = copied(model)
    for node in spoilt.graph.node:
        node.op_type = "Mul" if node.name in nodes else node.op_type
    return spoilt


def _apart(one: Outputs, other: Outputs) -> float:
    return float(np.abs(one["y"] - other["y"]).max())


def test_each_block_is_tried_alone(model: onnx.ModelProto) -> None:
    feeds = [{"x": np.array([value], np.float32)} for value in (2, 3)]
    found = measure(model, BLOCKS, _spoil, feeds, _apart)
    assert found == {"small": (0 + 6) / 2, "large": (8 + 24) / 2, "both": (8 + 69) / 2}


def test_what_is_known_is_not_measured_again(model: onnx.ModelProto, tmp_path: Path) -> None:
    kept = tmp_path / "sensitivity.json"
    kept.write_text(json.dumps({"small": 7.0}), encoding="utf-8")
    tried: list[Sequence[str]] = []

    def spoil(model: onnx.ModelProto, nodes: Sequence[str]) -> onnx.ModelProto:
        tried.append(nodes)
        return _spoil(model, nodes)

    feeds = [{"x": np.array([2], np.float32)}]
    found = measure(model, BLOCKS, spoil, feeds, _apart, kept)
    assert found == {"small": 7.0, "large": 8.0, "both": 8.0}
    assert tried == [["b"], ["a", "b"]]
    assert json.loads(kept.read_text(encoding="utf-8")) == found
    assert measure(model, BLOCKS, spoil, feeds, _apart, kept) == found
    assert len(tried) == 2
