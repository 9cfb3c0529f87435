"""What this machine is, in words: enough to notice that a measurement was made on another one."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def cpu_model() -> str:
    """The processor's name: as x86 kernels tell it, or the board's on ARM, whose kernels do not."""
    names = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    boards = [line.strip("\0") for line in _lines(Path("/proc/device-tree/model"))]
    return next(iter([*names, *boards]), platform.machine())


def fingerprint(runtime: str) -> str:
    """Processor, cores, architecture, and what ``runtime`` says of the runtime, the driver and the GPU."""
    return f"{cpu_model()} | {os.cpu_count()} cores | {platform.machine()} | {runtime}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
