"""An output whose listener is moved by hand, and whose device can be unplugged."""

from __future__ import annotations

import threading

import numpy as np

from edged.errors import Retryable
from edged.waveform import Samples

PATIENCE_S = 20.0
"""A test that hangs here fails instead."""


class ManualOutput:
    """An :class:`edged.output.contract.Output` that holds ``capacity_s`` and consumes when :meth:`hear` says so.

    After :meth:`play_freely` everything is heard at once.
    """

    name = "manual"
    underruns = 0

    def __init__(self, capacity_s: float = 0.12) -> None:
        self.capacity_s = capacity_s
        self.titles: list[str] = []
        self.drops = self.closes = 0
        self._rate = 0
        self._held: list[Samples] = []
        self._heard: dict[str, list[Samples]] = {}
        self._free = False
        self._lost = False
        self._changed = threading.Condition()

    # -- the test ----------------------------------------------------------------------------------------------

    def hear(self, seconds: float) -> None:
        """The listener hears the next stretch of what the device holds or will hold."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._rate > 0, PATIENCE_S), "nothing was opened"
            left = round(seconds * self._rate)
            while left > 0:
                assert self._changed.wait_for(lambda: bool(self._held), PATIENCE_S), "there is nothing to hear"
                left -= self._consume(left)

    def play_freely(self) -> None:
        """From now on everything is heard at once."""
        with self._changed:
            self._free = True
            self._consume_all()

    def unplug(self) -> None:
        """The device is gone; what it held is lost."""
        with self._changed:
            self._lost = True
            self._held.clear()
            self._changed.notify_all()

    def plug_in(self) -> None:
        """The device is back."""
        with self._changed:
            self._lost = False

    def wait_until_full(self) -> None:
        """Until the device holds what it can."""
        with self._changed:
            full = lambda: self._pending() >= self.capacity_s  # noqa: E731 - one line for one condition
            assert self._changed.wait_for(full, PATIENCE_S), f"only {self._pending()} s are held"

    def wait_for_title(self, title: str) -> None:
        """Until that utterance has been opened."""
        with self._changed:
            assert self._changed.wait_for(lambda: title in self.titles, PATIENCE_S), f"{title} never came"

    def heard(self, title: str) -> Samples:
        """What was heard of an utterance."""
        with self._changed:
            return np.concatenate([np.zeros(0, np.float32), *self._heard.get(title, [])])

    # -- the contract ------------------------------------------------------------------------------------------

    def open(self, rate: int, title: str) -> None:
        with self._changed:
            self._check()
            self._rate = rate
            self.titles.append(title)
            self._changed.notify_all()

    def write(self, samples: Samples) -> None:
        with self._changed:
            self._check()
            self._held += [samples.copy()] if len(samples) else []
            self._changed.notify_all()
            if self._free:
                self._consume_all()
            self._wait(lambda: self._pending() <= self.capacity_s)

    def pending_s(self) -> float:
        with self._changed:
            self._check()
            return self._pending()

    def drain(self) -> None:
        with self._changed:
            self._wait(lambda: not self._held)

    def drop(self) -> None:
        with self._changed:
            self._check()
            self._held.clear()
            self.drops += 1

    def close(self) -> None:
        with self._changed:
            self._held.clear()
            self.closes += 1

    # -- inside ------------------------------------------------------------------------------------------------

    def _pending(self) -> float:
        return sum(len(part) for part in self._held) / self._rate if self._rate else 0.0

    def _consume(self, frames: int) -> int:
        part = self._held.pop(0)
        if len(part) > frames:
            self._held.insert(0, part[frames:])
            part = part[:frames]
        self._heard.setdefault(self.titles[-1], []).append(part)
        self._changed.notify_all()
        return len(part)

    def _consume_all(self) -> None:
        while self._held:
            self._consume(len(self._held[0]))
        self._changed.notify_all()

    def _check(self) -> None:
        if self._lost:
            raise Retryable("audio_device", "the device was unplugged")

    def _wait(self, condition: object) -> None:
        assert callable(condition)
        assert self._changed.wait_for(lambda: self._lost or bool(condition()), PATIENCE_S), "nobody listens"
        self._check()
