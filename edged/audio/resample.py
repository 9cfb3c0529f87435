"""Another sample rate, chunk by chunk."""

from __future__ import annotations

import numpy as np
import soxr

from edged.waveform import Samples

QUALITY = "HQ"
"""Of soxr: 20 bits; it holds some 30 ms of sound back until more comes."""


class Resampler:
    """Turns one sound from one rate into another; for the next sound, a new one."""

    def __init__(self, rate: int, wanted: int) -> None:
        """Rates in hertz; equal ones pass everything through untouched."""
        self._stream = None if rate == wanted else soxr.ResampleStream(rate, wanted, 1, "float32", QUALITY)

    def process(self, samples: Samples, *, last: bool) -> Samples:
        """What is ready by now, float32, maybe nothing; with ``last`` the rest, and no more follows."""
        if self._stream is None:
            return samples
        out: Samples = self._stream.resample_chunk(np.ascontiguousarray(samples, np.float32), last=last)
        return out
