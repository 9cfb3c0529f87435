"""The breath in a voice: complex Gaussian noise that is a function of what is said, frame by frame.

A counter-based generator (Philox) is keyed by the utterance, and each frame owns a fixed range of its counter. So the
same words give the same samples, whichever way they are cut into chunks, and any frame can be drawn without those
before it.

Drawn from a table of 4096 points, not by a Gaussian generator: random bits pick one complex number, which is 10 times
as fast or more. The points are quantiles of the true distribution, out to 4 standard deviations, and each sample of
sound sums over 600 of them. The table is small because the network has just filled the cache with other things.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex64]

POINTS = 4096
DRAWS_PER_COUNT = 4
"""64-bit numbers that Philox gives for one value of its counter."""
INDICES_PER_DRAW = 4
"""16 bits each, of which 12 are used."""
GOLDEN = (5**0.5 - 1) / 2


def noise_key(phonemes: str, speed: float, model: str) -> int:
    """128 bits that stand for an utterance; ``model`` names voice and weights (their hash)."""
    told = "\0".join((model, repr(float(speed)), phonemes))
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=16).digest(), "little")


class Noise:
    """Complex Gaussian noise, real and imaginary part each of variance one, drawn in order of the frames."""

    def __init__(self, key: int, bins: int, frame: int = 0) -> None:
        """``key`` from :func:`noise_key`; ``bins`` per frame; ``frame``: the first one to draw."""
        self._bins = bins
        self._counts = -(-bins // (DRAWS_PER_COUNT * INDICES_PER_DRAW))
        self._bits = np.random.Philox(key=key, counter=self._counts * frame)
        self._table = _points()

    def frames(self, count: int) -> Complex:
        """The next ``count`` frames, complex64 [count, bins]."""
        draws = self._bits.random_raw(count * self._counts * DRAWS_PER_COUNT)
        indices = draws.view(np.uint16).reshape(count, -1)[:, : self._bins] & np.uint16(POINTS - 1)
        out = np.empty(indices.shape, np.complex64)
        return self._table.take(indices, out=out, mode="clip")  # "clip" skips a copy; no index is out of range


@lru_cache(maxsize=1)
def _points() -> Complex:
    """Quantiles of the complex Gaussian: radii by equal probability, angles by the golden ratio."""
    ranks = np.arange(POINTS)
    radii = np.sqrt(-2.0 * np.log((ranks + 0.5) / POINTS))
    radii *= np.sqrt(2.0 / np.mean(radii**2))
    points = radii * np.exp(2j * np.pi * ((ranks * GOLDEN) % 1.0))
    return np.asarray(points, np.complex64)
