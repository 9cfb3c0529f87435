"""The front end of voices without phonemes: every word is read by its letters."""

from __future__ import annotations

from collections.abc import Sequence

from edged.text.contract import Pronounced, Reading, Spoken, Word


class Letters:
    """A :class:`edged.text.contract.FrontEnd` for the tone engine: any script, letters for phonemes."""

    language = "en"

    def load(self) -> None:
        """Nothing to read."""

    def read(self, spans: Sequence[Spoken]) -> Reading:
        """Letters and digits, words apart; a word whose phonemes are given is read by its own letters."""
        text = "".join(_shown(span) for span in spans)
        words = [(word, "".join(filter(str.isalnum, word))) for word in text.split()]
        said = tuple(Word(word, letters) for word, letters in words if letters)
        return Reading(text.strip(), " ".join(word.phonemes for word in said), said)


def _shown(span: Spoken) -> str:
    return span.word or span.phonemes if isinstance(span, Pronounced) else span.source
