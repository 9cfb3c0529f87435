from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
from onnx import helper

from quantize.graphs import open_graph
from quantize.kokoro import cuts

Build = Callable[..., onnx.ModelProto]


def test_the_parts_one_after_the_other_are_the_whole(build: Build) -> None:
    nodes = [
        helper.make_node("Exp", ["x"], [cuts.FEATURES]),
        helper.make_node("Neg", ["x"], [cuts.PITCH]),
        helper.make_node("Add", [cuts.PITCH, "c"], [cuts.ENERGY]),
        helper.make_node("Mul", [cuts.FEATURES, cuts.ENERGY], ["louder"]),
        helper.make_node("Add", [cuts.PITCH, "louder"], ["y"]),
    ]
    model = build(nodes, {"c": np.array(2, np.float32)}, 3)
    feed = {"x": np.random.default_rng(1).standard_normal((1, 3, 5)).astype(np.float32)}
    before, behind = cuts.encoder(model), cuts.decoder(model)
    assert [entry.name for entry in behind.graph.input] == list(cuts.CROSSING)
    assert not behind.graph.initializer
    crossing = dict(zip(cuts.CROSSING, open_graph(before).run(None, feed), strict=True))
    np.testing.assert_array_equal(open_graph(behind).run(None, crossing)[0], open_graph(model).run(None, feed)[0])
