"""What a variant costs: real-time factor, first sound and memory, each variant in a process of its own.

A variant is described by data, so that the process can build it. It is run as
``python -m quantize.compare.speed SPEC.json`` and prints one line of JSON; :func:`measure` does that for one and for
two threads and puts the figures together. Every thread pool is limited by the environment, hence before any import.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import Field

from edged.errors import EdgedError
from quantize.compare.figures import Record, Speed

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
TIMEOUT_S = 600.0


class NotMeasured(EdgedError):
    """The process of a variant failed; the message has the end of what it said."""


class Spec(Record):
    """How to build a variant, and what to say with it."""

    maker: str
    """``module:function``; called with ``arguments`` and ``threads``, it returns a speaker: ``rate`` and ``say(text)``.
    If the speaker has ``stream(text)`` too, an iterator of the pieces of the sound, the first of them is timed."""
    arguments: dict[str, Any] = Field(default={})
    sentences: tuple[str, ...]
    rounds: int = 3
    threads: int = 1


def measure(spec: Spec, timeout_s: float = TIMEOUT_S) -> Speed:
    """The figures of one variant on this machine, with one and with two threads.

    Raises:
        NotMeasured: its process failed or took longer than ``timeout_s``.

    """
    one, two = (run(spec.model_copy(update={"threads": threads}), timeout_s) for threads in (1, 2))
    return Speed(
        rtf_1_thread=one["rtf"],
        rtf_2_threads=two["rtf"],
        first_audio_ms=one["first_audio_ms"],
        load_ms=one["load_ms"],
        peak_mib=one["peak_mib"],
    )


def run(spec: Spec, timeout_s: float = TIMEOUT_S) -> dict[str, float]:
    """What the process of one variant found: ``rtf first_audio_ms load_ms peak_mib``.

    Raises:
        NotMeasured: as for :func:`measure`.

    """
    environment = {**os.environ, **dict.fromkeys(POOLS, str(spec.threads))}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.json"
        path.write_text(spec.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "quantize.compare.speed", str(path)]
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=timeout_s, check=True
            )
        except subprocess.TimeoutExpired as error:
            raise NotMeasured(f"{spec.maker} took longer than {timeout_s:g} s") from error
        except subprocess.CalledProcessError as error:
            raise NotMeasured(f"{spec.maker} failed: {error.stderr.strip()[-500:]}") from error
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def timed(spec: Spec) -> dict[str, float]:
    """Build the variant here and time it; the first sentence is said once beforehand, to warm up."""
    began = time.perf_counter()
    module, _, function = spec.maker.partition(":")
    speaker = getattr(import_module(module), function)(**spec.arguments, threads=spec.threads)
    speaker.say(spec.sentences[0])
    load = time.perf_counter() - began
    factors, firsts = [], []
    for _ in range(spec.rounds):
        for text in spec.sentences:
            first, whole, seconds = _said(speaker, text)
            factors.append(whole / seconds)
            firsts.append(first * 1000.0)
    return {
        "rtf": statistics.median(factors),
        "first_audio_ms": statistics.median(firsts),
        "load_ms": load * 1000.0,
        "peak_mib": peak_mib(),
    }


def _said(speaker: Any, text: str) -> tuple[float, float, float]:
    """Seconds to the first piece, to the last, and of sound."""
    began = time.perf_counter()
    pieces: Iterator[Any] = iter(speaker.stream(text) if hasattr(speaker, "stream") else [speaker.say(text)])
    piece = next(pieces)
    first = time.perf_counter() - began
    count = sum(len(part) for part in chain([piece], pieces))
    return first, time.perf_counter() - began, count / speaker.rate


def peak_mib() -> float:
    """The most memory that this process ever held (VmHWM of proc(5))."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024.0
    raise OSError("the kernel does not tell the peak of the memory")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(timed(Spec.model_validate_json(Path(sys.argv[1]).read_bytes()))) + "\n")
