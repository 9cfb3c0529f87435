"""Our engine against the reference package's own API: the same phonemes, in turns, one thread each.

Medians in milliseconds per sentence, and the ratio of the reference's time to ours (above 1 we are faster). We leave
out the network's silence at both ends, as the daemon does; ``outside_networks`` is the share of our time that is spent
on everything but the two graphs. ``first_chunk`` is the first sound of any length; ``first`` is 0.3 s of it, from the
text of a sentence of ten seconds on::

    python -m tests.benchmarks.engine_speed [--rounds 40]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import hibari
import scipy.fft  # the reference is faster where it is there

from edged.engine.contract import Engine
from edged.engine.memory import tune_allocator
from edged.engine.session import Session
from edged.settings import parse
from edged.solo import clauses_of
from edged.speech import LoadedVoice, VoiceLibrary
from tests.benchmarks import figures
from tests.benchmarks.figures import Target
from tests.benchmarks.rig import voices

SENTENCES = {
    "2 s": "ðə lˈɔndɹi ɪz dˈʌn ænd ðə dˈɔɹ ɪz ˈOpᵊn.",
    "8 s": (
        "ɡˈʊd mˈɔɹnɪŋ, tədˈA ɪt wɪl bi mˈOstli sˈʌni wɪð ɐ hˈI ʌv sˈɛvənti tˈu dəɡɹˈiz, "
        "ænd ðɛɹ ɪz ɐ smˈɔl ʧˈæns ʌv ɹˈAn lˈATəɹ ɪn ði ˈivnɪŋ, sˌO tˈAk ɐn ˌʌmbɹˈɛlə."
    ),
}
LONG = (
    "Good morning, today it will be mostly sunny with a high of seventy two degrees, and there is a small chance of "
    "rain later in the evening, so take an umbrella and gloves for it."
)
"""Ten seconds, read as one sentence."""
FIRST_S = 0.3


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def beginning(engine: Engine, phonemes: str) -> None:
    """As much sound as a listener needs to begin with."""
    samples = 0
    for chunk in engine.synthesize(phonemes):
        samples += len(chunk)
        if samples >= FIRST_S * engine.rate:
            return


def seconds(engine: Engine, phonemes: str) -> float:
    return sum(map(len, engine.synthesize(phonemes))) / engine.rate


def compare(ours: Engine, reference: Any, phonemes: str, rounds: int) -> dict[str, float]:
    """Each of our ways right after the reference, so that both find the same, foreign cache."""
    contenders: dict[str, Callable[[], Any]] = {
        "ours": lambda: list(ours.synthesize(phonemes)),
        "first_chunk": lambda: next(ours.synthesize(phonemes)),
    }
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            theirs = timed(lambda: reference.from_phonemes(phonemes))
            pairs[name].append((theirs, timed(work)))
    report = {"reference_ms": statistics.median(theirs for times in pairs.values() for theirs, _ in times)}
    for name, times in pairs.items():
        report[f"{name}_ms"] = statistics.median(mine for _, mine in times)
        report[f"{name}_ratio"] = statistics.median(theirs / mine for theirs, mine in times)
    report["reference_audio_s"] = len(reference.from_phonemes(phonemes)) / ours.rate
    report["ours_audio_s"] = seconds(ours, phonemes)
    report["outside_networks"] = statistics.median(outside_networks(ours, phonemes) for _ in range(rounds))
    return {name: round(value, 3) for name, value in report.items()}


def outside_networks(engine: Engine, phonemes: str) -> float:
    """The share of one sentence's time that its graphs do not take."""
    inside = 0.0
    plain = Session.run

    def watched(session: Session, *arguments: Any) -> Any:
        nonlocal inside
        began = time.perf_counter()
        made = plain(session, *arguments)
        inside += (time.perf_counter() - began) * 1000
        return made

    with patch.object(Session, "run", watched):
        whole = timed(lambda: list(engine.synthesize(phonemes)))
    return 1.0 - inside / whole


def first_sound(voice: LoadedVoice, rounds: int) -> dict[str, float]:
    """The beginning of a long sentence beside the whole of it, in turns, from its text on."""

    def phonemes() -> str:
        ((read, _),) = clauses_of(voice.reader, LONG)
        return read

    engine = voice.engine
    times = [
        (
            timed(phonemes),
            timed(lambda: beginning(engine, phonemes())),
            timed(lambda: list(engine.synthesize(phonemes()))),
        )
        for _ in range(rounds)
    ]
    report = {
        "audio_s": seconds(engine, phonemes()),
        "text_ms": statistics.median(text for text, _, _ in times),
        "first_ms": statistics.median(first for _, first, _ in times),
        "whole_ms": statistics.median(whole for _, _, whole in times),
        "share_of_whole": statistics.median(first / whole for _, first, whole in times),
    }
    return {name: round(value, 3) for name, value in report.items()}


def measure(rounds: int) -> dict[str, Any]:
    tune_allocator()
    with tempfile.TemporaryDirectory(prefix="edged-bench-") as folder:
        state = voices(Path(folder)).parent
        before = figures.resident_mib(os.getpid())
        engine = {"providers": ["CPUExecutionProvider"], "threads": 1}
        library = VoiceLibrary(parse({"state_dir": str(state), "engine": engine}))
        opening = timed(lambda: library.get("heart"))
    ours = library.get("heart").engine
    loaded = figures.resident_mib(os.getpid())
    reference = hibari.Hibari(threads=1)
    sentences = {name: compare(ours, reference, phonemes, rounds) for name, phonemes in SENTENCES.items()}
    memory = {"rss_before_mib": before, "rss_loaded_mib": loaded, "load_ms": opening}
    return {
        "rounds": rounds,
        "scipy": scipy.__version__,
        "variant": ours.provider.variant,
        "sentences": sentences,
        "first": first_sound(library.get("heart"), rounds),
        **{name: round(value, 1) for name, value in memory.items()},
    }


def targets(found: Mapping[str, Any]) -> list[Target]:
    rows = found["sentences"].items()
    speed = [
        Target(f"speed against the reference package, {name}, 1 thread", row["ours_ratio"], ">=", 1.6, "x")
        for name, row in rows
    ]
    first, name = found["first"], "text in to the first 0.3 s of a 10 s sentence, 1 thread"
    return [
        *speed,
        Target(name, first["first_ms"], "<=", 12, "ms"),
        Target(f"{name}, share of the whole sentence", first["share_of_whole"], "<=", 0.333),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="our engine against the reference package")
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    figures.report("engine_speed", lambda: measure(rounds), targets)


if __name__ == "__main__":
    main()
