"""Questions to the node, and settings read anew while it runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from edged.request import SpeechRequest
from tests.appliance import BASE, Appliance, Listener, holding
from tests.brokers import until
from tests.sound.cards import Card


@pytest.fixture
def node(make_appliance: Callable[..., Appliance], listener: Listener) -> Appliance:
    appliance = make_appliance(tone=True).start()
    listener.online()
    return appliance


def data(listener: Listener, operation: str, body: dict[str, Any] | None = None) -> Any:
    answer = listener.ask(operation, body)
    assert answer["status"] == "ok", answer
    assert "error" not in answer
    return answer["data"]


def code(listener: Listener, operation: str, body: dict[str, Any] | None = None) -> str:
    answer = listener.ask(operation, body)
    assert answer["status"] == "error", answer
    assert answer["error"]["message"]
    return str(answer["error"]["code"])


def test_health_tells_figures(node: Appliance, listener: Listener) -> None:
    listener.say("abc de.", id="one")
    listener.finished("one")
    health = data(listener, "health")
    assert health["healthy"] is True
    assert health["queue"] == {"depth": 0, "audio_s": 0.0}
    assert health["mqtt"]["connected"] is True
    assert health["mqtt"]["received"] >= 2
    assert 10 < health["memory"]["rss_mib"] < 500
    assert listener.wait_for("health")[0].keys() == health.keys()


WORD = {"word": "Xanadu", "lang": "en"}
BODIES: dict[str, dict[str, Any]] = {
    "lexicon/put": {**WORD, "respell": "zannadoo"},
    "lexicon/delete": WORD,
    "lexicon/list": {},
}


def test_info_lists_what_works_and_nothing_else(node: Appliance, listener: Listener) -> None:
    info = data(listener, "info")
    assert info == listener.wait_for("info")[-1]
    assert set(info["request_schema"]["properties"]) == set(SpeechRequest.model_fields)
    assert info["request_schema"]["required"] == ["text"]
    assert info["settings_schema"]["additionalProperties"] is False
    assert [voice["name"] for voice in info["voices"]] == ["tone"]
    for operation in sorted(info["operations"], key=lambda name: name == "lexicon/delete"):
        answer = listener.ask(operation, BODIES.get(operation, {"text": "abc", "level": "info"}))
        assert answer["status"] == "ok", (operation, answer)
    for setting in info["settings"]:
        value = {"volume": "1", "mute": "OFF", "voice": "tone", "speed": "1"}[setting]
        assert listener.command(f"{setting}/set", value)["status"] == "ok"
    for form in info["formats"]["audio"]:
        listener.publish("synth", "abc", id=f"as-{form}", output={"format": form})
        listener.finished(f"as-{form}")
    for form in info["formats"]["text"]:
        listener.say("<speak>abc</speak>", id=f"in-{form}", format=form)
        listener.finished(f"in-{form}")


def test_voices_phonemes_and_reading_of_the_real_voice(
    make_appliance: Callable[..., Appliance], listener: Listener
) -> None:
    make_appliance().start()
    listener.online()
    (voice,) = data(listener, "voices")
    assert (voice["name"], voice["languages"], voice["gender"]) == ("heart", ["en-US"], "female")
    body = {"text": "It costs $5. [Worcester](/wʊstəɹ/) is nice."}
    first, second = data(listener, "phonemize", body)
    assert first["text"] == "It costs $5."
    assert first["normalized"] == "It costs five dollars."
    assert "wʊstəɹ" in second["phonemes"]
    assert [one["lang"] for one in second["spans"]] == ["en-US"]
    assert {"text": "five", "phonemes": "fˈIv"} in first["spans"][0]["words"]
    keys = [set(piece) for piece in data(listener, "normalize", body)]
    assert keys == [{"text", "normalized", "voice", "spans"}] * 2
    listener.hub.publish(f"{BASE}/request/normalize", "7:30")
    until(lambda: len(listener.objects("response/normalize")) == 2, "a plain text is taken, too")
    assert listener.objects("response/normalize")[1]["data"][0]["normalized"] == "seven thirty"
    assert code(listener, "phonemize", {"text": "你好"}) == "unsupported"
    assert code(listener, "phonemize", {"text": "[x](/☃/)"}) == "bad_request"
    assert code(listener, "phonemize", {"text": "x", "voice": "nobody"}) == "unknown_voice"
    assert code(listener, "phonemize", {"text": ""}) == "bad_request"
    assert code(listener, "phonemize") == "bad_request"
    assert code(listener, "phonemize", {"text": "<speak>x", "format": "ssml"}) == "bad_request"
    (marked,) = data(listener, "phonemize", {"text": '<speak><sub alias="kilo">k</sub></speak>', "format": "ssml"})
    assert marked["normalized"] == "kilo"


def test_queue_lists_who_waits(make_appliance: Callable[..., Appliance], listener: Listener, card: Card) -> None:
    make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        listener.say("abc", id="one", source="hub", tag="laundry", ttl_s=60)
        listener.event("one", "queued")
        queue = data(listener, "queue")
        assert queue["current"] == {"id": "hold", "priority": "important", "source": None}
        assert queue["depth"] == 1
        (waiting,) = queue["waiting"]
        assert waiting.pop("expires_in_s") <= 60
        assert waiting == {"id": "one", "priority": "message", "source": "hub", "tag": "laundry"}


def test_unknown_operations_and_broken_bodies(node: Appliance, listener: Listener) -> None:
    for operation in ("dance", "health/now", "HEALTH"):
        assert code(listener, operation) == "unsupported"
    listener.hub.publish(f"{BASE}/request/health", b'{"transaction": 1')
    (answer,) = listener.wait_for("response/health")
    assert (answer["status"], answer["error"]["code"]) == ("error", "bad_request")
    listener.hub.publish(f"{BASE}/request/health", b"")
    assert listener.wait_for("response/health", 2)[1]["status"] == "ok"
    for transaction in (7, "seven", [1, 2], {"a": None}):
        listener.hub.publish(f"{BASE}/request/health", json.dumps({"transaction": transaction}))
        until(lambda t=transaction: listener.objects("response/health")[-1].get("transaction") == t)  # type: ignore[misc]
    assert node.alive()


def test_log_level_is_set(node: Appliance, listener: Listener) -> None:
    assert data(listener, "log_level", {"level": "debug"}) == {"level": "debug"}
    listener.say("abc", id="one")
    until(lambda: " DEBUG " in node.words(), "debug lines appear")
    assert code(listener, "log_level", {"level": "loud"}) == "bad_request"
    assert code(listener, "log_level", {"level": ["debug"]}) == "bad_request"


def test_reload_takes_over_what_it_can(node: Appliance, listener: Listener) -> None:
    node.configure(speech={"max_length": 10, "volume": 0.5}, queue={"strict_fields": True}, health={"interval_s": 5})
    answer = data(listener, "reload")
    assert sorted(answer["changed"]) == ["health", "queue", "speech"]
    assert answer["restart_required"] == []
    listener.say("eleven char", id="long")
    assert listener.refused("long", "too_long")["max_length"] == 10
    listener.say("abc", id="strict", extra=1)
    listener.refused("strict", "bad_request")
    until(lambda: listener.topic("volume")[-1] == b"0.5", "the new volume is told")
    until(lambda: listener.objects("info")[-1]["limits"]["text"] == 10, "the new limit is told")
    node.configure(sound={"wav_keep": 5})
    assert data(listener, "reload") == {"changed": ["sound"], "restart_required": ["sound"]}


def test_reload_by_signal_keeps_the_old_settings_if_the_file_is_wrong(node: Appliance, listener: Listener) -> None:
    node.configure(speech={"max_length": 10})
    node.reload()
    until(lambda: listener.wait_for("info")[-1]["limits"]["text"] == 10, "the signal is obeyed")
    node.config.write_text("speech: {max_lenght: 20}\nqueue: {limit: many}\n", encoding="utf-8")
    node.reload()
    until(lambda: "the settings stay as they were" in node.words(), "it says so")
    assert "did you mean 'max_length'?" in node.words()
    assert "queue.limit" in node.words()
    assert code(listener, "reload") == "bad_request"
    listener.say("eleven char", id="long")
    assert listener.refused("long", "too_long")["max_length"] == 10
    node.config.unlink()
    assert code(listener, "reload") == "bad_request"
    assert node.alive()


def test_reload_while_speaking_disturbs_nothing(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    node = make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        for _ in range(5):
            node.reload()
            data(listener, "reload")
            time.sleep(0.05)
        assert listener.state()["current"]["id"] == "hold"
    listener.say("abc", id="one")
    listener.finished("one")
