"""Which loops are alive: each thread beats at every turn, the main thread asks who is late.

Liveness only: a loop that turns and fails still beats, because restarting the process would not help it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Heartbeat:
    """Beats of named threads. Every method may be called from any thread.

    ``monotonic`` must not count suspended time (``time.monotonic`` does not): waking up is no reason to be late.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._limits: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def register(self, name: str, limit_s: float) -> None:
        """Expect a beat of ``name`` at least every ``limit_s`` seconds, the first one counted from now."""
        if limit_s <= 0:
            raise ValueError(f"limit_s of {name!r} must be positive, not {limit_s}")
        with self._lock:
            self._limits[name] = limit_s
            self._last[name] = self._monotonic()

    def unregister(self, name: str) -> None:
        """Expect nothing of ``name`` any more: its thread ended on purpose."""
        with self._lock:
            self._limits.pop(name, None)
            self._last.pop(name, None)

    def beat(self, name: str) -> None:
        """The loop of ``name`` turned; raises KeyError if it was never registered."""
        with self._lock:
            if name not in self._limits:
                raise KeyError(name)
            self._last[name] = self._monotonic()

    def late(self) -> list[str]:
        """Names of the threads whose last beat is older than their limit, in the order of registration."""
        with self._lock:
            now = self._monotonic()
            return [name for name, limit_s in self._limits.items() if now - self._last[name] > limit_s]
