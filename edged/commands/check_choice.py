"""What ``edged doctor`` says of the variants: which one runs and why, and what the runtime made of it."""

from __future__ import annotations

from edged.commands.finding import Finding, error, ok, warning
from edged.engine.operators import FLOATING, INTEGER, Operators
from edged.engine.providers import CPU, CUDA
from edged.engine.student import WARM_UP
from edged.errors import EdgedError
from edged.settings import Settings
from edged.speech import ESPEAK, TONE, LoadedVoice, VoiceLibrary
from edged.variants import Standing, operators_of
from edged.voices.choice import Choice, explained
from edged.voices.store import VoiceStore

MEASURE = "`edged bench --choose`; or set engine.measure_idle_s, and the daemon does it when nothing is to be said"
SHOWN = 4
"""Operators that are named; the others are counted."""


def variant(settings: Settings) -> Finding:
    """Which variant of the voice speaks here, and why that one."""
    if settings.engine.kind == TONE:
        return ok("variant", "engine.kind is tone: it has none")
    library = VoiceLibrary(settings)
    try:
        name = library.resolve(settings.speech.voice).name
        if library.resolve(name).package == ESPEAK:
            return ok("variant", "the voice of espeak-ng has none")
        by_itself = settings.engine.measure_idle_s > 0
        return judge_variant(library.get(name), library.standing(name), by_itself=by_itself)
    except EdgedError as problem:
        return error("variant", problem.message, "see the findings above; `edged voices list` shows what there is")
    finally:
        library.close()


def judge_variant(loaded: LoadedVoice, standing: Standing, *, by_itself: bool) -> Finding:
    """``standing``: what is known of the voice's variants; ``by_itself``: the daemon measures them in idle time."""
    report, choice = loaded.engine.provider, standing.choice
    detail = f"{report.variant} on {report.obtained}, {_why(choice, standing)}"
    if choice.problem:
        return warning("variant", f"{choice.problem}; {detail}", "correct engine.variant, or set it to null")
    if loaded.degraded:
        return warning("variant", f"{detail}; {loaded.degraded}", "`edged bench` measures each variant, with reasons")
    if choice.undecided and not by_itself:
        return warning("variant", detail, MEASURE)
    return ok("variant", detail)


def _why(choice: Choice, standing: Standing) -> str:
    if choice.reason == "only":
        return "the only variant of the voice for what this machine has"
    if choice.reason == "configured":
        return "as engine.providers and engine.variant say"
    measurement = standing.measurement
    if choice.reason == "measured" and measurement is not None:
        rivals = {one.name for one in choice.variants}
        why = explained(run for run in measurement.runs if run.variant in rivals)
        return f"measured best here on {measurement.date[:10]}: {why}"
    names = ", ".join(one.name for one in choice.variants)
    return f"the first that opens of {names}; not measured yet on this machine (`edged bench --choose` does it at once)"


def operators(settings: Settings) -> Finding:
    """What the runtime made of the variant that speaks: products of whole numbers, and of floating-point ones."""
    if settings.engine.kind == TONE:
        return ok("operators", "engine.kind is tone: it has none")
    library = VoiceLibrary(settings)
    try:
        name = library.resolve(settings.speech.voice).name
        package = library.resolve(name).package
        speaking = library.get(name).engine.provider.variant
        if package == ESPEAK:
            return ok("operators", "the voice of espeak-ng has none")
        voice = VoiceStore(settings.state_dir).get(package)
        if voice.manifest.engine != "student":
            return ok("operators", f"{speaking}: looked into for distilled voices only")
        chosen = next(one for one in voice.manifest.variants if one.name == speaking)
        found = operators_of(voice, chosen, settings, WARM_UP[-1])
    except EdgedError as problem:
        return error("operators", problem.message, "see the findings above; `edged voices verify` checks the files")
    finally:
        library.close()
    return judge_operators(chosen.name, chosen.build.precision, found)


def judge_operators(name: str, precision: str, found: Operators) -> Finding:
    """``precision``: what the manifest calls the variant."""
    detail = f"{name} ({precision}): {'; '.join(_told(found, provider) for provider in sorted(found.nodes))}"
    here = [provider for provider in found.nodes if provider in {CPU, CUDA}]  # others tell nothing of their inside
    products = sum(found.integer[provider] for provider in here)
    if precision == "int8" and here == list(found.nodes) and products == 0:
        fix = "name another in engine.variant: this one computes in floating point, without the speed of int8"
        return warning("operators", f"{detail}; its int8 was folded away", fix)
    return ok("operators", detail)


def _told(found: Operators, provider: str) -> str:
    return (
        f"{provider} runs {found.nodes[provider]} nodes, "
        f"{found.integer[provider]} integer products{_listed(found.names(INTEGER, provider))} and "
        f"{found.floating[provider]} float products{_listed(found.names(FLOATING, provider))}"
    )


def _listed(names: dict[str, int]) -> str:
    shown = [f"{name} {number}" for name, number in list(names.items())[:SHOWN]]
    more = ["…"] if len(names) > SHOWN else []
    return f" ({', '.join(shown + more)})" if names else ""
