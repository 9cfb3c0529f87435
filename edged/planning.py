"""A request made ready to be said: its pieces, who says each, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edged.cards import VoiceCard
from edged.casting import Piece, Wish, cast
from edged.errors import Rejected
from edged.request import Notice, SpeechRequest
from edged.settings import Settings
from edged.site import SiteState
from edged.styling import styled
from edged.text.markup import parse
from edged.utterance import Prosody


@dataclass(frozen=True)
class Plan:
    """What is to be done for one request."""

    pieces: tuple[Piece, ...]
    prosody: Prosody
    volume: float | None
    """Of the request or its style, 0 to 1; None: the site's."""
    warnings: tuple[Notice, ...] = ()


def plan(request: SpeechRequest, site: SiteState, cards: Sequence[VoiceCard], settings: Settings) -> Plan:
    """How this request is said on this box, with these voices.

    Raises ``Rejected``: ``bad_request`` for markup that is not well-formed or a text without anything to say,
    ``unknown_voice``, ``unsupported`` for a language or script that no voice reads.
    """
    style = styled(request, settings.styles)
    wish = Wish(style.voice or site.voice, request.lang, chosen=style.voice is not None)
    found = cast(parse(request.text, request.format), wish, cards, settings.speech.voices)
    if not any(piece.runs for piece in found.pieces):
        raise Rejected("bad_request", "text: there is nothing in it that can be said", field="text")
    prosody = Prosody(site.speed if style.speed is None else style.speed, style.pitch, style.pauses)
    return Plan(found.pieces, prosody, style.volume, (*style.warnings, *found.warnings))
