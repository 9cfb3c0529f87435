"""The buzz in a voice: a band-limited pulse train that follows the pitch curve, made block by block.

Every harmonic below 11 kHz at unit amplitude, in closed form:
``sum of cos(h t) for h = 1..H  =  sin((H + 1/2) t) / (2 sin(t/2)) - 1/2``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edged.engine.spectrum import HOP, LOWEST_PITCH, RATE
from edged.waveform import Samples

HIGHEST = 11000.0
"""Hertz; no harmonic lies above."""
NEAR_ZERO = 2e-3
"""Below this ``2 sin(t/2)`` the quotient is replaced by its limit H + 1/2."""

HALF = HOP // 2
_LATER = (((np.arange(HOP) + 0.5) / HOP - 0.5) % 1.0).astype(np.float32)
_EARLIER = (1.0 - _LATER).astype(np.float32)


class PulseTrain:
    """Pulses for a pitch curve, drawn in order; the phase is carried from block to block in float64."""

    def __init__(self, f0: NDArray[np.float32]) -> None:
        """``f0``: hertz per frame, float32 [F]. Frames are interpolated linearly, their values lying at mid-frame."""
        self._edged = np.concatenate((f0[:1], f0, f0[-1:]))
        self._next = 0
        self._phase = 0.0

    def until(self, end: int) -> Samples:
        """The samples of the blocks not drawn yet up to block ``end`` (exclusive), float32."""
        start, self._next = self._next, end
        around = self._edged[start : end + 2]
        pitch = _interpolated(around)
        voiced = np.flatnonzero(pitch > LOWEST_PITCH)
        np.maximum(pitch, np.float32(LOWEST_PITCH), out=pitch)
        turns = np.empty(len(pitch) + 1)
        turns[0] = self._phase
        turns[1:] = pitch
        np.cumsum(turns, out=turns)
        self._phase = float(turns[-1])
        pulses = np.zeros(len(pitch), np.float32)
        if len(voiced):
            reach = slice(voiced[0], voiced[-1] + 1)
            pulses[reach] = _harmonics(turns[1:][reach], pitch[reach])
            if len(voiced) < reach.stop - reach.start:
                pulses[pitch <= LOWEST_PITCH] = 0.0
        return pulses


def _interpolated(around: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pitch per sample of the blocks 1..n-2 of ``around``."""
    before, here, after = around[:-2, None], around[1:-1, None], around[2:, None]
    pitch = np.empty((len(here), HOP), np.float32)
    np.multiply(before, _EARLIER[:HALF], out=pitch[:, :HALF])
    pitch[:, :HALF] += here * _LATER[:HALF]
    np.multiply(here, _EARLIER[HALF:], out=pitch[:, HALF:])
    pitch[:, HALF:] += after * _LATER[HALF:]
    return pitch.reshape(-1)


def _harmonics(turns: NDArray[np.float64], pitch: NDArray[np.float32]) -> Samples:
    """The closed form; ``turns`` is the running sum of the pitch (overwritten), so ``turns / RATE`` are periods."""
    turns *= 1.0 / RATE
    turns -= np.rint(turns)
    angle = turns.astype(np.float32)
    angle *= np.float32(2.0 * np.pi)
    count = np.floor(np.float32(HIGHEST) / pitch)
    count += np.float32(0.5)
    below = np.sin(angle * np.float32(0.5))
    below *= np.float32(2.0)
    limit = np.flatnonzero(np.abs(below) <= NEAR_ZERO)
    below[limit] = 1.0
    angle *= count
    pulses = np.sin(angle, out=angle)
    pulses /= below
    pulses[limit] = count[limit]
    pulses -= np.float32(0.5)
    return pulses
