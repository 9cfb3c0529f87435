"""One gate in front of the engines: at most ``width`` inferences at once, the room before everything else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from edged.spool.records import Lane


class EngineGate:
    """Held for one chunk at a time, so that playback never holds it and the room waits for one chunk at most."""

    def __init__(self, width: int = 1) -> None:
        self._free = width
        self._room_waits = 0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, lane: Lane) -> Iterator[None]:
        """Wait for a place at the engines and keep it for the body."""
        with self._changed:
            if lane == "room":
                self._room_waits += 1
                try:
                    self._changed.wait_for(lambda: self._free > 0)
                finally:
                    self._room_waits -= 1
                    self._changed.notify_all()
            else:
                self._changed.wait_for(lambda: self._free > 0 and self._room_waits == 0)
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
