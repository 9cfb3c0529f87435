"""Folders of built TensorRT engines: one for each graph, runtime and GPU, marked when it is complete.

Whoever was interrupted while building leaves a folder without a mark: what is in it is thrown away and built again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

COMPLETE = "complete"
"""The mark."""
ENGINES = "*.engine"


def prepare(options: Mapping[str, str]) -> None:
    """Make the folders that these options of a provider name, without the remains of what was not finished."""
    for key in ("trt_engine_cache_path", "trt_timing_cache_path"):
        if key in options:
            Path(options[key]).mkdir(parents=True, exist_ok=True)
    folder = _folder(options)
    if folder is not None and not (folder / COMPLETE).exists():
        for path in folder.glob(ENGINES):
            path.unlink(missing_ok=True)


def finish(options: Mapping[str, str]) -> None:
    """The graph is open: what was built for it is complete, if anything was."""
    folder = _folder(options)
    if folder is not None and any(folder.glob(ENGINES)):
        (folder / COMPLETE).touch()


def is_complete(options: Mapping[str, str]) -> bool:
    """Whether a graph opens with what is there; also if nothing is kept, for then nothing is waited for."""
    folder = _folder(options)
    return folder is None or ((folder / COMPLETE).exists() and any(folder.glob(ENGINES)))


def _folder(options: Mapping[str, str]) -> Path | None:
    return Path(options["trt_engine_cache_path"]) if "trt_engine_cache_path" in options else None
