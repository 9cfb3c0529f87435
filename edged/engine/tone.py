"""Beeps in place of words, for machines without a model: everything else of the daemon is real."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from edged.engine.contract import ProviderReport
from edged.engine.sanity import checked, sounds
from edged.waveform import Samples, silence

SCALE = (262.0, 294.0, 330.0, 392.0, 440.0, 523.0)
"""Hertz: a pentatonic scale, in which any sequence sounds tame."""
LEVEL = 0.25
SYMBOL_S = 0.06
"""Seconds of tone per symbol of a group, about the pace of speech."""
GAP_S = 0.05
EDGE_S = 0.005


class Tone:
    """An :class:`edged.engine.contract.Engine`: one beep per group of symbols between spaces, any symbols."""

    name = "tone"
    model = "tone@1"
    rate = 24000
    provider = ProviderReport("none", "none")

    def load(self) -> None:
        """Nothing to load."""

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        """One chunk per group, ``pitch`` semitones higher; a group without letters is a gap. Deterministic."""
        return checked(self._beeps(phonemes, speed, pitch), self.rate, phonemes, speed)

    def close(self) -> None:
        """Nothing to close."""

    def _beeps(self, phonemes: str, speed: float, pitch: float) -> Iterator[Samples]:
        for group in phonemes.split():
            seconds = SYMBOL_S * len(group) / speed
            tone = self._beep(group, seconds, pitch) if sounds(group) else np.zeros(0, np.float32)
            yield np.concatenate((tone, silence(GAP_S / speed, self.rate)))

    def _beep(self, group: str, seconds: float, pitch: float) -> Samples:
        note = SCALE[hashlib.blake2b(group.encode(), digest_size=1).digest()[0] % len(SCALE)] * 2 ** (pitch / 12)
        count = max(round(seconds * self.rate), 2 * round(EDGE_S * self.rate))
        tone: Samples = (LEVEL * np.sin(2 * np.pi * note / self.rate * np.arange(count))).astype(np.float32)
        edge = np.linspace(0.0, 1.0, round(EDGE_S * self.rate), dtype=np.float32)
        tone[: len(edge)] *= edge
        tone[-len(edge) :] *= edge[::-1]
        return tone
