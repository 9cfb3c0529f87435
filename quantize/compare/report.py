"""The comparison as one file of HTML that needs nothing beside it: figures, verdicts, plots, spectra and the sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edged.waveform import Waveform
from quantize.compare import plots
from quantize.compare.figures import Figures, Speed
from quantize.compare.gate import Limits, Verdict
from quantize.compare.listeners import Language
from quantize.compare.page import (
    NOT_MEASURED,
    Markup,
    bullets,
    element,
    number,
    page,
    picture,
    player,
    table,
    text,
)

MOST_SAMPLES = 8
"""Sentences with sounds in the page; each variant adds about 100 KB for each."""
SVG = "image/svg+xml"


@dataclass(frozen=True)
class Variant:
    """One row: a variant that was judged, or the reason why it was not."""

    name: str
    figures: Figures | None = None
    verdict: Verdict | None = None
    """None for the reference itself, and for what was not judged."""
    not_run: str = ""
    """Why there are no figures."""


@dataclass(frozen=True)
class Sample:
    """The sounds of one sentence: variant -> sound, the reference first, all of one rate."""

    text: str
    sounds: Mapping[str, Waveform]


@dataclass(frozen=True)
class Comparison:
    """What a report tells. The first variant of each language is the reference, the voice in float."""

    voice: str
    machine: str
    """On which the speed was measured."""
    limits: Limits
    variants: Sequence[Variant]
    samples: Sequence[Sample] = ()
    not_run: Mapping[str, str] = field(default_factory=dict)
    """Whatever else was left out -> why."""


def write(comparison: Comparison, path: Path) -> None:
    """Write the report; a report that is there already is replaced at once."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(render(comparison), encoding="utf-8")
    draft.replace(path)


def render(comparison: Comparison) -> str:
    """The document; what is told of several languages is told of one after the other."""
    judged = _by_language(comparison.variants)
    titles = {language: f" ({language})" if len(judged) > 1 else "" for language in judged}
    return page(
        f"{comparison.voice}: quantised variants against the voice in float",
        element("p", f"Measured on: {comparison.machine}"),
        element("h2", "Verdicts"),
        table(HEAD, [_row(variant, several=len(judged) > 1) for variant in comparison.variants]),
        *_limits(comparison.limits),
        *_left_out(comparison),
        *(piece for language, found in judged.items() for piece in _plots(found, titles[language])),
        *_samples(comparison.samples[:MOST_SAMPLES]),
        *(piece for language, found in judged.items() for piece in _misheard(found, titles[language])),
    )


def _by_language(variants: Sequence[Variant]) -> dict[Language, dict[str, Figures]]:
    """Language -> name of the variant -> its figures."""
    found: dict[Language, dict[str, Figures]] = {}
    for one in variants:
        if one.figures is not None:
            found.setdefault(one.figures.language, {})[one.name] = one.figures
    return found


HEAD = (
    "variant",
    "verdict",
    "P.808",
    "SIG",
    "error rate",
    "each listener",
    "log-mel distance",
    "pitch drift",
    "length drift",
    "real-time factor 1 / 2 threads",
    "first sound",
    "start",
    "peak memory",
    "size",
)


def _row(variant: Variant, *, several: bool) -> list[str]:
    found = variant.figures
    if found is None:
        missing = number(None, 0)
        return [variant.name, text(f"not run: {variant.not_run or 'no reason given'}"), *[missing] * (len(HEAD) - 2)]
    speed = found.speed or Speed()
    heard = [element("div", f"{name}: {rate:.1%}") for name, rate in found.error_rates.items()]
    factors = (number(speed.rtf_1_thread, 4), " / ", number(speed.rtf_2_threads, 4))
    return [
        f"{variant.name}, {found.language}" if several else variant.name,
        _verdict(variant.verdict),
        number(found.p808, 2),
        number(found.sig, 2),
        number(_times(found.error_rate, 100.0), 1, " %"),
        element("div", *(heard or [number(None, 0)])),
        number(found.log_mel_db, 2, " dB"),
        number(found.f0_semitones, 2, " semitones"),
        number(found.duration * 100.0, 2, " %"),
        element("span", *factors),
        number(speed.first_audio_ms, 1, " ms"),
        number(speed.load_ms, 0, " ms"),
        number(speed.peak_mib, 0, " MiB"),
        number(_times(found.size_bytes, 1e-6), 2, " MB"),
    ]


def _verdict(verdict: Verdict | None) -> Markup:
    if verdict is None:
        return text("reference")
    if verdict.passed:
        return element("span", "passed", class_="passed")
    return element("div", element("span", "failed", class_="failed"), bullets(verdict.reasons))


def _limits(limits: Limits) -> list[str]:
    rises = {f"rise of the error rate, {language}": (rise, " points") for language, rise in limits.error_rise.items()}
    most = {
        "drop of P.808": (limits.p808_drop, ""),
        "drop of SIG": (limits.sig_drop, ""),
        **rises,
        "log-mel distance": (limits.log_mel_db, " dB"),
        "pitch drift": (limits.f0_semitones, " semitones"),
        "length drift": (_times(limits.duration, 100.0), " %"),
    }
    rows = [[what, "no limit" if limit is None else f"{limit:g}{unit}"] for what, (limit, unit) in most.items()]
    return [element("h2", "Limits"), table(("figure", "most that it may be worse than the reference"), rows)]


def _left_out(comparison: Comparison) -> list[str]:
    lines = {one.name: one.not_run or "no reason given" for one in comparison.variants if one.figures is None}
    lines |= comparison.not_run
    told = [f"{what}: {why}" for what, why in lines.items()]
    return [element("h2", "What was not run"), bullets(told) if told else element("p", "Everything was run.")]


def _plots(figures: Mapping[str, Figures], title_end: str) -> list[str]:
    opinions = {name: [one.p808 for one in found.sentences if one.p808 is not None] for name, found in figures.items()}
    distances = {name: [one.log_mel_db for one in found.sentences] for name, found in list(figures.items())[1:]}
    rates = {name: {ear: rate * 100 for ear, rate in found.error_rates.items()} for name, found in figures.items()}
    drawn = {
        "Speed and quality": plots.trade_off(figures),
        "Opinions, one per sentence": plots.spread(opinions, "DNSMOS P.808"),
        "Distance from the reference, one per sentence": plots.spread(distances, "log-mel distance, dB"),
        "Errors of the listeners": plots.bars(rates, "error rate, %"),
    }
    pieces: list[str] = []
    for title, content in drawn.items():
        shown = element("p", NOT_MEASURED, class_="none") if content is None else picture(content, SVG, title)
        pieces += [element("h2", title + title_end), shown]
    return pieces


def _samples(samples: Sequence[Sample]) -> list[str]:
    pieces: list[str] = [element("h2", "Sounds")]
    for sample in samples:
        spectra = picture(plots.spectrograms(sample.sounds), "image/png", f"spectra of: {sample.text}")
        players = [[name, player(sound)] for name, sound in sample.sounds.items()]
        pieces += [element("h3", sample.text), table(("variant", "sound"), players), element("div", spectra)]
    return pieces if samples else []


def _misheard(figures: Mapping[str, Figures], title_end: str) -> list[str]:
    """What the listeners wrote, for each sentence that any variant made them write differently from the first."""
    rows = []
    for texts in zip(*(found.sentences for found in figures.values()), strict=True):
        if any(one.heard != texts[0].heard for one in texts):
            heard = [[element("div", f"{ear}: {said}") for ear, said in one.heard.items()] for one in texts]
            rows.append([texts[0].text, *(element("div", *lines) for lines in heard)])
    return [element("h2", f"Heard differently{title_end}"), table(("sentence", *figures), rows)] if rows else []


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
