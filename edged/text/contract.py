"""What text is on its way to the engine: spans, runs of one language, readings, clauses; and what reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from edged.request import Notice

Format = Literal["text", "plain", "ssml"]
"""``text``: inline marks are obeyed; ``plain``: every character is literal; ``ssml``: a subset of SSML."""
Alphabet = Literal["ipa", "pinyin"]
"""``ipa``: the symbols of the voice; ``pinyin``: syllables with tone numbers, parted by spaces, ü as ``v`` or ``ü``."""
SayAsKind = Literal["date", "time", "currency", "cardinal", "ordinal", "digits", "telephone", "spell"]


@dataclass(frozen=True)
class Manner:
    """How a span is said, beyond what the request says of the whole."""

    voice: str | None = None
    """A name, ``male`` or ``female``, or a blend; None: the request's."""
    lang: str | None = None
    """BCP 47; None: the request's, else by script."""
    speed: float = 1.0
    """Factor on the request's speed."""
    pitch: float = 0.0
    """Semitones on top of the request's."""
    volume: float = 1.0
    """Factor on the amplitude."""


PLAIN = Manner()


@dataclass(frozen=True)
class Words:
    """Text to be read as it stands."""

    source: str
    """As it was written, entities of SSML resolved."""
    manner: Manner = PLAIN


@dataclass(frozen=True)
class Pronounced:
    """A word whose phonemes are given."""

    source: str
    """The mark as it was written."""
    word: str
    """What is shown for it; empty for a bare pinyin syllable."""
    phonemes: str
    alphabet: Alphabet = "ipa"
    manner: Manner = PLAIN


@dataclass(frozen=True)
class SayAs:
    """Text whose kind is given."""

    source: str
    kind: SayAsKind
    detail: str | None = None
    """SSML's ``format``: ``mdy``, ``hms24``."""
    manner: Manner = PLAIN


@dataclass(frozen=True)
class Pause:
    """Silence."""

    seconds: float
    source: str = ""


@dataclass(frozen=True)
class Bookmark:
    """A place in the text that is told when it is reached."""

    name: str
    source: str = ""


Spoken = Words | Pronounced | SayAs
Span = Words | Pronounced | SayAs | Pause | Bookmark


@dataclass(frozen=True)
class Script:
    """A text taken apart: what is to be said, and how."""

    spans: tuple[Span, ...]
    warnings: tuple[Notice, ...] = ()
    """What was not understood and how it was taken; it did not stop the text."""


@dataclass(frozen=True)
class Run:
    """A stretch of one language within a piece."""

    lang: str
    """BCP 47, as the voice lists it."""
    spans: tuple[Spoken, ...]


def plain(run: Run) -> Run:
    """The run with the words in place of given phonemes, for a voice that has other ones."""
    spans = tuple(
        Words(span.word or span.phonemes.rstrip("12345"), span.manner) if isinstance(span, Pronounced) else span
        for span in run.spans
    )
    return Run(run.lang, spans)


@dataclass(frozen=True)
class Word:
    """A word and what it sounds like, for whoever wants to see it before it is said."""

    text: str
    phonemes: str
    pinyin: str | None = None
    """Syllables with tone numbers, parted by spaces; Mandarin only."""


@dataclass(frozen=True)
class Reading:
    """What a run sounds like."""

    normalized: str
    """As it is read: numbers, times, units and abbreviations in words."""
    phonemes: str
    """In the alphabet of the voice; empty if there is nothing to say."""
    words: tuple[Word, ...] = ()
    lang: str = ""
    """The run's language; filled in by the reader of the piece."""


@dataclass(frozen=True)
class Clause:
    """One stretch of speech between two breaths, ready for an engine."""

    text: str
    """As it was written."""
    normalized: str
    """As it is read: numbers, times, units and abbreviations in words."""
    phonemes: tuple[str, ...]
    """What the engine says, in order; usually one string, more where the engine's length limit forces a cut."""
    readings: tuple[Reading, ...] = field(default=())
    """The same, language by language."""


class FrontEnd(Protocol):
    """Reads one language into one voice's alphabet. Every method may be called from any thread after :meth:`load`."""

    @property
    def language(self) -> str:
        """The BCP 47 tag of what it reads."""

    def load(self) -> None:
        """Read lexicons and models and use them once, so that the first request is as fast as the next.

        Raises :class:`edged.errors.Fatal` (``unsupported``) if something that it needs is missing on this machine,
        naming it and what to install.
        """

    def read(self, spans: Sequence[Spoken]) -> Reading:
        """What a run sounds like, all its spans together: what stands next to each other belongs together.

        Raises :class:`edged.errors.Rejected` (``bad_request``) naming a phoneme or syllable unknown to the voice, and
        for a word that it cannot read.
        """
