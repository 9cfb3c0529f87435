"""Is this speech? Checks on what an engine made, so that noise, silence and clipping never reach a room.

A low-precision model can go wrong on one kind of processor only: then the sound is not a number, stands at full scale,
or stops. The bounds are wide: a sound word must never fail.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

import numpy as np

from edged.errors import Fatal
from edged.waveform import Samples

FULL_SCALE = 0.99
RAILED_PART = 0.05
"""Part of a chunk's samples at or beyond full scale that speech does not reach, however loud."""
SILENT_PEAK = 0.003
"""-50 dB: the loudest sample of the softest word lies well above."""
SURE = 3
"""Sounds from which silence is a fault: fewer may come out as a mere breath, spoken fast."""
FASTEST_S = 0.02
"""Seconds per sound below which nobody speaks; fast speech has 0.05."""
SLOWEST_S = 0.6
"""Seconds per symbol above which nobody speaks, pauses included..."""
ALLOWANCE_S = 2.0
"""...and this much beside, for a single long word."""


def sounds(phonemes: str) -> int:
    """How many of the symbols are sounds: letters, not stress marks, length marks, punctuation or spaces."""
    return sum(unicodedata.category(symbol) in ("Ll", "Lu", "Lo") for symbol in phonemes)


def check_length(seconds: float, phonemes: str, speed: float) -> None:
    """Raise ``Fatal`` (``synth_failed``) if this cannot be how long these phonemes take."""
    shortest = FASTEST_S * sounds(phonemes) / speed
    longest = ALLOWANCE_S + SLOWEST_S * len(phonemes) / speed
    if not shortest <= seconds <= longest:
        raise _failed(
            f"{seconds:.2f} s of sound for {len(phonemes)} symbols is not plausible", shortest=shortest, longest=longest
        )


def checked(chunks: Iterable[Samples], rate: int, phonemes: str, speed: float) -> Iterator[Samples]:
    """The same chunks, each looked at before it is passed on.

    Raises ``Fatal`` (``synth_failed``) in place of a chunk that is no sound, and at the end if the whole was silent or
    too short. One or two sounds may be silent.
    """
    made, peak = 0, 0.0
    for chunk in chunks:
        made += len(chunk)
        peak = max(peak, _checked_peak(chunk))
        if made / rate > ALLOWANCE_S + SLOWEST_S * len(phonemes) / speed:
            check_length(made / rate, phonemes, speed)
        yield chunk
    check_length(made / rate, phonemes, speed)
    if sounds(phonemes) >= SURE and peak < SILENT_PEAK:
        raise _failed("the engine made silence", peak=peak)


def _checked_peak(chunk: Samples) -> float:
    """The greatest magnitude in the chunk."""
    if not len(chunk):
        return 0.0
    magnitudes = np.abs(chunk)
    peak = float(magnitudes.max())
    if not np.isfinite(peak):
        raise _failed("the engine made samples that are no numbers")
    if peak >= FULL_SCALE:
        railed = float(np.mean(magnitudes >= FULL_SCALE))
        if railed > RAILED_PART:
            raise _failed(f"{railed:.0%} of a chunk stands at full scale", peak=peak)
    return peak


def _failed(message: str, **details: float) -> Fatal:
    return Fatal("synth_failed", message, **details)
