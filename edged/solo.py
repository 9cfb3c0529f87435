"""Speech without a daemon: every piece by the voice that it was given to, and nobody to stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edged.cards import VoiceCard
from edged.casting import Piece, Wish, cast
from edged.clock import SystemClock
from edged.errors import Fatal
from edged.gate import EngineGate
from edged.packages import LoadedVoice
from edged.text.markup import parse
from edged.text.reader import Reader
from edged.utterance import Prosody, Speaker, Utterance


@dataclass(frozen=True)
class Soloists:
    """An :class:`edged.utterance.Ensemble` without a backup: an error of an engine is an error."""

    get: Callable[[str], LoadedVoice]
    """Name of a voice → the voice."""

    def speaker(self, piece: Piece) -> Speaker:
        """The voice that the piece names; raises what ``get`` raises."""
        return Speaker(self.get(piece.voice))

    def understudy(self, piece: Piece, failed: Sequence[Speaker], error: Fatal) -> Speaker | None:  # noqa: ARG002 - as the protocol says
        """Nobody."""
        return None


def utterance(pieces: Sequence[Piece], get: Callable[[str], LoadedVoice], prosody: Prosody) -> Utterance:
    """These pieces, to be said here and now."""
    return Utterance(pieces, Soloists(get), prosody=prosody, gate=EngineGate(), lane="room", clock=SystemClock())


def said_by(voice: LoadedVoice, text: str, speed: float = 1.0) -> Utterance:
    """A text in one voice, to measure or to check it."""
    return utterance(_pieces(voice.reader, text), lambda _: voice, Prosody(speed))


def clauses_of(reader: Reader, text: str) -> Iterator[tuple[str, float]]:
    """What an engine is given for a text: one string of phonemes after the other, and the pause behind it in s."""
    for piece in _pieces(reader, text):
        phonemes = reader.read(piece.text, piece.runs).phonemes
        for number, part in enumerate(phonemes, 1):
            yield part, piece.pause_s if number == len(phonemes) else 0.0


def _pieces(reader: Reader, text: str) -> Sequence[Piece]:
    """The pieces of a text for the only voice that there is."""
    card = VoiceCard("voice", reader.languages, None, "engine", package="voice")
    return cast(parse(text, "text"), Wish(card.name), [card], {}).pieces
