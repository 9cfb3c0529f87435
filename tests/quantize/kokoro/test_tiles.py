from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from quantize.calibration import collect
from quantize.floating import parity
from quantize.graphs import Array, open_graph
from quantize.int8 import static
from quantize.kokoro.tiles import Tiling, Untileable, tile

Build = Callable[..., onnx.ModelProto]
INPUTS, OUTPUTS = 3, 4


def _convolution(build: Build, taps: int, pads: list[int], **attributes: Any) -> onnx.ModelProto:
    random = np.random.default_rng(taps)
    constants = {
        "w": random.standard_normal((OUTPUTS, INPUTS, taps)).astype(np.float32),
        "b": random.standard_normal(OUTPUTS).astype(np.float32),
    }
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], name="conv", pads=pads, **attributes)
    return build([node], constants, INPUTS)


def _speech(length: int) -> Array:
    """Loud and quiet in turns, as speech is."""
    random = np.random.default_rng(length)
    level = np.where(np.arange(length) // 100 % 2 == 0, 10.0, 0.02)
    return (level * random.standard_normal((1, INPUTS, length))).astype(np.float32)


@pytest.mark.parametrize(
    ("taps", "dilation", "pads"), [(1, 1, [0, 0]), (3, 1, [1, 1]), (7, 5, [15, 15]), (2, 1, [1, 1])]
)
@pytest.mark.parametrize("length", [1, 31, 32, 33, 200])
def test_tiles_change_nothing(build: Build, taps: int, dilation: int, pads: list[int], length: int) -> None:
    model = _convolution(build, taps, pads, dilations=[dilation])
    factors = Tiling(32, np.array([0.1, 1, 7]), np.array([3, 0.2, 1, 1]))
    for tiling in (Tiling(32), factors):
        found = parity(model, tile(model, {"conv": tiling}), [{"x": _speech(length)}])["y"]
        assert found["reshaped"] == 0
        assert found["max"] < 1e-5 * found["peak"]


def test_every_tile_is_brought_to_the_same_level(build: Build) -> None:
    made = tile(_convolution(build, 3, [1, 1]), {"conv": Tiling(50)})
    assert collect(made, ["conv/tiles"], [{"x": _speech(400)}])["conv/tiles"] == pytest.approx((-1, 1), abs=0.3)
    silence = {"x": np.zeros((1, INPUTS, 100), np.float32)}
    assert np.isfinite(open_graph(made).run(None, silence)[0]).all()


def test_quiet_tiles_keep_their_precision_in_int8(build: Build) -> None:
    model = _convolution(build, 3, [1, 1])
    feed = {"x": _speech(400)}
    expected = open_graph(model).run(None, feed)[0]
    quiet = (np.arange(400) % 200 > 130) & (np.arange(400) % 200 < 170)
    plain = static(model, collect(model, ["x", "y"], [feed]), ["conv"])
    tiled = tile(model, {"conv": Tiling(25)})
    levelled = static(tiled, collect(tiled, ["conv/tiles", "conv/tiled"], [feed]), ["conv"])
    bias = open_graph(model).run(None, {"x": np.zeros_like(feed["x"])})[0]
    power = ((expected - bias)[..., quiet] ** 2).mean()
    errors = [((open_graph(made).run(None, feed)[0] - expected)[..., quiet] ** 2).mean() for made in (plain, levelled)]
    assert errors[0] > 0.1 * power
    assert errors[1] < 0.01 * power


def test_what_cannot_be_tiled_is_named(build: Build) -> None:
    with pytest.raises(Untileable, match="no node nowhere"):
        tile(_convolution(build, 3, [1, 1]), {"nowhere": Tiling(8)})
    with pytest.raises(Untileable, match="strides"):
        tile(_convolution(build, 3, [1, 1], strides=[2]), {"conv": Tiling(8)})
