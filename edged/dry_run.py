"""What would be said for a text, without saying it: for ``phonemize`` and ``normalize``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from edged.casting import Piece
from edged.planning import plan
from edged.request import Notice, SpeechRequest
from edged.settings import Settings
from edged.site import SiteState
from edged.speech import VoiceLibrary
from edged.text.contract import Clause, Reading


@dataclass(frozen=True)
class DryRun:
    """The pieces of a text as they would be said."""

    pieces: tuple[tuple[Piece, Clause], ...]
    warnings: tuple[Notice, ...]


def read_through(request: SpeechRequest, site: SiteState, library: VoiceLibrary, settings: Settings) -> DryRun:
    """Read a request's text as its voices would; raises ``Rejected`` as the request itself would be."""
    found = plan(request, site, library.cards, settings)
    spoken = [piece for piece in found.pieces if piece.runs]
    readers = {voice: library.reader(voice) for voice in dict.fromkeys(piece.voice for piece in spoken)}
    read = tuple((piece, readers[piece.voice].read(piece.text, piece.runs)) for piece in spoken)
    return DryRun(read, found.warnings)


def facts(piece: Piece, clause: Clause, *, phonemes: bool) -> dict[str, Any]:
    """A piece as plain data; ``phonemes``: what it sounds like, too, span by span."""
    told = {"text": clause.text, "normalized": clause.normalized, "voice": piece.voice}
    if not phonemes:
        return told | {"spans": [{"lang": one.lang, "normalized": one.normalized} for one in clause.readings]}
    return told | {"phonemes": " ".join(clause.phonemes), "spans": [_span(one) for one in clause.readings]}


def _span(reading: Reading) -> dict[str, Any]:
    words = [{key: value for key, value in asdict(word).items() if value is not None} for word in reading.words]
    return {
        "lang": reading.lang,
        "normalized": reading.normalized,
        "phonemes": reading.phonemes,
        "words": words,
    }
