"""The libraries that ONNX Runtime's GPU providers are made of, loaded before the runtime tries to."""

from __future__ import annotations

import ctypes
from pathlib import Path

from edged.engine.providers import CUDA, TENSORRT

NAMES: dict[str, str] = {
    TENSORRT: "libonnxruntime_providers_tensorrt.so",
    CUDA: "libonnxruntime_providers_cuda.so",
}
"""Provider → its library."""


def unloadable(provider: str, folder: Path) -> str | None:
    """Why the library of a GPU provider cannot be loaded into this process, or None; ``folder``: the runtime's own."""
    if not (folder / NAMES[provider]).exists():
        return f"{NAMES[provider]} is not in the installed onnxruntime"
    try:
        ctypes.CDLL(str(folder / "libonnxruntime_providers_shared.so"), mode=ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(folder / NAMES[provider]))
    except OSError as error:
        return f"its library cannot be loaded: {error}"
    return None
