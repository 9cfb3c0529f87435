"""Who is next, and how many may wait."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from edged.request import PRIORITIES
from tests.appliance import BASE, Appliance, Listener, holding
from tests.brokers import until
from tests.sound.cards import Card


def test_thirty_mixed_requests_are_served_by_priority_then_by_arrival(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card).start()
    listener.online()
    source = random.Random(1)
    chosen = [source.choice(PRIORITIES) for _ in range(30)]
    with holding(listener):
        for number, priority in enumerate(chosen):
            topic, field = (("say", priority), (f"say/{priority}", None))[number % 2]
            listener.publish(topic, "a", id=f"r{number}", priority=field, speed=2.0)
        until(lambda: listener.state()["queue"]["depth"] == 30, "all wait")
        counts = listener.state()["queue"]["by_priority"]
        assert counts == {priority: chosen.count(priority) for priority in PRIORITIES}
        expected = [f"r{number}" for number in sorted(range(30), key=lambda n: PRIORITIES.index(chosen[n]))]
        assert [item["id"] for item in listener.ask("queue")["data"]["waiting"]] == expected
    listener.finished(*expected)
    assert listener.started() == ["hold", *expected]


def test_rendering_does_not_wait_behind_playback(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card).start()
    listener.online()
    with holding(listener):
        listener.publish("synth", "abc", id="render")
        listener.finished("render")


def test_full_queue_refuses_but_keeps_places_for_important(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card, queue={"limit": 3, "important_reserve": 2}).start()
    listener.online()
    with holding(listener):
        for number in range(3):
            listener.say("a", id=f"m{number}")
        listener.say("a", id="m3")
        assert listener.refused("m3", "queue_full")["limit"] == 3
        for number in range(2):
            listener.publish("say/important", "a", id=f"i{number}")
        listener.publish("say/important", "a", id="i2")
        listener.refused("i2", "queue_full")
        listener.publish("synth", "a", id="render")
        listener.refused("render", "queue_full")
    listener.finished("i0", "i1", "m0", "m1", "m2")
    listener.say("a", id="m3")
    until(lambda: len(listener.results("m3")) == 2, "there is room again")
    assert listener.results("m3")[1]["outcome"] == "finished"


def test_batch_beyond_the_limit_is_not_taken_whole(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    make_appliance(tone=True, card=card, queue={"limit": 10}).start()
    listener.online()
    with holding(listener):
        bodies = [json.dumps({"text": "a", "id": f"r{number}", "speed": 2.0}).encode() for number in range(60)]
        listener.hub.burst([(f"{BASE}/say", body) for body in bodies])
        until(lambda: len(listener.results()) == 50, "what does not fit is refused")
        assert {result["error"]["code"] for result in listener.results()} == {"queue_full"}
        assert listener.ask("queue")["data"]["depth"] == 10
    listener.finished(*(f"r{number}" for number in range(10)))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_wait_and_none_is_lost(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    appliance = make_appliance(tone=True, card=card, queue={"max_crashes": 10}).start()
    listener.online()
    count = 10_000
    listener.say("holding " * 200, id="hold", priority="important", speed=0.5)
    listener.event("hold", "started")
    bodies = [json.dumps({"text": "a", "id": f"r{number}"}).encode() for number in range(count)]
    for start in range(0, count, 500):
        listener.hub.burst([(f"{BASE}/say", body) for body in bodies[start : start + 500]])
    until(lambda: listener.ask("queue")["data"]["depth"] == count, "all are accepted", 120)
    listener.say("One too many.", id="more")
    listener.refused("more", "queue_full")
    appliance.kill()
    listener.offline()
    appliance.configure(sound={"output": "wav_file", "wav_keep": 10})
    appliance.start()
    until(lambda: len(listener.results()) == count + 2, "all are spoken", 1500)
    ended = {result["id"]: result["outcome"] for result in listener.results()}
    assert [request_id for request_id, outcome in ended.items() if outcome != "finished"] == ["more"]
    assert len(ended) == count + 2
