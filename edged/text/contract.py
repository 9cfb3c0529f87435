"""What a front end is: the part that turns written text into phonemes of one voice's alphabet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Format = Literal["text", "plain"]
"""``text``: inline marks are obeyed; ``plain``: every character is literal."""


@dataclass(frozen=True)
class Clause:
    """One stretch of speech between two breaths, ready for an engine."""

    text: str
    """As it was written."""
    normalized: str
    """As it is read: numbers, times, units and abbreviations in words."""
    phonemes: tuple[str, ...]
    """What the engine says, in order; usually one string, more where the engine's length limit forces a cut."""
    pause_s: float
    """Silence after it, in seconds."""


class FrontEnd(Protocol):
    """Written text to phonemes. Every method may be called from any thread after :meth:`load`."""

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags that this front end reads, the default first."""

    def load(self) -> None:
        """Read lexicons and models and use them once, so that the first request is as fast as the next."""

    def pieces(self, text: str, form: Format) -> list[str]:
        """The text cut into sentences, and long sentences at clauses; nothing is lost or truncated. Cheap.

        Raises :class:`edged.errors.Rejected`: ``unsupported`` for a script that cannot be read or a mark that is not
        built yet (naming it). A malformed mark is literal text. The same text always gives the same pieces, so that
        an interrupted utterance can go on at piece n. A text without anything to say (only spaces or punctuation) has
        no pieces.
        """

    def read(self, piece: str, form: Format) -> Clause:
        """What one piece sounds like; raises ``Rejected`` (``bad_request``) naming a phoneme unknown to the voice."""
