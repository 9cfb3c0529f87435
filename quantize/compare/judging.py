"""Everything that can be told of a variant from its sound, beside the same voice in float."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from edged.waveform import Waveform
from quantize.compare.drift import Drift, drift
from quantize.compare.error_rate import error_rate
from quantize.compare.figures import Figures, SentenceFigures, Speaker
from quantize.compare.kept import kept
from quantize.compare.listeners import Language, Listener
from quantize.compare.naturalness import VERSION, naturalness

Progress = Callable[[int, int], None]
"""Called with (sentences done, sentences in all)."""


def judge(
    reference: Speaker,
    candidate: Speaker,
    sentences: Sequence[str],
    language: Language,
    *,
    ears: Sequence[Listener],
    folder: Path | None = None,
    rate_naturalness: bool = True,
    progress: Progress = lambda done, total: None,  # noqa: ARG005 - nobody watches
) -> Figures:
    """The figures of ``candidate``; give the reference for both to get its own, with no drift.

    ``ears`` are the listeners (see :func:`quantize.compare.listeners.listeners`; none: no error rates). What they
    hear and how natural it is are kept in ``folder`` under the hash of the sound, so that a sound is judged once only.

    Raises:
        ValueError: there is no sentence, or a speaker returned an empty sound, or the rates differ.
        Unavailable: weights are not installed.

    """
    if not sentences:
        raise ValueError("a voice cannot be judged without sentences")
    found = []
    for count, text in enumerate(sentences, 1):
        sounds = Waveform(reference.say(text), reference.rate), Waveform(candidate.say(text), candidate.rate)
        found.append(_one(text, *sounds, ears, folder, rate_naturalness=rate_naturalness))
        progress(count, len(sentences))
    return summary(found, language)


def summary(sentences: Sequence[SentenceFigures], language: Language) -> Figures:
    """The figures over all sentences, of which there is at least one."""
    names = list(sentences[0].heard)
    return Figures(
        language=language,
        sentences=tuple(sentences),
        error_rates={
            name: error_rate(((sentence.text, sentence.heard[name]) for sentence in sentences), language)
            for name in names
        },
        p808=_mean(sentence.p808 for sentence in sentences),
        sig=_mean(sentence.sig for sentence in sentences),
        log_mel_db=_root_mean_square(sentence.log_mel_db for sentence in sentences) or 0.0,
        f0_semitones=_root_mean_square(sentence.f0_semitones for sentence in sentences),
        duration=_mean(abs(sentence.duration) for sentence in sentences) or 0.0,
    )


def _one(
    text: str,
    reference: Waveform,
    sound: Waveform,
    ears: Sequence[Listener],
    folder: Path | None,
    *,
    rate_naturalness: bool,
) -> SentenceFigures:
    heard = {
        ear.name: str(kept(folder, ear.name, sound, lambda ear=ear: ear.hear(sound.samples, sound.rate)))  # type: ignore[misc]
        for ear in ears
    }
    opinion = kept(folder, VERSION, sound, lambda: asdict(naturalness(sound))) if rate_naturalness else {}
    apart: Drift = drift(reference, sound)
    return SentenceFigures(
        text=text,
        seconds=sound.seconds,
        heard=heard,
        p808=opinion.get("p808"),
        sig=opinion.get("sig"),
        **asdict(apart),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    """Of those that were measured; None if none was."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _root_mean_square(values: Iterable[float | None]) -> float | None:
    squares = _mean(None if value is None else value**2 for value in values)
    return None if squares is None else float(np.sqrt(squares))
