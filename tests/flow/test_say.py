from __future__ import annotations

import wave
from collections.abc import Callable

import pytest

from tests.appliance import BASE, Appliance, Listener
from tests.brokers import PROTOCOLS, Broker, Protocol, until


def test_plain_text_is_spoken(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    appliance = make_appliance().start()
    listener.online()
    listener.hub.publish(f"{BASE}/say", "The laundry is done.")
    result = listener.wait_for("result")[0]
    assert result["status"] == "ok"
    assert result["outcome"] == "finished"
    assert result["voice"] == "heart"
    assert result["provider"] == "CPUExecutionProvider"
    assert result["spoken_fraction"] == 1.0
    assert result["phonemes"]
    until(lambda: "finished" in listener.events(result["id"]))
    assert listener.events(result["id"])[:3] == ["accepted", "synthesizing", "started"]
    with wave.open(str(appliance.spoken / f"{result['id']}.wav")) as sound:
        assert 0.8 < sound.getnframes() / sound.getframerate() < 3.0
    assert appliance.stop() == 0
    until(lambda: listener.topic("availability")[-1] == b"offline")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_both_protocols_speak(
    make_appliance: Callable[..., Appliance], listener: Listener, broker: Broker, protocol: Protocol
) -> None:
    make_appliance(tone=True, mqtt={"protocol": protocol, "port": broker.port}).start()
    listener.online()
    listener.say("Hello", id="one", reply_to="edged/reply/me", correlation="abc")
    assert listener.result("one")["correlation"] == "abc"
    until(listener.replies)
    assert listener.replies() == listener.topic("result")
