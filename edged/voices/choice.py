"""Which variant of a voice is tried first on this machine: the manifest, the settings and what was measured. Pure.

What matters to a person comes first: how soon sound begins, then how fast the rest follows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from edged.settings import Engine, Provider
from edged.voices.manifest import Variant

DEFAULT_CHAIN: tuple[Provider, ...] = Engine().providers
"""The chain of settings that leave the choice to the machine; any other is an order to be kept."""
SLOWEST_RTF = 0.5
"""A variant that takes more of the time that its sound lasts is only for want of a better one: it may start to stutter
as soon as the machine does something else."""
STEP_MS = 5.0
"""Beginnings that differ by less count as the same: nobody hears it, and measurements scatter as much."""

Pair = tuple[str, str]
"""A variant and the provider it was measured on."""
Reason = Literal["configured", "only", "measured", "unmeasured"]


class Figures(BaseModel):
    """What was measured of one variant on one provider, text included."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    first_audio_ms: float = Field(ge=0, allow_inf_nan=False, description="median over all lengths")
    whole_ms: float = Field(ge=0, allow_inf_nan=False, description="median over all lengths")
    rtf: float = Field(ge=0, allow_inf_nan=False, description="of the slowest length: time over length of the sound")


class Run(BaseModel):
    """One variant on one provider: its figures, or why it has none."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    variant: str = Field(max_length=64)
    provider: str = Field(max_length=64)
    figures: Figures | None = None
    failed: str | None = Field(None, max_length=2000)

    @property
    def pair(self) -> Pair:
        """What was measured."""
        return self.variant, self.provider


@dataclass(frozen=True)
class Choice:
    """The variants that may run, in the order in which they are tried."""

    variants: tuple[Variant, ...]
    providers: tuple[Provider, ...]
    """The chain of the settings; the default one with the provider of the measured or named variant in front."""
    reason: Reason
    """``configured``: the settings name it, or the order of providers does; ``only``: nothing else runs here."""
    undecided: bool
    """Whether measuring could change the order."""
    problem: str | None = None
    """What is wrong with ``engine.variant``, in words."""
    missed: str | None = None
    """Which provider this machine is meant for, and why the choice was made without it; None if it took part."""


def score(figures: Figures) -> float:
    """Smaller is better: one number, in milliseconds.

    The first sound in steps of :data:`STEP_MS`, and among equals the whole time: it counts as a fraction of a step. Too
    slow a variant (:data:`SLOWEST_RTF`) is behind all others.
    """
    penalty = 1e9 if figures.rtf >= SLOWEST_RTF else 0.0
    fraction = figures.whole_ms / (figures.whole_ms + 1000.0)  # below 1, and monotonic
    return penalty + (_steps(figures) + 0.999 * fraction) * STEP_MS


def _steps(figures: Figures) -> int:
    return round(figures.first_audio_ms / STEP_MS)


def best(runs: Iterable[Run]) -> Run | None:
    """The run with the smallest score; None if nothing was measured."""
    measured = [run for run in runs if run.figures is not None]
    return min(measured, key=_score_of, default=None)


def explained(runs: Iterable[Run]) -> str:
    """Why the best of what was measured is the best, with its figures and those of the next."""
    ranked = sorted((run for run in runs if run.figures is not None), key=_score_of)
    if not ranked or ranked[0].figures is None:
        return "nothing was measured"
    first = ranked[0].figures
    told = f"sound begins after {first.first_audio_ms:g} ms"
    if len(ranked) == 1 or ranked[1].figures is None:
        return f"{told}, and nothing else runs here"
    name, second = ranked[1].variant, ranked[1].figures
    if second.rtf >= SLOWEST_RTF > first.rtf:
        return f"{told}, and {name} is too slow: it takes {second.rtf:g} of the time that its sound lasts"
    if _steps(first) < _steps(second):
        return f"{told}, that of {name} after {second.first_audio_ms:g} ms"
    return (
        f"{told}, that of {name} after {second.first_audio_ms:g} ms, which nobody can tell apart; "
        f"the whole takes {first.whole_ms:g} ms against {second.whole_ms:g} ms"
    )


def choose(
    variants: Sequence[Variant], engine: Engine, runs: Iterable[Run], refused: Mapping[str, str], wanted: Provider
) -> Choice:
    """The order for these settings and measurements (``runs``).

    ``refused``: provider that cannot work on this machine → why; ``wanted``: the one that the machine is meant for.

    An explicit chain is an order: its providers stay in it, and measurements order only the variants of one provider.
    With the default chain the best of all that was measured comes first, once each usable variant was measured, and
    with it its provider. What was not measured keeps the manifest's order behind what was; what failed comes last.
    """
    found = {run.pair: run for run in runs}
    named, problem = _named(variants, engine)
    kept = [one for one in variants if one.provider in engine.providers and _allowed(one, named)]
    here = [one for one in kept if one.provider not in refused]
    rivals = _rivals(here, engine, named)
    undecided = len(rivals) > 1 and any(_pair(one) not in found for one in rivals)
    leader = named if named is not None else None if undecided else _winner(rivals, found)
    chain = engine.providers
    if leader is not None and chain == DEFAULT_CHAIN:
        chain = (leader.provider, *(one for one in chain if one != leader.provider))
    ordered = sorted(kept, key=lambda one: (chain.index(one.provider), one != leader, *_place(found.get(_pair(one)))))
    reason = _reason(here, rivals, named, leader, undecided=undecided)
    missed = _missed(wanted, leader, found, refused) if chain != engine.providers and named is None else None
    return Choice(tuple(ordered), chain, reason, undecided, problem, missed)


def _named(variants: Sequence[Variant], engine: Engine) -> tuple[Variant | None, str | None]:
    """The variant that the settings name, if it can be had; else what is wrong with the name."""
    if engine.variant is None:
        return None, None
    named = next((one for one in variants if one.name == engine.variant), None)
    if named is None:
        there = ", ".join(one.name for one in variants)
        return None, f"engine.variant: the voice has no variant {engine.variant!r} (it has: {there})"
    if named.provider not in engine.providers:
        return None, f"engine.variant: {named.name} is made for {named.provider}, which engine.providers leaves out"
    return named, None


def _allowed(one: Variant, named: Variant | None) -> bool:
    return named is None or one == named or one.provider != named.provider


def _rivals(here: Sequence[Variant], engine: Engine, named: Variant | None) -> Sequence[Variant]:
    """Those of which a measurement may bring any to the front."""
    if engine.providers == DEFAULT_CHAIN:
        return here if named is None else [named]
    first = next((name for name in engine.providers if any(one.provider == name for one in here)), None)
    return [one for one in here if one.provider == first]


def _winner(rivals: Sequence[Variant], found: Mapping[Pair, Run]) -> Variant | None:
    run = best(found[_pair(one)] for one in rivals if _pair(one) in found)
    return next((one for one in rivals if run is not None and _pair(one) == run.pair), None)


def _missed(
    wanted: Provider, leader: Variant | None, found: Mapping[Pair, Run], refused: Mapping[str, str]
) -> str | None:
    """That the wanted provider was no rival of the winner is worth telling: a GPU may have lost its library."""
    theirs = [run for run in found.values() if run.provider == wanted]
    if leader is None or leader.provider == wanted or any(run.figures is not None for run in theirs):
        return None
    why = refused.get(wanted) or next((run.failed for run in theirs), None) or "the voice has no variant for it"
    return f"{wanted} was wanted, {leader.provider} runs: {why}"


def _reason(
    here: Sequence[Variant],
    rivals: Sequence[Variant],
    named: Variant | None,
    leader: Variant | None,
    *,
    undecided: bool,
) -> Reason:
    if named is not None:
        return "configured"
    if len(here) <= 1:
        return "only"
    if len(rivals) == 1:
        return "configured"
    return "unmeasured" if undecided or leader is None else "measured"


def _pair(one: Variant) -> Pair:
    return one.name, one.provider


def _place(run: Run | None) -> tuple[int, float]:
    """Measured before unmeasured before failed; equals keep the manifest's order."""
    if run is None:
        return 1, 0.0
    return (2, 0.0) if run.figures is None else (0, score(run.figures))


def _score_of(run: Run) -> float:
    return math.inf if run.figures is None else score(run.figures)
