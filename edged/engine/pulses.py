"""The buzz in a voice: a band-limited pulse train that follows the pitch curve, made block by block.

Every harmonic below 11 kHz at unit amplitude, in closed form:
``sum of cos(h t) for h = 1..H  =  sin((H + 1/2) t) / (2 sin(t/2)) - 1/2``.

Pitch is interpolated linearly between the middles of frames, so over half a block it is a line and the phase a
parabola: both come from the values at the frames by fixed weights, without a running sum over samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edged.engine.spectrum import HOP, LOWEST_PITCH, RATE, Real
from edged.waveform import Samples

HIGHEST = 11000.0
"""Hertz; no harmonic lies above."""
NUDGE = np.float32(1e-9)
"""Turns added to every phase, so that none is zero, where the closed form is 0/0; far below what can be heard."""

HALF = HOP // 2
_EXACT = (((np.arange(HOP) + 0.5) / HOP - 0.5) % 1.0).reshape(2, HALF)
_LATER, _EARLIER = _EXACT.astype(np.float32), (1.0 - _EXACT).astype(np.float32)
"""How much the pitch at the later and at the earlier end of a half block counts for each of its samples."""
_SUMMED = (np.cumsum(1.0 - _EXACT, axis=1) / RATE, np.cumsum(_EXACT, axis=1) / RATE)
_TURNS_EARLIER, _TURNS_LATER = (weights.astype(np.float32) for weights in _SUMMED)
"""Turns since the start of the half block per hertz of the pitch at either end."""
_TOTAL_EARLIER, _TOTAL_LATER = (weights[:, -1] for weights in _SUMMED)


class PulseTrain:
    """Pulses for a pitch curve that becomes known by and by, drawn in order; the phase is carried from call to call."""

    def __init__(self) -> None:
        self._pitch: Real = np.empty(0, np.float32)
        self._next = 0
        self._phase = 0.0

    @property
    def known(self) -> int:
        """Frames whose pitch is known."""
        return len(self._pitch)

    def extend(self, pitch: Real) -> None:
        """The pitch of the next frames in hertz, float32 [n]."""
        self._pitch = np.concatenate((self._pitch, pitch))

    def end(self, frames: int) -> None:
        """The utterance ends with this frame; what was known beyond it does not count."""
        self._pitch = self._pitch[:frames]

    def voiced(self, start: int, stop: int) -> tuple[int, int]:
        """The stretch of blocks between these two in which anything sounds; empty (start, start) if nothing does."""
        first = max(start - 1, 0)
        found = np.flatnonzero(self._pitch[first : stop + 1] > LOWEST_PITCH)
        if not len(found):
            return start, start
        # A voiced frame reaches half a block into its neighbours.
        return max(first + int(found[0]) - 1, start), min(first + int(found[-1]) + 2, stop)

    def until(self, stop: int) -> Samples:
        """The samples of the blocks not drawn yet up to block ``stop`` (exclusive), float32.

        The pitch of frame ``stop`` must be known unless the utterance ends before it: the last pitch then goes on.
        """
        start, self._next = self._next, stop
        if start == stop:
            return np.empty(0, np.float32)
        ends = self._pitch[np.clip(np.arange(start - 1, stop + 1), 0, len(self._pitch) - 1)]
        halves = _Halves(np.stack((ends[:-2], ends[1:-1]), axis=1), np.stack((ends[1:-1], ends[2:]), axis=1))
        # Added up one after the other, so that the sums do not depend on how the blocks are asked for.
        totals = np.cumsum(np.concatenate(((self._phase,), halves.turns.reshape(-1))))
        starts, self._phase = totals[:-1].reshape(-1, 2) % 1.0, float(totals[-1])
        first, last = self.voiced(start, stop)
        if first == last:
            return np.zeros((stop - start) * HOP, np.float32)
        return halves.harmonics(starts).reshape(-1)


class _Halves:
    """Half blocks by the pitch at their earlier and their later end, float32 [blocks, 2] each."""

    def __init__(self, earlier: Real, later: Real) -> None:
        self._earlier = earlier
        self._later = later
        lowest = np.float32(LOWEST_PITCH)
        self._steady = np.maximum(earlier, lowest), np.maximum(later, lowest)
        self._mixed = np.flatnonzero((earlier > lowest) != (later > lowest))
        """Where the pitch crosses the lowest one, under which it stands still: these are summed sample by sample."""
        self._lines = self._mixed_lines()
        self.turns = self._steady[0] * _TOTAL_EARLIER + self._steady[1] * _TOTAL_LATER
        """Turns of the phase over each half block, float64 [blocks, 2]."""
        self._summed = np.cumsum(np.maximum(self._lines, LOWEST_PITCH), axis=1) / RATE
        if len(self._mixed):
            self.turns.reshape(-1)[self._mixed] = self._summed[:, -1]

    def _mixed_lines(self) -> NDArray[np.float64]:
        """The pitch over the mixed half blocks as if it did not stand still, [mixed, HALF]."""
        side = self._mixed % 2
        earlier, later = (ends.reshape(-1)[self._mixed, None] for ends in (self._earlier, self._later))
        return np.asarray(earlier * _EARLIER[side] + later * _LATER[side], np.float64)

    def harmonics(self, starts: NDArray[np.float64]) -> Samples:
        """The closed form, [blocks, HOP]; ``starts`` are the phases in turns, [blocks, 2]."""
        turns = _line(*self._steady, _TURNS_EARLIER, _TURNS_LATER)
        pitch = _line(*self._steady, _EARLIER, _LATER)
        silent = self._mend(turns, pitch) if len(self._mixed) else None
        turns += starts.astype(np.float32)[..., None]
        turns -= np.rint(turns)
        turns += NUDGE
        turns *= np.float32(np.pi)
        count = np.floor(np.divide(np.float32(HIGHEST), pitch, out=pitch), out=pitch)
        count *= np.float32(2.0)
        count += np.float32(1.0)
        count *= turns
        pulses = np.sin(count, out=count)
        below = np.sin(turns, out=turns)
        below *= np.float32(2.0)
        pulses /= below
        pulses -= np.float32(0.5)
        if silent is not None:
            pulses[silent] = 0.0
        unvoiced = np.flatnonzero((self._earlier <= LOWEST_PITCH) & (self._later <= LOWEST_PITCH))
        pulses.reshape(-1, HALF)[unvoiced] = 0.0
        blocks: Samples = pulses.reshape(-1, HOP)
        return blocks

    def _mend(self, turns: Samples, pitch: Samples) -> tuple[NDArray[np.intp], ...]:
        """Puts the mixed half blocks right, where the pitch is no line; gives the samples of them that are silent."""
        turns.reshape(-1, HALF)[self._mixed] = self._summed
        pitch.reshape(-1, HALF)[self._mixed] = np.maximum(self._lines, LOWEST_PITCH)
        row, sample = np.nonzero(self._lines <= LOWEST_PITCH)
        return (*np.unravel_index(self._mixed[row], self._earlier.shape), sample)


def _line(earlier: Real, later: Real, early: Real, late: Real) -> Samples:
    """The sum earlier * early + later * late per sample of each half block, float32 [blocks, 2, HALF]."""
    made: Samples = earlier[..., None] * early
    made += later[..., None] * late
    return made
