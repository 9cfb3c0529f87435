"""The front end of an engine that reads written text itself: nothing becomes phonemes."""

from __future__ import annotations

from collections.abc import Sequence

from edged.errors import Rejected
from edged.text.characters import one_line
from edged.text.contract import Pronounced, Reading, SayAs, Spoken
from edged.text.espeak.cutting import tidy

ONE_BY_ONE = frozenset({"digits", "telephone", "spell"})
ROUND = {ord("["): "(", ord("]"): ")"}


class WrittenText:
    """A :class:`edged.text.contract.FrontEnd`: the text goes through, in any language of the engine.

    A word whose phonemes are given is read as it is written: the engine takes no phonemes.
    """

    def __init__(self, language: str) -> None:
        """``language``: a BCP 47 tag."""
        self.language = language

    def load(self) -> None:
        """Nothing to read."""

    def read(self, spans: Sequence[Spoken]) -> Reading:
        """``phonemes`` is the text, its language before it: ``[es] Hola``; empty if there is nothing to say.

        Square brackets of the text are round ones there.
        """
        text = one_line("".join(map(self._written, spans)))
        said = f"[{self.language}] {text.translate(ROUND)}" if any(map(str.isalnum, text)) else ""
        return Reading(text, said)

    def _written(self, span: Spoken) -> str:
        if isinstance(span, Pronounced):
            if not span.word:
                raise Rejected(
                    "bad_request",
                    f"{span.source[:64]!r} has no word to read, and this voice takes no phonemes",
                    field="text",
                )
            return span.word
        text = tidy(span.source, self.language)
        if isinstance(span, SayAs) and span.kind in ONE_BY_ONE:
            return f" {', '.join(filter(str.isalnum, text))} "
        return text
