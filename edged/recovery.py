"""What becomes of the requests that an earlier run of the daemon left without an outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from edged.job import Stage
from edged.lifecycle import Step, after
from edged.outcome import Report
from edged.spool.records import Entry

Conclude = Callable[[Entry, Step, Report], None]


def recovered(stage: Stage, conclude: Conclude) -> Iterator[Entry]:
    """Those that go back into the queue, oldest first; the others are concluded.

    One that was ``ending`` counts as spoken. One that was in flight goes on, unless it was so at too many crashes: it
    may be what kills the process. One that this version cannot read fails, so that it does not stop the others.
    """
    for entry in stage.store.open_entries():
        if not entry.readable:
            error = {
                "code": "synth_failed",
                "message": "stored by another version of edged; this one cannot read it",
            }
            conclude(replace(entry, state="queued"), "fail", Report("failed", error=error))
        elif entry.state == "ending":
            tail = {"code": "tail_unconfirmed", "message": "the process died during the last words", "field": None}
            conclude(entry, "finish", Report("finished", warnings=(*entry.warnings, tail), spoken_fraction=1.0))
        else:
            queued = _queued(stage, _anchored(stage, entry), conclude)
            if queued is not None:
                yield queued


def _anchored(stage: Stage, entry: Entry) -> Entry:
    """The entry with its times in this boot's monotonic clock.

    A clock that has gone back since it was last looked at is not trusted: no time has passed then.
    """
    clock = stage.clock
    if entry.boot == clock.boot_id():
        return entry
    now, wall = clock.monotonic(), max(clock.wall(), stage.store.recall("wall") or 0.0)
    received = now - max(0.0, wall - entry.accepted_wall)
    return stage.store.reanchor(entry, clock.boot_id(), received, now + entry.expires_wall - wall)


def _queued(stage: Stage, entry: Entry, conclude: Conclude) -> Entry | None:
    """The entry back in the state ``queued``; None if it has failed for good."""
    if entry.state == "queued":
        return entry
    stage.store.record(entry.seq, after(entry.state, "requeue"), crashed=True)
    again = replace(entry, state="queued")
    if entry.crashes + 1 < stage.settings.queue.max_crashes:
        return again
    message = f"the process died {entry.crashes + 1} times while saying this; it is not tried again"
    error = {"code": "synth_failed", "message": message}
    conclude(again, "fail", Report("failed", error=error, warnings=entry.warnings))
    return None
