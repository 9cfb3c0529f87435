"""The only door to ONNX Runtime: opens a model on one provider of the chain and says which one it is.

The runtime's own habits are switched off: it never falls back by itself (``enable_fallback``), a session that came up
on another provider than the one asked for is thrown away, and its errors leave here as :class:`edged.errors.Fatal`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as state

from edged.engine import engine_cache, fingerprint, libraries, providers
from edged.engine.contract import ProviderReport
from edged.engine.providers import CPU, CUDA, TENSORRT, TENSORRT_REFUSES, Graph, Machine, why_not
from edged.errors import Fatal
from edged.settings import Engine, Provider

logger = logging.getLogger(__name__)
T = TypeVar("T")

ERROR = 3
"""ONNX Runtime's log level for errors; its warnings are about its own graph rewriting."""
LONG = 200
"""Elements of an input beyond which the memory of a run is given back: the arena would keep the peak for good. Not for
a model whose inputs are bounded by whoever runs it: giving back and asking anew costs it a tenth of its time."""
FOREIGN = (
    *(getattr(state, name) for name in dir(state) if isinstance(getattr(state, name), type)
      and issubclass(getattr(state, name), Exception)),
    RuntimeError,
    ValueError,
    OSError,
)  # fmt: skip
"""Everything ONNX Runtime raises: its own classes derive from Exception alone, its Python layer adds two. And what the
disk raises where built engines are kept."""
BROKEN_MODEL = (state.InvalidProtobuf, state.InvalidGraph, state.NoSuchFile)


class Session:
    """A model on one execution provider. ``run`` may be called from several threads at once."""

    def __init__(
        self, inference: onnxruntime.InferenceSession, provider: ProviderReport, *, bounded: bool = False
    ) -> None:
        self._inference = inference
        self._bounded = bounded
        self.provider = provider
        self.input_names: tuple[str, ...] = tuple(item.name for item in inference.get_inputs())
        self.output_names: tuple[str, ...] = tuple(item.name for item in inference.get_outputs())
        self.input_shapes: dict[str, list[Any]] = {item.name: item.shape for item in inference.get_inputs()}
        self.metadata: dict[str, str] = inference.get_modelmeta().custom_metadata_map

    def run(self, output_names: Sequence[str] | None, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The named outputs (None: all, in the model's order) for these inputs.

        The signature is that of ONNX Runtime's own sessions, so that this can stand where one is expected.
        Raises :class:`edged.errors.Fatal` (``synth_failed``) if the runtime cannot compute them.
        """
        long = not self._bounded and any(feed.size > LONG for feed in feeds.values())
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


def open_on(
    path: Path, provider: Provider, engine: Engine, cache: Path | None, machine: Machine, *, bounded: bool = False
) -> Session:
    """The model at ``path`` on this provider and no other; ``bounded``: its inputs never grow with what is said.

    Raises :class:`edged.errors.Fatal` (``provider_failed``) if the file is no model, or the provider cannot run it.
    """
    if not path.is_file():
        raise Fatal("provider_failed", f"there is no model at {path}; `edged voices install` fetches one")
    reason = why_not(provider, _for_model(machine, path))
    if reason is not None:
        raise Fatal("provider_failed", reason)
    try:
        inference = _open(path, provider, engine, cache, machine)
    except FOREIGN as error:
        raise Fatal("provider_failed", f"{path.name} does not open on {provider}: {error}") from error
    return Session(inference, ProviderReport(provider, provider), bounded=bounded)


def is_built(path: Path, provider: Provider, engine: Engine, cache: Path | None, machine: Machine) -> bool:
    """Whether opening the model takes no longer than reading it: TensorRT builds engines first, for minutes."""
    if provider != TENSORRT or cache is None:
        return True
    return engine_cache.is_complete(_options(path, provider, engine, cache, machine))


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
    folder = Path(onnxruntime.__file__).parent / "capi"
    reasons = {name: libraries.unloadable(name, folder) for name in libraries.NAMES if name in packaged}
    unusable = {name: reason for name, reason in reasons.items() if reason is not None}
    told = fingerprint.of_system(root, onnxruntime.__version__, gpu=gpu is not None)
    return Machine(packaged, gpu, unusable, told)


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
    chosen = _options(path, provider, engine, cache, machine)
    engine_cache.prepare(chosen)
    inference = onnxruntime.InferenceSession(
        str(path), _session_options(engine.threads), [provider], [chosen], enable_fallback=0
    )
    obtained = inference.get_providers()[0]
    if obtained != provider:
        raise RuntimeError(f"the runtime opened {obtained} in its place")
    engine_cache.finish(chosen)
    return inference


def _options(path: Path, provider: Provider, engine: Engine, cache: Path | None, machine: Machine) -> dict[str, str]:
    graph = fingerprint.of_graph(path) if provider == TENSORRT and path.is_file() else Graph()
    return providers.options(provider, engine, cache, graph, machine.fingerprint)


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


def operator_counts(
    path: Path, provider: Provider, engine: Engine, cache: Path | None, use: Callable[[Session], T]
) -> tuple[Counter[tuple[str, str]], T]:
    """(provider, operator) → nodes of the optimised graph that ran while ``use`` ran the model; what it returned.

    Read from the runtime's own profile, so that what it fused or folded away shows as it is.
    Raises :class:`edged.errors.Fatal` (``provider_failed``) if the provider cannot run the model.
    """
    chosen = _options(path, provider, engine, cache, inspect_machine())
    with tempfile.TemporaryDirectory(prefix="edged-profile-") as folder:
        profiled = _session_options(engine.threads)
        profiled.enable_profiling = True
        profiled.profile_file_prefix = f"{folder}/run"
        try:
            inference = onnxruntime.InferenceSession(str(path), profiled, [provider], [chosen], enable_fallback=0)
            result = use(Session(inference, ProviderReport(provider, provider), bounded=True))
            events = json.loads(Path(inference.end_profiling()).read_text(encoding="utf-8"))
        except FOREIGN as error:
            raise Fatal("provider_failed", f"{path.name} cannot be looked into on {provider}: {error}") from error
    ran = {
        (event["args"]["provider"], event["args"]["op_name"], event["args"].get("node_index"), event["name"])
        for event in events
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time")
    }
    return Counter((on, operator) for on, operator, *_ in ran), result
