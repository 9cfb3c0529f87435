"""What a built engine depends on: the runtime, TensorRT, CUDA, the driver, the GPU, and the graph.

Read from files of the system and asked of the libraries themselves, as far as either is there; what nobody tells is
called unknown. Nothing is imported for it.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from edged.engine.providers import Graph

UNKNOWN = "unknown"
NVINFER = ("libnvinfer.so.11", "libnvinfer.so.10", "libnvinfer.so.8")
CUDART = ("libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0")
DRIVER = ("libcuda.so.1",)
MAJOR, MINOR = 75, 76
"""CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR of cuda.h."""
Load = Callable[[Sequence[str]], "ctypes.CDLL | None"]
"""Names of a library, the newest first → the first that there is."""


def load(names: Sequence[str]) -> ctypes.CDLL | None:
    """The first of these libraries that the system's loader finds."""
    for name in names:
        with suppress(OSError):
            return ctypes.CDLL(name)
    return None


def of_system(root: Path, runtime: str, *, gpu: bool, libraries: Load = load) -> str:
    """In words, for keys: the runtime's version, and of a machine with a GPU all that an engine is built for."""
    parts = [f"onnxruntime {runtime}"]
    for name in ("proc/driver/nvidia/version", "proc/device-tree/model", "etc/nv_tegra_release"):
        parts.extend(_lines(root / name)[:1])
    if gpu:
        parts.append(f"TensorRT {_tensorrt(root, libraries)}")
        parts.append(f"CUDA {_cuda(root, libraries)}")
        parts.append(f"GPU {', '.join(_gpus(root)) or UNKNOWN}, compute capability {_capability(libraries)}")
    return " | ".join(parts)


def of_graph(path: Path) -> Graph:
    """What the engine built for a graph is found by: the hash covers the graph and the files with its weights."""
    content = path.read_bytes()
    digest = hashlib.sha256(content)
    for beside in sorted(path.parent.iterdir()):
        if beside != path and beside.is_file() and beside.name.encode() in content:
            digest.update(beside.read_bytes())
    return Graph(path.stem, digest.hexdigest(), quantised=b"QuantizeLinear" in content)


def _gpus(root: Path) -> Iterator[str]:
    """Names of the GPUs, as the driver of desktop cards tells them; a Jetson's is in the name of the board."""
    for path in sorted(root.glob("proc/driver/nvidia/gpus/*/information")):
        yield from (line.partition(":")[2].strip() for line in _lines(path) if line.startswith("Model:"))


def _tensorrt(root: Path, libraries: Load) -> str:
    """Of the library that is loaded, else by the names of its files."""
    library = libraries(NVINFER)
    if library is not None and hasattr(library, "getInferLibVersion"):
        return str(int(library.getInferLibVersion()))
    files = sorted(path.name.partition(".so.")[2] for path in root.glob("usr/lib/*/libnvinfer.so.*.*.*"))
    return " ".join(files) or UNKNOWN


def _cuda(root: Path, libraries: Load) -> str:
    library = libraries(CUDART)
    if library is not None and hasattr(library, "cudaRuntimeGetVersion"):
        version = ctypes.c_int()
        if library.cudaRuntimeGetVersion(ctypes.byref(version)) == 0:
            return str(version.value)
    return " ".join(sorted(path.name for path in root.glob("usr/local/cuda-*"))) or UNKNOWN


def _capability(libraries: Load) -> str:
    """Of the first GPU: 8.7."""
    library = libraries(DRIVER)
    if library is None or not hasattr(library, "cuDeviceGetAttribute") or library.cuInit(0) != 0:
        return UNKNOWN
    device, numbers = ctypes.c_int(), (ctypes.c_int(), ctypes.c_int())
    asked = [library.cuDeviceGet(ctypes.byref(device), 0)]
    for number, attribute in zip(numbers, (MAJOR, MINOR), strict=True):
        asked.append(library.cuDeviceGetAttribute(ctypes.byref(number), attribute, device))
    return UNKNOWN if any(asked) else ".".join(str(number.value) for number in numbers)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0\n ").splitlines()
    except OSError:
        return []
