from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper

from edged.voices import assembly
from edged.voices.assembly import Published, Recipe
from quantize import recipe as recipes
from quantize.graphs import open_graph
from quantize.kokoro import cuts, ranges

Build = Callable[..., onnx.ModelProto]
MODELS = Path(__file__).parents[3] / "models"


def put_together(made: Recipe, published: bytes) -> onnx.ModelProto:
    pieces = (base64.b64decode(p) if isinstance(p, str) else published[p[0] : sum(p)] for p in made.pieces)
    return onnx.load_model_from_string(b"".join(pieces))


def test_the_parts_hold_the_published_nodes_and_compute_what_the_whole_does(build: Build) -> None:
    nodes = [
        helper.make_node("Exp", ["x"], [cuts.FEATURES], name="first"),
        helper.make_node("Add", ["x", "b"], ["unused"]),
        helper.make_node("Neg", ["x"], [cuts.PITCH]),
        helper.make_node("Add", [cuts.PITCH, "c"], [cuts.ENERGY]),
        helper.make_node("Mul", [cuts.FEATURES, cuts.ENERGY], ["louder"]),
        helper.make_node("Add", [cuts.PITCH, "louder"], ["summed"]),
        helper.make_node("Mul", ["summed", "c"], ["y"]),
    ]
    model = build(nodes, {"b": np.ones((500, 3, 1), np.float32), "c": np.array(2, np.float32)}, 3)
    published = model.SerializeToString()
    member = Published(member="x", sha256=hashlib.sha256(published).hexdigest(), bytes=len(published))
    before, behind = ranges.recipes(published, [member])
    first, second = put_together(before, published), put_together(behind, published)
    assert {node.name for node in first.graph.node} >= {"first"}
    assert [tensor.name for tensor in second.graph.initializer] == ["c"]
    assert [entry.name for entry in second.graph.input] == list(cuts.CROSSING)
    feed = {"x": np.random.default_rng(1).standard_normal((1, 3, 5)).astype(np.float32)}
    crossing = dict(zip(cuts.CROSSING, open_graph(first).run(list(cuts.CROSSING), feed), strict=True))
    np.testing.assert_array_equal(open_graph(second).run(None, crossing)[0], open_graph(model).run(None, feed)[0])
    assert ranges.recipes(published, [member]) == (before, behind)


def test_the_recipes_that_edged_ships_are_those_of_the_published_graph(parts_of_kokoro: None) -> None:
    made = ranges.of_recipe(recipes.read("kokoro"))
    for name, recipe in zip(("encoder", "decoder"), made, strict=True):
        assert assembly.dump(recipe) == (MODELS / "kokoro" / f"{name}.published.json").read_bytes()
