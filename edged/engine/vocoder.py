"""From the network's spectrum to sound, chunk by chunk on a fixed grid of frames.

The network says, per frame of 12.5 ms and per frequency, how loud and in which phase the voice is::

    S = exp(lh) exp(i pi tanh(theta)) STFT(pulses(f0))  +  exp(ln) Z  +  exp(lr) exp(i phi)

(harmonics of the pitch, noise Z, and a part of free phase), each logarithm cut at 7; the sound is the inverse STFT of
S. Formula and constants: the voice's graph, as published with ``hibari-tts`` (Apache-2.0). Phase, noise and overlap are
carried from chunk to chunk, so chunks joined equal the whole computed at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from edged.engine.pulses import PulseTrain
from edged.engine.spectrum import CEILING, HOP, LOWEST_PITCH, WINDOW, Real, Spectrum
from edged.waveform import Samples

Complex = NDArray[np.complex64]

OVERLAP = WINDOW // HOP
FIRST_CHUNK = 16
CHUNK = 80
"""Frames per chunk: the first is short because somebody waits for it, later ones are long because that is faster."""
SHORTEST = 3
"""Frames below which the ends cannot be reflected."""

_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
_ANALYSIS = _HANN / np.float32(HOP)
_SQUARED = (_HANN * _HANN).reshape(OVERLAP, HOP)
_SYNTHESIS = _HANN / _SQUARED.sum(axis=0).mean()


class NoiseSource(Protocol):
    """What gives Z: complex64 [count, bins], frame after frame."""

    def frames(self, count: int) -> Complex:
        """The next frames."""


def grid(frames: int, first: int = FIRST_CHUNK, step: int = CHUNK) -> list[int]:
    """Borders of the chunks, from 0 to ``frames``."""
    return [0, *range(first, frames, step), frames]


def render(spectrum: Spectrum, noise: NoiseSource, borders: Sequence[int]) -> Iterator[Samples]:
    """The sound, one piece per chunk of the grid, together ``HOP * frames`` samples at 24 kHz.

    A piece ends two frames before its chunk does, where later frames begin to overlap; the last one ends at the end.
    Raises ``ValueError`` for fewer than :data:`SHORTEST` frames in all or in the first chunk.
    """
    if spectrum.frames < SHORTEST or borders[1] < SHORTEST:
        raise ValueError(f"{spectrum.frames} frames, the first {borders[1]} at once: too few")
    source = _PulseFrames(spectrum.f0)
    tail: Real = np.zeros((OVERLAP - 1, HOP), np.float32)
    for start, end in pairwise(borders):
        chunk = _chunk_spectrum(spectrum, source, noise, start, end)
        blocks = _overlapped(chunk, tail)
        tail = blocks[end - start :]
        last = end == spectrum.frames
        # Block i of this chunk lies at block start + i - 2 of the sound: half a window reaches back before the start.
        piece = blocks[2 if start == 0 else 0 : end - start + 2 if last else end - start]
        if start == 0:
            piece[0] *= _edge(0, 1, 2)
        if last:
            piece[-2] *= _edge(1, 2, 3)
            piece[-1] *= _edge(2, 3)
        yield piece.reshape(-1)


class _PulseFrames:
    """The pulse train cut into windows, one per frame, mirrored at both ends; remembers what frames share."""

    def __init__(self, f0: Real) -> None:
        self._frames = len(f0)
        self._train = PulseTrain(f0)
        self._held: Real = np.empty(0, np.float32)
        voiced = np.convolve(f0 > LOWEST_PITCH, np.ones(7), "full")[3 : 3 + len(f0)]
        self._sounding = voiced > 0
        """Frames whose window a voiced frame reaches: two frames back and one on, and interpolation one further."""

    def sounding(self, start: int, end: int) -> tuple[int, int]:
        """The stretch within these frames that has any pulse; outside it the harmonics need no work."""
        found = np.flatnonzero(self._sounding[start:end])
        return (start + int(found[0]), start + int(found[-1]) + 1) if len(found) else (start, start)

    def windows(self, start: int, end: int) -> Real:
        """A view on all windows of the frames from ``start`` to ``end``, float32 [end - start, WINDOW]."""
        fresh = self._train.until(min(end + 1, self._frames))
        parts = [self._held, fresh] if start else [fresh[2 * HOP : 0 : -1], fresh]
        if end == self._frames:
            before = np.concatenate(parts)
            parts = [before, before[-2 : -2 - HOP : -1]]
        joined = np.concatenate(parts)
        self._held = joined[-(WINDOW - HOP) :]
        return sliding_window_view(joined, WINDOW)[::HOP]


def _chunk_spectrum(spectrum: Spectrum, source: _PulseFrames, noise: NoiseSource, start: int, end: int) -> Complex:
    """S of the frames from ``start`` to ``end``, complex64 [end - start, bins].

    The network's arrays have frames in rows' order, the transforms want a frame's bins side by side: only the finished
    factors are read crosswise, in blocks small enough for the cache.
    """
    part = slice(start, end)
    total = noise.frames(end - start)
    total *= _magnitude(spectrum.ln[:, part]).T
    total += _rotor(spectrum.phi[:, part], spectrum.lr[:, part]).T
    windows = source.windows(start, end)
    first, stop = source.sounding(start, end)
    if first < stop:
        harmonics = np.fft.rfft(windows[first - start : stop - start] * _ANALYSIS)
        angle = np.tanh(spectrum.theta[:, first:stop])
        angle *= np.float32(np.pi)
        harmonics *= _rotor(angle, spectrum.lh[:, first:stop]).T
        total[first - start : stop - start] += harmonics
    return total


def _magnitude(logarithm: Real) -> Real:
    cut: Real = np.minimum(logarithm, CEILING)
    return np.exp(cut, out=cut)


def _rotor(angle: Real, logarithm: Real) -> Complex:
    """exp(logarithm + i angle)."""
    turned = np.empty(angle.shape, np.complex64)
    np.cos(angle, out=turned.real)
    np.sin(angle, out=turned.imag)
    turned *= _magnitude(logarithm)
    return turned


def _overlapped(chunk: Complex, tail: Real) -> Real:
    """Inverse transform and overlap-add over what the chunk before left; [frames + OVERLAP - 1, HOP].

    Frames are added in their order, so sums do not depend on the grid.
    """
    pieces = np.asarray(np.fft.irfft(chunk, WINDOW), np.float32)
    pieces *= _SYNTHESIS
    shifted = pieces.reshape(len(chunk), OVERLAP, HOP)
    blocks = np.zeros((len(chunk) + OVERLAP - 1, HOP), np.float32)
    blocks[: OVERLAP - 1] = tail
    for part in range(OVERLAP - 1, -1, -1):
        blocks[part : part + len(chunk)] += shifted[:, part]
    return blocks


def _edge(*parts: int) -> Real:
    """What makes up for the windows that are missing at an end, where only these parts of them overlap."""
    whole = np.float32(_SQUARED.sum(axis=0).mean())
    return np.asarray(whole / _SQUARED[list(parts)].sum(axis=0), np.float32)
