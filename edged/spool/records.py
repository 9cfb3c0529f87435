"""What the spool holds, as plain records, and how they are read from rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import ValidationError

from edged.lifecycle import State
from edged.message import Outbound
from edged.request import Priority, SpeechRequest

_UNREADABLE = SpeechRequest(text="(unreadable)")


class Row(Protocol):
    """A row of a table, by column name."""

    def __getitem__(self, key: str, /) -> Any:
        """The value of a column."""


Lane = Literal["room", "render"]


@dataclass(frozen=True)
class Delivery:
    """How the broker handed a message over: recognises a redelivery of a request without an id."""

    session: str
    packet_id: int
    topic: str
    payload_sha256: str


@dataclass(frozen=True)
class Entry:
    """One accepted request as the spool holds it."""

    seq: int
    """Order of acceptance; 0 before it is stored."""
    id: str
    body_sha256: str
    lane: Lane
    priority: Priority
    request: SpeechRequest
    warnings: tuple[dict[str, Any], ...]
    reply_topic: str | None
    correlation: bytes | None
    accepted_wall: float
    boot: str
    received: float
    """Monotonic seconds of the boot ``boot``."""
    expires: float
    """Monotonic seconds of the boot ``boot``."""
    expires_wall: float
    state: State = "queued"
    crashes: int = 0
    spoken: int = 0
    delivery: Delivery | None = None
    readable: bool = True
    """False for a request that this version cannot read; its ``request`` is then a stand-in."""


@dataclass(frozen=True)
class Known:
    """What is remembered of a request with a certain id."""

    id: str
    body_sha256: str
    state: State
    result: bytes | None
    reply_topic: str | None
    correlation: bytes | None


@dataclass(frozen=True)
class OutboxRow:
    """A message that waits for the broker's acknowledgement."""

    seq: int
    message: Outbound


def known_from(row: Row) -> Known:
    """What is remembered, from a row of ``requests``."""
    return Known(row["id"], row["body_sha256"], row["state"], row["result"], row["reply_topic"], row["correlation"])


def entry_from(row: Row) -> Entry:
    """A request, from a row of ``requests``."""
    request = _request(row["request"])
    return Entry(
        seq=row["seq"],
        id=row["id"],
        body_sha256=row["body_sha256"],
        lane=row["lane"],
        priority=row["priority"],
        request=request or _UNREADABLE,
        warnings=tuple(json.loads(row["warnings"])),
        reply_topic=row["reply_topic"],
        correlation=row["correlation"],
        accepted_wall=row["accepted_wall"],
        boot=row["boot"],
        received=row["received"],
        expires=row["expires"],
        expires_wall=row["expires_wall"],
        state=row["state"],
        crashes=row["crashes"],
        spoken=row["spoken"],
        readable=request is not None,
    )


def _request(stored: str) -> SpeechRequest | None:
    try:
        return SpeechRequest.model_validate_json(stored)
    except ValidationError:
        return None


def outbox_row_from(row: Row) -> OutboxRow:
    """A message, from a row of ``outbox``."""
    properties = tuple((name, value) for name, value in json.loads(row["user_properties"]))
    return OutboxRow(
        row["seq"],
        Outbound(
            topic=row["topic"],
            payload=row["payload"],
            content_type=row["content_type"],
            correlation=row["correlation"],
            user_properties=properties,
        ),
    )
