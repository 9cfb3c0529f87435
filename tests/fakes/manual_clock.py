"""A clock that stands still until it is told to move."""

from __future__ import annotations


class ManualClock:
    """An :class:`edged.clock.Clock` set by hand."""

    def __init__(self, wall: float = 1_795_331_100.0, monotonic: float = 1000.0, boot: str = "boot-1") -> None:
        self._wall = wall
        self._monotonic = monotonic
        self.boot = boot

    def wall(self) -> float:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def boot_id(self) -> str:
        return self.boot

    def advance(self, seconds: float) -> None:
        """Both clocks go on."""
        self._wall += seconds
        self._monotonic += seconds

    def reboot(self, off_s: float, monotonic: float = 5.0, boot: str = "boot-2") -> None:
        """The machine was off for a while; the monotonic clock began anew."""
        self._wall += off_s
        self._monotonic = monotonic
        self.boot = boot
