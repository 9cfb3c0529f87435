"""The sound device goes, and comes back."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.appliance import Appliance, Listener
from tests.brokers import until
from tests.flow import tones
from tests.sound.cards import Card

SENTENCES = [tones.sentence(random.Random(number), words=5) for number in range(3)]
TEXT = " ".join(SENTENCES)
SOUNDS = tones.pieces(TEXT)


def at_the_second(card: Card) -> bool:
    heard = card.heard_pcm()
    return SOUNDS[0] in heard and SOUNDS[1][: tones.SECOND // 4] in heard


def state_is(listener: Listener, word: str, code: str | None) -> bool:
    state = listener.state()
    return bool(state["state"] == word and (state["degraded"] or {}).get("code") == code)


@pytest.fixture
def unplugged(listener: Listener, card: Card) -> Callable[[Appliance], None]:
    def pull_out(node: Appliance) -> None:
        node.start()
        listener.online()
        listener.say(TEXT, id="cut")
        until(lambda: at_the_second(card), "it is at the second sentence")
        card.control("unplug")

    return pull_out


def test_utterance_waits_for_the_device_and_goes_on_from_the_cut_sentence(
    make_appliance: Callable[..., Appliance],
    listener: Listener,
    card: Card,
    unplugged: Callable[[Appliance], None],
) -> None:
    node = make_appliance(tone=True, card=card)
    unplugged(node)
    until(lambda: state_is(listener, "error", "audio_device"), "the state tells of the lost device")
    assert listener.state()["degraded"]["reason"]
    assert listener.ask("health")["data"]["healthy"] is False
    listener.publish("synth", "abc", id="render")
    listener.finished("render")
    listener.say("Next.", id="next")
    assert listener.results("cut") == []
    before = card.heard_pcm()
    card.control("")
    listener.finished("cut", "next")
    assert listener.result("cut")["spoken_fraction"] == 1.0
    until(lambda: state_is(listener, "idle", None), "all is well again")
    assert [before.count(sound) for sound in SOUNDS] == [1, 0, 0]
    after = card.heard_pcm()[len(before) :]
    assert [after.count(sound) for sound in SOUNDS] == [0, 1, 1]
    assert listener.started() == ["cut", "render", "next"]
    assert node.alive()


def test_utterance_fails_where_the_settings_say_so(
    make_appliance: Callable[..., Appliance],
    listener: Listener,
    card: Card,
    unplugged: Callable[[Appliance], None],
) -> None:
    node = make_appliance(tone=True, card=card, sound={"on_device_loss": "fail"})
    unplugged(node)
    result = listener.result("cut")
    assert (result["status"], result["outcome"]) == ("error", "failed")
    assert result["error"]["code"] == "audio_device"
    assert result["spoken_fraction"] == pytest.approx(1 / 3, abs=0.01)
    listener.say("abc", id="without")
    assert listener.result("without")["error"]["code"] == "audio_device"
    until(lambda: state_is(listener, "error", "audio_device"), "the state tells of the lost device")
    card.control("")
    listener.say("abc de.", id="again")
    listener.finished("again")
    until(lambda: state_is(listener, "idle", None), "all is well again")
    assert tones.pieces("abc de.")[0] in card.heard_pcm()
    assert node.alive()


def test_waiting_for_the_device_ends_with_the_time_to_live(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    card.control("unplug")
    node = make_appliance(tone=True, card=card).start()
    listener.online()
    listener.say(TEXT, id="late", ttl_s=1.5)
    listener.say(TEXT, id="cancelled")
    listener.event("cancelled", "queued")
    assert listener.command("cancel", "cancelled")["data"]["ids"] == ["cancelled"]
    assert listener.result("late")["outcome"] == "expired"
    card.control("")
    listener.say("abc", id="next")
    listener.finished("next")
    assert SOUNDS[0] not in card.heard_pcm()
    assert node.alive()


def test_node_killed_while_it_waits_for_the_device_speaks_later(
    make_appliance: Callable[..., Appliance],
    listener: Listener,
    card: Card,
    unplugged: Callable[[Appliance], None],
) -> None:
    node = make_appliance(tone=True, card=card)
    unplugged(node)
    until(lambda: state_is(listener, "error", "audio_device"), "the state tells of the lost device")
    node.kill()
    card.control("")
    node.start()
    listener.finished("cut")
    assert [card.heard_pcm().count(sound) for sound in SOUNDS] == [1, 1, 1]
