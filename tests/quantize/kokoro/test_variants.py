from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import helper

from quantize.graphs import open_graph
from quantize.kokoro import cuts, exploring, fast
from quantize.kokoro.fast import Peaks
from quantize.kokoro.variants import PROSODY, STEADY, alone, blocks, variants
from quantize.recipe import Point
from tests.quantize.compare.sounds import buzz

Build = Callable[..., onnx.ModelProto]
CHANNELS = 8
FIRST, SECOND = "/decoder/decoder/generator/resblocks.3/convs1.0/Conv", "/decoder/decoder/decode.1/conv1/Conv"
FEED = {"x": np.random.default_rng(1).standard_normal((1, CHANNELS, 200)).astype(np.float32)}


@pytest.fixture
def model(build: Build) -> onnx.ModelProto:
    """A product before the cut, and a convolution of each of two blocks behind it."""
    random = np.random.default_rng(1)
    nodes = [
        helper.make_node("Transpose", ["x"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["turned", "m"], ["product"], name="/encoder/MatMul"),
        helper.make_node("Transpose", ["product"], [cuts.FEATURES], perm=[0, 2, 1]),
        helper.make_node("Neg", [cuts.FEATURES], [cuts.PITCH]),
        helper.make_node("Exp", [cuts.PITCH], [cuts.ENERGY]),
        helper.make_node("Conv", [cuts.FEATURES, "w", "b"], ["one"], name=FIRST, pads=[1, 1]),
        helper.make_node("Add", ["one", cuts.PITCH], ["two"]),
        helper.make_node("Mul", ["two", cuts.ENERGY], ["three"]),
        helper.make_node("Conv", ["three", "w", "b"], ["y"], name=SECOND, pads=[1, 1]),
    ]
    constants = {
        "m": (random.standard_normal((CHANNELS, CHANNELS)) / 3).astype(np.float32),
        "w": (random.standard_normal((CHANNELS, CHANNELS, 3)) / 5).astype(np.float32),
        "b": random.standard_normal(CHANNELS).astype(np.float32),
    }
    return build(nodes, constants, CHANNELS)


@pytest.fixture
def found(model: onnx.ModelProto) -> dict[str, Peaks]:
    return fast.peaks(model, [FEED], [FEED])


def _kinds(model: onnx.ModelProto) -> set[str]:
    return {node.op_type for node in model.graph.node}


def test_every_part_that_is_quantised_is_a_block(model: onnx.ModelProto) -> None:
    assert blocks(model) == {
        "generator/resblocks.3": [FIRST],
        "decoder/decode.1": [SECOND],
        PROSODY: ["/encoder/MatMul"],
    }


def test_one_block_is_quantised_alone(model: onnx.ModelProto, found: dict[str, Peaks]) -> None:
    expected = open_graph(model).run(["y"], FEED)[0]
    for nodes in blocks(model).values():
        made = alone(model, found, nodes)
        kept = {node.name: node for node in made.graph.node if node.name in {FIRST, SECOND}}
        assert [name for name, node in kept.items() if node.input[1] != "w"] == [name for name in kept if name in nodes]
        assert ("MatMulInteger" in _kinds(made)) is (nodes == ["/encoder/MatMul"])
        heard = open_graph(made).run(["y"], FEED)[0]
        assert 0 < np.abs(expected - heard).max() < 0.1 * np.abs(expected).max()


def test_both_variants_share_all_but_the_prosody(model: onnx.ModelProto, found: dict[str, Peaks]) -> None:
    made = variants(model, found, Point())
    assert list(made) == ["cpu-int8", STEADY]
    quick, steady = (made[name].graphs for name in made)
    assert "MatMulInteger" in _kinds(quick.encoder)
    assert _kinds(steady.encoder) == {"Transpose", "MatMul", "Neg", "Exp"}
    assert quick.decoders[None].SerializeToString() == steady.decoders[None].SerializeToString()
    assert made[STEADY].build.kept == (PROSODY,)


def test_a_point_keeps_blocks_in_float(model: onnx.ModelProto, found: dict[str, Peaks]) -> None:
    made = variants(model, found, Point(kept=("decoder/decode.1", PROSODY)))
    assert list(made) == ["cpu-int8"]
    behind = made["cpu-int8"].graphs.decoders[None]
    assert {node.name: node.input[1] for node in behind.graph.node if node.name == SECOND} == {SECOND: "w"}


def test_a_sound_lies_no_distance_from_itself() -> None:
    one, other = ({"audio": buzz(hertz, 0.3).samples} for hertz in (120.0, 180.0))
    assert exploring._apart(one, one) == 0
    assert exploring._apart(one, other) > 1
