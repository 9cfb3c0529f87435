"""What the session with the broker asks of the flow above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edged.message import Inbound


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
