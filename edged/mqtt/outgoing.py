"""What is on its way to the broker: a bounded queue, a window of unacknowledged messages, and what their answers prove.

MQTT runs over TCP and a broker works through a connection in order: its answer to a message that we sent after an
acknowledgement proves that it has processed that acknowledgement too.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from dataclasses import dataclass

from edged.message import Inbound, Outbound

QUEUE_LIMIT = 1024
"""Messages waiting for a place in the window."""
WINDOW = 64
"""Messages sent and unacknowledged; fewer if the broker's Receive Maximum says so."""


@dataclass(frozen=True)
class Sent:
    """A message of ours that the client library has, and the name that our caller knows it by."""

    token: int
    message: Outbound
    proves: tuple[Inbound, ...] = ()
    """The acknowledgements that went out before it."""


class Outgoing:
    """Only :meth:`offer` may be called from any thread; the rest belongs to the mqtt thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens = itertools.count(1)
        self._waiting: deque[tuple[int, Outbound]] = deque()
        self._sent: dict[int, Sent] = {}
        self._acknowledged: list[Inbound] = []
        self._open = False
        self.window = WINDOW

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sent)

    def offer(self, message: Outbound) -> int | None:
        """Queue ``message``; returns its token, None if there is no connection or the queue is full."""
        with self._lock:
            if not self._open or len(self._waiting) >= QUEUE_LIMIT:
                return None
            token = next(self._tokens)
            self._waiting.append((token, message))
            return token

    def opened(self, window: int) -> None:
        """The broker has accepted us and takes ``window`` messages at once."""
        self.window = min(window, WINDOW)
        with self._lock:
            self._open = True

    def closed(self) -> None:
        """The connection is gone: QoS 0 messages in it are lost, the proofs are void; QoS 1 goes on in the next."""
        with self._lock:
            self._open = False
        self._acknowledged.clear()
        self._sent = {mid: Sent(sent.token, sent.message) for mid, sent in self._sent.items() if sent.message.qos > 0}

    def take(self) -> tuple[int, Outbound] | None:
        """The next message that may be sent now."""
        if not self._waiting or len(self._sent) >= self.window:
            return None
        return self._waiting.popleft()

    def put_back(self, token: int, message: Outbound) -> None:
        """It could not be sent now: it stays the next one."""
        self._waiting.appendleft((token, message))

    def sent(self, packet_id: int, token: int, message: Outbound) -> None:
        """The client library has it, as ``packet_id``."""
        proves: tuple[Inbound, ...] = ()
        if message.qos > 0:
            proves = tuple(self._acknowledged)
            self._acknowledged.clear()
        self._sent[packet_id] = Sent(token, message, proves)

    def acknowledged(self, message: Inbound) -> None:
        """We have sent the broker our acknowledgement of ``message``."""
        self._acknowledged.append(message)

    def answered(self, packet_id: int) -> Sent | None:
        """The broker has acknowledged ``packet_id`` (or a QoS 0 message was written); None if it is not ours."""
        return self._sent.pop(packet_id, None)
