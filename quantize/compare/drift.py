"""How far a sound lies from the reference for the same text: spectrum, melody, length. Identical sounds give zeros."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edged.waveform import Waveform
from quantize.compare.alignment import align
from quantize.compare.mel import Floats, decibels, mel_power
from quantize.compare.pitch import FRAMES_PER_S, pitch

BANDS = 80
WINDOW_S = 0.04
RANGE = 1e-8
"""What lies 80 dB or more below the loudest band of the reference counts as silence in both."""
SEMITONES = 12.0


@dataclass(frozen=True)
class Drift:
    """One sound against the reference."""

    log_mel_db: float
    """Root mean square, over 80 mel bands and all frames (40 ms, every 10 ms), of the difference of their levels in
    dB. The sounds are aligned first, those of one length too: a sound that is a frame longer here and a frame shorter
    there has the same length, and would seem far away though nobody hears it."""
    f0_semitones: float | None
    """Root mean square of the difference of pitch over the frames that are voiced in both; None: there is none."""
    duration: float
    """Length against that of the reference, less one: 0.01 is 1 % longer."""


def drift(reference: Waveform, candidate: Waveform, f0: tuple[Floats, Floats] | None = None) -> Drift:
    """All three for two sounds of one rate, neither empty.

    ``f0`` is the pitch of the reference and of the candidate in hertz every 10 ms, 0 where unvoiced, for a voice that
    knows it (``[1 + len(samples) // (rate // 100)]`` each); without it the pitch is estimated.

    Raises:
        ValueError: the rates differ, or a sound is empty.

    """
    if reference.rate != candidate.rate:
        raise ValueError(f"sounds of {reference.rate} and {candidate.rate} Hz cannot be compared")
    if not len(reference.samples) or not len(candidate.samples):
        raise ValueError("an empty sound cannot be compared")
    levels = log_mel(reference, candidate)
    ones, others = align(*levels)
    contours = f0 if f0 is not None else (pitch(reference), pitch(candidate))
    return Drift(
        log_mel_db=_root_mean_square(levels[0][ones] - levels[1][others]),
        f0_semitones=_semitones(contours[0][ones], contours[1][others]),
        duration=len(candidate.samples) / len(reference.samples) - 1.0,
    )


def log_mel_distance(reference: Waveform, candidate: Waveform) -> float:
    """The first of the three alone, in dB."""
    levels = log_mel(reference, candidate)
    ones, others = align(*levels)
    return _root_mean_square(levels[0][ones] - levels[1][others])


def log_mel(reference: Waveform, *others: Waveform) -> list[Floats]:
    """Levels in dB ``[frames, 80]`` of the reference and of each other, above one floor that the reference sets."""
    powers = [_power(sound) for sound in (reference, *others)]
    floor = max(float(powers[0].max()) * RANGE, float(np.finfo(np.float64).tiny))
    return [decibels(power, floor) for power in powers]


def _power(sound: Waveform) -> Floats:
    window, hop = round(sound.rate * WINDOW_S), sound.rate // FRAMES_PER_S
    return mel_power(sound.samples, sound.rate, window=window, hop=hop, bands=BANDS)


def _semitones(reference: Floats, candidate: Floats) -> float | None:
    both = (reference > 0.0) & (candidate > 0.0)
    if not both.any():
        return None
    apart = SEMITONES * np.log2(candidate[both] / reference[both])
    return _root_mean_square(apart)


def _root_mean_square(apart: Floats) -> float:
    return float(np.sqrt(np.mean(apart**2)))
