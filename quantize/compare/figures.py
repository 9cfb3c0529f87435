"""What is known of a voice: plain records that can be kept as JSON. None is a figure that was not measured."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from quantize.compare.listeners import Language


class Speaker(Protocol):
    """A variant of a voice that says texts."""

    rate: int
    """Hertz."""

    def say(self, text: str) -> NDArray[np.float32]:
        """The whole sound of the text, mono, ``[n]``; the same for the same text."""


class Remembering:
    """A :class:`Speaker` that says each text once and remembers it: a reference is compared with many."""

    def __init__(self, speaker: Speaker) -> None:
        self.rate = speaker.rate
        self._speaker = speaker
        self._said: dict[str, NDArray[np.float32]] = {}

    def say(self, text: str) -> NDArray[np.float32]:
        """What the speaker said."""
        if text not in self._said:
            self._said[text] = self._speaker.say(text)
        return self._said[text]


class Record(BaseModel):
    """Unchanging data; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Speed(Record):
    """What a variant costs on one machine, in a process of its own."""

    rtf_1_thread: float | None = None
    """Seconds of computing for one second of sound, median over the rounds; below 1 is faster than it is heard."""
    rtf_2_threads: float | None = None
    first_audio_ms: float | None = None
    """From a sentence to its first sound, one thread, median."""
    load_ms: float | None = None
    """From nothing to a speaker that has said its first sentence."""
    peak_mib: float | None = None
    """The most memory that the process ever held (VmHWM), one thread; Python and its libraries included."""


class SentenceFigures(Record):
    """One sentence."""

    text: str
    seconds: float
    heard: dict[str, str]
    """Listener -> what it wrote."""
    p808: float | None
    sig: float | None
    log_mel_db: float
    f0_semitones: float | None
    duration: float


class Figures(Record):
    """One variant over all sentences of one language. The last three are against the reference: the voice in float."""

    language: Language
    sentences: tuple[SentenceFigures, ...]
    error_rates: dict[str, float]
    """Listener -> share of the words (en) or characters (zh) that it got wrong."""
    p808: float | None
    """DNSMOS P.808, 1 to 5, mean over the sentences."""
    sig: float | None
    """DNSMOS P.835, speech only, likewise."""
    log_mel_db: float
    """Root mean square over the sentences."""
    f0_semitones: float | None
    """Likewise, over those sentences that have voiced frames in both."""
    duration: float
    """Mean over the sentences of how much longer or shorter each is, as a share, without its sign."""
    speed: Speed | None = None
    size_bytes: int | None = None
    """Of the weights on disk."""

    @property
    def error_rate(self) -> float | None:
        """Mean over the listeners."""
        return sum(self.error_rates.values()) / len(self.error_rates) if self.error_rates else None
