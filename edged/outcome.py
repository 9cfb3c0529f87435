"""The result of a request and the messages that tell it: built once, stored, and never built again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from edged.clock import rfc3339
from edged.lifecycle import STATUS_OF, Outcome
from edged.message import Outbound
from edged.request import VERSION, Envelope


@dataclass(frozen=True)
class Report:
    """What is known of a request at its end. Times are milliseconds."""

    outcome: Outcome
    error: dict[str, Any] | None = None
    reason: str | None = None
    by: str | None = None
    audio: dict[str, Any] | None = None
    timing_ms: dict[str, int] = field(default_factory=dict)
    rtf: float | None = None
    engine: dict[str, str] | None = None
    voice: str | None = None
    voices: tuple[str, ...] = ()
    """All that spoke, in order, if the text has several."""
    provider: str | None = None
    model: str | None = None
    normalized: str | None = None
    phonemes: str | None = None
    warnings: tuple[dict[str, Any], ...] = ()
    spoken_fraction: float = 0.0


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8; a lone surrogate stays the JSON escape that it came as."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def result_payload(node: str, request_id: str, envelope: Envelope, report: Report) -> bytes:
    """The ``result`` object of the contract."""
    result: dict[str, Any] = {
        "v": VERSION,
        "id": request_id,
        "node": node,
        "status": STATUS_OF[report.outcome],
        "outcome": report.outcome,
    }
    optional = {
        "error": report.error,
        "reason": report.reason,
        "by": report.by,
        "correlation": envelope.correlation,
    }
    result |= {key: value for key, value in optional.items() if value is not None}
    result |= {
        "audio": report.audio,
        "timing_ms": report.timing_ms,
        "rtf": report.rtf,
        "engine": report.engine,
        "voice": report.voice,
        "voices": list(report.voices),
        "provider": report.provider,
        "model": report.model,
        "cache": "off",
        "normalized": report.normalized,
        "phonemes": report.phonemes,
        "warnings": list(report.warnings),
        "spoken_fraction": report.spoken_fraction,
        "source": envelope.source,
        "custom": {} if envelope.custom is None else envelope.custom,
    }
    return encode(result)


def result_messages(base: str, payload: bytes, reply_topic: str | None, correlation: bytes | None) -> list[Outbound]:
    """The result to everybody and, if a reply topic was given, to whoever asked; the same bytes."""
    messages = [Outbound(f"{base}/result", payload, content_type="application/json", correlation=correlation)]
    if reply_topic is not None:
        messages.append(Outbound(reply_topic, payload, content_type="application/json", correlation=correlation))
    return messages


def event_message(base: str, event_type: str, request_id: str | None, wall: float, **facts: Any) -> Outbound:
    """An event of the contract: the shape of Home Assistant's ``event`` platform."""
    body = {"event_type": event_type, "id": request_id, "ts": rfc3339(wall)}
    body |= {key: value for key, value in facts.items() if value is not None}
    return Outbound(f"{base}/event", encode(body), content_type="application/json")


def terminal_event(base: str, request_id: str, wall: float, report: Report) -> Outbound:
    """The event that tells the outcome."""
    code = report.error["code"] if report.error else None
    return event_message(base, report.outcome, request_id, wall, reason=report.reason or code, by=report.by)
