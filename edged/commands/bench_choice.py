"""``edged bench --choose``: the variants of a voice against each other on this machine, and the best one remembered."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from edged.commands.speaking import TEXTS, Spoken, programme, row, speak
from edged.errors import Fatal, Rejected
from edged.settings import Settings
from edged.voices.choice import Figures, Run, best, explained

if TYPE_CHECKING:
    from edged.speech import LoadedVoice, VoiceLibrary
    from edged.variants import Standing
    from edged.voices.manifest import Variant

T = TypeVar("T")
LONGEST_REASON = 1000
"""Characters of a reason that are kept."""


@dataclass
class Contender:
    """One variant and what came of it."""

    variant: Variant
    voice: LoadedVoice | None = None
    """None: it does not run, or not any more."""
    failed: str | None = None
    spoken: dict[str, list[Spoken]] = field(default_factory=lambda: {length: [] for length in TEXTS})

    def attempt(self, work: Callable[[], T]) -> T | None:
        """Do it; a failure is its own, and noted."""
        try:
            return work()
        except Fatal as error:
            self.failed = error.message[:LONGEST_REASON]
            self.close()
            return None

    def close(self) -> None:
        """Give its memory back."""
        if self.voice is not None:
            self.voice.engine.close()
            self.voice = None


def choose(settings: Settings, voice: str | None, rounds: int) -> dict[str, Any]:
    """Measure every variant whose provider works here, in turns, and keep the result in the state directory.

    Raises ``Rejected`` (``unknown_voice``), ``Fatal`` (``provider_failed``) if none runs, ``StorageFailed``.
    """
    from edged.engine.memory import tune_allocator  # noqa: PLC0415
    from edged.speech import TONE, VoiceLibrary  # noqa: PLC0415

    if settings.engine.kind == TONE:
        raise Rejected("unsupported", "engine.kind is tone: it has no variants to choose from")
    tune_allocator()
    library = VoiceLibrary(settings)
    name = library.resolve(voice or settings.speech.voice).name
    standing = library.standing(name)
    contenders = _opened(library, name, standing)
    _compare(contenders, rounds)
    for contender in contenders:
        contender.close()
    runs = [_run(contender) for contender in contenders]
    winner = best(runs)
    if winner is None:
        reasons = "; ".join(f"{run.variant}: {run.failed}" for run in runs)
        raise Fatal("provider_failed", f"no variant of {name} runs here ({reasons})")
    path = library.remember(standing, runs)
    return {
        "voice": standing.key.voice,
        "variants": [_told(contender, run) for contender, run in zip(contenders, runs, strict=True)],
        "chosen": {"variant": winner.variant, "provider": winner.provider, "because": explained(runs)},
        "first": library.standing(name).choice.variants[0].name,
        "file": str(path),
    }


def _opened(library: VoiceLibrary, name: str, standing: Standing) -> list[Contender]:
    """All of them at once, on one front end, each warm: the engine has spoken a short and a long text."""
    reader = library.reader(name)
    contenders = []
    for variant in standing.variants:
        contender = Contender(variant, failed=standing.refused.get(variant.provider))
        if contender.failed is None:
            contender.voice = contender.attempt(partial(library.alone, name, variant, reader))
        contenders.append(contender)
    return contenders


def _compare(contenders: list[Contender], rounds: int) -> None:
    """Each text by one after the other, so that all find the same machine; who begins changes with the round.

    The round before the first is not counted: then every length has been seen once.
    """
    for number in range(-1, rounds):
        order = contenders if number % 2 == 0 else contenders[::-1]
        for length, text, speed in programme(number):
            for contender in order:
                if (voice := contender.voice) is None:
                    continue
                spoken = contender.attempt(partial(speak, voice, text, speed))
                if spoken is not None and number >= 0:
                    contender.spoken[length].append(spoken)


def _run(contender: Contender) -> Run:
    variant = contender.variant
    if contender.failed is not None:
        return Run(variant=variant.name, provider=variant.provider, failed=contender.failed)
    everything = [one for spoken in contender.spoken.values() for one in spoken]
    figures = Figures(
        first_audio_ms=round(statistics.median(one.first for one in everything) * 1000, 1),
        whole_ms=round(statistics.median(one.whole for one in everything) * 1000, 1),
        rtf=round(
            max(statistics.median(one.whole / one.audio for one in spoken) for spoken in contender.spoken.values()), 4
        ),
    )
    return Run(variant=variant.name, provider=variant.provider, figures=figures)


def _told(contender: Contender, run: Run) -> dict[str, Any]:
    told: dict[str, Any] = {"variant": run.variant, "provider": run.provider}
    if run.figures is None:
        return told | {"unavailable": run.failed}
    return told | run.figures.model_dump() | {"texts": {name: row(spoken) for name, spoken in contender.spoken.items()}}


def table(figures: dict[str, Any]) -> list[str]:
    """What was measured, one line per variant, and which one won and why."""
    width = max(len(one["variant"]) for one in figures["variants"])
    lengths = " / ".join(TEXTS)
    lines = [
        f"{figures['voice']}: first audio and whole time in ms ({lengths}), real-time factor of the slowest length"
    ]
    lines += [f"  {one['variant']:<{width}}  {one['provider']:<25}  {_cells(one)}" for one in figures["variants"]]
    chosen = figures["chosen"]
    lines.append(f"best: {chosen['variant']} on {chosen['provider']}: {chosen['because']}")
    if figures["first"] != chosen["variant"]:
        lines.append(f"the settings put {figures['first']} first all the same (engine.providers or engine.variant)")
    return [*lines, f"kept in {figures['file']}"]


def _cells(one: dict[str, Any]) -> str:
    if "unavailable" in one:
        return f"not measured: {one['unavailable']}"
    first, whole = (
        " / ".join(f"{line[key]:g}" for line in one["texts"].values()) for key in ("first_audio_ms", "whole_ms")
    )
    return f"first {first}   whole {whole}   rtf {one['rtf']:g}"
