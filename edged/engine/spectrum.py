"""What the network says about an utterance, before it is sound: five numbers per frame and frequency, and the pitch.

Rows are frames; a row holds five blocks of 601 bins, in this order: three log magnitudes (of the harmonics, of the
noise, and of a part of free phase), then the harmonics' phase as pi tanh(theta), then the free phase in radians.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float32]

RATE = 24000
HOP = 300
"""Samples per frame: 12.5 ms."""
WINDOW = 1200
BINS = WINDOW // 2 + 1
HARMONICS, NOISE, FREE, THETA, PHI = (slice(BINS * number, BINS * (number + 1)) for number in range(5))
"""Columns of a row."""
MAGNITUDES = slice(0, 3 * BINS)
PHASES = slice(3 * BINS, 5 * BINS)
COLUMNS = 5 * BINS
CEILING = np.float32(7.0)
"""Log magnitudes are cut here."""
LOWEST_PITCH = 40.0
"""Hertz; a pitch at or below means unvoiced."""
AUDIBLE_DB = -66.0
"""dB below full scale, root mean square over a frame: under it lies nothing that a room lets one hear."""

_EVERY = 4
"""Every fourth bin stands for its neighbours: envelopes are smooth."""
_AUDIBLE_ENERGY = 10 ** (AUDIBLE_DB / 10) * WINDOW * (0.375 * WINDOW) / 2
"""Sum over bins of the squared magnitude of a frame at AUDIBLE_DB: Parseval, with the Hann window's mean square."""


def audible(rows: Real, pitch: Real) -> NDArray[np.bool_]:
    """Which frames are louder than :data:`AUDIBLE_DB`; ``rows`` [n, COLUMNS], ``pitch`` in hertz [n].

    The noise counts twice, for its two parts. What is not a number is audible: it is for the checks behind to find, not
    for us to cut away.
    """
    energy = _energy(rows[:, FREE]) + 2.0 * _energy(rows[:, NOISE])
    energy += _energy(rows[:, HARMONICS]) * (pitch > LOWEST_PITCH)
    return np.asarray(~(energy < _AUDIBLE_ENERGY))


def _energy(logarithm: Real) -> Real:
    total: Real = np.exp(2.0 * np.minimum(logarithm[:, ::_EVERY], CEILING)).sum(axis=1)
    total *= np.float32(_EVERY)
    return total
