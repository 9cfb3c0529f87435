from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.lifecycle import STATUS_OF, Outcome
from edged.outcome import Report, encode, event_message, result_messages, result_payload, terminal_event
from edged.request import Envelope

FULL = Report(
    "finished",
    audio={"ms": 2140, "rate": 24000, "topic": None, "sha256": "ab"},
    timing_ms={"queue": 4, "text": 1, "first_audio": 21, "synth": 35, "play": 2140},
    rtf=0.016,
    engine={"role": "primary", "name": "student"},
    voice="heart",
    voices=("heart", "espeak"),
    provider="CPUExecutionProvider",
    model="heart@0.2.1",
    normalized="It is five.",
    phonemes="it iz faəv",
    warnings=({"code": "unknown_field", "message": "m", "field": "f"},),
    spoken_fraction=1.0,
)


def result_of(report: Report, envelope: Envelope | None = None) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(result_payload("kitchen", "r1", envelope or Envelope(), report))
    return result


def test_result_has_the_shape_of_the_contract() -> None:
    assert result_of(FULL, Envelope(source="hub", custom=[1])) == {
        "v": 1,
        "id": "r1",
        "node": "kitchen",
        "status": "ok",
        "outcome": "finished",
        "audio": {"ms": 2140, "rate": 24000, "topic": None, "sha256": "ab"},
        "timing_ms": {"queue": 4, "text": 1, "first_audio": 21, "synth": 35, "play": 2140},
        "rtf": 0.016,
        "engine": {"role": "primary", "name": "student"},
        "voice": "heart",
        "voices": ["heart", "espeak"],
        "provider": "CPUExecutionProvider",
        "model": "heart@0.2.1",
        "cache": "off",
        "normalized": "It is five.",
        "phonemes": "it iz faəv",
        "warnings": [{"code": "unknown_field", "message": "m", "field": "f"}],
        "spoken_fraction": 1.0,
        "source": "hub",
        "custom": [1],
    }


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_status_follows_from_the_outcome(outcome: Outcome) -> None:
    assert result_of(Report(outcome))["status"] == STATUS_OF[outcome]


def test_why_and_by_whom_is_there_only_where_it_is_known() -> None:
    plain = result_of(Report("expired"))
    assert not {"error", "reason", "by", "correlation"} & set(plain)
    error = {"code": "muted", "message": "the house is muted"}
    told = result_of(Report("rejected", error=error, reason="r", by="other"), Envelope(correlation="c"))
    assert (told["error"], told["reason"], told["by"], told["correlation"]) == (error, "r", "other", "c")


@pytest.mark.parametrize("custom", [0, False, "", [], {}])
def test_custom_that_is_empty_is_echoed_as_it_came(custom: Any) -> None:
    assert result_of(FULL, Envelope(custom=custom))["custom"] == custom


def test_custom_that_is_missing_is_an_empty_object() -> None:
    assert result_of(FULL)["custom"] == {}


@given(st.text(st.characters()))
def test_any_text_can_be_encoded_and_read_again(text: str) -> None:
    assert json.loads(encode({"text": text})) == {"text": text}


def test_text_is_encoded_readably() -> None:
    assert encode({"é": "啊"}) == '{"é":"啊"}'.encode()


def test_result_goes_to_everybody_and_to_who_asked_with_the_same_bytes() -> None:
    public, private = result_messages("edged/kitchen", b"{}", "hub/a", b"\x00")
    assert (public.topic, private.topic) == ("edged/kitchen/result", "hub/a")
    for message in (public, private):
        assert (message.payload, message.correlation, message.qos, message.retain) == (b"{}", b"\x00", 1, False)
    assert [message.topic for message in result_messages("b", b"{}", None, None)] == ["b/result"]


def test_event_tells_what_is_known() -> None:
    message = event_message("edged/kitchen", "started", "r1", 1795331100.125, rate=24000, source=None)
    assert message.topic == "edged/kitchen/event"
    assert not message.retain
    assert json.loads(message.payload) == {
        "event_type": "started",
        "id": "r1",
        "ts": "2026-11-22T07:05:00.125Z",
        "rate": 24000,
    }


@pytest.mark.parametrize(
    ("report", "facts"),
    [
        (Report("finished"), {}),
        (Report("expired", reason="ttl"), {"reason": "ttl"}),
        (Report("superseded", by="r2"), {"by": "r2"}),
        (Report("failed", error={"code": "synth_failed", "message": "m"}), {"reason": "synth_failed"}),
    ],
)
def test_terminal_event_says_why(report: Report, facts: dict[str, str]) -> None:
    body = json.loads(terminal_event("b", "r1", 0.0, report).payload)
    assert body == {"event_type": report.outcome, "id": "r1", "ts": "1970-01-01T00:00:00.000Z", **facts}
