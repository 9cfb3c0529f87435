"""``edged bench``: how fast this machine speaks, measured here and now."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from typing import TYPE_CHECKING, Any

from edged.settings import Settings, load

if TYPE_CHECKING:
    from edged.speech import LoadedVoice

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
        description="Time to first audio, real-time factor and memory of the voice on this machine; medians.",
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
    print(
        f"{figures['model']} on {figures['provider']}, {figures['threads']} thread(s), loaded in {figures['load_s']} s"
    )
    for length, row in figures["texts"].items():
        print(
            f"{length}: first audio {row['first_audio_ms']} ms, whole {row['whole_ms']} ms for {row['audio_s']} s, "
            f"real-time factor {row['rtf']} ({row['times_real_time']} x real time)"
        )
    print(f"memory {figures['rss_mib']} MiB")
    return 0


def measure(settings: Settings, voice: str | None, rounds: int) -> dict[str, Any]:
    """Everything ``bench`` knows, medians over ``rounds`` of all texts of a length."""
    from edged.engine.memory import resident_mib, tune_allocator  # noqa: PLC0415
    from edged.speech import VoiceLibrary  # noqa: PLC0415 - loads the engine

    tune_allocator()
    began = time.perf_counter()
    library = VoiceLibrary(settings)
    loaded = library.get(library.resolve(voice or settings.speech.voice).name)
    load_s = time.perf_counter() - began
    return {
        "machine": platform.machine(),
        "model": loaded.engine.model,
        "provider": loaded.engine.provider.obtained,
        "degraded": loaded.engine.provider.degraded,
        "threads": settings.engine.threads,
        "load_s": round(load_s, 2),
        "rounds": rounds,
        "texts": {length: _row(loaded, texts, rounds) for length, texts in TEXTS.items()},
        "rss_mib": resident_mib(),
    }


def _row(voice: LoadedVoice, texts: tuple[str, ...], rounds: int) -> dict[str, float]:
    runs = [_speak(voice, text) for _ in range(rounds) for text in texts]
    first, whole, audio = (statistics.median(column) for column in zip(*runs, strict=True))
    return {
        "first_audio_ms": round(first * 1000, 1),
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
