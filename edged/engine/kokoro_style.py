"""Kokoro's styles: how a voice sounds, and voices between voices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edged.errors import Fatal

ROWS, COLUMNS = 510, 256
"""Of a style: a row for each number of symbols (Kokoro's `istftnet` and prosody take half a row each)."""

Style = NDArray[np.float32]
"""[510, 256]."""


def read(path: Path) -> Style:
    """The style in a file of raw little-endian float32.

    Raises ``Fatal`` (``provider_failed``) if it cannot be read or holds something else.
    """
    try:
        values = np.fromfile(path, "<f4")
    except OSError as error:
        raise Fatal("provider_failed", f"{path} cannot be read: {error}; install the voice again") from error
    if values.size != ROWS * COLUMNS or not np.isfinite(values).all():
        raise Fatal("provider_failed", f"{path} is no style of {ROWS} rows of {COLUMNS} numbers: install it again")
    return values.astype(np.float32, copy=False).reshape(ROWS, COLUMNS)


def blended(parts: Sequence[tuple[Style, float]]) -> Style:
    """The styles between these, by their weights, which add up to 1."""
    total = np.zeros((ROWS, COLUMNS), np.float64)
    for style, weight in parts:
        total += weight * style.astype(np.float64)
    return total.astype(np.float32)


def row(style: Style, symbols: int) -> NDArray[np.float32]:
    """What goes into the network with so many symbols, [1, 256]: the row of that number, the last for more."""
    found: NDArray[np.float32] = style[min(symbols, ROWS - 1)][None]
    return found
