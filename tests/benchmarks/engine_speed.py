"""Our engine against the reference package's own API: the same phonemes, in turns, one thread each.

Medians in milliseconds per sentence, and the ratio of the reference's time to ours (above 1 we are faster). ``ours``
leaves out the network's silence at both ends, as the daemon does; ``ours_untrimmed`` renders every frame that the
reference renders. ``first_chunk`` is when sound could start::

    python -m tests.benchmarks.engine_speed [--rounds 40]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import hibari
import scipy.fft  # the reference is faster where it is there

from edged.engine import vocoder
from edged.engine.memory import tune_allocator
from edged.engine.noise import Noise
from edged.engine.spectrum import BINS, RATE
from edged.engine.student import Student
from edged.settings import Engine
from edged.waveform import Samples
from tests.benchmarks import figures
from tests.benchmarks.figures import Target

SENTENCES = {
    "2 s": "ðə lˈɔndɹi ɪz dˈʌn ænd ðə dˈɔɹ ɪz ˈOpᵊn.",  # noqa: RUF001 - phonemes
    "8 s": (
        "ɡˈʊd mˈɔɹnɪŋ, tədˈA ɪt wɪl bi mˈOstli sˈʌni wɪð ɐ hˈI ʌv sˈɛvənti tˈu dəɡɹˈiz, "  # noqa: RUF001
        "ænd ðɛɹ ɪz ɐ smˈɔl ʧˈæns ʌv ɹˈAn lˈATəɹ ɪn ði ˈivnɪŋ, sˌO tˈAk ɐn ˌʌmbɹˈɛlə."  # noqa: RUF001
    ),
}


class Untrimmed(Student):
    """The same engine over every frame of the network."""

    def everything(self, phonemes: str) -> Iterator[Samples]:
        spectrum = self._spectrum(self._ids(phonemes), 1.0)
        return vocoder.render(spectrum, Noise(1, BINS), vocoder.grid(spectrum.frames))


def opened(folder: Path) -> Untrimmed:
    weights = folder / "hibari.onnx"
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    settings = Engine(providers=("CPUExecutionProvider",), threads=1)
    return Untrimmed(weights, "heart", vocabulary, sha256=digest, settings=settings)


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def compare(ours: Untrimmed, reference: Any, phonemes: str, rounds: int) -> dict[str, float]:
    """Each of our ways right after the reference, so that all find the same, foreign cache."""
    contenders: dict[str, Callable[[], Any]] = {
        "ours": lambda: list(ours.synthesize(phonemes)),
        "ours_untrimmed": lambda: list(ours.everything(phonemes)),
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
    report["reference_audio_s"] = len(reference.from_phonemes(phonemes)) / RATE
    report["ours_audio_s"] = sum(map(len, ours.synthesize(phonemes))) / RATE
    return {name: round(value, 3) for name, value in report.items()}


def measure(rounds: int) -> dict[str, Any]:
    tune_allocator()
    before = figures.resident_mib(os.getpid())
    ours = opened(Path(hibari.__file__).parent / "assets")
    loading = timed(ours.load)
    loaded = figures.resident_mib(os.getpid())
    reference = hibari.Hibari(threads=1)
    sentences = {name: compare(ours, reference, phonemes, rounds) for name, phonemes in SENTENCES.items()}
    memory = {"rss_before_mib": before, "rss_loaded_mib": loaded, "load_ms": loading}
    return {
        "rounds": rounds,
        "scipy": scipy.__version__,
        "sentences": sentences,
        **{name: round(value, 1) for name, value in memory.items()},
    }


def targets(found: Mapping[str, Any]) -> list[Target]:
    return [
        Target(f"speed against the reference package, {name}, 1 thread{what}", row[f"{way}_ratio"], ">=", 1.0, "x")
        for way, what in (("ours", ""), ("ours_untrimmed", ", every frame"))
        for name, row in found["sentences"].items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="our engine against the reference package")
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    figures.report("engine_speed", lambda: measure(rounds), targets)


if __name__ == "__main__":
    main()
