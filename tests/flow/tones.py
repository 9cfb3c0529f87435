"""What the tone voice makes of a text, to be found again in what a sound card heard."""

from __future__ import annotations

import random
import string

import numpy as np

from edged.packages import TONE, open_tone
from edged.solo import said_by
from edged.waveform import pcm16

FRAME = 2
"""Bytes of a frame."""
SECOND = 24_000 * FRAME
"""Bytes of a second."""


def sentence(source: random.Random, words: int = 2) -> str:
    """A short sentence; what it sounds like depends on the length and the letters of each word."""
    return " ".join("".join(source.choices(string.ascii_lowercase, k=source.randint(1, 5))) for _ in range(words)) + "."


def pieces(text: str, speed: float = 1.0) -> list[bytes]:
    """The sound of every piece as the card gets it, without the silence around it."""
    utterance = said_by(open_tone().voice(TONE), text, speed)
    found: list[bytes] = []
    made = b""
    for chunk in utterance.chunks():
        made += pcm16(chunk.samples)
        if chunk.ends_piece is not None:
            found.append(trimmed(made))
            made = b""
    return found


def trimmed(pcm: bytes) -> bytes:
    """The sound without silence at its ends."""
    loud = np.flatnonzero(np.frombuffer(pcm, "<i2"))
    return pcm[FRAME * loud[0] : FRAME * (loud[-1] + 1)] if len(loud) else b""


def distinct_sentences(seed: int, count: int) -> list[str]:
    """Sentences none of which sounds like a part of another."""
    source = random.Random(seed)
    made: dict[bytes, str] = {}
    while len(made) < count:
        text = sentence(source)
        sound = pieces(text)[0]
        if not any(sound in other or other in sound for other in made):
            made[sound] = text
    return list(made.values())
