"""Time as data: the wall clock for people and plans, the monotonic clock for waiting, the boot that ties them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What the daemon asks of time; tests pass a clock of their own."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; may step."""

    def monotonic(self) -> float:
        """Seconds since boot, suspended time included; never steps; comparable only within one boot."""

    def boot_id(self) -> str:
        """Names this boot of the machine."""


@lru_cache(maxsize=1)
def _kernel_boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


@dataclass(frozen=True)
class SystemClock:
    """The machine's clocks."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return time.time()

    def monotonic(self) -> float:
        """CLOCK_BOOTTIME: it goes on through suspend, as a deadline does."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def boot_id(self) -> str:
        """The kernel's boot id (``/proc/sys/kernel/random/boot_id``)."""
        return _kernel_boot_id()


def rfc3339(wall: float) -> str:
    """RFC 3339 in UTC with milliseconds, as every ``ts`` of the contract: ``2026-11-22T07:05:00.125Z``."""
    moment = datetime.fromtimestamp(wall, tz=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
