"""The sounds of Kokoro's windows as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from edged.engine.kokoro_windows import HOP, POINTS, Window
from edged.waveform import Samples

FADE = 240
"""Samples over which one window gives way to the next: 10 ms, shorter than any sound."""
EDGE = 72
"""Samples over which the whole begins and ends: 3 ms."""
_RISE = np.sin(np.linspace(0, np.pi / 2, FADE, dtype=np.float32))
_FALL = _RISE[::-1]
_BEGIN = np.linspace(0, 1, EDGE, dtype=np.float32)


def joined(parts: Iterable[tuple[Window, Samples]]) -> Iterator[Samples]:
    """Chunks of the whole, in order, from each window and the samples of all that went in.

    A window gives way to the next around the point where they meet, with equal power, for their phases do not agree.
    A chunk is passed on as soon as its window is there, but for the last :data:`FADE` samples.
    """
    held: Samples | None = None
    for window, samples in parts:
        origin, half = (window.begin - window.before) * POINTS * HOP, FADE // 2
        begin = window.start * HOP - origin - (0 if held is None else half)
        end = min(window.stop * HOP + half, window.end * POINTS * HOP) - origin
        piece = np.array(samples[begin:end], np.float32)
        if held is None:
            piece[:EDGE] *= _BEGIN
        else:
            piece[:FADE] = piece[:FADE] * _RISE + held * _FALL
        yield piece[:-FADE]
        held = piece[-FADE:]
    if held is not None:
        held[-EDGE:] *= _BEGIN[::-1]
        yield held
