"""No sound at all: for nodes that only render."""

from __future__ import annotations

from edged.waveform import Samples


class NoOutput:
    """Takes every sound at once and lets nobody hear it; implements :class:`edged.output.contract.Output`."""

    name = "none"
    underruns = 0

    def open(self, rate: int, title: str) -> None:
        """Nothing to open."""

    def write(self, samples: Samples) -> None:
        """Take the samples and forget them."""

    def pending_s(self) -> float:
        """Never anything."""
        return 0.0

    def drain(self) -> None:
        """Nothing to wait for."""

    def drop(self) -> None:
        """Nothing to forget."""

    def close(self) -> None:
        """Nothing to release."""
