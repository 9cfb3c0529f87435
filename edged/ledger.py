"""Decides outcomes on disk and has them told: the one place where a request ends."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from edged.clock import Clock
from edged.errors import OutcomeError
from edged.lifecycle import IllegalTransition, Step, outcome_after
from edged.message import Outbound
from edged.outcome import Report, event_message, result_messages, result_payload, terminal_event
from edged.request import Envelope
from edged.spool.records import Entry, Known
from edged.spool.store import Store

log = logging.getLogger(__name__)

_UNNAMED = uuid.UUID("5f6ecf1c-6d0e-4f0b-9a58-0d5f7a3c2f11")
"""Name space of the ids given to rejected messages that brought none: a redelivery gets the same id."""


class Ledger:
    """Writes outcomes into the spool and their messages into the outbox. Thread-safe."""

    def __init__(self, store: Store, node: str, base: str, clock: Clock, tell: Callable[[Outbound], None]) -> None:
        self._store = store
        self._node = node
        self._base = base
        self._clock = clock
        self._tell = tell
        self.wake: Callable[[], None] = lambda: None
        """Called after something was put into the outbox; set by whoever empties it."""

    def event(self, event_type: str, request_id: str | None, **facts: Any) -> None:
        """Tell a passing event, of a request or of the node; lost if the broker is away for long, unlike an outcome."""
        self._tell(event_message(self._base, event_type, request_id, self._clock.wall(), **facts))

    def conclude(self, entry: Entry, step: Step, report: Report) -> None:
        """Decide the outcome of an accepted request: one commit, then it is told until the broker has it.

        Raises :class:`edged.lifecycle.IllegalTransition` if ``step`` does not lead from the entry's state to the
        report's outcome.
        """
        outcome = outcome_after(entry.state, step)
        if outcome != report.outcome:
            raise IllegalTransition(f"step {step!r} leads to {outcome!r}, the report says {report.outcome!r}")
        wall = self._clock.wall()
        request = entry.request
        envelope = Envelope(entry.id, request.reply_to, request.correlation, request.source, request.custom)
        payload = result_payload(self._node, entry.id, envelope, report)
        messages = [
            terminal_event(self._base, entry.id, wall, report),
            *result_messages(self._base, payload, entry.reply_topic, entry.correlation),
        ]
        self._store.conclude(entry.seq, outcome, ended_wall=wall, result=payload, messages=messages)
        level = logging.INFO if report.error is None else logging.WARNING
        log.log(
            level,
            "%s%s",
            report.outcome,
            f": {report.error['message']}" if report.error else "",
            extra={"request_id": entry.id},
        )
        self.wake()

    def refuse(
        self, envelope: Envelope, error: OutcomeError, *, delivery_key: str, reply: tuple[str | None, bytes | None]
    ) -> str:
        """Tell that a message was not accepted; returns the id used. Part of the caller's transaction."""
        request_id = envelope.id or str(uuid.uuid5(_UNNAMED, delivery_key))
        report = Report("rejected", error=error.as_result())
        payload = result_payload(self._node, request_id, envelope, report)
        self._store.post(terminal_event(self._base, request_id, self._clock.wall(), report))
        for message in result_messages(self._base, payload, reply[0], correlation_of(reply[1], envelope)):
            self._store.post(message)
        log.warning("rejected: %s", error.message, extra={"request_id": request_id, "code": error.code})
        return request_id

    def repeat(self, known: Known) -> None:
        """Tell a decided outcome once more, byte for byte. Part of the caller's transaction."""
        if known.result is not None:
            for message in result_messages(self._base, known.result, known.reply_topic, known.correlation):
                self._store.post(message)


def correlation_of(correlation: bytes | None, envelope: Envelope) -> bytes | None:
    """MQTT 5 correlation data, or else its JSON twin."""
    if correlation is None and envelope.correlation is not None:
        return envelope.correlation.encode("utf-8", "replace")
    return correlation
