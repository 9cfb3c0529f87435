"""A text of the greatest length is spoken from its first clause on, to its last word."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.appliance import Appliance, Listener
from tests.brokers import until
from tests.flow import tones
from tests.sound.cards import Card

REPORT = (
    "The washing machine has finished its programme, and the dryer has twelve minutes left. "
    "It is eleven degrees outside; rain is expected after three in the afternoon. "
    "Anna called twice, Ben will be late, and the parcel stands behind the door. "
)
END = "That was all."


def longest() -> str:
    text = (REPORT * 20)[: 4096 - len(END) - 1]
    return f"{text[: text.rindex('. ') + 1]} {END}"


def test_long_text_is_said_from_the_first_clause_on(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(card=card).start()
    listener.online()
    text = longest()
    assert 3900 < len(text) <= 4096
    listener.say(text, id="long", speed=2.0)
    listener.event("long", "started")
    listener.publish("synth", text, id="whole", speed=2.0, output={"format": "pcm"})
    whole = listener.result("whole", 60)
    assert whole["outcome"] == "finished"
    assert whole["normalized"].endswith(END)
    assert whole["normalized"].startswith("The washing machine has finished")
    assert whole["audio"]["ms"] > 60_000
    assert listener.results("long") == []  # it is being said still
    listener.command("cancel", "long")
    cut = listener.result("long")
    assert cut["outcome"] == "cancelled"
    assert cut["timing_ms"]["first_audio"] < whole["timing_ms"]["synth"] / 3
    heard = tones.trimmed(card.heard_pcm())
    (body,) = listener.topic("audio/whole")
    assert heard[: tones.SECOND] in body


def test_everything_of_a_long_text_is_said(make_appliance: Callable[..., Appliance], listener: Listener) -> None:
    node = make_appliance().start()
    listener.online()
    text = longest()
    listener.say(text, id="long", output={"publish": "whole"})
    result = listener.result("long", 60)
    assert (result["outcome"], result["spoken_fraction"], result["warnings"]) == ("finished", 1.0, [])
    words = "".join(filter(str.isalpha, result["normalized"]))
    assert words == "".join(filter(str.isalpha, text))
    assert listener.topic("audio/long")[0] == (node.spoken / "long.wav").read_bytes()
    until(lambda: json.loads(listener.topic("state")[-1])["state"] == "idle")
