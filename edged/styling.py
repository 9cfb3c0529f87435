"""How a request is spoken: what it says itself, then the preset that it names in ``style``, then nothing.

What is left open here is the site's: its voice, its speed, its volume.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from edged.request import Notice, SpeechRequest
from edged.settings import Style

T = TypeVar("T")
PLAIN = Style()
MAX_NAMED = 8
"""Names that a warning lists."""


@dataclass(frozen=True)
class Styled:
    """The numbers that a request is spoken with."""

    voice: str | None = None
    """As in a request; None: the site's."""
    speed: float | None = None
    """Factor, 0.5 to 2; None: the site's."""
    pitch: float = 0.0
    """Semitones, -6 to 6."""
    pauses: float = 1.0
    """Factor on the pauses between pieces, 0 to 3."""
    volume: float | None = None
    """Factor on the site's volume, 0 to 1; None: none."""
    warnings: tuple[Notice, ...] = ()


def styled(request: SpeechRequest, styles: Mapping[str, Style]) -> Styled:
    """The request with its style; one that is not known is spoken plainly, with a warning that names what is near."""
    style, warnings = _preset(request.style, styles)
    return Styled(
        voice=_first(request.voice, style.voice),
        speed=_first(request.speed, style.speed),
        pitch=_first(request.pitch, style.pitch) or 0.0,
        pauses=1.0 if style.pauses is None else style.pauses,
        volume=_first(request.volume, style.volume),
        warnings=warnings,
    )


def _preset(name: str | None, styles: Mapping[str, Style]) -> tuple[Style, tuple[Notice, ...]]:
    """The preset of this name, and what is wrong with the name."""
    if name is None:
        return PLAIN, ()
    return (styles[name], ()) if name in styles else (PLAIN, (_unknown(name, styles),))


def _first(own: T | None, preset: T | None) -> T | None:
    return preset if own is None else own


def _unknown(name: str, styles: Mapping[str, Style]) -> Notice:
    close = difflib.get_close_matches(name, list(styles), n=1)
    if close:
        hint = f"did you mean {close[0]!r}?"
    elif styles:
        names = sorted(styles)
        hint = f"known: {', '.join(names[:MAX_NAMED])}" + (", ..." if len(names) > MAX_NAMED else "")
    else:
        hint = "the settings have no section `styles`"
    return Notice("unknown_style", f"style: {name!r} is not known here, spoken plainly; {hint}", "style")
