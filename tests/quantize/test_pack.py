from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edged.engine.session import open_cpu_session
from quantize.pack import ALIGNMENT, SMALLEST, WEIGHTS, pack

Weight = NDArray[np.float32]


def product(weight: Weight, *, raw: bool = True) -> onnx.ModelProto:
    """y = x W."""
    if raw:
        constant = numpy_helper.from_array(weight, "weight")
    else:
        constant = helper.make_tensor("weight", TensorProto.FLOAT, weight.shape, weight.reshape(-1).tolist())
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "weight"], ["y"], "product")],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", weight.shape[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", weight.shape[1]])],
        [constant],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture
def weight() -> Weight:
    return np.random.default_rng(1).normal(size=(32, 48)).astype(np.float32)


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_packed_graphs_compute_the_same(tmp_path: Path, weight: Weight) -> None:
    folder = written(pack({"a.onnx": product(weight), "b.onnx": product(2 * weight)}), tmp_path)
    x = np.ones((3, 32), np.float32)
    for name, factor in (("a.onnx", 1.0), ("b.onnx", 2.0)):
        (y,) = open_cpu_session(folder / name).run(["y"], {"x": x})
        assert np.allclose(y, factor * (x @ weight), atol=1e-5)


def test_equal_constants_are_stored_once(weight: Weight) -> None:
    alone = pack({"a.onnx": product(weight)})
    both = pack({"a.onnx": product(weight), "b.onnx": product(weight), "c.onnx": product(weight, raw=False)})
    assert both[WEIGHTS] == alone[WEIGHTS]
    assert len(alone[WEIGHTS]) == weight.nbytes
    assert len(both["b.onnx"]) < SMALLEST


def test_the_same_graphs_give_the_same_bytes(weight: Weight) -> None:
    one = {"a.onnx": product(weight), "b.onnx": product(weight + 1)}
    assert pack(one) == pack(dict(reversed(one.items())))


def test_small_constants_stay_in_their_graph() -> None:
    files = pack({"a.onnx": product(np.ones((2, 2), np.float32))})
    assert files[WEIGHTS] == b""


def test_constants_are_aligned(weight: Weight) -> None:
    odd = np.ones((17, 19), np.float32)
    files = pack({"a.onnx": product(odd), "b.onnx": product(weight)})
    offsets = []
    for name in ("a.onnx", "b.onnx"):
        (tensor,) = onnx.load_model_from_string(files[name]).graph.initializer
        offsets += [int(entry.value) for entry in tensor.external_data if entry.key == "offset"]
    assert len(set(offsets)) == 2
    assert all(offset % ALIGNMENT == 0 for offset in offsets)


def test_the_graph_that_is_packed_stays_as_it_is(weight: Weight) -> None:
    model = product(weight)
    before = model.SerializeToString(deterministic=True)
    pack({"a.onnx": model})
    assert model.SerializeToString(deterministic=True) == before
