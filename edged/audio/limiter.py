"""A voice's own gain, and a limiter behind it that no sample gets past.

Both look at one sample at a time: how sound is cut into chunks makes no difference, and nothing waits for samples not
yet made.
"""

from __future__ import annotations

import numpy as np

from edged.waveform import Samples

KNEE = np.float32(10 ** (-3 / 20))
"""-3 dB below full scale: up to here nothing is changed, beyond it peaks bend towards full scale."""


def limited(samples: Samples, gain_db: float = 0.0) -> Samples:
    """The samples at ``gain_db``, none of them beyond full scale; a new array."""
    out: Samples = samples * np.float32(10 ** (gain_db / 20))
    loud = np.flatnonzero(np.abs(out) > KNEE)
    if len(loud):
        peaks = out[loud]
        room = np.float32(1.0) - KNEE
        bent = KNEE + room * np.tanh((np.abs(peaks) - KNEE) / room)
        out[loud] = np.copysign(np.minimum(bent, np.float32(1.0)), peaks)
    return out
