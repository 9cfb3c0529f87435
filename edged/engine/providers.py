"""Which execution provider is wanted on this machine, and with which options: policy without effects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edged.engine.contract import ProviderReport
from edged.settings import Engine, Provider

TENSORRT: Provider = "TensorrtExecutionProvider"
CUDA: Provider = "CUDAExecutionProvider"
CPU: Provider = "CPUExecutionProvider"
DEFAULT_CHAIN: tuple[Provider, ...] = Engine().providers

GPU_SIGNS = ("dev/nvidia0", "dev/nvhost-gpu", "dev/nvgpu", "proc/driver/nvidia/version")
"""Any of these, under the root, means an NVIDIA GPU: the first on desktops and Thor, the next two on Orin."""

TENSORRT_REFUSES = (b"DynamicQuantizeLinear", b"MatMulInteger", b"ConvInteger", b"QLinearConv", b"QLinearMatMul")
"""Operators that TensorRT does not run (onnx-tensorrt, operators.md): the graph would fall apart into pieces, each
built anew for each length of sentence."""

CUDA_DEFAULTS: dict[str, str] = {
    "cudnn_conv_algo_search": "HEURISTIC",  # the default plans anew for each new length of sentence
    "arena_extend_strategy": "kSameAsRequested",
    "gpu_mem_limit": str(512 << 20),
    "do_copy_in_default_stream": "1",
    "cudnn_conv_use_max_workspace": "0",  # the default may take gigabytes
}
TENSORRT_DEFAULTS: dict[str, str] = {
    "trt_engine_cache_enable": "True",
    "trt_timing_cache_enable": "True",
    "trt_fp16_enable": "True",
    "trt_max_workspace_size": str(256 << 20),
    "trt_auxiliary_streams": "0",
    "trt_context_memory_sharing_enable": "True",
    "trt_builder_optimization_level": "3",
    "trt_min_subgraph_size": "5",
}


@dataclass(frozen=True)
class Machine:
    """What matters of this machine for the choice of a provider."""

    packaged: tuple[str, ...]
    """Providers that the installed runtime was built with; says nothing about hardware or drivers."""
    gpu: str | None
    """The file that shows an NVIDIA GPU, or None."""
    unusable: Mapping[str, str]
    """Packaged GPU provider → why it cannot run here: its library does not load, or the model is not for it."""
    fingerprint: str = ""
    """Runtime, driver and GPU in words: a TensorRT engine built under another one is not reused."""


@dataclass(frozen=True)
class Graph:
    """What matters of a graph for the options of TensorRT."""

    name: str = ""
    """Of its file, which tells the number of frames in each run."""
    sha256: str = ""
    """Of the graph and its weights."""
    quantised: bool = False
    """It holds Q and DQ."""


def wanted(chain: tuple[Provider, ...], machine: Machine) -> Provider:
    """The provider whose absence is a degraded state.

    A chain that the settings changed is an order: its first link is wanted. The default chain asks for the best this
    machine is meant to have: TensorRT where it is installed and loads, CUDA where the runtime was built for it or a GPU
    is there, else the CPU. So a box without a GPU is not degraded.
    """
    if chain != DEFAULT_CHAIN:
        return chain[0]
    if TENSORRT in machine.packaged and TENSORRT not in machine.unusable:
        return TENSORRT
    if CUDA in machine.packaged or machine.gpu is not None:
        return CUDA
    return CPU


def why_not(provider: Provider, machine: Machine) -> str | None:
    """Why this provider cannot work here, known before the runtime is asked; None if it may."""
    if provider in machine.packaged:
        return machine.unusable.get(provider)
    hint = "; install onnxruntime-gpu, on a Jetson the wheel of its JetPack" if provider != CPU else ""
    return f"the installed onnxruntime was built without it{hint}"


def report(chain: tuple[Provider, ...], machine: Machine, obtained: str, failures: dict[str, str]) -> ProviderReport:
    """What was obtained against what was wanted."""
    best = wanted(chain, machine)
    reason = None
    if obtained != best:
        reason = f"{best} was wanted, {obtained} runs: {failures.get(best, 'it comes later in the chain')}"
        if chain == DEFAULT_CHAIN:
            reason += f" (set engine.providers to [{obtained}] if that is meant)"
    return ProviderReport(obtained, best, reason, failures)


def options(provider: Provider, engine: Engine, cache: Path | None, graph: Graph, fingerprint: str) -> dict[str, str]:
    """The options of one provider: our defaults, the settings over them, and for TensorRT where engines are kept.

    ``cache`` is the folder for built engines (None: they are not kept). The key holds all that makes an engine another
    one, and the prefix the graph: TensorRT's own key takes two models of one structure for the same.
    """
    if provider == CUDA:
        return {**CUDA_DEFAULTS, **engine.cuda_options}
    if provider == CPU:
        return dict(engine.cpu_options)
    int8 = {"trt_int8_enable": "True"} if graph.quantised else {}  # without it, Q and DQ are refused up to TensorRT 10
    chosen = {**TENSORRT_DEFAULTS, **int8, **engine.tensorrt_options}
    if cache is None:
        return {**chosen, "trt_engine_cache_enable": "False", "trt_timing_cache_enable": "False"}
    facts = [graph.sha256, graph.name, fingerprint, sorted(chosen.items())]
    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    places = {
        "trt_engine_cache_path": str(cache / key),
        "trt_engine_cache_prefix": f"{graph.name}.{graph.sha256[:12]}",
        "trt_timing_cache_path": str(cache / "timing"),
    }
    return {**places, **chosen}
