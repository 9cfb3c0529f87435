"""Silence on demand: what is being said, and what waits."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.appliance import BASE, HOLD, Appliance, Listener, holding
from tests.brokers import Broker
from tests.flow import tones
from tests.sound.cards import Card


@pytest.fixture
def node(make_appliance: Callable[..., Appliance], listener: Listener, card: Card) -> Appliance:
    appliance = make_appliance(tone=True, card=card, mqtt={"groups": ["upstairs"]}).start()
    listener.online()
    return appliance


def cancelled(listener: Listener, request_id: str) -> dict[str, Any]:
    result = listener.result(request_id)
    assert (result["status"], result["outcome"], result["reason"]) == ("dropped", "cancelled", "cancel"), result
    return result


@pytest.mark.parametrize("body", ["", "long", '{"id": "long"}', '{"all": true}', '{"source": "tv"}'])
def test_what_is_being_said_falls_silent(node: Appliance, listener: Listener, card: Card, body: str) -> None:
    listener.say(HOLD, id="long", source="tv")
    listener.event("long", "started")
    answer = listener.command("cancel", body)
    assert answer == {"status": "ok", "data": {"ids": ["long"]}}
    assert cancelled(listener, "long")["spoken_fraction"] < 0.1
    heard = len(card.heard_pcm())
    assert card.events()[-1].name == "stop"
    time.sleep(0.3)
    assert len(card.heard_pcm()) == heard < 5 * tones.SECOND
    listener.idle()
    listener.say("abc de.", id="next")
    listener.finished("next")
    assert card.heard_pcm().endswith(tones.pieces("abc de.")[0]) or tones.pieces("abc de.")[0] in card.heard_pcm()


def test_only_what_is_named_is_cancelled(node: Appliance, listener: Listener) -> None:
    with holding(listener):
        listener.say("a", id="by-id")
        listener.say("a", id="by-tag", tag="laundry")
        listener.say("a", id="by-tag-2", tag="laundry", priority="text")
        listener.say("a", id="by-source", source="tv")
        listener.say("a", id="by-priority", priority="progress")
        listener.say("a", id="both", priority="text", source="radio")
        listener.say("a", id="stays", priority="text", tag="dishes", source="hub")
        listener.event("stays", "accepted")

        def touched(body: str) -> list[str]:
            ids: list[str] = listener.command("cancel", body)["data"]["ids"]
            return ids

        assert touched("by-id") == ["by-id"]
        assert sorted(touched('{"tag": "laundry"}')) == ["by-tag", "by-tag-2"]
        assert touched('{"source": "tv"}') == ["by-source"]
        assert touched('{"priority": "progress"}') == ["by-priority"]
        assert touched('{"priority": "text", "source": "radio"}') == ["both"]
        assert touched("nobody") == []
        assert touched("by-id") == []
        for request_id in ("by-id", "by-tag", "by-tag-2", "by-source", "by-priority", "both"):
            assert cancelled(listener, request_id)["spoken_fraction"] == 0.0
            assert "started" not in listener.events(request_id)
    listener.finished("stays")


def test_all_means_everything(node: Appliance, listener: Listener) -> None:
    listener.say(HOLD, id="long")
    listener.event("long", "started")
    for number in range(5):
        listener.say("a", id=f"r{number}")
    listener.event("r4", "accepted")
    everything = ["long", *(f"r{number}" for number in range(5))]
    assert sorted(listener.command("cancel", '{"all": true}')["data"]["ids"]) == sorted(everything)
    for request_id in everything:
        cancelled(listener, request_id)
    listener.idle()


@pytest.mark.parametrize("topic", ["edged/all/cancel", "edged/group/upstairs/cancel"])
def test_house_and_group_cancel(node: Appliance, listener: Listener, topic: str) -> None:
    listener.say(HOLD, id="long")
    listener.event("long", "started")
    listener.hub.publish(topic, "")
    assert listener.wait_for("response/cancel")[0]["data"]["ids"] == ["long"]
    cancelled(listener, "long")


def test_unclear_cancels_touch_nothing(node: Appliance, listener: Listener) -> None:
    with holding(listener):
        for body in ("{}", '{"all": false}', '{"all": "yes"}', '{"idd": "hold"}', '{"id": null}', '{"id": 1'):
            answer = listener.command("cancel", body)
            assert (answer["status"], answer["error"]["code"]) == ("error", "bad_request"), body
        assert listener.state()["current"]["id"] == "hold"


def test_nothing_to_cancel_is_no_error(node: Appliance, listener: Listener) -> None:
    assert listener.command("cancel", "") == {"status": "ok", "data": {"ids": []}}


def test_answer_goes_to_the_response_topic_too(node: Appliance, listener: Listener) -> None:
    body = json.dumps({"all": True, "transaction": "t-1"})
    listener.hub.publish(f"{BASE}/cancel", body, ResponseTopic="edged/reply/me", CorrelationData=b"\x00\xff")
    (answer,) = listener.wait_for("response/cancel")
    assert answer == {"status": "ok", "data": {"ids": []}, "transaction": "t-1"}
    assert listener.replies() == listener.topic("response/cancel")


def test_rendering_is_cancelled(make_appliance: Callable[..., Appliance], listener: Listener, broker: Broker) -> None:
    make_appliance(tone=True).start()
    listener.online()
    listener.publish("synth", "a b c d. " * 450, id="long", output={"publish": "chunks"})
    listener.event("long", "started")
    assert listener.command("cancel", "long")["data"]["ids"] in (["long"], [])
    assert listener.result("long")["outcome"] in {"cancelled", "finished"}
