"""``edged bench``: how fast this machine speaks, measured here and now."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edged.settings import Provider, Settings, load

if TYPE_CHECKING:
    from edged.speech import LoadedVoice

TONE = "tone"
TEXTS = {
    "2s": (
        "The laundry is done, please hang it up.",
        "Your tea is ready in the kitchen now.",
        "The front door has been left open.",
        "It is time to take your medicine.",
    ),
    "8s": (
        (
            "Good morning, it is half past seven on Monday, the temperature outside is four degrees, and the bus to "
            "the station leaves in twenty minutes from the stop near the bakery."
        ),
        (
            "The washing machine has finished its programme, the dryer is free again, and there is still a basket of "
            "towels in the bathroom that somebody should bring downstairs."
        ),
    ),
}
"""Sentences of about two and eight seconds."""


def add_parser(subparsers: Any) -> None:
    """Add ``bench`` to the command line."""
    parser = subparsers.add_parser(
        "bench",
        help="measure speed and memory on this machine",
        description="Time to first audio, real-time factor and memory of the voice on this machine, with each provider "
        "of the settings alone; medians. No broker and no sound device is involved.",
    )
    parser.add_argument("--json", action="store_true", help="print everything measured as one JSON object")
    parser.add_argument("--voice", help="voice (default: the settings' voice)")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="times that each text is spoken (10)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    figures = measure(load(args.config), args.voice, max(1, args.rounds))
    if args.json:
        print(json.dumps(figures, indent=2))
        return 0
    here = figures["machine"]
    print(f"{here['cpus']} x {here['cpu']}, {figures['threads']} thread(s) per inference")
    for provider, found in figures["providers"].items():
        for line in _words(found):
            print(f"{provider}: {line}")
    return 0


def _words(found: dict[str, Any]) -> list[str]:
    if "unavailable" in found:
        return [f"not here: {found['unavailable']}"]
    rows = [
        f"{length}: first audio {row['first_audio_ms']} ms (p95 {row['first_audio_p95_ms']} ms), whole "
        f"{row['whole_ms']} ms for {row['audio_s']} s, real-time factor {row['rtf']} "
        f"({row['times_real_time']} x real time)"
        for length, row in found["texts"].items()
    ]
    return [f"{found['model']} loaded in {found['load_s']} s", *rows, f"memory {found['rss_mib']} MiB"]


def measure(settings: Settings, voice: str | None, rounds: int) -> dict[str, Any]:
    """Everything ``bench`` knows: each provider of the settings' chain alone, medians over ``rounds`` of all texts.

    Raises ``Rejected`` (``unknown_voice``), or ``Fatal`` (``provider_failed``) if none of them can run the voice.
    """
    from edged import __version__  # noqa: PLC0415
    from edged.engine.memory import tune_allocator  # noqa: PLC0415

    tune_allocator()
    before = machine()
    providers = _every(settings, voice, rounds)
    return {
        "machine": before,
        "versions": {"edged": __version__, "python": platform.python_version(), "onnxruntime": _runtime()},
        "threads": settings.engine.threads,
        "rounds": rounds,
        "providers": providers,
    }


def _every(settings: Settings, voice: str | None, rounds: int) -> dict[str, dict[str, Any]]:
    from edged.errors import Fatal  # noqa: PLC0415

    unusable = _unusable(settings)
    usable = [name for name in settings.engine.providers if name not in unusable]
    measured: dict[str, dict[str, Any]] = {}
    for provider in usable[:1] if settings.engine.kind == TONE else usable:
        try:
            found = _measured(settings, provider, voice, rounds)
        except Fatal as error:
            unusable[provider] = error.message
        else:
            measured[found.pop("provider")] = found
    if not measured:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in unusable.items())
        raise Fatal("provider_failed", f"no provider of the settings runs here ({reasons})")
    return {**measured, **{name: {"unavailable": reason} for name, reason in unusable.items()}}


def _unusable(settings: Settings) -> dict[str, str]:
    """Provider → why this machine cannot use it."""
    if settings.engine.kind == TONE:
        return {}
    from edged.engine.providers import why_not  # noqa: PLC0415
    from edged.engine.session import inspect_machine  # noqa: PLC0415 - loads the runtime

    here = inspect_machine()
    reasons = {provider: why_not(provider, here) for provider in settings.engine.providers}
    return {provider: reason for provider, reason in reasons.items() if reason is not None}


def machine() -> dict[str, Any]:
    """The machine, and how busy it was before."""
    load_1min = round(os.getloadavg()[0], 2)
    return {"cpu": cpu_model(), "cpus": os.cpu_count(), "architecture": platform.machine(), "load_1min": load_1min}


def cpu_model() -> str:
    """The processor's name: as x86 kernels tell it, or the board's on ARM, whose kernels do not."""
    names = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    boards = [line.strip("\0") for line in _lines(Path("/proc/device-tree/model"))]
    return next(iter([*names, *boards]), platform.machine())


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _runtime() -> str | None:
    found = sys.modules.get("onnxruntime")  # the tone engine needs none
    return None if found is None else str(found.__version__)


def _measured(settings: Settings, provider: Provider, voice: str | None, rounds: int) -> dict[str, Any]:
    """One provider. Its memory is that of this process: what an earlier provider leaves behind is in it."""
    from edged.engine.memory import resident_mib  # noqa: PLC0415
    from edged.speech import VoiceLibrary  # noqa: PLC0415

    alone = settings.engine.model_copy(update={"providers": (provider,)})
    began = time.perf_counter()
    library = VoiceLibrary(settings.model_copy(update={"engine": alone}))
    try:
        loaded = library.get(library.resolve(voice or settings.speech.voice).name)
        load_s = time.perf_counter() - began
        return {
            "model": loaded.engine.model,
            "provider": loaded.engine.provider.obtained,
            "load_s": round(load_s, 2),
            "texts": {length: _row(loaded, texts, rounds) for length, texts in TEXTS.items()},
            "rss_mib": resident_mib(),
        }
    finally:
        library.close()


def _row(voice: LoadedVoice, texts: tuple[str, ...], rounds: int) -> dict[str, float]:
    runs = sorted(_speak(voice, text) for _ in range(rounds) for text in texts)
    first, whole, audio = (statistics.median(column) for column in zip(*runs, strict=True))
    return {
        "first_audio_ms": round(first * 1000, 1),
        "first_audio_p95_ms": round(runs[math.ceil(0.95 * len(runs)) - 1][0] * 1000, 1),
        "whole_ms": round(whole * 1000, 1),
        "audio_s": round(audio, 2),
        "rtf": round(whole / audio, 4),
        "times_real_time": round(audio / whole, 1),
    }


def _speak(voice: LoadedVoice, text: str) -> tuple[float, float, float]:
    """Seconds to the first sound, seconds in all, seconds of sound; text included."""
    from edged.clock import SystemClock  # noqa: PLC0415
    from edged.gate import EngineGate  # noqa: PLC0415
    from edged.utterance import Utterance  # noqa: PLC0415

    began = time.perf_counter()
    utterance = Utterance(voice, text, "text", speed=1.0, gate=EngineGate(), lane="room", clock=SystemClock())
    chunks = utterance.chunks()
    next(chunks)
    first = time.perf_counter() - began
    for _ in chunks:
        pass
    return first, time.perf_counter() - began, utterance.telling.audio_s
