"""How much of an installed voice somebody understands who has never heard it: Whisper base, sentence by sentence.

Text, engine and joins are edged's own; ``--misaki`` drives the same voice straight through misaki instead, whose
symbols that the voice does not know are left out, as Kokoro's own pipeline does. Both are heard and counted alike, see
:mod:`quantize.compare.listeners` and :mod:`quantize.compare.error_rate`::

    python -m tests.benchmarks.intelligibility [--sentences mandarin|english] [--voice zm_yunjian] [--every 1]
        [--speed 1.0] [--misaki] [--dnsmos] [--verbose] [--weights DIR] [--config FILE]

Percentages are of the characters of Mandarin and of the words of English. The toneless rate is what remains if a
character counts as heard when its syllable was, whatever its tone. ``p808`` is DNSMOS, the mean. One run is one sample:
the noise in the voice, silence around a sentence or another prompt change single ones, by a point or so on the whole.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edged.errors import Unavailable
from edged.settings import Settings, load
from edged.solo import said_by
from edged.speech import LoadedVoice
from edged.waveform import Samples, Waveform
from quantize.compare.error_rate import errors, fewest_errors, readings
from quantize.compare.listeners import Language, Listener, listeners
from tests.benchmarks import figures
from tests.benchmarks.figures import Target
from tests.benchmarks.rig import installed_library, symbols_of

FOLDER = Path(__file__).parents[1] / "asr"
LANGUAGES: dict[str, Language] = {"mandarin": "zh", "english": "en"}
VOICES = {"mandarin": "zm_yunjian", "english": "af_heart"}
TARGETS = {"mandarin": 5.0, "english": 4.0}
"""Errors in percent."""

Say = Callable[[str], Samples]
"""A text → its sound, at the rate of the voice."""


@dataclass(frozen=True)
class Wish:
    """What is to be said, and how."""

    sentences: str
    """``mandarin`` or ``english``."""
    voice: str
    every: int = 1
    speed: float = 1.0
    misaki: bool = False
    dnsmos: bool = False


@dataclass(frozen=True)
class Sentence:
    """Something to say."""

    text: str
    reading: str
    """What a person says for it; the text itself where it is written as it is said."""


@dataclass(frozen=True)
class Heard:
    """What somebody understood."""

    text: str
    heard: str
    errors: int
    units: int
    """Characters or words that were said."""
    toneless: int | None = None
    """Errors that are not of the tone alone; Mandarin."""
    p808: float | None = None


def sentences(name: str, every: int = 1) -> list[Sentence]:
    """The sentences of a language, ``mandarin`` or ``english``; every so many of them."""
    lines = (FOLDER / f"{name}_sentences.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("\t") for line in lines[::every])
    return [Sentence(text, reading or text) for text, _, reading in pairs]


def edged(voice: LoadedVoice, speed: float = 1.0) -> Say:
    """As the daemon says it."""
    return lambda text: np.concatenate([chunk.samples for chunk in said_by(voice, text, speed).chunks()])


def misaki(voice: LoadedVoice, symbols: Iterable[str], folder: Path, speed: float = 1.0) -> Say:
    """As misaki alone reads it to the same model; ``folder`` may keep its dictionary. Raises ``ImportError``."""
    import jieba  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415 - only where compared
    from misaki.zh import ZHG2P  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415

    jieba.setLogLevel("ERROR")
    jieba.dt.tmp_dir = str(folder)
    read, known = ZHG2P(), frozenset(symbols)

    def say(text: str) -> Samples:
        phonemes = "".join(symbol for symbol in read(text)[0] if symbol in known)
        return np.concatenate(list(voice.engine.synthesize(phonemes, speed)))

    return say


def heard(sentence: Sentence, sound: Waveform, listener: Listener, language: Language, *, rated: bool) -> Heard:
    """What one listener makes of a sound."""
    words = listener.hear(sound.samples, sound.rate)
    wrong, units = fewest_errors(sentence.reading, words, language)
    other = toneless(sentence.reading, words) if language == "zh" else None
    return Heard(sentence.text, words, wrong, units, other, _p808(sound) if rated else None)


def toneless(reading: str, words: str) -> int:
    """Errors in syllables, whatever their tone, by the reading of figures that fits best."""
    return min(
        errors(_syllables(said), _syllables(understood))
        for said in readings(reading, "zh")
        for understood in readings(words, "zh")
    )


def _syllables(characters: Sequence[str]) -> list[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - for Mandarin only

    return [syllable for one in characters for syllable in lazy_pinyin(one)]


def _p808(sound: Waveform) -> float:
    from quantize.compare.naturalness import naturalness  # noqa: PLC0415 - only where asked for

    return naturalness(sound).p808


def summary(rows: Sequence[Heard]) -> dict[str, Any]:
    """The rates of errors over all sentences, in percent, and the mean of the naturalness.

    Raises ``ValueError`` without a sentence.
    """
    units = sum(row.units for row in rows)
    if not units:
        raise ValueError("nothing was said: there is no rate of errors")
    found: dict[str, Any] = {
        "count": len(rows),
        "units": units,
        "errors": sum(row.errors for row in rows),
        "error_rate_percent": round(100 * sum(row.errors for row in rows) / units, 2),
    }
    tones = [row.toneless for row in rows if row.toneless is not None]
    if tones:
        found["toneless_error_rate_percent"] = round(100 * sum(tones) / units, 2)
    rated = [row.p808 for row in rows if row.p808 is not None]
    if rated:
        found["p808"] = round(float(np.mean(rated)), 3)
    return found


def listen(wish: Wish, settings: Settings, folder: Path) -> list[Heard]:
    """What is understood of the sentences by a voice of this box; ``folder`` keeps what the listener needs.

    Raises ``ImportError`` if the voice is not installed, ``Unavailable`` if the listener is not.
    """
    language = LANGUAGES[wish.sentences]
    listener = listeners(language, folder)[-1]
    voice = installed_library(settings, wish.voice).get(wish.voice)
    say = misaki(voice, symbols_of(settings, voice), folder, wish.speed) if wish.misaki else edged(voice, wish.speed)
    return [
        heard(one, Waveform(say(one.text), voice.engine.rate), listener, language, rated=wish.dnsmos)
        for one in sentences(wish.sentences, wish.every)
    ]


def measure(wishes: Sequence[Wish], settings: Settings, weights: Path | None, *, verbose: bool) -> dict[str, Any]:
    results = []
    with tempfile.TemporaryDirectory(prefix="edged-bench-") as folder:
        for wish in wishes:
            try:
                rows = listen(wish, settings, weights or Path(folder))
            except Unavailable as error:
                raise ImportError(error.message) from error
            results.append({**asdict(wish), **summary(rows)})
            if verbose:
                results[-1]["misheard"] = [asdict(row) for row in rows if row.errors]
    return {"results": results}


def targets(found: Mapping[str, Any]) -> list[Target]:
    return [
        Target(
            f"errors of Whisper base, {one['sentences']} by {one['voice']}",
            one["error_rate_percent"],
            "<=",
            TARGETS[one["sentences"]],
            "%",
        )
        for one in found["results"]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="how much of an installed voice is understood")
    parser.add_argument("--sentences", choices=[*LANGUAGES], help="of one language (both)")
    parser.add_argument("--voice", help=f"a voice or a blend ({', '.join(VOICES.values())})")
    parser.add_argument("--every", type=int, default=1, help="one sentence of so many: a look, not a figure (1)")
    parser.add_argument("--speed", type=float, default=1.0, help="factor (1.0)")
    parser.add_argument("--misaki", action="store_true", help="the same model, driven straight through misaki")
    parser.add_argument("--dnsmos", action="store_true", help="rate how natural it sounds, too")
    parser.add_argument("--verbose", action="store_true", help="list what was misheard")
    parser.add_argument("--weights", type=Path, help="a folder that keeps the joined weights of Whisper base")
    parser.add_argument("--config", type=Path, help="settings of the box (those of the command edged)")
    options = parser.parse_args()
    if options.voice and not options.sentences:
        parser.error("--voice: name the language with --sentences")
    names = [options.sentences] if options.sentences else ["mandarin"] if options.misaki else list(LANGUAGES)
    wishes = [
        Wish(name, options.voice or VOICES[name], options.every, options.speed, options.misaki, options.dnsmos)
        for name in names
    ]
    settings = load(options.config)
    figures.report(
        "intelligibility", lambda: measure(wishes, settings, options.weights, verbose=options.verbose), targets
    )


if __name__ == "__main__":
    main()
