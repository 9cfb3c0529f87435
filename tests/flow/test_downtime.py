"""The node, or the broker, is away for a while."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.appliance import BASE, Appliance, Listener, holding
from tests.brokers import PROTOCOLS, Broker, Hub, Protocol, until
from tests.flow import tones
from tests.sound.cards import Card

SENTENCES = [tones.sentence(random.Random(number), words=5) for number in range(3)]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_published_while_the_node_is_down_is_spoken_once(
    make_appliance: Callable[..., Appliance], listener: Listener, protocol: Protocol
) -> None:
    appliance = make_appliance(tone=True, mqtt={"protocol": protocol}).start()
    listener.online()
    assert appliance.stop() == 0
    listener.say("First.", id="one")
    listener.hub.publish(f"{BASE}/say", "Second.")
    appliance.start()
    results = listener.wait_for("result", 2)
    listener.idle()
    assert [result["outcome"] for result in results] == ["finished"] * 2
    assert len(listener.topic("result")) == 2
    assert len(list(appliance.spoken.glob("*.wav"))) == 2


def test_playback_goes_on_while_the_broker_restarts(
    make_appliance: Callable[..., Appliance], broker: Broker, card: Card
) -> None:
    with closing(Hub(broker.port, client_id="durable", durable=True)) as hub:
        listener = Listener(hub)
        make_appliance(tone=True, card=card).start()
        listener.online()
        for number, text in enumerate(SENTENCES):
            listener.say(text, id=f"s{number}", reply_to="edged/reply/me")
        listener.event("s0", "started")
        broker.stop()
        until(lambda: len(card.events("drained")) == 3, "all three are heard while the broker is away")
        broker.start()
        listener.finished("s0", "s1", "s2")
        listener.idle()
        results = listener.topic("result")
        assert sorted(json.loads(payload)["id"] for payload in set(results)) == ["s0", "s1", "s2"]
        until(lambda: set(listener.replies()) == set(results), "the replies arrive, too")
        assert [card.heard_pcm().count(tones.pieces(text)[0]) for text in SENTENCES] == [1, 1, 1]


def test_message_that_the_broker_kept_over_its_own_restart_is_spoken(
    make_appliance: Callable[..., Appliance], listener: Listener, broker: Broker
) -> None:
    appliance = make_appliance(tone=True).start()
    listener.online()
    assert appliance.stop() == 0
    listener.say("Kept.", id="kept")
    broker.restart()
    appliance.start()
    until((appliance.spoken / "kept.wav").exists, "it is spoken")


def test_clean_stop_in_mid_utterance_goes_on_from_the_cut_sentence(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    appliance = make_appliance(tone=True, card=card).start()
    listener.online()
    listener.say(" ".join(SENTENCES), id="cut")
    sounds = tones.pieces(" ".join(SENTENCES))
    heard_first = card.heard_pcm
    until(lambda: sounds[0] in heard_first() and sounds[1][: tones.SECOND // 4] in heard_first(), "it is at the second")
    assert appliance.stop() == 0
    listener.offline()
    assert listener.results("cut") == []
    before = card.heard_pcm()
    assert [before.count(sound) for sound in sounds] == [1, 0, 0]
    appliance.start()
    result = listener.result("cut")
    assert (result["outcome"], result["spoken_fraction"], result["warnings"]) == ("finished", 1.0, [])
    after = card.heard_pcm()[len(before) :]
    assert [after.count(sound) for sound in sounds] == [0, 1, 1]
    assert listener.events("cut").count("finished") == 1


def test_what_waits_is_still_there_after_a_clean_stop(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    appliance = make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        listener.say("Low.", id="low", priority="progress")
        listener.say("High.", id="high", priority="important")
        listener.event("high", "queued")
        assert appliance.stop() == 0
        listener.offline()
        appliance.start()
        listener.online()
        until(lambda: listener.state()["queue"]["depth"] == 2, "both wait again")
    listener.finished("high", "low")
    assert listener.started() == ["hold", "high", "low"]
