"""What ``edged doctor`` looks at around the speech: Python, runtime packages, disk, memory, clock, service."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from edged.commands.finding import Finding, error, ok, warning
from edged.settings import Settings

PYTHONS = ((3, 10), (3, 13))
"""Oldest and newest Python that the pinned dependencies support."""
RUNTIMES = frozenset(
    {
        "onnxruntime",
        "onnxruntime-gpu",
        "onnxruntime-openvino",
        "onnxruntime-directml",
        "onnxruntime-rocm",
        "ort-nightly",
    }
)
"""Distributions that share the folder ``onnxruntime`` and overwrite each other."""
MIB = 1 << 20
LEAST_FREE = 200 * MIB
COMFORTABLE_FREE = 2048 * MIB
LEAST_MEMORY = 300 * MIB
"""The daemon needs up to 220 MiB with the default voice."""
TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""
MANY_RESTARTS = 5


def python(_settings: Settings) -> Finding:
    """The interpreter is one that the dependencies support."""
    running = f"{platform.python_version()} on {platform.machine()}, {sys.executable}"
    oldest, newest = PYTHONS
    if oldest <= sys.version_info[:2] <= newest:
        return ok("Python", running)
    return warning("Python", running, f"use Python 3.{oldest[1]} to 3.{newest[1]}: others are not tested")


def runtime(_settings: Settings) -> Finding:
    """Exactly one ONNX Runtime distribution is installed."""
    return judge_runtimes(
        f"{name} {distribution.version}"
        for distribution in metadata.distributions()
        if (name := str(distribution.metadata["Name"]).lower().replace("_", "-")) in RUNTIMES
    )


def judge_runtimes(installed: Iterable[str]) -> Finding:
    """``installed``: name and version of each ONNX Runtime distribution."""
    found = sorted(set(installed))
    if not found:
        return error("ONNX Runtime", "not installed", "run `make setup`")
    if len(found) == 1:
        return ok("ONNX Runtime", found[0])
    names = " ".join(entry.split()[0] for entry in found)
    return error(
        "ONNX Runtime",
        f"{' and '.join(found)} overwrite each other's files; which one runs is chance",
        f"`pip uninstall {names}`, then `make setup`",
    )


def state_directory(settings: Settings) -> Finding:
    """Voices, queue and results can be written, and there is room for them."""
    path = settings.state_dir
    try:
        free = shutil.disk_usage(try_to_write(path)).free
    except OSError as problem:
        return error("state directory", f"{path}: {problem.strerror}", "correct its owner, or set `state_dir`")
    return judge_free(path, free)


def try_to_write(directory: Path) -> Path:
    """Write a nameless file there, or where the directory would be made; returns where. Raises OSError.

    Nothing is made: what root makes here, the service could not write to.
    """
    there = next(path for path in (directory, *directory.parents) if path.exists())
    with tempfile.TemporaryFile(dir=there) as probe:
        probe.write(b"x")
        os.fsync(probe.fileno())
    return there


def judge_free(path: Path, free: int) -> Finding:
    """``free``: bytes."""
    detail = f"{path}, {free // MIB} MiB free"
    if free < LEAST_FREE:
        return error("state directory", detail, "make room: below 200 MiB requests may be refused")
    if free < COMFORTABLE_FREE:
        return warning("state directory", detail, "make room: voices and waiting audio need up to 2 GiB")
    return ok("state directory", detail)


def memory(_settings: Settings) -> Finding:
    """There is memory for the daemon."""
    return judge_memory(Path("/proc/meminfo").read_text(encoding="ascii"))


def judge_memory(meminfo: str) -> Finding:
    """``meminfo``: the text of /proc/meminfo."""
    kib = {line.split(":")[0]: int(line.split()[1]) for line in meminfo.splitlines() if ":" in line}
    available, swap = kib["MemAvailable"] * 1024, kib["SwapFree"] * 1024
    detail = f"{available // MIB} MiB available, {swap // MIB} MiB of swap free"
    if available + swap < LEAST_MEMORY:
        return warning("memory", detail, "stop other programs or add swap: the daemon needs about 220 MiB")
    return ok("memory", detail)


def clock(_settings: Settings) -> Finding:
    """The wall clock is right: deadlines and time stamps depend on it."""
    zone = f"time zone {time.strftime('%Z (%z)')}"
    if _clock_state() == TIME_ERROR:
        now = time.strftime("%Y-%m-%d %H:%M:%S")
        fix = "`timedatectl set-ntp true`, or set the clock: requests with a deadline may expire at the wrong time"
        return warning("clock", f"not synchronised, it says {now}, {zone}", fix)
    return ok("clock", f"synchronised, {zone}")


def _clock_state() -> int:
    """What adjtimex(2) returns when it only reads: a zeroed ``struct timex`` (at most 208 bytes) asks for nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.adjtimex(ctypes.create_string_buffer(256)))


def service(_settings: Settings) -> Finding:
    """The systemd service, if it is installed, is well."""
    if not Path("/run/systemd/system").is_dir():
        return ok("service", "this machine does not run systemd")
    keys = "LoadState,ActiveState,SubState,Result,NRestarts,StatusText"
    command = ["systemctl", "show", "edged.service", f"--property={keys}"]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError) as problem:
        return warning("service", f"systemctl does not answer: {problem}", "look at `systemctl status edged`")
    return judge_service(dict(line.split("=", 1) for line in shown.splitlines() if "=" in line))


def judge_service(unit: dict[str, str]) -> Finding:
    """``unit``: what ``systemctl show`` says."""
    if unit["LoadState"] != "loaded":
        return ok("service", "not installed (systemd/install.sh does)")
    detail = f"{unit['ActiveState']} ({unit['SubState']}), {unit['NRestarts']} restarts. {unit['StatusText']}".strip()
    if unit["ActiveState"] == "failed":
        return error("service", f"{detail} Result: {unit['Result']}.", "see why: `journalctl -u edged -e`")
    if unit["ActiveState"] not in {"active", "reloading"}:
        return warning("service", detail, "`systemctl start edged`")
    if int(unit["NRestarts"] or 0) >= MANY_RESTARTS:
        return warning("service", detail, "it keeps dying: `journalctl -u edged -p warning`")
    return ok("service", detail)
