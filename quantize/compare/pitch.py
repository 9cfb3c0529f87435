"""The fundamental frequency of speech, by YIN.

A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music", JASA 111(4), 2002:
the difference function (eq. 6), its cumulative mean normalised form (eq. 8), the first dip below a threshold (step 4),
parabolic interpolation (step 5). A running median over five frames takes out lone jumps of an octave.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edged.waveform import Waveform
from quantize.compare.mel import Floats

FRAMES_PER_S = 100
LOWEST_HZ = 60.0
HIGHEST_HZ = 500.0
WINDOW_S = 0.03
DIP = 0.15
"""How deep the normalised difference must fall for a frame to be voiced."""
QUIETEST = 1e-4
"""Mean power of a voiced frame against that of the loudest: -40 dB."""
MEDIAN = 5


def pitch(sound: Waveform) -> Floats:
    """Hertz every 10 ms, 0.0 where nothing is voiced: float64 ``[1 + len(samples) // (rate // 100)]``."""
    hop, window, longest = sound.rate // FRAMES_PER_S, round(sound.rate * WINDOW_S), int(sound.rate / LOWEST_HZ) + 1
    shortest = int(sound.rate / HIGHEST_HZ)
    span = window + longest
    padded = np.pad(np.asarray(sound.samples, np.float64), span // 2 + 1)
    count = 1 + len(sound.samples) // hop
    frames = np.lib.stride_tricks.sliding_window_view(padded, span)[::hop][:count]
    difference = _normalised(_difference(frames, window, longest))
    lags, voiced = _first_dips(difference, shortest)
    power = (frames[:, :window] ** 2).mean(axis=1)
    audible = power > QUIETEST * power.max(initial=0.0)
    return _smoothed(np.where(voiced & audible, sound.rate / lags, 0.0))


def _difference(frames: Floats, window: int, longest: int) -> Floats:
    """``sum over j < window of (x[j] - x[j + lag])**2`` for the lags 0 to ``longest``: ``[frames, longest + 1]``."""
    size = 1 << int(np.ceil(np.log2(frames.shape[1] + window)))
    head = np.fft.rfft(frames[:, :window], size)
    product = np.fft.irfft(np.conj(head) * np.fft.rfft(frames, size), size)[:, : longest + 1]
    sums = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = sums[:, window:] - sums[:, :-window]
    difference: Floats = np.maximum(energy[:, :1] + energy[:, : longest + 1] - 2.0 * product, 0.0)
    return difference


def _normalised(difference: Floats) -> Floats:
    """Each value against the mean of those at shorter lags; 1 where there is no sound."""
    total = np.cumsum(difference[:, 1:], axis=1)
    lags = np.arange(1, difference.shape[1])
    normalised = np.ones_like(difference)
    np.divide(difference[:, 1:] * lags, total, out=normalised[:, 1:], where=total > 0.0)
    return normalised


def _first_dips(difference: Floats, shortest: int) -> tuple[Floats, NDArray[np.bool_]]:
    """The lag of each frame, between samples, and whether a dip was deep enough: both ``[frames]``."""
    inner = difference[:, shortest:-1]
    rising = inner <= difference[:, shortest + 1 :]
    begun = np.maximum.accumulate(inner < DIP, axis=1)
    found = begun & rising
    place = found.argmax(axis=1) + shortest
    row = np.arange(len(difference))
    before, here, after = (difference[row, place + offset] for offset in (-1, 0, 1))
    curve = before - 2.0 * here + after
    shift = np.zeros_like(curve)
    np.divide(0.5 * (before - after), curve, out=shift, where=curve > 0.0)
    return place + np.clip(shift, -1.0, 1.0), np.asarray(found.any(axis=1))


def _smoothed(contour: Floats) -> Floats:
    """The median of the voiced among five frames in place of each voiced one."""
    known = np.where(contour > 0.0, contour, np.nan)
    padded = np.pad(known, MEDIAN // 2, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, MEDIAN)
    voiced = contour > 0.0
    smoothed = np.zeros_like(contour)
    if voiced.any():
        smoothed[voiced] = np.nanmedian(around[voiced], axis=1)
    return smoothed
