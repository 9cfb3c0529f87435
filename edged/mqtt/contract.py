"""What the parts of the session ask of each other, and of the flow above them."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edged.message import Inbound, Outbound
from edged.mqtt.failure import Failure


class Handler(Protocol):
    """Takes what the broker sends. Every call comes from the mqtt thread; none may raise or wait long.

    Any of them may call :meth:`edged.mqtt.session.MqttSession.publish`.
    """

    def receive(self, message: Inbound) -> None:
        """Take one message; nothing is acknowledged yet."""

    def flush(self) -> Sequence[Inbound]:
        """Commit what was received; returns the messages to acknowledge now, in the order of their arrival.

        Called after every batch, and once a second while messages of this connection are unacknowledged.
        """

    def connected(self, session_present: bool) -> None:  # noqa: FBT001 - the flag of CONNACK
        """The broker has accepted us; ``MqttSession.session_token`` now names its session."""

    def disconnected(self, reason: str) -> None:
        """The connection is gone."""

    def confirmed(self, messages: Sequence[Inbound]) -> None:
        """The broker is known to have processed our acknowledgements of these messages.

        From here on it may use their packet ids for others. Without this call they may still be delivered again.
        """


@dataclass(frozen=True)
class Statistics:
    """Counted since the start of the process; ``queued`` is what waits now for the broker's acknowledgement."""

    received: int
    published: int
    queued: int


@dataclass(frozen=True)
class Accepted:
    """What the broker said when it accepted us."""

    session_present: bool
    window: int
    """Unacknowledged messages that it takes at once."""
    largest_packet: int | None
    """Bytes of a packet; it closes the connection of who sends a larger one."""


class Events(Protocol):
    """What happens on the wire; called inside the methods of :class:`Wire`, in the owning thread."""

    def accepted(self, accepted: Accepted) -> None:
        """The broker has accepted us."""

    def arrived(self, message: Inbound) -> None:
        """A message came in, its ``session`` not filled in yet."""

    def subscription_refused(self, name: str, reason: str) -> None:
        """The broker will not send us what matches the filter ``name``."""


class Wire(Protocol):
    """A connection to one broker that can be opened again and again; unacknowledged messages live on in it."""

    answers: deque[tuple[int, str | None]]
    """Packet ids that the broker has acknowledged (QoS 0: that were written), and what it had against them."""

    def open(self) -> Failure | None:
        """Connect and send CONNECT; None if that went well. Blocks in name look-up, TCP and TLS (5 s each)."""

    def socket(self) -> socket.socket | None:
        """The open connection, None if there is none."""

    def say_goodbye(self) -> None:
        """Tell the broker that we leave on purpose, so that it does not publish the will."""

    def hang_up(self) -> None:
        """Close the connection without a word."""

    def why_ended(self) -> Failure:
        """Why the connection is closed."""

    @property
    def interest(self) -> int:
        """The ``poll`` events to wait for."""

    def pending(self) -> bool:
        """Whether TLS has read bytes that we have not taken yet: ``poll`` does not see those."""

    def read(self) -> None:
        """Take about one packet; the socket must be readable."""

    def attend(self) -> None:
        """Write what waits, and look after keep-alive."""

    def subscribe(self, filters: Sequence[str]) -> None:
        """Ask for ``filters`` at QoS 1; on MQTT 5 without stored messages."""

    def publish(self, message: Outbound) -> int | None:
        """Hand over a message; returns its packet id, None if it must wait. Survives reconnects with QoS 1."""

    def acknowledge(self, packet_id: int) -> None:
        """Tell the broker that a QoS 1 message is ours now."""
