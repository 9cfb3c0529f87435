from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edged.engine.providers import CPU, CUDA, DEFAULT_CHAIN, TENSORRT, Graph, Machine, options, report, wanted, why_not
from edged.settings import Engine

PLAIN = Machine(("AzureExecutionProvider", CPU), None, {})
GPU_WITH_CPU_PACKAGE = Machine((CPU,), "/dev/nvidia0", {})
GPU = Machine((TENSORRT, CUDA, CPU), "/dev/nvidia0", {})
GPU_WITHOUT_TENSORRT = Machine((TENSORRT, CUDA, CPU), "/dev/nvidia0", {TENSORRT: "libnvinfer.so.10 is missing"})
GPU_PACKAGE_ALONE = Machine((TENSORRT, CUDA, CPU), None, {TENSORRT: "no library", CUDA: "no library"})


@pytest.mark.parametrize(
    ("machine", "best"),
    [
        (PLAIN, CPU),
        (GPU_WITH_CPU_PACKAGE, CUDA),
        (GPU, TENSORRT),
        (GPU_WITHOUT_TENSORRT, CUDA),
        (GPU_PACKAGE_ALONE, CUDA),
    ],
)
def test_default_chain_wants_what_the_machine_is_meant_to_have(machine: Machine, best: str) -> None:
    assert wanted(DEFAULT_CHAIN, machine) == best


@pytest.mark.parametrize("machine", [PLAIN, GPU, GPU_PACKAGE_ALONE])
def test_chosen_chain_is_an_order(machine: Machine) -> None:
    assert wanted((CUDA, CPU), machine) == CUDA
    assert wanted((CPU,), machine) == CPU


def test_plain_machine_on_its_processor_is_not_degraded() -> None:
    assert report(DEFAULT_CHAIN, PLAIN, CPU, {CUDA: "not there"}).degraded is None


def test_gpu_machine_on_its_processor_is_degraded_with_the_reason_and_a_way_out() -> None:
    reason = why_not(CUDA, GPU_WITH_CPU_PACKAGE)
    assert reason is not None
    found = report(DEFAULT_CHAIN, GPU_WITH_CPU_PACKAGE, CPU, {CUDA: reason})
    assert found.degraded is not None
    assert "install onnxruntime-gpu" in found.degraded
    assert "set engine.providers to [CPUExecutionProvider]" in found.degraded


def test_library_that_does_not_load_is_the_reason() -> None:
    assert why_not(TENSORRT, GPU_WITHOUT_TENSORRT) == "libnvinfer.so.10 is missing"
    assert why_not(CUDA, GPU_WITHOUT_TENSORRT) is None


def test_settings_stand_over_the_defaults() -> None:
    engine = Engine(cuda_options={"gpu_mem_limit": "1"}, cpu_options={"use_arena": "0"})
    cuda = options(CUDA, engine, None, Graph(), "")
    assert cuda["gpu_mem_limit"] == "1"
    assert cuda["cudnn_conv_algo_search"] == "HEURISTIC"
    assert options(CPU, engine, None, Graph(), "") == {"use_arena": "0"}


def test_built_engines_are_kept_apart_by_everything_that_changes_them(tmp_path: Path) -> None:
    engine, other = Engine(), Engine(tensorrt_options={"trt_fp16_enable": "False"})
    graph = Graph("decoder.64", "a" * 64)
    kept = [
        options(TENSORRT, engine, tmp_path, graph, "driver 1"),
        options(TENSORRT, engine, tmp_path, replace(graph, sha256="b" * 64), "driver 1"),
        options(TENSORRT, engine, tmp_path, replace(graph, name="decoder.256"), "driver 1"),
        options(TENSORRT, engine, tmp_path, replace(graph, quantised=True), "driver 1"),
        options(TENSORRT, engine, tmp_path, graph, "driver 2"),
        options(TENSORRT, other, tmp_path, graph, "driver 1"),
    ]
    assert len({chosen["trt_engine_cache_path"] for chosen in kept}) == len(kept)
    assert kept[0]["trt_engine_cache_prefix"] == "decoder.64." + "a" * 12
    assert kept[0] == options(TENSORRT, engine, tmp_path, graph, "driver 1")


def test_only_a_graph_with_q_and_dq_is_built_with_int8() -> None:
    plain, quantised = (options(TENSORRT, Engine(), None, Graph(quantised=value), "") for value in (False, True))
    assert "trt_int8_enable" not in plain
    assert quantised["trt_int8_enable"] == "True"


def test_without_a_folder_nothing_is_kept() -> None:
    chosen = options(TENSORRT, Engine(), None, Graph(), "")
    assert chosen["trt_engine_cache_enable"] == "False"
    assert "trt_engine_cache_path" not in chosen
