"""Variants and other candidates beside the voice in float, in every language that the voice speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edged.machine import cpu_model
from edged.waveform import Waveform
from quantize.compare import Figures, Remembering, Speaker, Speed, judge
from quantize.compare.gate import check
from quantize.compare.listeners import Language
from quantize.compare.report import Comparison, Sample, write
from quantize.compare.report import Variant as Row
from quantize.steps import Workshop, versions

SOUNDS = 4
"""Sentences of each language that the report lets one listen to."""
REPORT = "report.html"


@dataclass(frozen=True)
class Candidate:
    """Something to be judged beside the voice in float, whether or not it will be shipped."""

    name: str
    speak: Callable[[Language], Speaker]
    cost: Callable[[], Speed] | None
    """What it costs on this machine; None: it does not run here."""
    size_bytes: int


def judge_all(
    shop: Workshop,
    candidates: Sequence[Candidate],
    references: Mapping[Language, Speaker],
    not_run: Mapping[str, str],
) -> None:
    """Judge each candidate in each language; writes ``figures.json``, ``verdicts.json`` and the report.

    A candidate passes if it passes in every language; its speed is measured once. ``not_run`` is what was left out,
    and why.
    """
    rows: list[Row] = []
    samples: list[Sample] = []
    speeds: dict[str, Speed | None] = {}
    for language, reference in references.items():
        jury = _Jury(shop, language, reference)
        named = {"float": jury.row("float", jury.reference)}
        for one in candidates:
            speaker = Remembering(one.speak(language))
            found = jury.row(one.name, speaker)
            if one.name not in speeds:
                speeds[one.name] = one.cost() if one.cost else None
            named[one.name] = found.model_copy(update={"speed": speeds[one.name], "size_bytes": one.size_bytes})
        rows += [jury.judged(name, found, named["float"]) for name, found in named.items()]
        samples += jury.samples()
    _write(shop, rows, samples, not_run)


class _Jury:
    """Judges whoever speaks one language, and remembers some of what was said."""

    def __init__(self, shop: Workshop, language: Language, reference: Speaker) -> None:
        self.reference = Remembering(reference)
        self._shop, self._language = shop, language
        self._sentences = shop.recipe.texts("evaluation", language)
        self._ears = shop.listeners(language, shop.root.parent / "listeners")
        self._sounds: dict[str, dict[str, Waveform]] = {text: {} for text in self._sentences[:SOUNDS]}

    def row(self, name: str, speaker: Remembering) -> Figures:
        """The figures of a speaker, without its speed and size."""
        folder = self._shop.folder("compare") / "heard"
        count = self._shop.count(f"{name}, {self._language}")
        found = judge(
            self.reference, speaker, self._sentences, self._language, ears=self._ears, folder=folder, progress=count
        )
        for text, sounds in self._sounds.items():
            sounds[name] = Waveform(speaker.say(text), speaker.rate)
        return found

    def judged(self, name: str, found: Figures, whole: Figures) -> Row:
        """A row of the report; one without a verdict for the reference itself."""
        if found is whole:
            return Row(name, found)
        verdict = check(whole, found, self._shop.recipe.limits)
        told = "passed" if verdict.passed else "; ".join(verdict.reasons)
        self._shop.say(f"{name}, {self._language}: {told}")
        return Row(name, found, verdict)

    def samples(self) -> list[Sample]:
        """What was said of the first sentences."""
        return [Sample(text, sounds) for text, sounds in self._sounds.items()]


def _write(shop: Workshop, rows: Sequence[Row], samples: Sequence[Sample], not_run: Mapping[str, str]) -> None:
    figures: dict[str, dict[Language, Any]] = {}
    verdicts: dict[str, list[str]] = {}
    for row in rows:
        if row.figures is not None:
            figures.setdefault(row.name, {})[row.figures.language] = row.figures.model_dump(mode="json")
        if row.figures is not None and row.verdict is not None:
            told = [f"{row.figures.language}: {reason}" for reason in row.verdict.reasons]
            verdicts.setdefault(row.name, []).extend(told)
    shop.write("compare", "figures.json", figures)
    shop.write("compare", "verdicts.json", verdicts)
    write(
        Comparison(
            voice=shop.recipe.voice,
            machine=f"{cpu_model()}, {', '.join(f'{name} {version}' for name, version in versions().items())}",
            limits=shop.recipe.limits,
            variants=rows,
            samples=samples,
            not_run=not_run,
        ),
        shop.folder("compare") / REPORT,
    )
