"""Of a system made of files, with libraries that tell what they are told to tell."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import onnx
import pytest

from edged.engine.fingerprint import CUDART, DRIVER, NVINFER, UNKNOWN, of_graph, of_system
from quantize.pack import WEIGHTS, pack
from quantize.student.drawing import Drawing


def no_libraries(_: Sequence[str]) -> None:
    return None


class Libraries:
    """TensorRT 10.3, CUDA 12.6 and a GPU of compute capability 8.7, as their own functions tell it."""

    def __init__(self, *, failing: bool = False) -> None:
        self._failing = failing

    def __call__(self, names: Sequence[str]) -> ctypes.CDLL | None:
        made = {
            NVINFER: SimpleNamespace(getInferLibVersion=lambda: 100300),
            CUDART: SimpleNamespace(cudaRuntimeGetVersion=self._version),
            DRIVER: SimpleNamespace(
                cuInit=lambda _: int(self._failing),
                cuDeviceGet=lambda *_: 0,
                cuDeviceGetAttribute=self._attribute,
            ),
        }[tuple(names)]
        return cast("ctypes.CDLL", made)

    def _version(self, answer: Any) -> int:
        answer._obj.value = 12060
        return int(self._failing)

    def _attribute(self, answer: Any, attribute: int, _device: Any) -> int:
        answer._obj.value = {75: 8, 76: 7}[attribute]
        return 0


def write(root: Path, name: str, content: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content, encoding="utf-8")


@pytest.fixture
def desktop(tmp_path: Path) -> Path:
    write(tmp_path, "proc/driver/nvidia/version", "NVRM version: 550.54\nGCC version: 12\n")
    write(tmp_path, "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA RTX A2000\nIRQ: 61\n")
    return tmp_path


def test_machine_without_a_gpu_is_its_runtime(tmp_path: Path) -> None:
    assert of_system(tmp_path, "1.31.1", gpu=False, libraries=Libraries()) == "onnxruntime 1.31.1"


def test_everything_an_engine_depends_on_is_told(desktop: Path) -> None:
    told = of_system(desktop, "1.31.1", gpu=True, libraries=Libraries())
    assert told.split(" | ") == [
        "onnxruntime 1.31.1",
        "NVRM version: 550.54",
        "TensorRT 100300",
        "CUDA 12060",
        "GPU NVIDIA RTX A2000, compute capability 8.7",
    ]


def test_what_nobody_tells_is_unknown(tmp_path: Path) -> None:
    told = of_system(tmp_path, "1.31.1", gpu=True, libraries=no_libraries)
    assert told.split(" | ") == [
        "onnxruntime 1.31.1",
        f"TensorRT {UNKNOWN}",
        f"CUDA {UNKNOWN}",
        f"GPU {UNKNOWN}, compute capability {UNKNOWN}",
    ]


def test_a_library_that_fails_is_as_good_as_none(desktop: Path) -> None:
    told = of_system(desktop, "1.31.1", gpu=True, libraries=Libraries(failing=True))
    assert f"CUDA {UNKNOWN} | GPU NVIDIA RTX A2000, compute capability {UNKNOWN}" in told


def test_names_of_files_tell_where_no_library_does(tmp_path: Path) -> None:
    write(tmp_path, "proc/device-tree/model", "NVIDIA Jetson Orin Nano\0")
    write(tmp_path, "usr/lib/aarch64-linux-gnu/libnvinfer.so.10.3.0", "")
    (tmp_path / "usr/local/cuda-12.6").mkdir(parents=True)
    told = of_system(tmp_path, "1.31.1", gpu=True, libraries=no_libraries)
    assert "NVIDIA Jetson Orin Nano" in told
    assert "TensorRT 10.3.0 | CUDA cuda-12.6" in told


@pytest.mark.parametrize("libraries", [Libraries(), no_libraries])
def test_the_same_system_is_told_the_same(desktop: Path, libraries: Any) -> None:
    told = [of_system(desktop, "1.31.1", gpu=True, libraries=libraries) for _ in range(2)]
    assert told[0] == told[1]


def graph(factor: float) -> onnx.ModelProto:
    drawing = Drawing("graph")
    weight = drawing.constant("weight", np.full((32, 32), factor, np.float32))
    drawing.node("MatMul", [drawing.input("rows", [4, 32]), weight], "product")
    drawing.output("product", [4, 32])
    return drawing.model()


def test_two_graphs_that_differ_in_their_weights_alone_are_kept_apart(tmp_path: Path) -> None:
    hashes, graphs = set(), set()
    for factor in (1.0, 2.0):
        for name, content in pack({"decoder.64.onnx": graph(factor)}).items():
            (tmp_path / name).write_bytes(content)
        hashes.add(of_graph(tmp_path / "decoder.64.onnx").sha256)
        graphs.add((tmp_path / "decoder.64.onnx").read_bytes())
    assert (len(graphs), len(hashes)) == (1, 2)
    (tmp_path / "unrelated").write_bytes(b"anything")
    assert of_graph(tmp_path / "decoder.64.onnx").sha256 in hashes
    assert of_graph(tmp_path / "decoder.64.onnx").name == "decoder.64"
    assert (tmp_path / WEIGHTS).exists()
