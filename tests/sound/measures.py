"""What an ear would notice of a sound: where it is silent, how high the voice is."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import soundfile

from edged.waveform import Samples

QUIET = 0.004
"""-48 dB: below the softest sound of speech, above the noise of 16 bits."""
FRAME_S = 0.01


def heard(path: Path) -> tuple[Samples, int]:
    """The samples of a file and how many there are in a second."""
    samples, rate = soundfile.read(path, dtype="float32")
    return samples, rate


def silences(samples: Samples, rate: int) -> list[float]:
    """Seconds of each silence of a tenth of a second or more between two sounds, in order."""
    size = int(FRAME_S * rate)
    frames = np.abs(samples[: len(samples) // size * size]).reshape(-1, size).max(axis=1) > QUIET
    groups = [(loud, sum(1 for _ in group)) for loud, group in itertools.groupby(frames)]
    inner = groups[1 if groups and not groups[0][0] else 0 :]
    inner = inner[: -1 if inner and not inner[-1][0] else None]
    return [count * FRAME_S for loud, count in inner if not loud and count * FRAME_S >= 0.1]


def fundamental(samples: Samples, rate: int) -> float:
    """Median of the fundamental frequency in hertz, from the autocorrelation of loud frames; 40 to 400 Hz."""
    size, low, high = int(0.05 * rate), rate // 400, rate // 40
    found = []
    for start in range(0, len(samples) - size, size // 2):
        frame = samples[start : start + size]
        likeness = np.correlate(frame, frame, "full")[size - 1 :]
        lag = low + int(likeness[low:high].argmax())
        if likeness[0] > 0.4 and likeness[lag] > 0.5 * likeness[0]:
            found.append(rate / lag)
    return float(np.median(found))
