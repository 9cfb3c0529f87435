from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import helper

from quantize.graphs import Array, open_graph
from quantize.kokoro import fast

Build = Callable[..., onnx.ModelProto]
CHANNELS = 8
FIRST, SECOND = "/decoder/decoder/generator/resblocks.3/convs1.0/Conv", "/decoder/decoder/decode.1/conv1/Conv"


@pytest.fixture
def model(build: Build) -> onnx.ModelProto:
    """Two convolutions under names of Kokoro's, one of no block, and a product before the decoder."""
    random = np.random.default_rng(1)
    nodes = [
        helper.make_node("MatMul", ["turned", "m"], ["product"], name="/encoder/MatMul"),
        helper.make_node("Transpose", ["product"], ["back"], perm=[0, 2, 1]),
        helper.make_node("Conv", ["back", "w", "b"], ["one"], name=FIRST, pads=[1, 1]),
        helper.make_node("Conv", ["one", "w", "b"], ["two"], name=SECOND, pads=[1, 1]),
        helper.make_node("Conv", ["two", "w", "b"], ["y"], name="/decoder/decoder/F0_conv/Conv", pads=[1, 1]),
    ]
    constants = {
        "m": random.standard_normal((CHANNELS, CHANNELS)).astype(np.float32),
        "w": (random.standard_normal((CHANNELS, CHANNELS, 3)) / 5).astype(np.float32),
        "b": random.standard_normal(CHANNELS).astype(np.float32),
    }
    turn = helper.make_node("Transpose", ["x"], ["turned"], perm=[0, 2, 1])
    return build([turn, *nodes], constants, CHANNELS)


@pytest.fixture
def feeds() -> list[dict[str, Array]]:
    random = np.random.default_rng(2)
    return [{"x": random.standard_normal((1, CHANNELS, length)).astype(np.float32)} for length in (700, 90)]


def test_blocks_and_products_are_found_by_name(model: onnx.ModelProto) -> None:
    assert fast.blocks(model) == {"generator/resblocks.3": [FIRST], "decoder/decode.1": [SECOND]}
    assert fast.products(model) == ["/encoder/MatMul"]


def test_the_int8_graph_stays_near_float(model: onnx.ModelProto, feeds: list[dict[str, Array]]) -> None:
    found = fast.peaks(model, feeds[:1], feeds)
    assert set(found) == {FIRST, SECOND}
    assert max(found[FIRST].inward) == pytest.approx(1, abs=1e-5)
    made = fast.cpu_int8(model, found)
    expected, heard = (open_graph(graph).run(None, feeds[0])[0] for graph in (model, made))
    assert 0 < np.abs(expected - heard).max() < 0.1 * np.abs(expected).max()
    assert fast.cpu_int8(model, found).SerializeToString() == made.SerializeToString()


def test_what_is_excluded_stays_in_float(model: onnx.ModelProto, feeds: list[dict[str, Array]]) -> None:
    found = fast.peaks(model, feeds[:1], feeds)
    made = fast.cpu_int8(model, found, excluded=[SECOND], prosody=False)
    second = next(node for node in made.graph.node if node.name == SECOND)
    assert list(second.input)[1:] == ["w", "b"]
    assert {node.name for node in model.graph.node} - {FIRST} <= {node.name for node in made.graph.node}
