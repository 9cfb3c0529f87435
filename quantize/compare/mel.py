"""Power spectra on the mel scale, in plain arithmetic.

The scale and the triangular filters of equal area are those of M. Slaney, "Auditory Toolbox", Technical Report
1998-010: 200/3 Hz per mel below 1 kHz, above it 27 steps for each factor of 6.4.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edged.waveform import Samples

Floats = NDArray[np.floating[Any]]
LINEAR_HZ = 200.0 / 3.0
CORNER_HZ = 1000.0
CORNER_MEL = CORNER_HZ / LINEAR_HZ
LOG_STEP = np.log(6.4) / 27.0


def mel_power(samples: Samples, rate: int, *, window: int, hop: int, bands: int) -> Floats:
    """Power in each band: float64 ``[1 + len(samples) // hop, bands]``, from 0 Hz to half the rate.

    Frame ``i`` is centred on sample ``i * hop``; beyond the ends there is silence. The window is a periodic Hann of
    ``window`` samples, which is also the size of the transform.
    """
    padded = np.pad(np.asarray(samples, np.float64), window // 2)
    if len(padded) < window:
        padded = np.pad(padded, (0, window - len(padded)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    spectrum = np.fft.rfft(frames * np.hanning(window + 1)[:-1], axis=1)
    power: Floats = (spectrum.real**2 + spectrum.imag**2) @ filters(rate, window, bands).T
    return power


@lru_cache(maxsize=8)
def filters(rate: int, size: int, bands: int) -> Floats:
    """Triangles over the bins of a real transform of ``size``: float64 ``[bands, size // 2 + 1]``, each of area 1."""
    edges = _hertz(np.linspace(0.0, _mel(rate / 2), bands + 2))
    bins = np.arange(size // 2 + 1) * (rate / size)
    low, centre, high = (edges[start : start + bands, None] for start in range(3))
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    shaped: Floats = np.maximum(triangles, 0.0) * (2.0 / (high - low))
    return shaped


def decibels(power: Floats, floor: float) -> Floats:
    """``10 log10`` of the power; what lies below the floor counts as the floor."""
    level: Floats = 10.0 * np.log10(np.maximum(power, floor))
    return level


def _mel(hertz: float) -> float:
    if hertz < CORNER_HZ:
        return hertz / LINEAR_HZ
    return float(CORNER_MEL + np.log(hertz / CORNER_HZ) / LOG_STEP)


def _hertz(mel: Floats) -> Floats:
    above = CORNER_HZ * np.exp(LOG_STEP * (mel - CORNER_MEL))
    hertz: Floats = np.where(mel < CORNER_MEL, mel * LINEAR_HZ, above)
    return hertz
