"""The front end of voices without phonemes: every word is read by its letters."""

from __future__ import annotations

from edged.text.clauses import pause_after, split
from edged.text.contract import Clause, Format


class Letters:
    """A :class:`edged.text.contract.FrontEnd` for the tone engine: any script, letters for phonemes."""

    languages = ("en",)

    def load(self) -> None:
        """Nothing to read."""

    def pieces(self, text: str, form: Format) -> list[str]:
        """See :meth:`edged.text.contract.FrontEnd.pieces`."""
        return [piece for piece in split(text, form) if any(character.isalnum() for character in piece)]

    def read(self, piece: str, form: Format) -> Clause:  # noqa: ARG002
        """Letters and digits, words apart."""
        words = " ".join("".join(filter(str.isalnum, word)) for word in piece.split())
        return Clause(piece, piece, (words,), pause_after(piece))
