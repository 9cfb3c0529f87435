"""The two lanes. *room*: one utterance at a time, to the output. *render*: everything that nobody in the room hears."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from edged.errors import Rejected, StorageFailed
from edged.job import SHUTDOWN, Job, Stage
from edged.lifecycle import Step
from edged.outcome import Report
from edged.performance import perform
from edged.recovery import recovered
from edged.request import Priority
from edged.spool.order import Line, Waiting, has_room
from edged.spool.records import Entry, Lane
from edged.statistics import Statistics

log = logging.getLogger(__name__)

POLL_S = 0.5
"""Seconds between two signs of life of an idle lane."""
RETRY_S = 1.0
"""Seconds before a lost device or a full disk is tried again."""
CHARACTERS_PER_SECOND = 15.0
"""Rough pace of English speech, for estimates of what waits."""
MAX_ERRANDS = 32
"""Dry runs that may wait for the render lane."""

Selector = Callable[[Waiting], bool]


@dataclass(frozen=True)
class Snapshot:
    """The queue as others see it."""

    depth: int
    seconds: float
    by_priority: dict[Priority, int]
    current: dict[str, Any] | None
    """id, priority and source of what is being said in the room."""
    device_problem: str | None
    sounding: bool = False
    """Whether what is being said can be heard already."""


class Announcer:
    """Takes what was accepted and sees each request to its one outcome."""

    def __init__(
        self, stage: Stage, statistics: Statistics, beats: dict[Lane, Callable[[], None]], changed: Callable[[], None]
    ) -> None:
        self._stage = stage
        self._statistics = statistics
        self._beats = beats
        self._tell_change = changed
        self._changed = threading.Condition()
        self._lines: dict[Lane, Line] = {"room": Line(), "render": Line()}
        self._jobs: dict[Lane, Job] = {}
        self._errands: deque[Callable[[], None]] = deque()
        self._stopping = False
        self._device_problem: str | None = None
        self._threads = [threading.Thread(target=self._run, args=(lane,), name=lane) for lane in self._lines]

    # -- life --------------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Take over what an earlier run of the daemon left without an outcome."""
        for entry in recovered(self._stage, self._conclude):
            self.enqueue(entry)

    def start(self) -> None:
        """Start both lanes."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop both lanes; what was being said goes back into the queue and goes on at the next start."""
        with self._changed:
            self._stopping = True
            for job in self._jobs.values():
                job.stop(SHUTDOWN)
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    # -- the queue ---------------------------------------------------------------------------------------------

    def has_room(self, priority: Priority, staged: int = 0) -> bool:
        """Whether one more request fits behind those that wait and ``staged`` others about to join."""
        queue = self._stage.settings.queue
        with self._changed:
            waiting = staged + sum(len(line) for line in self._lines.values())
        return has_room(waiting, priority, limit=queue.limit, reserve=queue.important_reserve)

    def enqueue(self, entry: Entry) -> int:
        """Join the line; the entry is in the spool. Returns how many of its lane wait or run now."""
        with self._changed:
            self._lines[entry.lane].add(_waiting_of(entry))
            self._changed.notify_all()
            return len(self._lines[entry.lane]) + (entry.lane in self._jobs)

    def run_errand(self, errand: Callable[[], None]) -> None:
        """Run something short in the render lane, before its next request.

        Raises ``Rejected`` (``rate_limited``) if too many wait.
        """
        with self._changed:
            if len(self._errands) >= MAX_ERRANDS:
                raise Rejected("rate_limited", f"{MAX_ERRANDS} dry runs wait already; ask again later")
            self._errands.append(errand)
            self._changed.notify_all()

    def cancel(self, selects: Selector, by: str) -> list[str]:
        """Cancel what waits and what is being said or rendered; the ids touched.

        Raises ``StorageFailed``: then nothing that waits was cancelled.
        """
        with self._changed:
            taken = {lane: line.take_matching(selects) for lane, line in self._lines.items()}
            current = [job for job in self._jobs.values() if selects(_waiting_of(job.entry)) and job.stop(by)]
        self._end_waiting(taken, "cancel", Report("cancelled", reason=by))
        waiting = itertools.chain.from_iterable(taken.values())
        return [*(job.entry.id for job in current), *(found.id for found in waiting)]

    def current_id(self) -> str | None:
        """The id of what is being said in the room."""
        job = self._jobs.get("room")
        return job.entry.id if job else None

    @property
    def in_flight(self) -> int:
        """Requests that are being said or rendered."""
        with self._changed:
            return len(self._jobs)

    @property
    def busy(self) -> bool:
        """Whether anything waits, is being said or is being rendered."""
        with self._changed:
            return bool(self._jobs or self._errands or any(len(line) for line in self._lines.values()))

    def expire_due(self) -> None:
        """End what has waited too long; raises ``StorageFailed``: then it waits on."""
        now = self._stage.clock.monotonic()
        with self._changed:
            late = {lane: line.take_expired(now) for lane, line in self._lines.items()}
        self._end_waiting(late, "expire", Report("expired", reason="ttl"))

    def _end_waiting(self, taken: dict[Lane, list[Waiting]], step: Step, report: Report) -> None:
        """End those who left their line, all in one commit; if the disk refuses they are in their places again."""
        store, ledger = self._stage.store, self._stage.ledger
        try:
            with store.transaction():
                for found in itertools.chain.from_iterable(taken.values()):
                    entry = store.load(found.seq)
                    ledger.conclude(entry, step, replace(report, warnings=entry.warnings))
        except StorageFailed:
            with self._changed:
                for lane, those in taken.items():
                    for found in those:
                        self._lines[lane].add(found)
                self._changed.notify_all()
            raise
        for _ in itertools.chain.from_iterable(taken.values()):
            self._statistics.add(report)

    def waiting(self, limit: int) -> list[Waiting]:
        """The first of those who wait, in order of service, the room first."""
        with self._changed:
            everybody = itertools.chain.from_iterable(self._lines.values())
            return list(itertools.islice(everybody, limit))

    def snapshot(self) -> Snapshot:
        """The queue as it is now."""
        with self._changed:
            depth = sum(len(line) for line in self._lines.values())
            seconds = sum(line.seconds for line in self._lines.values())
            counts = [line.counts() for line in self._lines.values()]
            job = self._jobs.get("room")
        by_priority = {priority: sum(count[priority] for count in counts) for priority in counts[0]}
        entry = job.entry if job else None
        current = {"id": entry.id, "priority": entry.priority, "source": entry.request.source} if entry else None
        sounding = job is not None and "first_audio" in job.marks
        return Snapshot(depth, round(seconds, 1), by_priority, current, self._device_problem, sounding)

    # -- the lanes ---------------------------------------------------------------------------------------------

    def _run(self, lane: Lane) -> None:
        pause_until = 0.0
        while True:
            self._beats[lane]()
            work = self._next(lane, pause_until)
            if work is None and self._stopping:
                return
            if isinstance(work, Job):
                requeued = self._serve(lane, work)
                pause_until = self._stage.clock.monotonic() + RETRY_S if requeued else 0.0
            elif work is not None:
                work()

    def _next(self, lane: Lane, pause_until: float) -> Job | Callable[[], None] | None:
        with self._changed:
            paused = self._stage.clock.monotonic() < pause_until

            def ready() -> bool:
                errand = lane == "render" and len(self._errands) > 0
                return self._stopping or errand or (not paused and len(self._lines[lane]) > 0)

            self._changed.wait_for(ready, timeout=POLL_S)
            if self._stopping:
                return None
            if lane == "render" and self._errands:
                return self._errands.popleft()
            first = None if paused else self._lines[lane].first()
        return self._claim(lane, first) if first is not None else None

    def _claim(self, lane: Lane, first: Waiting) -> Job | None:
        """The first of the line becomes the lane's job, unless that is another by now.

        The store is read without our lock: intake holds the store while it asks :meth:`has_room`.
        """
        try:
            entry = self._stage.store.load(first.seq)
        except StorageFailed as error:
            log.error("the queue cannot be read and waits: %s", error)  # noqa: TRY400 - its cause is the sentence
            self._rest()
            return None
        with self._changed:
            if self._stopping or self._lines[lane].first() is not first:
                return None
            self._lines[lane].remove(first)
            self._jobs[lane] = Job(entry, entry.state)
            return self._jobs[lane]

    def _serve(self, lane: Lane, job: Job) -> bool:
        """See one request through; True if it went back into the queue."""
        self._tell_change()
        step, report = perform(self._stage, job, self._beats[lane])
        if lane == "room":
            self._device_problem = _device_problem(job, report, before=self._device_problem)
        if step == "requeue":
            self._requeue(lane, job, report)
        else:
            self._conclude(replace(job.entry, state=job.state), step, report)
            with self._changed:
                del self._jobs[lane]
        self._tell_change()
        return step == "requeue"

    def _requeue(self, lane: Lane, job: Job, report: Report) -> None:
        """Back into the line, unless it was cancelled on the way."""
        state = job.step("requeue")
        recorded = self._persist(lambda: self._stage.store.record(job.entry.seq, state, spoken=job.spoken))
        with self._changed:
            del self._jobs[lane]
            if recorded and not job.cancelled:
                self._lines[lane].add(_waiting_of(job.entry))
        if recorded and job.cancelled:
            report = replace(report, outcome="cancelled", error=None, reason=job.stopped_by)
            self._conclude(replace(job.entry, state=state), "cancel", report)

    def _conclude(self, entry: Entry, step: Step, report: Report) -> None:
        if self._persist(lambda: self._stage.ledger.conclude(entry, step, report)):
            self._statistics.add(report)

    def _persist(self, write: Callable[[], object]) -> bool:
        """Write until the disk takes it: an outcome that is not on disk is not told. False if we stop before it does.

        What is not written is done again at the next start.
        """
        while True:
            try:
                write()
            except StorageFailed as error:
                log.error("the outcome of a request cannot be recorded and waits: %s", error)  # noqa: TRY400 - its cause is the sentence
                if self._rest():
                    return False
            else:
                return True

    def _rest(self) -> bool:
        """Wait before the disk is tried again; True if we stop meanwhile."""
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping, timeout=RETRY_S)


def _device_problem(job: Job, report: Report, before: str | None) -> str | None:
    """What is wrong with the output after this attempt; one that made no sound says nothing new of it."""
    if report.error is not None and report.error["code"] == "audio_device":
        return str(report.error["message"])
    return None if "first_audio" in job.marks else before


def _waiting_of(entry: Entry) -> Waiting:
    request = entry.request
    seconds = len(request.text) / CHARACTERS_PER_SECOND
    return Waiting(entry.seq, entry.id, entry.priority, entry.expires, seconds, request.tag, request.source)
