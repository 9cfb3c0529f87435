"""The only door to ONNX Runtime: opens a model on one provider of the chain and says which one it is.

The runtime's own habits are switched off: it never falls back by itself (``enable_fallback``), a session that came up
on another provider than the one asked for is thrown away, and its errors leave here as :class:`edged.errors.Fatal`.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as state

from edged.engine import providers
from edged.engine.contract import ProviderReport
from edged.engine.providers import CPU, CUDA, TENSORRT, TENSORRT_REFUSES, Machine, why_not
from edged.errors import Fatal
from edged.settings import Engine, Provider

logger = logging.getLogger(__name__)

ERROR = 3
"""ONNX Runtime's log level for errors; its warnings are about its own graph rewriting."""
LONG = 200
"""Elements of an input beyond which the memory of a run is given back: the arena would keep the peak for good."""
LIBRARIES: dict[str, str] = {
    TENSORRT: "libonnxruntime_providers_tensorrt.so",
    CUDA: "libonnxruntime_providers_cuda.so",
}
FOREIGN = (
    *(getattr(state, name) for name in dir(state) if isinstance(getattr(state, name), type)
      and issubclass(getattr(state, name), Exception)),
    RuntimeError,
    ValueError,
)  # fmt: skip
"""Everything ONNX Runtime raises: its own classes derive from Exception alone, its Python layer adds two."""
BROKEN_MODEL = (state.InvalidProtobuf, state.InvalidGraph, state.NoSuchFile)


class Session:
    """A model on one execution provider. ``run`` may be called from several threads at once."""

    def __init__(self, inference: onnxruntime.InferenceSession, provider: ProviderReport) -> None:
        self._inference = inference
        self.provider = provider
        self.input_names: tuple[str, ...] = tuple(item.name for item in inference.get_inputs())
        self.output_names: tuple[str, ...] = tuple(item.name for item in inference.get_outputs())

    def run(self, output_names: Sequence[str] | None, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The named outputs (None: all, in the model's order) for these inputs.

        The signature is that of ONNX Runtime's own sessions, so that this can stand where one is expected.
        Raises :class:`edged.errors.Fatal` (``synth_failed``) if the runtime cannot compute them.
        """
        long = any(feed.size > LONG for feed in feeds.values())
        try:
            results: list[NDArray[Any]] = self._inference.run(output_names, feeds, _giving_back() if long else None)
        except FOREIGN as error:
            raise Fatal("synth_failed", f"{self.provider.obtained} could not run the model: {error}") from error
        return results


def open_session(path: Path, engine: Engine, cache: Path | None = None) -> Session:
    """The model at ``path`` on the first provider of ``engine.providers`` that takes it.

    ``cache`` is a folder for what a provider builds (TensorRT engines). Raises :class:`edged.errors.Fatal`
    (``provider_failed``) if the file is no model, or no provider of the chain can run it.
    """
    if not path.is_file():
        raise Fatal("provider_failed", f"there is no model at {path}; `edged voices install` fetches one")
    machine = _for_model(inspect_machine(), path)
    failures: dict[str, str] = {}
    for provider in engine.providers:
        reason = why_not(provider, machine)
        if reason is None:
            try:
                inference = _open(path, provider, engine, cache, machine)
            except BROKEN_MODEL as error:
                raise Fatal("provider_failed", f"{path} cannot be read as a model: {error}") from error
            except FOREIGN as error:
                reason = str(error)
            else:
                return _opened(inference, providers.report(engine.providers, machine, provider, failures))
        failures[provider] = reason
    told = "; ".join(f"{name}: {reason}" for name, reason in failures.items())
    advice = "" if CPU in engine.providers else f"; adding {CPU} to engine.providers would let it run on the processor"
    raise Fatal("provider_failed", f"no execution provider can run {path.name} ({told}){advice}", failures=failures)


def open_cpu_session(path: Path, threads: int = 1) -> Session:
    """A small model that belongs on the processor whatever the voice runs on; raises like :func:`open_session`."""
    return open_session(path, Engine(providers=(CPU,), threads=threads))


def inspect_machine(root: Path = Path("/")) -> Machine:
    """What the installed runtime was built with, and whether this machine can use it.

    A provider's library is loaded beforehand, because the runtime answers a library that is missing one of its own
    with noise and a session on the processor.
    """
    packaged = tuple(onnxruntime.get_available_providers())
    gpu = next((f"/{sign}" for sign in providers.GPU_SIGNS if (root / sign).exists()), None)
    if gpu is not None and CUDA in packaged:
        _preload()
    reasons = {name: _unloadable(name) for name in LIBRARIES if name in packaged}
    unusable = {name: reason for name, reason in reasons.items() if reason is not None}
    return Machine(packaged, gpu, unusable, _fingerprint(root))


def _for_model(machine: Machine, path: Path) -> Machine:
    """The machine as this model sees it: TensorRT is no choice for a graph that holds what it does not run."""
    if why_not(TENSORRT, machine) is not None:
        return machine
    model = path.read_bytes()
    refused = [name.decode() for name in TENSORRT_REFUSES if name in model]
    if not refused:
        return machine
    reason = f"the model uses {', '.join(refused)}, which TensorRT does not run"
    return replace(machine, unusable={**machine.unusable, TENSORRT: reason})


def _opened(inference: onnxruntime.InferenceSession, report: ProviderReport) -> Session:
    if report.degraded:
        logger.warning("%s", report.degraded)
    logger.debug("model open on %s; not obtained: %s", report.obtained, report.failures)
    return Session(inference, report)


def _open(
    path: Path, provider: Provider, engine: Engine, cache: Path | None, machine: Machine
) -> onnxruntime.InferenceSession:
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if provider == TENSORRT else ""
    chosen = providers.options(provider, engine, cache, digest, machine.fingerprint)
    for key in ("trt_engine_cache_path", "trt_timing_cache_path"):
        if key in chosen:
            Path(chosen[key]).mkdir(parents=True, exist_ok=True)
    inference = onnxruntime.InferenceSession(
        str(path), _session_options(engine.threads), [provider], [chosen], enable_fallback=0
    )
    obtained = inference.get_providers()[0]
    if obtained != provider:
        raise RuntimeError(f"the runtime opened {obtained} in its place")
    return inference


def _giving_back() -> onnxruntime.RunOptions:
    run_options = onnxruntime.RunOptions()
    run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return run_options


def _session_options(threads: int) -> onnxruntime.SessionOptions:
    """The memory pattern is off: it keeps a plan, and memory for it, per length of sentence."""
    session_options = onnxruntime.SessionOptions()
    session_options.intra_op_num_threads = threads
    session_options.inter_op_num_threads = 1
    session_options.enable_mem_pattern = False
    session_options.log_severity_level = ERROR
    return session_options


def _preload() -> None:
    """Make CUDA and cuDNN from Python packages findable; what is missing is printed by the runtime: to stderr, then."""
    preload = getattr(onnxruntime, "preload_dlls", None)
    if preload is not None:
        with contextlib.redirect_stdout(sys.stderr):
            preload()


def _unloadable(provider: str) -> str | None:
    """Why the library of a GPU provider cannot be loaded into this process, or None."""
    folder = Path(onnxruntime.__file__).parent / "capi"
    if not (folder / LIBRARIES[provider]).exists():
        return f"{LIBRARIES[provider]} is not in the installed onnxruntime"
    try:
        ctypes.CDLL(str(folder / "libonnxruntime_providers_shared.so"), mode=ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(folder / LIBRARIES[provider]))
    except OSError as error:
        return f"its library cannot be loaded: {error}"
    return None


def _fingerprint(root: Path) -> str:
    """Runtime, driver and GPU, as far as files tell."""
    parts = [f"onnxruntime {onnxruntime.__version__}"]
    for name in ("proc/driver/nvidia/version", "proc/device-tree/model", "etc/nv_tegra_release"):
        path = root / name
        if path.is_file():
            parts.append(path.read_text(encoding="utf-8", errors="replace").strip("\0\n "))
    return " | ".join(parts)
