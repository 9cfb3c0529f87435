from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from quantize.graphs import open_graph
from quantize.student.pictures import as_pictures


def convolution(groups: int, taps: int, pads: Sequence[int], dilation: int = 1) -> onnx.ModelProto:
    """Twice the same convolution of four channels, and an addition."""
    random = np.random.default_rng(taps)
    weight = random.normal(size=(4, 4 // groups, taps)).astype(np.float32)
    attributes: dict[str, Any] = {"kernel_shape": [taps], "pads": list(pads), "dilations": [dilation], "group": groups}
    nodes = [
        helper.make_node("Conv", ["x", "weight", "bias"], ["once"], "first", **attributes),
        helper.make_node("Conv", ["x", "weight"], ["again"], "second", **attributes),
        helper.make_node("Add", ["once", "again"], ["y"], "sum"),
    ]
    graph = helper.make_graph(
        nodes,
        "convolutions",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, "L"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, "M"])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(np.ones(4, np.float32), "bias")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(
    ("groups", "taps", "pads", "dilation"), [(4, 5, (2, 2), 1), (1, 3, (1, 1), 1), (4, 3, (0, 2), 2), (1, 1, (0, 0), 1)]
)
def test_pictures_give_the_same_sums(groups: int, taps: int, pads: Sequence[int], dilation: int) -> None:
    x = np.random.default_rng(1).normal(size=(1, 4, 20)).astype(np.float32)
    model = convolution(groups, taps, pads, dilation)
    (expected,) = open_graph(model).run(None, {"x": x})
    changed = as_pictures(model)
    onnx.checker.check_model(changed, full_check=True)
    (found,) = open_graph(changed).run(None, {"x": x})
    assert np.allclose(found, expected, atol=1e-5)
    assert [node.op_type for node in changed.graph.node].count("Unsqueeze") == 2


def test_pictures_that_are_there_already_stay() -> None:
    once = as_pictures(convolution(4, 5, (2, 2)))
    before = once.SerializeToString(deterministic=True)
    assert as_pictures(once).SerializeToString(deterministic=True) == before
