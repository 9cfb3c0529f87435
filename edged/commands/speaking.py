"""What ``edged bench`` says, and how it takes the time: sentences of three lengths, text included."""

from __future__ import annotations

import itertools
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edged.speech import LoadedVoice

TEXTS = {
    "short": (
        "Dinner is ready.",
        "Good night.",
        "The bath is free.",
        "Somebody is here.",
    ),
    "2s": (
        "The laundry is done, please hang it up.",
        "Your tea is ready in the kitchen now.",
        "The front door has been left open.",
        "It is time to take your medicine.",
    ),
    "8s": (
        (
            "Good morning, it is half past seven on Monday, the temperature outside is four degrees, and the bus to "
            "the station leaves in twenty minutes from the stop near the bakery."
        ),
        (
            "The washing machine has finished its programme, the dryer is free again, and there is still a basket of "
            "towels in the bathroom that somebody should bring downstairs."
        ),
        (
            "The parcel that you were waiting for has been left with the neighbours on the second floor, they are at "
            "home until nine, and they ask you to ring twice."
        ),
        (
            "Rain is expected from the middle of the afternoon until late in the evening, so the windows in the attic "
            "should be closed before anybody leaves the house."
        ),
    ),
}
"""Sentences of about one, two and eight seconds; as many of each, so that none weighs more."""
STRIDE = 5
"""Texts by which each round begins later; prime to their number, so that each of them comes first once."""
SPEEDS = (1.0, 1.03, 0.98, 1.01, 0.97, 1.02, 0.99)
"""Factors of the rounds: the same words have other lengths each time, as in life, and what a GPU has prepared for one
length does not flatter it."""


@dataclass(frozen=True, order=True)
class Spoken:
    """One utterance."""

    first: float
    """Seconds to the first sound."""
    whole: float
    """Seconds in all."""
    audio: float
    """Seconds of sound."""


def programme(number: int) -> Iterator[tuple[str, str, float]]:
    """Length, text and speed of all that is said in a round, the lengths mixed."""
    mixed = [pair for group in zip(*(_named(length) for length in TEXTS), strict=True) for pair in group]
    begin = number * STRIDE % len(mixed)
    for length, text in itertools.chain(mixed[begin:], mixed[:begin]):
        yield length, text, SPEEDS[number % len(SPEEDS)]


def _named(length: str) -> list[tuple[str, str]]:
    return [(length, text) for text in TEXTS[length]]


def speak(voice: LoadedVoice, text: str, speed: float = 1.0) -> Spoken:
    """Say it to nobody."""
    from edged.solo import said_by  # noqa: PLC0415

    began = time.perf_counter()
    utterance = said_by(voice, text, speed)
    chunks = utterance.chunks()
    next(chunks)
    first = time.perf_counter() - began
    for _ in chunks:
        pass
    return Spoken(first, time.perf_counter() - began, utterance.telling.audio_s)


def row(spoken: Sequence[Spoken]) -> dict[str, float]:
    """Medians of utterances of one length."""
    runs = sorted(spoken)
    first, whole, audio = (
        statistics.median(getattr(one, name) for one in runs) for name in ("first", "whole", "audio")
    )
    return {
        "first_audio_ms": round(first * 1000, 1),
        "first_audio_p95_ms": round(runs[math.ceil(0.95 * len(runs)) - 1].first * 1000, 1),
        "whole_ms": round(whole * 1000, 1),
        "audio_s": round(audio, 2),
        "rtf": round(whole / audio, 4),
        "times_real_time": round(audio / whole, 1),
    }
