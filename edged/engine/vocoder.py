"""From the network's spectrum to sound, stretch by stretch.

The network says, per frame of 12.5 ms and per frequency, how loud and in which phase the voice is::

    S = exp(lh) exp(i pi tanh(theta)) STFT(pulses(f0))  +  exp(ln) Z  +  exp(lr) exp(i phi)

(harmonics of the pitch, noise Z, and a part of free phase), each logarithm cut at 7; the sound is the inverse STFT of
S. Formula and constants: the voice's graph, as published with ``hibari-tts`` (Apache-2.0). Phase, noise and overlap are
carried on, so stretches joined equal the whole computed at once.

Transforms are NumPy's. SciPy's forward transform is faster (1.6 against 2.7 µs a frame on AVX-512, the inverse is as
fast), which is 1 % of a sentence, for 25 MB on the disk and 0.2 s at the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from edged.engine.pulses import PulseTrain
from edged.engine.spectrum import BINS, CEILING, FREE, HARMONICS, HOP, MAGNITUDES, NOISE, PHI, THETA, WINDOW, Real
from edged.engine.trim import SHORTEST, Stretch
from edged.waveform import Samples

Complex = NDArray[np.complex64]

OVERLAP = WINDOW // HOP
BLOCK = 48
"""Frames worked on at a time: their numbers fit into a core's second cache."""

LOUDEST = np.exp(CEILING)
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
_ANALYSIS = _HANN / np.float32(HOP)
_SQUARED = (_HANN * _HANN).reshape(OVERLAP, HOP)
_SYNTHESIS = _HANN / _SQUARED.sum(axis=0).mean()


class NoiseSource(Protocol):
    """What gives Z: complex64 [count, bins], frame after frame."""

    def frames(self, count: int) -> Complex:
        """The next frames."""


def render(stretches: Iterable[Stretch], noise: NoiseSource) -> Iterator[Samples]:
    """The sound, piece by piece, together ``HOP`` samples at 24 kHz for each frame.

    A piece ends two frames before its frames do, where later ones begin to overlap; the last one ends at the end.
    The first stretch holds at least `trim.SHORTEST` frames, and of two more than each holds the pitch is known, unless
    it is the last: the windows of frames reach that far. Raises ``ValueError`` otherwise.
    """
    voice = _Voice(noise)
    for stretch in stretches:
        voice.learn(stretch)
        count = len(stretch.rows)
        for start in range(0, count, BLOCK):
            stop = min(start + BLOCK, count)
            yield voice.sound(stretch.rows[start:stop], last=stretch.last and stop == count)


class _Voice:
    """One utterance being made."""

    def __init__(self, noise: NoiseSource) -> None:
        self._noise = noise
        self._source = _PulseFrames()
        self._windows: Real = np.empty((0, WINDOW), np.float32)
        self._first = 0
        self._tail: Real = np.zeros((OVERLAP - 1, HOP), np.float32)
        self._frame = 0
        self._scratch = _Scratch()

    def learn(self, stretch: Stretch) -> None:
        """The pulses of the frames to come, all at once."""
        count = len(stretch.rows)
        if not self._frame and count < SHORTEST:
            raise ValueError(f"{count} frames are too few to begin with")
        self._source.learn(stretch.pitch, self._frame, count if stretch.last else None)
        self._windows, self._first = self._source.windows(self._frame, self._frame + count), self._frame

    def sound(self, rows: Real, *, last: bool) -> Samples:
        """The samples that are complete with these frames."""
        start, count = self._frame, len(rows)
        self._frame += count
        blocks = _overlapped(self._spectrum(rows, start), self._tail, self._scratch.windows[:count])
        self._tail = blocks[count:]
        # Block i lies at block start + i - 2 of the sound: half a window reaches back before the start.
        piece = blocks[2 if start == 0 else 0 : count + 2 if last else count]
        if start == 0:
            piece[0] *= _edge(0, 1, 2)
        if last:
            piece[-2] *= _edge(1, 2, 3)
            piece[-1] *= _edge(2, 3)
        return piece.reshape(-1)

    def _spectrum(self, rows: Real, start: int) -> Complex:
        """S of these frames, complex64 [n, bins]."""
        stop, part = start + len(rows), slice(0, len(rows))
        magnitude = self._scratch.magnitude[part]
        with np.errstate(over="ignore"):  # what is too loud is cut right here
            np.exp(rows[:, MAGNITUDES], out=magnitude)
        np.minimum(magnitude, LOUDEST, out=magnitude)
        total = self._rotor(rows[:, PHI], magnitude[:, FREE], self._scratch.total[part])
        breath = self._noise.frames(len(rows))
        breath *= magnitude[:, NOISE]
        total += breath
        first, end = self._source.sounding(start, stop)
        if first < end:
            part = slice(first - start, end - start)
            angle = np.tanh(rows[part, THETA], out=self._scratch.angle[part])
            angle *= np.float32(np.pi)
            windows = self._windows[first - self._first : end - self._first]
            cut = np.multiply(windows, _ANALYSIS, out=self._scratch.windows[part])
            pulses = self._scratch.pulses[part]
            harmonics = np.fft.rfft(cut, out=pulses)  # type: ignore[arg-type] # the stubs know no single precision
            harmonics *= self._rotor(angle, magnitude[part, HARMONICS], self._scratch.harmonics[part])
            total[part] += harmonics
        return total

    def _rotor(self, angle: Real, magnitude: Real, turned: Complex) -> Complex:
        """The product magnitude * exp(i angle) into ``turned``; sine and cosine are faster in a row than crosswise."""
        part = self._scratch.part[: len(angle)]
        np.multiply(np.cos(angle, out=part), magnitude, out=turned.real)
        np.multiply(np.sin(angle, out=part), magnitude, out=turned.imag)
        return turned


class _Scratch:
    """Arrays for one block, used again for each: asking for memory and touching it first costs a tenth of the time."""

    def __init__(self) -> None:
        self.magnitude = np.empty((BLOCK, 3 * BINS), np.float32)
        self.angle = np.empty((BLOCK, BINS), np.float32)
        self.part = np.empty((BLOCK, BINS), np.float32)
        self.windows = np.empty((BLOCK, WINDOW), np.float32)
        self.total = np.empty((BLOCK, BINS), np.complex64)
        self.pulses = np.empty((BLOCK, BINS), np.complex64)
        self.harmonics = np.empty((BLOCK, BINS), np.complex64)


class _PulseFrames:
    """The pulse train cut into windows, one per frame, mirrored at both ends; remembers what frames share."""

    def __init__(self) -> None:
        self._train = PulseTrain()
        self._end: int | None = None
        self._held: Real = np.empty(0, np.float32)

    def learn(self, pitch: Real, frame: int, count: int | None) -> None:
        """The pitch from ``frame`` on; the utterance ends after ``count`` frames of it, if a count is given."""
        self._train.extend(pitch[self._train.known - frame :])
        if count is not None:
            self._end = frame + count
            self._train.end(self._end)

    def sounding(self, start: int, stop: int) -> tuple[int, int]:
        """The stretch within these frames whose windows, two blocks back and one on, hold any pulse."""
        first, last = self._train.voiced(max(start - 2, 0), stop + 1)
        return (max(first - 1, start), min(last + 2, stop)) if first < last else (start, start)

    def windows(self, start: int, stop: int) -> Real:
        """A view on all windows of the frames from ``start`` to ``stop``, float32 [stop - start, WINDOW]."""
        ended = stop == self._end
        fresh = self._train.until(stop if ended else min(stop + 1, self._train.known))
        parts = [self._held, fresh] if start else [fresh[2 * HOP : 0 : -1], fresh]
        if ended:
            before = np.concatenate(parts)
            parts = [before, before[-2 : -2 - HOP : -1]]
        joined = np.concatenate(parts)
        self._held = joined[-(WINDOW - HOP) :]
        return sliding_window_view(joined, WINDOW)[::HOP]


def _overlapped(chunk: Complex, tail: Real, pieces: Real) -> Real:
    """Inverse transform (into ``pieces``) and overlap-add over what the chunk before left; [frames + OVERLAP - 1, HOP].

    Frames are added in their order, so sums do not depend on how they come.
    """
    np.fft.irfft(chunk, WINDOW, out=pieces)  # type: ignore[arg-type] # likewise
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
