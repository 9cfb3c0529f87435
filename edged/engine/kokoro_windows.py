"""How an utterance of Kokoro's is decoded in stretches, so that its first sound is soon there. Pure policy.

The decoder costs a third of the time that its sound lasts and more. What crosses to it says beforehand where sound is:
the energy of each 12.5 ms. The decoder runs over windows that grow, each with some context on both sides, cut where the
voice is quietest: there two windows differ least to the ear.

Its norms look at a whole window, and the voice is duller if they see no silence: without it P.808 falls by 0.15. So
each window is given as large a part of the silence at both ends as the whole utterance has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POINTS = 2
"""Points of pitch and energy in a frame of features, which lasts 25 ms."""
HOP = 300
"""Samples per point, at 24 kHz."""
AUDIBLE = -2.0
"""Energy above which there is sound: in speech it is 1 to 10. What then lies further out than :data:`LEAD_IN` and
:data:`LEAD_OUT` is 47 dB and more below the loudest sample, in one sentence of each of the 54 voices."""
LEAD_IN = 6
"""Points kept before the first audible one."""
LEAD_OUT = 8
"""Points kept behind the last audible one."""
CONTEXT = 16
"""Points on either side of what is wanted: the decoder's convolutions see that far."""
SPANS = ((48, 76), (60, 96), (96, 168), (160, 300))
"""Least and most points of the first windows; the last of these holds for all that follow. While one is heard, the next
is made: on two cores of a server that takes 4.3 ms a point, silence included, and 136 ms for the context. At that pace
each is there in time, whatever is chosen within these bounds."""
TAIL = 28
"""Points that are too few for a window of their own."""

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """A run of the decoder."""

    begin: int
    end: int
    """The frames that go in, context included."""
    start: int
    stop: int
    """The points whose sound is wanted."""
    before: int = 0
    """Silent frames from the beginning of the utterance that go in before them."""
    behind: int = 0
    """Silent frames from its end that go in behind them."""

    def frames(self, total: int) -> NDArray[np.intp]:
        """The frames of the utterance, of so many, that go in."""
        parts = (range(self.before), range(self.begin, self.end), range(total - self.behind, total))
        return np.concatenate([np.array(part, np.intp) for part in parts])


def windows(energy: Points) -> Iterator[Window]:
    """The runs for an utterance with this energy ``[points]``, in order; none if nothing of it is audible.

    What is wanted of each begins where that of the one before ends.
    """
    audible = np.flatnonzero(energy > AUDIBLE)
    if not len(audible):
        return
    first = max(int(audible[0]) - LEAD_IN, 0)
    last = min(int(audible[-1]) + 1 + LEAD_OUT, len(energy))
    before, behind = first // POINTS, (len(energy) - last) // POINTS
    part = (before + behind) * POINTS / (last - first)
    start, number = first, 0
    while start < last:
        least, most = SPANS[min(number, len(SPANS) - 1)]
        stop = last if last - start <= most + TAIL else _quietest(energy, start + least, start + most)
        begin = max(start - CONTEXT, first) // POINTS
        end = -(-min(stop + CONTEXT, last) // POINTS)
        silent = round(part * (end - begin))
        yield Window(begin, end, start, stop, min(silent, before), min(max(silent - before, 0), behind))
        start, number = stop, number + 1


def _quietest(energy: Points, low: int, high: int) -> int:
    """Where to cut: the middle of the three quietest points that lie together."""
    around = np.convolve(energy[low - 1 : high + 1], np.ones(3) / 3, "valid")
    return low + int(np.argmin(around))
