"""A stretch of mono sound, the one currency between engine, audio and output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono samples, float32, nominally within -1 and 1."""


@dataclass(frozen=True)
class Waveform:
    """Mono sound at a fixed rate."""

    samples: Samples
    """float32, shape [n]."""
    rate: int
    """Hertz."""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


def pcm16(samples: Samples) -> bytes:
    """Little-endian signed 16-bit samples; what lies beyond full scale is clipped.

    Scaled by 32767 so that +1.0 and -1.0 are symmetric; rounded to nearest.
    """
    scaled = np.rint(np.clip(samples, -1.0, 1.0) * np.float32(32767.0))
    data: bytes = scaled.astype("<i2").tobytes()
    return data


def silence(seconds: float, rate: int) -> Samples:
    """Digital silence of the given length, rounded to whole samples."""
    return np.zeros(round(seconds * rate), np.float32)
