"""Front ends by the name that a voice's manifest gives: which languages it reads, and what reads each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from edged.errors import Rejected
from edged.espeak_ng import PROGRAM
from edged.text.contract import FrontEnd
from edged.text.espeak.alphabets import Scheme
from edged.text.language import primary
from edged.text.reader import Open

KINDS = ("english", "kokoro", "espeak", "written", "letters")
KOKORO = ("en-US", "en-GB", "zh", "es", "fr-FR", "hi", "it", "pt-BR")
"""What Kokoro-82M v1.0 was trained on and we have a reader for; Japanese, its ninth language, has none."""
BY_ESPEAK = frozenset({"es", "fr", "hi", "it", "pt"})
"""Languages of Kokoro's that the separate program espeak-ng reads."""
NO_READER = "edged has nothing that reads it"


@dataclass(frozen=True)
class Means:
    """What front ends are made with."""

    open_session: Callable[[Path], Any]
    """Opens a small model on the processor."""
    espeak: str | None = None
    """Name or path of espeak-ng; None: the one that is installed."""

    accent: str | None = None
    """The voice of espeak-ng that a Piper voice was made with; None: the one of the language."""

    @property
    def has_espeak(self) -> bool:
        """Whether the program is there."""
        return shutil.which(self.espeak or PROGRAM) is not None


def readable(kind: str, languages: tuple[str, ...], means: Means) -> tuple[str, ...]:
    """What a voice of this kind reads on this machine, the languages of its own first."""
    if kind == "english":
        return languages
    if kind == "espeak":
        return languages if means.has_espeak else ()
    others = tuple(tag for tag in KOKORO if means.has_espeak or primary(tag) not in BY_ESPEAK)
    there = tuple(tag for tag in languages if tag in others)
    return tuple(dict.fromkeys((*there, *others)))


def missing(kind: str, languages: tuple[str, ...], means: Means) -> dict[str, str]:
    """What a voice of this kind cannot read on this machine: BCP 47 tag → why, in words."""
    unread = {tag: NO_READER for tag in languages if kind == "kokoro" and tag not in KOKORO}
    if means.has_espeak or kind == "english":
        return unread
    wanted = languages if kind == "espeak" else tuple(tag for tag in KOKORO if primary(tag) in BY_ESPEAK)
    program = means.espeak or PROGRAM
    return {**unread, **dict.fromkeys(wanted, f"the program {program} is not installed (`apt install {PROGRAM}`)")}


def openers(kind: str, languages: tuple[str, ...], symbols: Collection[str], means: Means) -> dict[str, Open]:
    """BCP 47 tag → what makes the front end of that language, not loaded yet.

    ``symbols`` is the voice's alphabet. Raises :class:`edged.errors.Rejected` (``unsupported``) for a kind that is not
    built.
    """
    if kind not in KINDS:
        raise Rejected("unsupported", f"no front end is called {kind!r}; known: {', '.join(KINDS)}", front_end=kind)
    if kind == "kokoro":
        return {tag: partial(_kokoro, tag, symbols, means) for tag in KOKORO}
    makers = {"english": _english, "espeak": _piper, "written": _written, "letters": _letters}
    return {tag: partial(makers[kind], tag, symbols, means) for tag in languages}


def _kokoro(tag: str, symbols: Collection[str], means: Means) -> FrontEnd:
    if primary(tag) == "zh":
        return _mandarin(tag, symbols)
    return _english(tag, symbols, means) if primary(tag) == "en" else _espeak(tag, symbols, means, "kokoro")


def _english(tag: str, symbols: Collection[str], means: Means) -> FrontEnd:
    from edged.text.phonemes.english import EnglishFrontEnd  # noqa: PLC0415 - reads lexicons: only when it is wanted

    return EnglishFrontEnd(symbols, means.open_session, tag)


def _mandarin(tag: str, symbols: Collection[str]) -> FrontEnd:
    from edged.text.phonemes.mandarin import MandarinFrontEnd  # noqa: PLC0415 - likewise

    return MandarinFrontEnd(symbols, tag)


def _piper(tag: str, symbols: Collection[str], means: Means) -> FrontEnd:
    return _espeak(tag, symbols, means, "piper")


def _espeak(tag: str, symbols: Collection[str], means: Means, scheme: Scheme) -> FrontEnd:
    from edged.text.phonemes.espeak import EspeakFrontEnd  # noqa: PLC0415 - starts a program: only when it is wanted

    return EspeakFrontEnd(symbols, tag, scheme, voice=means.accent, program=means.espeak)


def _written(tag: str, _symbols: Collection[str], _means: Means) -> FrontEnd:
    from edged.text.phonemes.written import WrittenText  # noqa: PLC0415 - for the last resort alone

    return WrittenText(tag)


def _letters(_tag: str, _symbols: Collection[str], _means: Means) -> FrontEnd:
    from edged.text.phonemes.letters import Letters  # noqa: PLC0415 - for beeps alone

    return Letters()
