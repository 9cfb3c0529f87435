"""Nothing that can be sent stops the node, and each refusal says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.appliance import BASE, Appliance, Listener

LATER = "2099-01-01T00:00:00Z"
TEXT: dict[str, Any] = {"text": "Hello."}


def send(listener: Listener, payload: bytes | str | dict[str, Any], topic: str = "say", **properties: Any) -> Any:
    """Publish; the result that it leads to."""
    before = len(listener.topic("result"))
    body = json.dumps(payload) if isinstance(payload, dict) else payload
    listener.hub.publish(f"{BASE}/{topic}", body, **properties)
    return listener.wait_for("result", before + 1)[before]


def refused(listener: Listener, code: str, payload: bytes | str | dict[str, Any], topic: str = "say", **p: Any) -> Any:
    result = send(listener, payload, topic, **p)
    assert (result["status"], result["outcome"]) == ("error", "rejected"), (payload, result)
    assert result["error"]["code"] == code, (payload, result["error"])
    return result["error"]


@pytest.fixture
def node(make_appliance: Callable[..., Appliance], listener: Listener) -> Appliance:
    appliance = make_appliance(tone=True).start()
    listener.online()
    return appliance


def check_alive(node: Appliance, listener: Listener) -> None:
    """It lives and speaks, and complains of nothing but what was refused."""
    assert send(listener, "Still here.")["outcome"] == "finished"
    assert node.alive()
    assert "bug of ours" not in node.words()
    assert "Traceback" not in node.words()


UNREADABLE: dict[str, bytes | str] = {
    "empty": b"",
    "blank": b" \t\r\n ",
    "byte order mark alone": b"\xef\xbb\xbf",
    "silent characters": "…—!?",
    "not UTF-8": b"\xff\xfe\x00H\x00i",
    "half a character": "Grüß"[:3].encode()[:-1],
    "JSON cut off": b'{"text": "Hello',
    "JSON with more behind it": b'{"text": "Hello"} and more',
    "no JSON number": b'{"text": "Hello", "speed": NaN}',
    "endless number": b'{"text": "Hello", "speed": 1e999}',
    "deep JSON": b'{"custom": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "70 KiB": b"a" * 70 * 1024,
    "70 KiB of JSON": b'{"text": "' + b"a" * 70 * 1024 + b'"}',
    "empty object": b"{}",
    "half a surrogate": b'{"text": "Hello", "custom": "\\ud83d"}',
}


def test_unreadable_bodies(node: Appliance, listener: Listener) -> None:
    for name, payload in UNREADABLE.items():
        for topic in ("say", "synth", "say/important"):
            assert refused(listener, "bad_request", payload, topic)["message"], name
    check_alive(node, listener)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"text": 5}, "text"),
    ({"text": ""}, "text"),
    ({"text": ["Hello"]}, "text"),
    ({"text": "  "}, "text"),
    ({"v": 2}, "v"),
    ({"id": "not an id"}, "id"),
    ({"id": "x" * 65}, "id"),
    ({"id": ""}, "id"),
    ({"id": 7}, "id"),
    ({"format": "html"}, "format"),
    ({"lang": "klingon language"}, "lang"),
    ({"voice": ""}, "voice"),
    ({"speed": 0.4}, "speed"),
    ({"speed": 2.1}, "speed"),
    ({"speed": "fast"}, "speed"),
    ({"volume": -0.1}, "volume"),
    ({"volume": 1.1}, "volume"),
    ({"pitch": 7}, "pitch"),
    ({"priority": "urgent"}, "priority"),
    ({"priority": 1}, "priority"),
    ({"ttl_s": 0}, "ttl_s"),
    ({"ttl_s": -5}, "ttl_s"),
    ({"ttl_s": "soon"}, "ttl_s"),
    ({"deadline": "tomorrow"}, "deadline"),
    ({"deadline": "2026-11-22T18:00:00"}, "deadline"),
    ({"tag": ""}, "tag"),
    ({"output": "loud"}, "output"),
    ({"output": {"play": False}}, "output"),
    ({"output": {"sample_rate": 1}}, "output.sample_rate"),
    ({"output": {"publish": "whole", "format": "mp3"}}, "output.format"),
    ({"output": {"loud": True}}, "output.loud"),
    ({"reply_to": "edged/reply/+"}, "reply_to"),
    ({"reply_to": "hub/#"}, "reply_to"),
    ({"reply_to": f"{BASE}/say"}, "reply_to"),
    ({"reply_to": "edged/all/say"}, "reply_to"),
    ({"reply_to": "$SYS/broker"}, "reply_to"),
    ({"reply_to": "homeassistant/x"}, "reply_to"),
    ({"reply_to": 1}, "reply_to"),
    ({"correlation": "x" * 257}, "correlation"),
    ({"source": "x" * 257}, "source"),
    ({"custom": "x" * 4100}, "custom"),
]


def test_wrong_fields_are_named(node: Appliance, listener: Listener) -> None:
    for fields, name in WRONG:
        error = refused(listener, "bad_request", {**TEXT, **fields})
        assert error["field"].startswith(name), (fields, error)
        assert name.partition(".")[0] in error["message"], (fields, error)
    check_alive(node, listener)


UNBUILT: list[tuple[dict[str, Any], str]] = [
    ({"on_interrupt": "drop"}, "on_interrupt"),
    ({"play_at": LATER}, "play_at"),
    ({"repeat": {"count": 2, "every_s": 5}}, "repeat"),
    ({"replace": "queued"}, "replace"),
    ({"chime": "ding"}, "chime"),
    ({"output": {"device": "hw:0"}}, "output.device"),
    ({"cache": "pin"}, "cache"),
    ({"override_quiet": True}, "override_quiet"),
]


def test_what_is_not_built_is_refused_and_named(node: Appliance, listener: Listener) -> None:
    for fields, name in UNBUILT:
        error = refused(listener, "unsupported", {**TEXT, **fields})
        assert error["field"] == name, (fields, error)
    for topic in ("pause", "resume", "skip", "repeat", "ack", "quiet_hours/set", "snooze/set", "nonsense/set"):
        answer = listener.command(topic, "5")
        assert (answer["status"], answer["error"]["code"]) == ("error", "unsupported"), (topic, answer)
    for operation in ("cache/stats", "models/list", "bench", "nonsense"):
        answer = listener.ask(operation)
        assert (answer["status"], answer["error"]["code"]) == ("error", "unsupported"), (operation, answer)
    check_alive(node, listener)


def test_nulls_and_unknown_fields_do_not_silence(node: Appliance, listener: Listener) -> None:
    result = send(listener, {**TEXT, "speed": None, "chime": None, "output": {"device": None}, "prioritty": "text"})
    assert result["outcome"] == "finished"
    (warning,) = result["warnings"]
    assert (warning["code"], warning["field"]) == ("unknown_field", "prioritty")
    assert "'priority'" in warning["message"]


def test_strict_fields_refuses_unknown_ones(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    make_appliance(tone=True, queue={"strict_fields": True}).start()
    listener.online()
    error = refused(listener, "bad_request", {**TEXT, "prioritty": "text"})
    assert error["field"] == "prioritty"
    assert send(listener, TEXT)["outcome"] == "finished"


def test_too_long_text_tells_the_limit(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    make_appliance(tone=True, speech={"max_length": 20}).start()
    listener.online()
    for body in ("a" * 21, {"text": "a" * 21}):
        assert refused(listener, "too_long", body)["max_length"] == 20
    assert send(listener, "a" * 20)["outcome"] == "finished"
    answer = listener.ask("phonemize", {"text": "a" * 21})
    assert (answer["error"]["code"], answer["error"]["max_length"]) == ("too_long", 20)


def test_priority_of_the_topic(node: Appliance, listener: Listener) -> None:
    assert refused(listener, "bad_request", "Hello.", "say/urgent")["field"] == "priority"
    assert send(listener, {**TEXT, "priority": "text"}, "say/progress")["outcome"] == "finished"
    check_alive(node, listener)


def test_bad_response_topic_of_mqtt_5(node: Appliance, listener: Listener) -> None:
    for topic in (f"{BASE}/say", "homeassistant/x"):
        assert refused(listener, "bad_request", "Hello.", ResponseTopic=topic)["field"] == "reply_to"
    check_alive(node, listener)


def test_refusal_carries_what_the_caller_sent(node: Appliance, listener: Listener) -> None:
    result = send(
        listener,
        {"id": "mine", "text": "Hello.", "speed": 9, "reply_to": "edged/reply/me", "correlation": "c-1",
         "source": "hub", "custom": {"a": [1, None]}},
    )  # fmt: skip
    assert (result["id"], result["correlation"], result["source"]) == ("mine", "c-1", "hub")
    assert result["custom"] == {"a": [1, None]}
    assert listener.event("mine", "rejected")["reason"] == "bad_request"
    assert listener.replies() == listener.topic("result")
    assert send(listener, {"id": "mine", "text": "Hello."})["outcome"] == "finished"


def test_real_voice_refuses_what_it_cannot_read(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    node = make_appliance().start()
    listener.online()
    error = refused(listener, "unknown_voice", {**TEXT, "voice": "nobody"})
    assert (error["field"], error["installed"]) == ("voice", ["heart"])
    error = refused(listener, "bad_request", "Say [Worcester](/w☃/) now.")
    assert "☃" in error["message"]
    assert refused(listener, "unsupported", "你好世界")["script"] == "Han"
    assert refused(listener, "unsupported", "Hello and 你好")["character"] == "你"
    refused(listener, "unsupported", {**TEXT, "lang": "zh"})
    assert "zh" in refused(listener, "unsupported", "{hao4} is good")["message"]
    refused(listener, "unknown_voice", {**TEXT, "voice": "heart:0.7+adam:0.3"})
    refused(listener, "unsupported", {**TEXT, "engine": "backup"})
    for literal in ("[low][battery] in the hall", "{item} is ready", "{ hello }"):
        assert send(listener, literal)["outcome"] == "finished"
    assert send(listener, {"text": "{hao4} is good", "format": "plain"})["outcome"] == "finished"
    check_alive(node, listener)
