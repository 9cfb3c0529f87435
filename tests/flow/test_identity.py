"""The same request twice is one request."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.appliance import BASE, Appliance, Listener, holding
from tests.brokers import PROTOCOLS, Protocol, until
from tests.flow import tones
from tests.sound.cards import Card

TEXT = "abc de fghij."


def copies(listener: Listener, request_id: str) -> list[bytes]:
    return [payload for payload in listener.topic("result") if json.loads(payload)["id"] == request_id]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_repeated_after_its_end_is_answered_with_the_same_bytes(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card, protocol: Protocol
) -> None:
    appliance = make_appliance(tone=True, card=card, mqtt={"protocol": protocol}).start()
    listener.online()
    listener.say(TEXT, id="one", reply_to="edged/reply/me")
    listener.finished("one")
    listener.say(TEXT, id="one", reply_to="edged/reply/me")
    until(lambda: len(copies(listener, "one")) == 2, "it is answered again")
    assert appliance.stop() == 0
    appliance.start()
    listener.say(TEXT, id="one", reply_to="edged/reply/me")
    until(lambda: len(copies(listener, "one")) == 3, "it is answered after a restart, too")
    until(lambda: len(listener.replies()) == 3, "to the reply topic as well")
    assert len({*copies(listener, "one"), *listener.replies()}) == 1
    assert card.heard_pcm().count(tones.pieces(TEXT)[0]) == 1
    assert listener.events("one").count("finished") == 1


def test_repeated_while_it_waits_and_while_it_sounds(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    appliance = make_appliance(tone=True, card=card).start()
    listener.online()
    text = " ".join([TEXT] * 2)
    with holding(listener):
        for _ in range(3):
            listener.say(text, id="one")
        until(lambda: appliance.words().count("received again") == 2, "the copies are known")
        assert listener.state()["queue"]["depth"] <= 1
    listener.event("one", "started")
    listener.say(text, id="one")
    listener.finished("one")
    listener.idle()
    assert len(copies(listener, "one")) == 1
    assert listener.events("one").count("accepted") == 1
    assert card.heard_pcm().count(tones.pieces(TEXT)[0]) == 2


def test_same_id_for_something_else_is_a_conflict(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        listener.say(TEXT, id="one")
        listener.say("Other words.", id="one")
        assert listener.refused("one", "duplicate")["conflict"] is True
    until(lambda: len(copies(listener, "one")) == 2, "the first is spoken none the less")
    assert json.loads(copies(listener, "one")[1])["outcome"] == "finished"
    listener.publish("synth", TEXT, id="one")
    until(lambda: len(copies(listener, "one")) == 3, "another verb is another request")
    assert json.loads(copies(listener, "one")[2])["error"]["conflict"] is True


def test_same_words_without_id_are_two_requests(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    make_appliance(tone=True).start()
    listener.online()
    for _ in range(2):
        listener.hub.publish(f"{BASE}/say", TEXT)
    first, second = listener.wait_for("result", 2)
    assert (first["outcome"], second["outcome"]) == ("finished", "finished")
    assert first["id"] != second["id"]


def test_refused_id_may_be_used_again(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    make_appliance(tone=True).start()
    listener.online()
    listener.say(TEXT, id="one", speed=9)
    listener.refused("one", "bad_request")
    listener.say(TEXT, id="one")
    until(lambda: len(copies(listener, "one")) == 2)
    assert json.loads(copies(listener, "one")[1])["outcome"] == "finished"
