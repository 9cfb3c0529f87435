"""Fades at the ends of a piece, so that sound neither starts nor stops with a click."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from edged.waveform import Samples

FADE_S = 0.004
"""Long enough to hear no click, short enough to keep the burst of a p."""


def faded(chunks: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """The same sound, in raised-cosine ramps at its start and its end.

    The last :data:`FADE_S` are held back, because only the end of the chunks tells which samples are the last: they
    come as a chunk of their own.
    """
    rise = ramp(round(FADE_S * rate))
    held = np.zeros(0, np.float32)
    begun = 0
    for chunk in chunks:
        rest = rise[begun : begun + len(chunk)]
        begun += len(rest)
        fresh = np.concatenate((chunk[: len(rest)] * rest, chunk[len(rest) :])) if len(rest) else chunk
        joined = np.concatenate((held, fresh))
        settled = max(len(joined) - len(rise), 0)
        held = joined[settled:]
        if settled:
            yield joined[:settled]
    if len(held):
        yield held * ramp(len(held))[::-1]


def ramp(count: int) -> Samples:
    """A raised cosine from just above 0 to just below 1, float32 [count]."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))).astype(np.float32)
