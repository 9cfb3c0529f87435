"""MQTT messages as plain data, so that the flow never touches the MQTT library."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Inbound:
    """A message that the broker delivered to us."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    """True only for a stored message replayed at subscription (3.1.1; on 5 none are asked for)."""
    dup: bool = False
    """The broker says that it may have delivered this packet before."""
    packet_id: int = 0
    """0 for QoS 0."""
    session: str = ""
    """Names the broker session that packet ids belong to; changes when the broker starts a new one."""
    expiry_s: float | None = None
    """MQTT 5 message expiry: what remains of it, in seconds."""
    response_topic: str | None = None
    correlation: bytes | None = None


@dataclass(frozen=True)
class Outbound:
    """A message of ours."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    content_type: str | None = None
    response_topic: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None
    """MQTT 5 message expiry, in seconds."""
    user_properties: tuple[tuple[str, str], ...] = field(default=())
