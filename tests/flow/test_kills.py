"""The process is killed without warning, again and again, while requests arrive, wait, sound and end."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from edged.request import PRIORITIES
from tests.appliance import BASE, Appliance, Listener
from tests.brokers import BlackHole, Broker, until
from tests.flow import tones
from tests.sound.cards import Card


@dataclass
class Ask:
    """One request of the crowd."""

    number: int
    verb: str
    body: dict[str, Any]
    sounds: list[bytes]
    """Of each sentence."""
    ids: set[str] = field(default_factory=set)
    results: set[bytes] = field(default_factory=set)

    @property
    def outcome(self) -> dict[str, Any]:
        (result,) = self.results
        decoded: dict[str, Any] = json.loads(result)
        return decoded


def crowd(seed: int, count: int) -> list[Ask]:
    """Requests of every kind; one in eight has no id, one in four is not played."""
    source = random.Random(seed)
    sentences = tones.distinct_sentences(seed, 2 * count)
    made = []
    for number in range(count):
        text = " ".join(sentences[2 * number : 2 * number + source.choice((1, 1, 2))])
        body: dict[str, Any] = {"text": text, "custom": number, "priority": source.choice(PRIORITIES)}
        if source.random() > 1 / 8:
            body["id"] = f"ask-{number}"
        verb = "synth" if source.random() < 1 / 4 else "say"
        made.append(Ask(number, verb, body, tones.pieces(text)))
    return made


def publish_all(broker: Broker, asks: list[Ask], seed: int) -> None:
    """As a hub does: with QoS 1, whether the node is there or not."""
    source = random.Random(seed)
    with broker.hub() as hub:
        for ask in asks:
            hub.publish(f"{BASE}/{ask.verb}", json.dumps(ask.body))
            time.sleep(source.uniform(0.0, 0.2))


def torment(appliance: Appliance, seed: int, *, least: int, most: int, going_on: Callable[[], bool]) -> int:
    """Kill and restart, ``least`` times and on while ``going_on``; how often it was killed."""
    source = random.Random(seed)
    killed = 0
    while killed < least or (going_on() and killed < most):
        time.sleep(source.uniform(0.25, 1.5))
        appliance.kill()
        killed += 1
        appliance.start()
    return killed


def collect(listener: Listener, asks: list[Ask]) -> None:
    for payload in listener.topic("result"):
        result = json.loads(payload)
        ask = asks[result["custom"]]
        ask.ids.add(result["id"])
        ask.results.add(payload)


def check_outcomes(asks: list[Ask]) -> Counter[str]:
    """Each request has one outcome, the same in every copy; how many of each kind."""
    kinds: Counter[str] = Counter()
    for ask in asks:
        assert len(ask.ids) == 1, (ask.body, ask.ids)
        assert len(ask.results) == 1, (ask.body, ask.results)
        outcome = ask.outcome
        codes = [warning["code"] for warning in outcome["warnings"]]
        kinds["tail_unconfirmed" if "tail_unconfirmed" in codes else outcome["outcome"]] += 1
    return kinds


def check_sound(asks: list[Ask], heard: bytes) -> None:
    """Nothing was said to its end twice; what was finished was said, and only a cut sentence was repeated."""
    for ask in asks:
        times = [heard.count(sound) for sound in ask.sounds]
        if ask.verb == "synth":
            assert times == [0] * len(times), ask
            continue
        outcome = ask.outcome
        if outcome["outcome"] == "finished":
            certain = not outcome["warnings"]
            assert times[-1] == 1 if certain else times[-1] <= 1, (ask, times)
            assert all(1 <= count <= 2 for count in times[:-1]), (ask, times)
        else:
            assert outcome["error"]["code"] == "synth_failed", outcome
            assert "died 2 times" in outcome["error"]["message"]
            assert times[-1] == 0, (ask, times)


def check_spool(appliance: Appliance, asks: list[Ask]) -> None:
    with closing(sqlite3.connect(appliance.state_dir / "spool.sqlite3")) as spool:
        rows = spool.execute("SELECT id, ended_wall FROM requests").fetchall()
        waiting = spool.execute("SELECT COUNT(*) FROM outbox").fetchone()
    assert sorted(row[0] for row in rows) == sorted(next(iter(ask.ids)) for ask in asks)
    assert all(row[1] is not None for row in rows)
    assert waiting == (0,)


def survive(appliance: Appliance, listener: Listener, broker: Broker, card: Card, *, seed: int, count: int) -> None:
    asks = crowd(seed, count)

    def missing() -> int:
        collect(listener, asks)
        return sum(not ask.results for ask in asks)

    appliance.start()
    listener.online()
    publisher = threading.Thread(target=publish_all, args=(broker, asks, seed))
    publisher.start()
    try:
        killed = torment(appliance, seed, least=8, most=count // 3, going_on=lambda: missing() > count // 10)
    finally:
        publisher.join()
    until(lambda: missing() == 0, "every request ends", 100)
    listener.idle()
    assert listener.ask("queue")["data"]["depth"] == 0
    until(lambda: listener.ask("health")["data"]["outbox"]["messages"] == 0, "everything is told")
    collect(listener, asks)
    assert appliance.stop() == 0
    kinds = check_outcomes(asks)
    print(f"seed {seed}: {killed} kills, {dict(kinds)}")
    check_sound(asks, card.heard_pcm())
    check_spool(appliance, asks)
    assert kinds["finished"] > count / 2


def test_fifty_requests_survive_being_killed(
    make_appliance: Callable[..., Appliance], listener: Listener, broker: Broker, card: Card
) -> None:
    survive(make_appliance(tone=True, card=card), listener, broker, card, seed=1, count=50)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 8))
def test_hundreds_of_requests_survive_being_killed(
    make_appliance: Callable[..., Appliance], listener: Listener, broker: Broker, card: Card, seed: int
) -> None:
    survive(make_appliance(tone=True, card=card), listener, broker, card, seed=seed, count=100)


def test_only_the_sentence_that_was_cut_is_said_again(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    source = random.Random(1)
    text = " ".join(tones.sentence(source, words=5) for _ in range(3))
    sounds = tones.pieces(text)
    appliance = make_appliance(tone=True, card=card).start()
    listener.online()
    listener.say(text, id="one")
    until(lambda: sounds[1][: tones.SECOND // 2] in card.heard_pcm(), "it is in the second sentence")
    appliance.kill()
    before = card.heard_pcm()
    appliance.start()
    listener.finished("one")
    assert [before.count(sound) for sound in sounds] == [1, 0, 0]
    assert [card.heard_pcm()[len(before) :].count(sound) for sound in sounds] == [0, 1, 1]


def test_killed_in_the_last_words_counts_as_said(
    make_appliance: Callable[..., Appliance], listener: Listener, card: Card
) -> None:
    text = tones.sentence(random.Random(1), words=5)
    appliance = make_appliance(tone=True, card=card).start()
    listener.online()
    listener.say(text, id="one")
    listener.event("one", "started")
    with closing(sqlite3.connect(appliance.state_dir / "spool.sqlite3")) as spool:
        until(lambda: spool.execute("SELECT state FROM requests").fetchall() == [("ending",)], "its last words")
        appliance.kill()
    appliance.start()
    listener.finished("one")
    result = listener.result("one")
    assert ([warning["code"] for warning in result["warnings"]], result["spoken_fraction"]) == (
        ["tail_unconfirmed"],
        1.0,
    )
    listener.say("a", id="next")
    listener.finished("next")
    assert card.heard_pcm().count(tones.pieces(text)[0][: tones.SECOND // 2]) == 1


def results_by_number(listener: Listener) -> dict[int, set[str]]:
    """The ids under which each numbered request was answered."""
    found: dict[int, set[str]] = {}
    for result in listener.results():
        found.setdefault(result["custom"], set()).add(result["id"])
    return found


def check_once_each(listener: Listener, count: int) -> None:
    until(lambda: len(results_by_number(listener)) == count, "every request ends", 60)
    listener.idle()
    assert all(len(ids) == 1 for ids in results_by_number(listener).values())


def anonymous(number: int) -> bytes:
    return json.dumps({"text": "a", "speed": 2.0, "custom": number}).encode()


def test_redelivery_without_id_is_not_a_second_request(
    make_appliance: Callable[..., Appliance], listener: Listener, broker: Broker
) -> None:
    """Killed between the commit and the acknowledgement: the broker delivers again, with DUP."""
    with BlackHole(broker.port) as relay:
        appliance = make_appliance(tone=True, mqtt={"port": relay.port}).start()
        listener.online()
        relay.swallowing_up = True
        listener.hub.burst([(f"{BASE}/say", anonymous(number)) for number in range(5)])
        until(lambda: appliance.words().count("finished") == 5, "all are spoken")
        appliance.kill()
        relay.swallowing_up = False
        appliance.start()
        check_once_each(listener, 5)
        until(lambda: appliance.words().count("received again") == 5, "they were delivered again")
        assert len(list(appliance.spoken.glob("*.wav"))) == 5


def test_requests_without_id_are_not_doubled_by_kills_while_they_arrive(
    make_appliance: Callable[..., Appliance], listener: Listener
) -> None:
    appliance = make_appliance(tone=True, queue={"max_crashes": 10})
    source = random.Random(4)
    for lives in range(6):
        appliance.start().ready(lives + 1)
        listener.online()
        bodies = [(f"{BASE}/synth", anonymous(60 * lives + number)) for number in range(60)]
        sender = threading.Thread(target=listener.hub.burst, args=(bodies,))
        sender.start()
        time.sleep(source.uniform(0.0, 0.03))
        appliance.kill()
        sender.join()
        listener.offline()
    appliance.start()
    check_once_each(listener, 6 * 60)
