"""Volume, mute, voice and speed; and what a stored command may not do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.appliance import BASE, Appliance, Listener, holding, listening
from tests.brokers import Broker, until
from tests.sound.cards import Card

TEXT = "abc de fghij."


def loudest(appliance: Appliance, request_id: str) -> float:
    samples, _ = soundfile.read(appliance.spoken / f"{request_id}.wav", dtype="float32")
    return float(np.abs(samples).max())


def seconds(appliance: Appliance, request_id: str) -> float:
    return float(soundfile.info(appliance.spoken / f"{request_id}.wav").duration)


def say(listener: Listener, request_id: str, **fields: Any) -> None:
    listener.say(TEXT, id=request_id, **fields)
    listener.finished(request_id)


@pytest.fixture
def node(make_appliance: Callable[..., Appliance], listener: Listener) -> Appliance:
    appliance = make_appliance(tone=True).start()
    listener.online()
    return appliance


def stands(listener: Listener, name: str, value: str) -> None:
    until(lambda: listener.topic(name)[-1:] == [value.encode()], f"{name} stands at {value}")


def test_volume_is_heard_told_and_kept(node: Appliance, listener: Listener, broker: Broker) -> None:
    stands(listener, "volume", "1")
    say(listener, "full")
    assert listener.command("volume/set", "0.5") == {"status": "ok", "data": {"volume": 0.5}}
    stands(listener, "volume", "0.5")
    say(listener, "half")
    say(listener, "quarter", volume=0.5)
    assert loudest(node, "half") == pytest.approx(loudest(node, "full") / 2, rel=0.01)
    assert loudest(node, "quarter") == pytest.approx(loudest(node, "full") / 4, rel=0.01)
    assert node.stop() == 0
    node.start()
    with listening(broker) as late:
        stands(late, "volume", "0.5")
    say(listener, "kept")
    assert loudest(node, "kept") == loudest(node, "half")
    assert listener.command("volume/set", '{"value": 0.25}')["data"] == {"volume": 0.25}
    say(listener, "by-json")
    assert loudest(node, "by-json") == pytest.approx(loudest(node, "full") / 4, rel=0.01)


def test_speed_is_heard_told_and_kept(node: Appliance, listener: Listener) -> None:
    say(listener, "normal")
    assert listener.command("speed/set", "2.0") == {"status": "ok", "data": {"speed": 2.0}}
    stands(listener, "speed", "2")
    say(listener, "fast")
    assert seconds(node, "fast") == pytest.approx(seconds(node, "normal") / 2, rel=0.02)
    say(listener, "slow", speed=0.5)
    assert seconds(node, "slow") == pytest.approx(seconds(node, "normal") * 2, rel=0.02)
    node.kill()
    node.start()
    say(listener, "kept")
    assert seconds(node, "kept") == seconds(node, "fast")


WRONG = {
    "volume/set": ("", "loud", "-0.1", "1.1", "NaN", "inf", '{"value": 7}', '{"volume": 0.5}', '{"value": [1]}'),
    "speed/set": ("", "fast", "0.4", "2.1", "NaN", "true"),
    "mute/set": ("", "maybe", '{"value": 2}'),
}


def test_wrong_values_change_nothing(node: Appliance, listener: Listener) -> None:
    for topic, values in WRONG.items():
        for value in values:
            answer = listener.command(topic, value)
            assert (answer["status"], answer["error"]["code"]) == ("error", "bad_request"), (topic, value, answer)
            assert answer["error"]["field"] == topic.partition("/")[0], (topic, value, answer)
    assert listener.topic("volume") == [b"1"]
    assert listener.topic("speed") == [b"1"]
    assert listener.topic("mute") == [b"OFF"]
    assert "Traceback" not in node.words()


def test_mute_silences_all_but_important(node: Appliance, listener: Listener) -> None:
    say(listener, "full")
    listener.command("volume/set", "0.1")
    assert listener.command("mute/set", "ON") == {"status": "ok", "data": {"mute": "ON"}}
    stands(listener, "mute", "ON")
    until(lambda: listener.state()["muted"] is True)
    listener.say(TEXT, id="chatter")
    listener.refused("chatter", "muted")
    say(listener, "alarm", priority="important")
    say(listener, "soft-alarm", priority="important", volume=0.1)
    for request_id in ("alarm", "soft-alarm"):
        assert loudest(node, request_id) == pytest.approx(0.8 * loudest(node, "full"), rel=0.01)
    listener.publish("synth", TEXT, id="unheard")
    listener.finished("unheard")
    node.kill()
    node.start()
    listener.say(TEXT, id="chatter-2")
    listener.refused("chatter-2", "muted")
    assert listener.command("mute/set", "off")["data"] == {"mute": "OFF"}
    say(listener, "again")


def test_what_waits_when_the_house_is_muted_is_refused(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        listener.say(TEXT, id="waits")
        listener.event("waits", "queued")
        listener.command("mute/set", "ON")
    listener.refused("waits", "muted")
    assert "started" not in listener.events("waits")


def test_voice_is_told_and_an_unknown_one_refused(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    make_appliance().start()
    listener.online()
    stands(listener, "voice", "heart")
    answer = listener.command("voice/set", "nobody")
    assert (answer["status"], answer["error"]["code"]) == ("error", "unknown_voice")
    assert listener.command("voice/set", "heart") == {"status": "ok", "data": {"voice": "heart"}}
    assert listener.command("voice/set", "female")["data"] == {"voice": "heart"}
    stands(listener, "voice", "heart")


# -- stored commands ---------------------------------------------------------------------------------------------


def test_stored_request_is_refused_once_on_3_1_1(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    body = json.dumps({"text": TEXT, "id": "stored"})
    listener.hub.publish(f"{BASE}/say", body, retain=True)
    listener.hub.publish(f"{BASE}/cancel", '{"all": true}', retain=True)
    listener.hub.publish(f"{BASE}/volume/set", "0.1", retain=True)
    appliance = make_appliance(tone=True, mqtt={"protocol": "3.1.1"}).start()
    listener.refused("stored", "retained")
    for name in ("cancel", "volume"):
        (answer,) = listener.wait_for(f"response/{name}")
        assert (answer["status"], answer["error"]["code"]) == ("error", "retained")
    stands(listener, "volume", "1")
    for life in range(2):
        assert appliance.stop() == 0
        appliance.start().ready(life + 2)
        say(listener, f"live-{life}")
    assert len(listener.results("stored")) == 1
    assert len(listener.topic("response/volume")) == 1
    listener.hub.publish(f"{BASE}/say", json.dumps({"text": TEXT, "id": "stored-2"}), retain=True)
    listener.finished("stored-2")  # the live publish is obeyed
    assert appliance.stop() == 0
    appliance.start()
    until(lambda: len(listener.results("stored-2")) == 2, "its replay is refused")
    assert listener.results("stored-2")[1]["error"]["code"] == "retained"


def test_stored_request_does_not_arrive_on_5(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    listener.hub.publish(f"{BASE}/say", json.dumps({"text": TEXT, "id": "stored"}), retain=True)
    listener.hub.publish(f"{BASE}/volume/set", "0.1", retain=True)
    appliance = make_appliance(tone=True).start()
    listener.online()
    for life in range(2):
        appliance.ready(life + 1)
        say(listener, f"live-{life}")
        assert appliance.stop() == 0
        appliance.start()
    assert listener.results("stored") == []
    assert listener.topic("response/volume") == []
    listener.hub.publish(f"{BASE}/say", json.dumps({"text": TEXT, "id": "stored-2"}), retain=True)
    listener.finished("stored-2")
