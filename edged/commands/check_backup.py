"""What ``edged doctor`` says of the voices that stand in when an engine fails."""

from __future__ import annotations

from edged.blends import find
from edged.commands.finding import Finding, ok, warning
from edged.errors import EdgedError
from edged.settings import Settings
from edged.speech import TONE, VoiceLibrary

FIX = "`apt install espeak-ng`, or `edged voices install heart`; the chain is failover.backup"


def backup(settings: Settings) -> Finding:
    """Somebody speaks when the engine of the settings' voice does not."""
    if settings.engine.kind == TONE:
        return ok("backup", "engine.kind is tone: nothing can fail")
    library = VoiceLibrary(settings)
    first = find(library.cards, settings.speech.voice)
    good, bad = [], []
    for name in settings.failover.backup:
        card = find(library.cards, name)
        if card is None:
            bad.append(f"{name} is not installed")
        elif first is None or card.package != first.package:
            problem = _problem(library, name)
            good += [name] if problem is None else []
            bad += [f"{name}: {problem}"] if problem is not None else []
    library.close()
    if not good:
        why = "; ".join(bad) or "failover.backup names none"
        return warning("backup", f"if {settings.speech.voice} fails nobody speaks: {why}", FIX)
    unread = _unread(library, settings.speech.voice, good)
    if unread:
        return warning("backup", f"{', '.join(good)}, but none of them reads {', '.join(unread)}", FIX)
    return ok("backup", ", then ".join(good) + (f" ({'; '.join(bad)})" if bad else ""))


def _problem(library: VoiceLibrary, name: str) -> str | None:
    try:
        library.get(name)
    except EdgedError as problem:
        return problem.message
    return None


def _unread(library: VoiceLibrary, voice: str, names: list[str]) -> list[str]:
    """The language of the voice, if no backup reads it."""
    first = find(library.cards, voice)
    cards = [card for name in names if (card := find(library.cards, name)) is not None]
    native = first.languages[:1] if first else ()
    return [language for language in native if not any(card.reads(language) for card in cards)]
