"""Which frame of one sound belongs to which of another: dynamic time warping.

H. Sakoe and S. Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE TASSP 26(1),
1978, without slope constraint: each step goes one frame on in one sound or in both and costs the distance there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize.compare.mel import Floats

Path = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Two index arrays of one length: frame ``[0][k]`` of the one belongs to frame ``[1][k]`` of the other."""


def align(one: Floats, other: Floats) -> Path:
    """The cheapest path between two sequences of features ``[n, d]`` and ``[m, d]``, neither empty.

    Where several cost the same, both go on together: a sequence is aligned with itself frame by frame.
    """
    return _cheapest(_accumulated(_distances(one, other)))


def _distances(one: Floats, other: Floats) -> Floats:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2.0 * (one @ other.T)
    apart: Floats = np.sqrt(np.maximum(squares, 0.0))
    return apart


def _accumulated(cost: Floats) -> Floats:
    """The cost of the cheapest way to each pair, with an edge of infinity at the start: ``[n + 1, m + 1]``."""
    n, m = cost.shape
    total: NDArray[Any] = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(2, n + m + 1):  # all pairs of one diagonal hang on the two before it only
        i = np.arange(max(1, diagonal - m), min(n, diagonal - 1) + 1)
        j = diagonal - i
        before = np.minimum(np.minimum(total[i - 1, j], total[i, j - 1]), total[i - 1, j - 1])
        total[i, j] = cost[i - 1, j - 1] + before
    return total


def _cheapest(total: Floats) -> Path:
    i, j = total.shape[0] - 1, total.shape[1] - 1
    pairs = [(i - 1, j - 1)]
    while (i, j) != (1, 1):
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda step: total[step])
        pairs.append((i - 1, j - 1))
    ones, others = np.array(pairs[::-1], np.intp).T
    return ones, others
