"""A real sentence, said to nobody: whether an engine still speaks, and how long that takes."""

from __future__ import annotations

from edged.casting import Wish, cast
from edged.clock import Clock
from edged.gate import EngineGate
from edged.solo import Soloists
from edged.speech import VoiceLibrary
from edged.text.contract import Script, Words
from edged.text.language import primary
from edged.utterance import Prosody, Utterance

PROBES = {
    "en": "The light in the kitchen is on.",
    "zh": "厨房的灯还开着。",
    "es": "La luz de la cocina está encendida.",
    "fr": "La lumière de la cuisine est allumée.",
    "it": "La luce in cucina è accesa.",
    "pt": "A luz da cozinha está acesa.",
    "hi": "रसोई की बत्ती जल रही है।",
    "de": "Das Licht in der Küche ist an.",
}
"""Primary language → the sentence that a voice of it is tried with; any other is tried in English."""


def say_probe(library: VoiceLibrary, name: str, clock: Clock) -> float:
    """Have a voice say its sentence; seconds of work.

    Raises what the engine raises; it has looked at what it made itself (`engine.sanity`). Nothing goes through the
    gate: an engine that stands still must not hold up the one that stands in for it.
    """
    card = library.resolve(name)
    text = PROBES.get(primary(next(iter(card.languages), "en")), PROBES["en"])
    pieces = cast(Script((Words(text),)), Wish(name), [card], {}).pieces
    utterance = Utterance(
        pieces, Soloists(library.get), prosody=Prosody(), gate=EngineGate(), lane="render", clock=clock
    )
    for _ in utterance.chunks():
        pass
    return utterance.telling.text_s + utterance.telling.synth_s
