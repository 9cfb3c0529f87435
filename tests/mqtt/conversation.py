"""A session under test and everything that it told its handler."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from edged.message import Inbound, Outbound
from edged.mqtt.session import MqttSession
from edged.settings import Mqtt
from tests.brokers import until

WILL = Outbound("edged/box/availability", b"offline", retain=True)


class Recorder:
    """A handler that keeps what it is told; ``holding`` makes it commit nothing."""

    def __init__(self) -> None:
        self.received: list[Inbound] = []
        self.batches: list[list[Inbound]] = []
        self.connections: list[bool] = []
        self.reasons: list[str] = []
        self.confirmations: list[Inbound] = []
        self.published: list[int] = []
        self.beats = 0
        self.holding = False
        self.calls: list[str] = []
        self.threads: set[str] = set()
        self._open: list[Inbound] = []

    def receive(self, message: Inbound) -> None:
        self._called("receive")
        self.received.append(message)
        self._open.append(message)

    def flush(self) -> Sequence[Inbound]:
        self._called("flush")
        if self.holding:
            return []
        batch, self._open = self._open, []
        self.batches.append(batch)
        return [message for message in batch if message.qos > 0]

    def connected(self, session_present: bool) -> None:  # noqa: FBT001
        self._called("connected")
        self._open = []
        self.connections.append(session_present)

    def disconnected(self, reason: str) -> None:
        self._called("disconnected")
        self.reasons.append(reason)

    def confirmed(self, messages: Sequence[Inbound]) -> None:
        self._called("confirmed")
        self.confirmations.extend(messages)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.threads.add(threading.current_thread().name)

    def beat(self) -> None:
        self.beats += 1

    @property
    def payloads(self) -> list[str]:
        return [message.payload.decode() for message in self.received]


@contextlib.contextmanager
def session(
    settings: Mqtt, recorder: Recorder, *, filters: Sequence[str] = ("edged/box/say",), wait: bool = True, **more: Any
) -> Iterator[MqttSession]:
    """A session of the node ``box`` that runs until the end of the block."""
    made = MqttSession(
        settings, "box", filters, WILL, recorder, beat=recorder.beat, on_published=recorder.published.append, **more
    )
    made.start()
    try:
        if wait:
            until(lambda: made.connected, "the session connects")
        yield made
    finally:
        made.stop()
