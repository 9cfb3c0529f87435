"""The thread that hands sound to the output, and the bounded hand-off in front of it.

The room thread renders ahead into a :class:`Playback`; the delivery thread writes it to the output in short blocks.
The last block is held back until the end is known, so that ``before_last`` runs before the device gets it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edged.clock import Clock
from edged.errors import OutcomeError, Retryable
from edged.output.contract import Output
from edged.waveform import Samples

log = logging.getLogger(__name__)

BLOCK_S = 0.02
"""Seconds written to the output at a time: bounds how long a stop waits."""
POLL_S = 0.5
"""Seconds between two signs of life of the thread."""
LAST_BLOCK_S = 0.1
"""Seconds of the last block, the stretch that is not repeated after a crash."""


class Stopped(Exception):
    """The utterance was stopped from outside; nothing more of it is heard."""


@dataclass(frozen=True)
class Hooks:
    """What the delivery thread tells about an utterance while it plays. All are called from that thread."""

    volume: Callable[[], float]
    """Factor for the next block, 0 to 1."""
    started: Callable[[], None]
    """The first block was accepted by the output."""
    heard: Callable[[int], None]
    """Piece n has been heard to its end."""
    before_last: Callable[[], None]
    """The last block is about to be handed over."""


class Playback:
    """One utterance on its way to the output."""

    def __init__(self, title: str, rate: int, ahead_s: float, hooks: Hooks) -> None:
        self.title = title
        self.rate = rate
        self.hooks = hooks
        self.first_accepted: float | None = None
        """Monotonic time at which the output had accepted the first block."""
        self.last_heard: float | None = None
        """Monotonic time at which everything had been heard."""
        self._ahead = int(ahead_s * rate)
        self._changed = threading.Condition()
        self._parts: deque[Samples | int] = deque()
        self._waiting = 0
        self._ended = False
        self._stopped = False
        self._closing = False
        self._done = False
        self._error: Exception | None = None

    # -- the room thread --------------------------------------------------------------------------------------

    def put(self, samples: Samples) -> None:
        """Hand over sound; blocks while enough is waiting. Raises :class:`Stopped` or the output's error."""
        with self._changed:
            self._changed.wait_for(lambda: self._done or (self._waiting <= self._ahead and not self._stopped))
            self._check()
            self._parts.append(samples)
            self._waiting += len(samples)
            self._changed.notify_all()

    def mark(self, piece: int) -> None:
        """Everything of this piece has been handed over."""
        with self._changed:
            self._check()
            self._parts.append(piece)
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing more will come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Whether everything has been heard; waits for it. Raises :class:`Stopped` or the output's error."""
        with self._changed:
            self._changed.wait_for(lambda: self._done, timeout=seconds)
            self._check()
            return self._done

    def settled(self, seconds: float) -> bool:
        """Whether the output has let go of it, however it went; waits for that."""
        with self._changed:
            return self._changed.wait_for(lambda: self._done, timeout=seconds)

    def stop(self) -> bool:
        """Silence, now; may be called from any thread. False if it is too late: the last block is on its way."""
        with self._changed:
            if not self._closing:
                self._stopped = True
                self._changed.notify_all()
            return not self._closing

    def _check(self) -> None:
        # Only what the delivery thread made of it counts: until then its hooks may still be called.
        if self._error is not None:
            raise self._error

    # -- the delivery thread ----------------------------------------------------------------------------------

    def next_block(self, seconds: float) -> tuple[Samples | int | None, bool]:
        """The next stretch of sound or piece mark, and whether it is the last; (None, False) if none came in time.

        Raises :class:`Stopped`.
        """
        last = int(LAST_BLOCK_S * self.rate)
        with self._changed:
            self._changed.wait_for(lambda: self._ready(last), timeout=seconds)
            if self._stopped:
                raise Stopped
            if not self._ready(last):
                return None, False
            block = self._take(last) if self._parts else np.zeros(0, np.float32)
            self._changed.notify_all()
            self._closing = self._ended and self._waiting == 0 and not isinstance(block, int)
            return block, self._closing

    def _ready(self, last: int) -> bool:
        if self._stopped or self._ended:
            return True
        return bool(self._parts) and (isinstance(self._parts[0], int) or self._waiting > last)

    def _take(self, last: int) -> Samples | int:
        part = self._parts.popleft()
        if isinstance(part, int):
            return part
        room = self._waiting - last
        if room <= 0:  # only once the end is known, see _ready
            return self._take_rest(part)
        size = min(len(part), int(BLOCK_S * self.rate), room)
        if size < len(part):
            self._parts.appendleft(part[size:])
        self._waiting -= size
        return part[:size]

    def _take_rest(self, part: Samples) -> Samples:
        rest = [part, *(item for item in self._parts if not isinstance(item, int))]
        marks = [item for item in self._parts if isinstance(item, int)]
        self._parts = deque(marks)
        self._waiting = 0
        return np.concatenate(rest)

    def finish(self, error: Exception | None = None) -> None:
        """The delivery thread is done with it; ``error`` if it was not heard to its end."""
        with self._changed:
            self._error = error
            self._done = True
            self._changed.notify_all()


class Delivery:
    """Owns the output. One thread, named ``delivery``."""

    def __init__(self, output: Output, clock: Clock, idle_close_s: float, beat: Callable[[], None]) -> None:
        self.output = output
        self._clock = clock
        self._idle_close_s = idle_close_s
        self._beat = beat
        self._changed = threading.Condition()
        self._next: Playback | None = None
        self._lost = ""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="delivery")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop what plays, release the device, end the thread."""
        with self._changed:
            self._stopping = True
            if self._next is not None:
                self._next.stop()
            self._changed.notify_all()
        self._thread.join()

    def play(self, playback: Playback) -> None:
        """Take over an utterance; the one before must be done."""
        with self._changed:
            self._next = playback
            self._changed.notify_all()

    def _run(self) -> None:
        idle_since: float | None = None
        while True:
            self._beat()
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or self._stopping, timeout=POLL_S)
                playback = self._next
                if self._stopping and playback is None:
                    break
            if playback is not None:
                self._deliver(playback)
                idle_since = self._clock.monotonic()
            elif idle_since is not None and self._clock.monotonic() - idle_since >= self._idle_close_s:
                self.output.close()
                idle_since = None
        self.output.close()

    def _deliver(self, playback: Playback) -> None:
        error: Exception | None = None
        try:
            self._play(playback)
            self._lost = ""
        except Stopped as stopped:
            self._drop()
            error = stopped
        except Retryable as lost:
            # A device that is away is tried every second; the journal need not hear of it each time.
            level = logging.DEBUG if lost.message == self._lost else logging.WARNING
            log.log(level, "the sound device is lost, the utterance waits or fails: %s", lost)
            self._lost = lost.message
            self.output.close()
            error = lost
        except OutcomeError as refused:
            error = refused
        with self._changed:
            self._next = None
        playback.finish(error)

    def _drop(self) -> None:
        try:
            self.output.drop()
        except Retryable as lost:
            log.warning("the sound device is lost: %s", lost)
            self.output.close()

    def _play(self, playback: Playback) -> None:
        written = 0
        gain = playback.hooks.volume()
        marks: deque[tuple[int, int]] = deque()
        self.output.open(playback.rate, playback.title)
        while True:
            self._beat()
            block, last = playback.next_block(POLL_S)
            if isinstance(block, int):
                marks.append((block, written))
                continue
            if block is None:
                self._report_heard(playback, marks, written)
                continue
            if last:
                playback.hooks.before_last()
            gain = self._write(block, gain, playback.hooks.volume())
            written += len(block)
            if playback.first_accepted is None:
                playback.first_accepted = self._clock.monotonic()
                playback.hooks.started()
            if last:
                break
            self._report_heard(playback, marks, written)
        self.output.drain()
        playback.last_heard = self._clock.monotonic()

    def _write(self, block: Samples, gain: float, wanted: float) -> float:
        """Write with the volume moving evenly from one value to the next, so that a change does not click."""
        if gain == wanted == 1.0:
            self.output.write(block)
        else:
            self.output.write(block * np.linspace(gain, wanted, len(block), dtype=np.float32))
        return wanted

    def _report_heard(self, playback: Playback, marks: deque[tuple[int, int]], written: int) -> None:
        if not marks or playback.first_accepted is None:  # nothing is heard before the first sound
            return
        heard = written - self.output.pending_s() * playback.rate
        while marks and marks[0][1] <= heard:
            playback.hooks.heard(marks.popleft()[0])
