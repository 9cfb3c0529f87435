"""Sounds made on purpose, and changes to sounds of which the effect is known."""

from __future__ import annotations

import numpy as np
import soxr

from edged.waveform import Waveform

RATE = 24_000


def stretched(sound: Waveform, factor: float) -> Waveform:
    """Played so much slower: longer by the factor, and lower."""
    samples = soxr.resample(sound.samples, sound.rate, sound.rate * factor)
    return Waveform(np.asarray(samples, np.float32), sound.rate)


def noisy(sound: Waveform, level_db: float) -> Waveform:
    """White noise behind it, so many dB below it."""
    noise = np.random.default_rng(1).standard_normal(len(sound.samples))
    strength = float(np.sqrt(np.mean(sound.samples**2))) * 10 ** (level_db / 20)
    return Waveform((sound.samples + strength * noise).astype(np.float32), sound.rate)


def buzz(hertz: float, seconds: float = 1.0, rate: int = RATE) -> Waveform:
    """Ten harmonics of one pitch."""
    time = np.arange(round(seconds * rate)) / rate
    harmonics = sum(np.sin(2 * np.pi * hertz * order * time) / order for order in range(1, 11))
    return Waveform((0.2 * np.asarray(harmonics)).astype(np.float32), rate)
