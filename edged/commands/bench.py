"""``edged bench``: how fast this machine speaks, measured here and now."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from typing import TYPE_CHECKING, Any

from edged.commands.speaking import TEXTS, row, speak
from edged.machine import cpu_model
from edged.settings import Settings, load

if TYPE_CHECKING:
    from edged.speech import LoadedVoice, VoiceLibrary

TONE = "tone"
DEFAULT_ROUNDS = 10


def add_parser(subparsers: Any) -> None:
    """Add ``bench`` to the command line."""
    parser = subparsers.add_parser(
        "bench",
        help="measure speed and memory on this machine",
        description="Time to first audio, real-time factor and memory of the voice on this machine, with each provider "
        "of the settings and each variant of the voice alone; medians. No broker and no sound device is involved.",
    )
    parser.add_argument("--json", action="store_true", help="print everything measured as one JSON object")
    parser.add_argument("--voice", help="voice (default: the settings' voice)")
    parser.add_argument(
        "--rounds",
        type=int,
        default=DEFAULT_ROUNDS,
        metavar="N",
        help=f"times that each text is spoken ({DEFAULT_ROUNDS})",
    )
    parser.add_argument(
        "--choose",
        action="store_true",
        help="measure the variants in turns, and remember which one the daemon is to use on this machine",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    settings, rounds = load(args.config), max(1, args.rounds)
    if args.choose:
        from edged.commands.bench_choice import choose, table  # noqa: PLC0415

        before = machine()
        chosen = choose(settings, args.voice, rounds)
        figures = {**surroundings(settings, rounds), "machine": before, **chosen}
        lines = table(figures)
    else:
        figures = measure(settings, args.voice, rounds)
        lines = [line for name, found in figures["providers"].items() for line in _words(name, found)]
    if args.json:
        print(json.dumps(figures, indent=2))
        return 0
    here = figures["machine"]
    print(f"{here['cpus']} x {here['cpu']}, {figures['threads']} thread(s) per inference")
    for line in lines:
        print(line)
    return 0


def _words(provider: str, found: dict[str, Any]) -> list[str]:
    if "unavailable" in found:
        return [f"{provider}: not here: {found['unavailable']}"]
    return [
        f"{provider}{f', {name}' if name else ''}: {line}"
        for name, one in found["variants"].items()
        for line in _figures(one)
    ]


def _figures(one: dict[str, Any]) -> list[str]:
    if "unavailable" in one:
        return [f"does not run: {one['unavailable']}"]
    rows = [
        f"{length}: first audio {line['first_audio_ms']} ms (p95 {line['first_audio_p95_ms']} ms), whole "
        f"{line['whole_ms']} ms for {line['audio_s']} s, real-time factor {line['rtf']} "
        f"({line['times_real_time']} x real time)"
        for length, line in one["texts"].items()
    ]
    return [f"{one['model']} loaded in {one['load_s']} s", *rows, f"memory {one['rss_mib']} MiB"]


def measure(settings: Settings, voice: str | None, rounds: int) -> dict[str, Any]:
    """Everything ``bench`` knows: each provider of the settings' chain alone, medians over ``rounds`` of all texts.

    ``providers`` has for each the figures of the variant that would run on it, and under ``variants`` those of each.
    Raises ``Rejected`` (``unknown_voice``), or ``Fatal`` (``provider_failed``) if none of them can run the voice.
    """
    from edged.engine.memory import tune_allocator  # noqa: PLC0415
    from edged.speech import VoiceLibrary  # noqa: PLC0415

    tune_allocator()
    before = machine()
    library = VoiceLibrary(settings)
    try:
        found = _tone(library, rounds) if settings.engine.kind == TONE else _every(settings, library, voice, rounds)
    finally:
        library.close()
    return {**surroundings(settings, rounds), "machine": before, "providers": found}


def surroundings(settings: Settings, rounds: int) -> dict[str, Any]:
    """Where and with what it was measured."""
    from edged import __version__  # noqa: PLC0415

    return {
        "machine": machine(),
        "versions": {"edged": __version__, "python": platform.python_version(), "onnxruntime": _runtime()},
        "threads": settings.engine.threads,
        "rounds": rounds,
    }


def _tone(library: VoiceLibrary, rounds: int) -> dict[str, dict[str, Any]]:
    began = time.perf_counter()
    loaded = library.get(TONE)
    found = _measured(loaded, time.perf_counter() - began, rounds)
    return {"none": {**found, "variants": {"": found}}}


def _every(settings: Settings, library: VoiceLibrary, voice: str | None, rounds: int) -> dict[str, dict[str, Any]]:
    from edged.errors import Fatal  # noqa: PLC0415

    name = library.resolve(voice or settings.speech.voice).name
    standing = library.standing(name)
    found: dict[str, dict[str, Any]] = {
        provider: _of_provider(library, name, provider, rounds)
        for provider in settings.engine.providers
        if provider not in standing.refused
    }
    good = {provider: one for provider, one in found.items() if "unavailable" not in one}
    bad = {provider: one["unavailable"] for provider, one in found.items() if "unavailable" in one}
    bad |= standing.refused
    if not good:
        reasons = "; ".join(f"{provider}: {reason}" for provider, reason in bad.items())
        raise Fatal("provider_failed", f"no provider of the settings runs here ({reasons})")
    return {**good, **{provider: {"unavailable": reason} for provider, reason in bad.items()}}


def _of_provider(library: VoiceLibrary, name: str, provider: str, rounds: int) -> dict[str, Any]:
    """The variants made for it, one after the other; memory is that of this process, with what earlier ones left."""
    from edged.errors import Fatal  # noqa: PLC0415

    variants: dict[str, dict[str, Any]] = {}
    for variant in library.standing(name).choice.variants:
        if variant.provider != provider:
            continue
        began = time.perf_counter()
        try:
            loaded = library.alone(name, variant, library.reader(name))
        except Fatal as error:
            variants[variant.name] = {"unavailable": error.message}
            continue
        variants[variant.name] = _measured(loaded, time.perf_counter() - began, rounds)
        loaded.close()
    good = [one for one in variants.values() if "unavailable" not in one]
    if good:
        return {**good[0], "variants": variants}
    reasons = "; ".join(f"{variant}: {one['unavailable']}" for variant, one in variants.items())
    return {"unavailable": reasons or "the voice has no variant for it"}


def _measured(loaded: LoadedVoice, load_s: float, rounds: int) -> dict[str, Any]:
    from edged.engine.memory import resident_mib  # noqa: PLC0415

    return {
        "model": loaded.engine.model,
        "variant": loaded.engine.provider.variant or None,
        "load_s": round(load_s, 2),
        "texts": {
            length: row([speak(loaded, text) for _ in range(rounds) for text in texts])
            for length, texts in TEXTS.items()
        },
        "rss_mib": resident_mib(),
    }


def machine() -> dict[str, Any]:
    """The machine, and how busy it was before."""
    load_1min = round(os.getloadavg()[0], 2)
    return {"cpu": cpu_model(), "cpus": os.cpu_count(), "architecture": platform.machine(), "load_1min": load_1min}


def _runtime() -> str | None:
    found = sys.modules.get("onnxruntime")  # the tone engine needs none
    return None if found is None else str(found.__version__)
