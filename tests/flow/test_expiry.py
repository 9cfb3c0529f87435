"""What is too late is never spoken, wherever it waited."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from edged.clock import rfc3339
from tests.appliance import BASE, Appliance, Listener, holding
from tests.flow import tones
from tests.sound.cards import Card

TEXT = "abc de fghij."


def seconds_ahead(seconds: float) -> str:
    return rfc3339((datetime.now(timezone.utc) + timedelta(seconds=seconds)).timestamp())


def check_expired(listener: Listener, request_id: str) -> None:
    result = listener.result(request_id)
    assert (result["status"], result["outcome"], result["reason"]) == ("dropped", "expired", "ttl"), result
    assert result["spoken_fraction"] == 0.0
    assert "started" not in listener.events(request_id)


def test_expired_behind_a_long_utterance(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        listener.say(TEXT, id="ttl", ttl_s=0.3)
        listener.say(TEXT, id="deadline", deadline=seconds_ahead(0.5))
        body = json.dumps({"text": TEXT, "id": "mqtt", "ttl_s": 3600})
        listener.hub.publish(f"{BASE}/say", body, MessageExpiryInterval=1)
        listener.say(TEXT, id="shortest", ttl_s=3600, deadline=seconds_ahead(0.4))
        listener.say("Still in time.", id="patient")
        for request_id in ("ttl", "deadline", "mqtt", "shortest"):
            check_expired(listener, request_id)
    listener.finished("patient")
    assert tones.pieces(TEXT)[0] not in card.heard_pcm()


def test_deadline_in_the_past(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    appliance = make_appliance(tone=True).start()
    listener.online()
    for verb in ("say", "synth"):
        listener.publish(verb, TEXT, id=verb, deadline=seconds_ahead(-1))
        check_expired(listener, verb)
    assert not appliance.spoken.exists()
    assert listener.topic("audio/synth") == []


def test_important_has_a_default_of_its_own(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card, queue={"important_ttl_s": 0.3}).start()
    listener.online()
    with holding(listener):
        listener.say(TEXT, id="alarm", priority="important")
        listener.say(TEXT, id="alarm-by-topic")
        listener.publish("say/important", TEXT, id="by-topic")
        listener.say(TEXT, id="patient-alarm", priority="important", ttl_s=60)
        check_expired(listener, "alarm")
        check_expired(listener, "by-topic")
    listener.finished("patient-alarm", "alarm-by-topic")


def test_expired_while_the_node_was_down(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    appliance = make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        listener.say(TEXT, id="accepted", ttl_s=1)
        listener.event("accepted", "queued")
        assert appliance.stop() == 0
        listener.say(TEXT, id="waiting", deadline=seconds_ahead(0.5))
        listener.hub.publish(f"{BASE}/say", json.dumps({"text": TEXT, "id": "gone"}), MessageExpiryInterval=1)
        time.sleep(2.1)  # the broker counts whole seconds
        appliance.start()
        check_expired(listener, "accepted")
        check_expired(listener, "waiting")
    listener.say("Next.", id="next")
    listener.finished("next")
    assert listener.results("gone") == []  # the broker threw it away, by MQTT
    assert tones.pieces(TEXT)[0] not in card.heard_pcm()
