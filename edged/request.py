"""The speech request of the contract, version 1: parsing, validation, and what of it is not built yet.

A message body goes through three steps, so that even a bad one can be answered where its sender listens:
:func:`read_body` (bytes → text or mapping), :func:`envelope` (who asks, lenient), :func:`validate` (strict).
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edged.errors import Rejected

VERSION = 1
MAX_BODY = 64 * 1024
"""Bytes of a message body."""
MAX_CUSTOM = 4 * 1024
"""Bytes of ``custom`` as JSON."""
MAX_CORRELATION = 256
"""Bytes of correlation data."""
MAX_DIGITS = 100
"""Digits of a whole number; Pythons before 3.10.7 would take a quadratic time to read longer ones."""
MAX_DEPTH = 32
"""Levels of nesting in a JSON body; far below what any of our JSON readers and writers can take (pydantic: 200)."""

Priority = Literal["important", "message", "text", "notification", "progress"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""The SSIP priorities, highest first."""

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
_JSON_START = re.compile(rb"\s*\{\s*[\"}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"
Year = Annotated[float, Field(gt=0, le=31_536_000)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, value: Any) -> Any:
        return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


class OutputChoice(_Model):
    """What becomes of the sound."""

    play: bool = True
    publish: Literal["none", "whole", "chunks"] = "none"
    format: Literal["wav", "pcm", "flac", "ogg"] | None = Field(
        None, description="of `whole`; default wav. `chunks` are always pcm: s16le mono without header"
    )
    sample_rate: int | None = Field(None, ge=8000, le=48000, description="hertz; default: the voice's own")
    device: str | None = Field(None, max_length=256)

    @model_validator(mode="after")
    def _chunks_are_pcm(self) -> OutputChoice:
        if self.publish == "chunks" and self.format not in (None, "pcm"):
            raise ValueError("chunks are pcm; use publish `whole` for wav, flac and ogg")
        return self


class Repeat(_Model):
    """A reminder that insists."""

    count: int = Field(ge=1, le=20)
    every_s: Year
    until_ack: bool = False


class SpeechRequest(_Model):
    """One request to speak, as the contract describes it."""

    v: Literal[1] = 1
    id: str | None = Field(None, pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="idempotency key; default: a new UUID")
    text: str = Field(min_length=1)
    format: Literal["text", "plain", "ssml"] = "text"
    lang: str | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47")
    voice: str | None = Field(None, min_length=1, max_length=256)
    speed: float | None = Field(None, ge=0.5, le=2.0)
    pitch: float | None = Field(None, ge=-6.0, le=6.0, description="semitones, where the voice can; default 0")
    style: str | None = Field(None, min_length=1, max_length=64)
    volume: float | None = Field(None, ge=0.0, le=1.0)
    engine: Literal["auto", "primary", "backup"] = "auto"
    priority: Priority = "message"
    on_interrupt: Literal["resume", "restart", "drop"] | None = None
    ttl_s: Year | None = Field(None, description="seconds from receipt")
    deadline: datetime | None = Field(None, description="RFC 3339 with its offset")
    play_at: datetime | None = None
    repeat: Repeat | None = None
    tag: str | None = Field(None, min_length=1, max_length=128)
    replace: Literal["none", "queued", "playing"] = "none"
    chime: str | None = Field(None, min_length=1, max_length=64)
    output: OutputChoice = OutputChoice()
    cache: Literal["auto", "off", "pin"] = "auto"
    override_quiet: bool = False
    reply_to: str | None = Field(None, min_length=1, max_length=1024)
    correlation: str | None = None
    source: str | None = Field(None, max_length=256)
    custom: Any = None

    @field_validator("deadline", "play_at")
    @classmethod
    def _has_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("needs a time zone offset, for example 2026-11-22T18:00:00Z")
        return value

    @field_validator("correlation")
    @classmethod
    def _correlation_size(cls, value: str | None) -> str | None:
        if value is not None and len(value.encode("utf-8")) > MAX_CORRELATION:
            raise ValueError(f"longer than {MAX_CORRELATION} bytes")
        return value

    @field_validator("custom")
    @classmethod
    def _custom_size(cls, value: Any) -> Any:
        if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
            raise ValueError("holds half of a surrogate pair, which is no character")
        if _json_size(value) > MAX_CUSTOM:
            raise ValueError(f"longer than {MAX_CUSTOM} bytes of JSON")
        return value


@dataclass(frozen=True)
class Notice:
    """Something about a request that did not stop it; part of its result."""

    code: str
    message: str
    field: str | None = None

    def as_result(self) -> dict[str, Any]:
        """The JSON form."""
        return {"code": self.code, "message": self.message, "field": self.field}


@dataclass(frozen=True)
class Envelope:
    """Who asks and where the answer goes: what can be read even from a request that is otherwise wrong."""

    id: str | None = None
    reply_to: str | None = None
    correlation: str | None = None
    source: str | None = None
    custom: Any = None


@dataclass(frozen=True)
class Accepted:
    """A valid request and what was noticed about it."""

    request: SpeechRequest
    warnings: tuple[Notice, ...] = field(default=())


def read_body(payload: bytes) -> str | dict[str, Any]:
    """The body as plain text or as a JSON mapping.

    It is JSON if, after white space or a byte order mark, it starts with ``{`` followed by ``"`` or ``}``; anything
    else is text. Raises ``Rejected`` (``bad_request``) for an oversize body, bad UTF-8 and bad JSON. What it returns
    can be written as JSON again.
    """
    if len(payload) > MAX_BODY:
        raise Rejected("bad_request", f"body of {len(payload)} bytes; at most {MAX_BODY}", max_bytes=MAX_BODY)
    bare = payload.removeprefix(_BOM)
    try:
        text = bare.decode("utf-8")
        if not _JSON_START.match(bare):
            return text
        body = json.loads(text, parse_constant=_no_constant, parse_float=_finite, parse_int=_bounded)
        _check_nesting(body)
    except UnicodeDecodeError as error:
        raise Rejected("bad_request", f"body is not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise Rejected(
            "bad_request", f"body is not valid JSON: {error.msg} at line {error.lineno} column {error.colno}"
        ) from error
    except (RecursionError, ValueError) as error:
        raise Rejected("bad_request", f"body is not valid JSON: {error}") from error
    return {key: value for key, value in body.items() if value is not None}


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _bounded(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is too large")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:32]} is too large")
    return number


def _check_nesting(body: dict[str, Any]) -> None:
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH):
        items = (item for container in level for item in _items(container))
        level = [item for item in items if isinstance(item, (dict, list))]
    if level:
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")


def _items(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def envelope(body: str | dict[str, Any]) -> Envelope:
    """The parts of a body that say where its answer goes; whatever is not usable is left out."""
    if isinstance(body, str):
        return Envelope()
    return Envelope(
        id=_usable(body.get("id"), _is_id),
        reply_to=_usable(body.get("reply_to"), lambda value: 0 < len(value) <= 1024),  # noqa: PLR2004 - as the model says
        correlation=_usable(
            body.get("correlation"), lambda value: len(value.encode("utf-8", "replace")) <= MAX_CORRELATION
        ),
        source=_usable(body.get("source"), lambda value: len(value) <= 256),  # noqa: PLR2004 - as the model says
        custom=_small(body.get("custom")),
    )


def _is_id(value: str) -> bool:
    return _ID.match(value) is not None


def _usable(value: Any, fits: Any) -> str | None:
    return value if isinstance(value, str) and fits(value) else None


def _small(value: Any) -> Any:
    return value if value is not None and _json_size(value) <= MAX_CUSTOM else None


def _json_size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace"))


def validate(body: str | dict[str, Any], *, max_length: int, strict_fields: bool = False) -> Accepted:
    """A request from a body; raises ``Rejected`` naming the field at fault.

    ``strict_fields`` rejects unknown fields instead of warning: a newer hub must not be silenced by an older node.
    """
    raw = {"text": body} if isinstance(body, str) else dict(body)
    unknown = [key for key in raw if key not in SpeechRequest.model_fields]
    if unknown and strict_fields:
        raise Rejected("bad_request", _unknown_field(unknown[0]), field=unknown[0])
    for key in unknown:
        del raw[key]
    _check_length(raw.get("text"), max_length)
    try:
        request = SpeechRequest.model_validate(raw)
    except ValidationError as error:
        raise _rejection(error) from error
    if not request.text.strip():
        raise Rejected("bad_request", "text: there is nothing to say", field="text")
    _refuse_unbuilt(request)
    warnings = tuple(Notice("unknown_field", _unknown_field(key), key) for key in unknown[:16])
    return Accepted(request, warnings)


def _check_length(text: Any, max_length: int) -> None:
    if isinstance(text, str) and len(text) > max_length:
        raise Rejected("too_long", f"text of {len(text)} characters; at most {max_length}", max_length=max_length)


def _unknown_field(key: str) -> str:
    close = difflib.get_close_matches(key, list(SpeechRequest.model_fields), n=1)
    return f"unknown field {key[:64]!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _rejection(error: ValidationError) -> Rejected:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "body"
    return Rejected("bad_request", f"{name}: {first['msg']}", field=name)


def _refuse_unbuilt(request: SpeechRequest) -> None:
    """Fields of the contract that this version does not act on are refused, never accepted and ignored."""
    unbuilt = {
        "on_interrupt": request.on_interrupt is not None,
        "play_at": request.play_at is not None,
        "repeat": request.repeat is not None,
        "replace": request.replace != "none",
        "chime": request.chime is not None,
        "output.device": request.output.device is not None,
        "cache": request.cache == "pin",
        "override_quiet": request.override_quiet,
    }
    for name, used in unbuilt.items():
        if used:
            raise Rejected("unsupported", f"{name}: not supported by this version in the form asked for", field=name)


def request_schema() -> dict[str, Any]:
    """JSON Schema of a request, as published in ``info``."""
    return SpeechRequest.model_json_schema()
