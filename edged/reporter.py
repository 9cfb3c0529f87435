"""The thread that tells: passing events at once, outcomes and audio from the outbox until the broker has them."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from edged.clock import Clock
from edged.errors import StorageFailed
from edged.message import Outbound
from edged.spool.records import OutboxRow
from edged.spool.store import Store

log = logging.getLogger(__name__)

POLL_S = 0.5
"""Seconds between two signs of life."""
IN_FLIGHT = 32
"""Outbox messages handed to the link and not acknowledged yet."""
MAX_EVENTS = 1000
"""Passing events kept while the broker is away; the oldest go first."""


class Link(Protocol):
    """What the reporter needs of the MQTT session."""

    @property
    def connected(self) -> bool:
        """Whether a publish has a chance."""

    def publish(self, message: Outbound) -> int | None:
        """Send; a token for the acknowledgement, or None while not connected.

        Returns at once; the acknowledgement is told from another thread.
        """


class Reporter:
    """Publishes. One thread, named ``reporter``."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        standing: Callable[[], list[Outbound]],
        health: Callable[[], Outbound],
        health_interval_s: Callable[[], float],
        beat: Callable[[], None],
    ) -> None:
        self.events_lost = 0
        """Passing events that were dropped because the broker was away."""
        self._store = store
        self._clock = clock
        self._standing = standing
        self._health = health
        self._health_interval_s = health_interval_s
        self._beat = beat
        self._link: Link | None = None
        self._changed = threading.Condition()
        self._events: deque[Outbound] = deque()
        self._published: dict[str, Outbound] = {}
        self._work = True
        self._tokens: dict[int, int] = {}
        self._confirmed: list[int] = []
        self._cursor = 0
        self._next_health = 0.0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="reporter")

    def start(self, link: Link) -> None:
        """Start the thread."""
        self._link = link
        self._thread.start()

    def stop(self) -> None:
        """Tell what can still be told, then end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    # -- any thread --------------------------------------------------------------------------------------------

    def tell(self, event: Outbound) -> None:
        """Publish a passing event."""
        with self._changed:
            if len(self._events) >= MAX_EVENTS:
                self._events.popleft()
                self.events_lost += 1
            self._events.append(event)
            self._wake()

    def wake(self) -> None:
        """There is something new in the outbox, or the state has changed."""
        with self._changed:
            self._wake()

    def _wake(self) -> None:
        self._work = True
        self._changed.notify_all()

    def acknowledged(self, token: int) -> None:
        """The broker has what was published under this token."""
        with self._changed:
            seq = self._tokens.pop(token, None)
            if seq is not None:  # else it was a passing event
                self._confirmed.append(seq)
                self._wake()

    def connected(self) -> None:
        """The link is up again: what is retained is published anew."""
        with self._changed:
            self._published.clear()
            self._wake()

    # -- the thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._beat()
            with self._changed:
                self._changed.wait_for(lambda: self._work or self._stopping, timeout=POLL_S)
                self._work = False
                stopping = self._stopping
            try:
                self._report()
            except StorageFailed as error:
                log.warning("outcomes are told later: %s", error)
            if stopping:
                return

    def _report(self) -> None:
        if self._link is not None and self._link.connected:
            self._tell_standing()
            self._tell_events()
            self._tell_outbox()
            self._tell_health()
        self._forget_confirmed()  # last: a disk that refuses it must not keep the rest from being told

    def _forget_confirmed(self) -> None:
        with self._changed:
            confirmed, self._confirmed = self._confirmed, []
        if not confirmed:
            return
        try:
            self._store.outbox_done(confirmed)
        except StorageFailed:
            with self._changed:
                self._confirmed.extend(confirmed)
            raise

    def _tell_standing(self) -> None:
        """What is retained, if it changed since it was last published."""
        for message in self._standing():
            if self._published.get(message.topic) != message and self._publish(message) is not None:
                self._published[message.topic] = message

    def _tell_events(self) -> bool:
        """Whether all are told."""
        while True:
            with self._changed:
                if not self._events:
                    return True
                event = self._events.popleft()
            if self._publish(event) is None:
                with self._changed:
                    self._events.appendleft(event)
                return False

    def _tell_outbox(self) -> None:
        while True:
            with self._changed:
                places = IN_FLIGHT - len(self._tokens)
            rows = self._store.outbox_after(self._cursor, places) if places > 0 else []
            # What was told before these rows were written goes first: `started` before `finished`.
            if not rows or not self._tell_events():
                return
            for row in rows:
                if not self._hand_over(row):
                    return

    def _hand_over(self, row: OutboxRow) -> bool:
        with self._changed:  # its acknowledgement waits until the token is known here
            token = self._publish(row.message)
            if token is not None:
                self._tokens[token] = row.seq
                self._cursor = row.seq
        return token is not None

    def _tell_health(self) -> None:
        now = self._clock.monotonic()
        if now >= self._next_health:
            self._next_health = now + self._health_interval_s()
            self._publish(self._health())

    def _publish(self, message: Outbound) -> int | None:
        return self._link.publish(message) if self._link is not None else None
