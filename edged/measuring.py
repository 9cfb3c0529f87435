"""Measures the variants of the voice while nobody needs the machine, in a child process that gives way at once.

Called every second from the main thread; a request stops the child from whichever thread takes it up.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from edged.clock import Clock

log = logging.getLogger(__name__)

LIMIT_S = 1800.0
"""Seconds that one measurement may take: TensorRT builds its engines in it, which takes minutes each."""
MAX_TRIES = 8
"""Times that the same thing is tried until the next start; each waits twice as long as the one before it."""
GRACE_S = 2.0
"""Seconds between asking the child to end and ending it."""
NICENESS = 19
FIRST_TO_GO = 1000
"""The highest ``oom_score_adj``: when memory is short, it is the child that goes."""
ROUNDS = 3
BUILDER = "engine-build"
"""The thread in which `engine.student` does so."""
FOR_THE_SERVICE = ("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC")
"""Variables that speak of this process to the service manager, and are none of the child's business."""


class IdleMeasuring:
    """At most one measurement at a time, in idle time, a limited number of times.

    ``look`` and ``stop`` belong to one thread; ``interrupt`` may be called from any.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        idle_s: Callable[[], float],
        wanted: Callable[[], str | None],
        busy: Callable[[], bool],
        command: Callable[[str], Sequence[str]],
        measured: Callable[[], None],
    ) -> None:
        """What it asks and what it does.

        ``idle_s``: seconds of quiet before a measurement, 0: none; ``wanted``: what is to be measured, None: nothing;
        ``busy``: whether something is queued or said; ``command``: the program that measures it and keeps the result;
        ``measured``: it has.
        """
        self._now = clock.monotonic
        self._idle_s = idle_s
        self._wanted = wanted
        self._busy = busy
        self._command = command
        self._measured = measured
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._interrupted = False
        self._quiet_since = self._now()
        self._started = 0.0
        self._end_by = 0.0
        self._last: str | None = None
        self._tries = 0
        self._not_before = 0.0

    def look(self) -> None:
        """Start, watch, end."""
        if self._busy():
            self.interrupt()
        if self._child is not None:
            self._watch(self._child)
        elif what := self._due():
            self._start(what)

    def interrupt(self) -> None:
        """The machine is needed: whatever is being measured stops, and the quiet begins anew."""
        with self._lock:
            self._quiet_since = self._now()
            if self._child is not None and not self._interrupted:
                self._interrupted = True
                self._end_by = self._now() + GRACE_S
                self._child.terminate()

    def stop(self) -> None:
        """End the child, if there is one, and wait for it."""
        self.interrupt()
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(GRACE_S)
            self._child.kill()
            self._child.wait()
            self._child = None

    # -- starting ----------------------------------------------------------------------------------------------

    def _due(self) -> str | None:
        """What is to be measured now."""
        wanted, idle_s = self._wanted(), self._idle_s()
        if wanted != self._last:
            self._last, self._tries, self._not_before = wanted, 0, 0.0
        quiet = self._now() >= max(self._quiet_since + idle_s, self._not_before)
        return wanted if quiet and idle_s > 0 and self._tries < MAX_TRIES else None

    def _start(self, what: str) -> None:
        self._tries += 1
        self._started = self._now()
        self._not_before = self._started + self._idle_s() * 2.0**self._tries
        log.info("nothing is to be said: measuring the variants of %s on this machine", what)
        try:
            child = _spawn(self._command(what))
        except OSError as error:
            log.warning("the variants cannot be measured: %s", error)
            return
        with self._lock:
            self._child, self._interrupted, self._end_by = child, False, self._started + LIMIT_S
        if self._busy():  # a request that came between the look and the start
            self.interrupt()

    # -- watching ----------------------------------------------------------------------------------------------

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        code = child.poll()
        if code is None:
            if self._now() >= self._end_by:
                child.kill()
            return
        with self._lock:
            self._child = None
        seconds = self._now() - self._started
        if code == 0:
            log.info("the variants were measured in %.0f s", seconds)
            self._measured()
        elif self._interrupted:
            log.info("the machine is needed: measuring begins again another time")
        else:
            log.warning("measuring the variants ended with %d after %.0f s", code, seconds)


def building() -> bool:
    """Whether an engine builds a variant in the background, for minutes: a measurement would find the machine busy."""
    return any(thread.name == BUILDER for thread in threading.enumerate())


def bench_command(config: Path | None, voice: str) -> list[str]:
    """The program that measures a voice's variants and keeps the result."""
    chosen = [] if config is None else ["--config", str(config)]
    words = ["bench", "--choose", "--json", "--rounds", str(ROUNDS), "--voice", voice]
    return [sys.executable, "-m", "edged", *chosen, *words]


def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A child behind everything else; what it says on standard error goes where ours goes."""
    environment = {name: value for name, value in os.environ.items() if name not in FOR_THE_SERVICE}
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,  # what is typed to stop us goes to us alone
    )
    # Set from here, before the child has threads; a hook between fork and exec is not safe in a process with threads.
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
    with contextlib.suppress(OSError):
        Path(f"/proc/{child.pid}/oom_score_adj").write_text(str(FIRST_TO_GO), encoding="ascii")
    return child
