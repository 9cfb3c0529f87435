"""What the network says about an utterance, before it is sound: five numbers per frame and frequency, and the pitch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float32]

RATE = 24000
HOP = 300
"""Samples per frame: 12.5 ms."""
WINDOW = 1200
BINS = WINDOW // 2 + 1
CEILING = np.float32(7.0)
"""Log magnitudes are cut here."""
LOWEST_PITCH = 40.0
"""Hertz; a pitch at or below means unvoiced."""
AUDIBLE_DB = -66.0
"""dB below full scale, root mean square over a frame: under it lies nothing that a room lets one hear."""
LEAD_IN = 2
"""Frames kept before the first audible one, for its onset."""
LEAD_OUT = 4
"""Frames kept after the last audible one, for its decay."""

_SCAN = 40
_EVERY = 4
"""Every fourth bin stands for its neighbours: envelopes are smooth."""
_AUDIBLE_ENERGY = 10 ** (AUDIBLE_DB / 10) * WINDOW * (0.375 * WINDOW) / 2
"""Sum over bins of the squared magnitude of a frame at AUDIBLE_DB: Parseval, with the Hann window's mean square."""


@dataclass(frozen=True)
class Spectrum:
    """An utterance of F frames; all float32."""

    lh: Real
    """Log magnitude of the harmonics, [bins, F]."""
    theta: Real
    """Their phase: pi tanh(theta), [bins, F]."""
    ln: Real
    """Log magnitude of the noise, [bins, F]."""
    lr: Real
    """Log magnitude of the part of free phase, [bins, F]."""
    phi: Real
    """Its phase in radians, [bins, F]."""
    f0: Real
    """Pitch in hertz, [F]."""

    @property
    def frames(self) -> int:
        """F."""
        return len(self.f0)

    def part(self, start: int, stop: int) -> Spectrum:
        """The frames from ``start`` to ``stop``; views, nothing is copied."""
        cut = slice(start, stop)
        return Spectrum(*(x[..., cut] for x in (self.lh, self.theta, self.ln, self.lr, self.phi, self.f0)))

    def trimmed(self) -> Spectrum:
        """Without the silence at both ends; no frames at all if nothing is audible.

        The network puts about 0.3 s of silence before the first sound and 0.4 s behind the last. How long one pauses is
        decided elsewhere, and somebody waits for the first sound.
        """
        first = self._first_audible()
        if first is None:
            return self.part(0, 0)
        return self.part(max(first - LEAD_IN, 0), min(self._last_audible() + 1 + LEAD_OUT, self.frames))

    def _first_audible(self) -> int | None:
        for start in range(0, self.frames, _SCAN):
            found = np.flatnonzero(_audible(self.part(start, start + _SCAN)))
            if len(found):
                return start + int(found[0])
        return None

    def _last_audible(self) -> int:
        stop = self.frames
        while True:
            start = max(stop - _SCAN, 0)
            found = np.flatnonzero(_audible(self.part(start, stop)))
            if len(found) or start == 0:
                return start + (int(found[-1]) if len(found) else 0)
            stop = start


def _audible(part: Spectrum) -> NDArray[np.bool_]:
    """Which frames are louder than :data:`AUDIBLE_DB`; the noise counts twice, for its two parts."""
    energy = _energy(part.lr) + 2.0 * _energy(part.ln) + _energy(part.lh) * (part.f0 > LOWEST_PITCH)
    # What is not a number is passed on: it is for the checks behind to find, not for us to cut away.
    return np.asarray(~(energy < _AUDIBLE_ENERGY))


def _energy(logarithm: Real) -> Real:
    total: Real = np.exp(2.0 * np.minimum(logarithm[::_EVERY], CEILING)).sum(axis=0)
    total *= np.float32(_EVERY)
    return total
