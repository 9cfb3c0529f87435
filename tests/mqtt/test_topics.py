from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from edged.mqtt.topics import MAX_REPLY_LEVELS, MAX_REPLY_TOPIC, VERBS, Address, Topics, reply_problem

TOPICS = Topics("home/edged", "kitchen", ("upstairs",))
OURS = [
    TOPICS.availability,
    TOPICS.state,
    TOPICS.info,
    TOPICS.event,
    TOPICS.result,
    TOPICS.health,
    TOPICS.audio("a-1"),
    TOPICS.chunk("a-1", 0),
    TOPICS.setting("volume"),
    TOPICS.setting("mute"),
    TOPICS.response("say"),
    TOPICS.response("lexicon/put"),
    TOPICS.discovery,
]
KNOWN = {
    "home/edged/kitchen/say": Address("say"),
    "home/edged/kitchen/say/important": Address("say", priority="important"),
    "home/edged/kitchen/synth": Address("synth"),
    "home/edged/kitchen/cancel": Address("cancel"),
    "home/edged/kitchen/volume/set": Address("set", setting="volume"),
    "home/edged/kitchen/snooze/set": Address("set", setting="snooze"),
    "home/edged/kitchen/request/health": Address("request", operation="health"),
    "home/edged/kitchen/request/lexicon/put": Address("request", operation="lexicon/put"),
    "home/edged/all/say": Address("say", "all"),
    "home/edged/all/say/progress": Address("say", "all", priority="progress"),
    "home/edged/all/snooze/set": Address("set", "all", setting="snooze"),
    "home/edged/group/upstairs/ack": Address("ack", "group", "upstairs"),
    "home/edged/group/upstairs/say": Address("say", "group", "upstairs"),
}


@pytest.mark.parametrize(("topic", "address"), KNOWN.items())
def test_known_topic_is_subscribed_and_understood(topic: str, address: Address) -> None:
    assert TOPICS.parse(topic) == address
    assert sum(topic_matches_sub(name, topic) for name in TOPICS.subscriptions()) == 1


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_verb_is_a_topic_of_its_own(verb: str) -> None:
    address = TOPICS.parse(f"home/edged/kitchen/{verb}")
    assert address is not None
    assert address.verb == verb


def test_pool_is_understood() -> None:
    assert TOPICS.parse("home/edged/pool/synth") == Address("synth", "pool")


@pytest.mark.parametrize("topic", OURS)
def test_own_message_is_neither_subscribed_nor_understood(topic: str) -> None:
    assert not any(topic_matches_sub(name, topic) for name in TOPICS.subscriptions())
    assert TOPICS.parse(topic) is None


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "home/edged",
        "home/edged/",
        "home/edged/kitchen",
        "home/edged/kitchen/",
        "home/edged/kitchen/shout",
        "home/edged/kitchen/say/",
        "home/edged/kitchen/say/important/now",
        "home/edged/kitchen/cancel/now",
        "home/edged/kitchen/set",
        "home/edged/kitchen/request",
        "home/edged/kitchen/request/",
        "home/edged/kitchen/request//put",
        "home/edged/bedroom/say",
        "home/edged/group/cellar/say",
        "home/edged/group/say",
        "home/edged/pool/say",
        "edged/kitchen/say",
        "xhome/edged/kitchen/say",
    ],
)
def test_unknown_topic_asks_for_nothing(topic: str) -> None:
    assert TOPICS.parse(topic) is None


@given(st.text())
def test_any_topic_is_parsed_without_error(tail: str) -> None:
    address = TOPICS.parse(f"home/edged/kitchen/{tail}")
    assert address is None or address.scope == "node"


def test_names_are_those_of_the_contract() -> None:
    topics = Topics("edged", "kitchen")
    assert topics.client_id == "edged-kitchen"
    assert topics.base == "edged/kitchen"
    assert topics.availability == "edged/kitchen/availability"
    assert topics.chunk("7", 3) == "edged/kitchen/audio/7/3"
    assert topics.response("cache/stats") == "edged/kitchen/response/cache/stats"
    assert topics.discovery == "homeassistant/device/edged_kitchen/config"


@pytest.mark.parametrize(
    "topic",
    [
        "hub/replies",
        "edged/reply/1",
        "edgedelsewhere/x",
        "homeassistants/x",
        "a/$SYS",
        "/",
        "r" * MAX_REPLY_TOPIC,
        "日本",
    ],
)
def test_reply_topic_is_accepted(topic: str) -> None:
    assert reply_problem(topic, "edged", "homeassistant") is None


@pytest.mark.parametrize(
    ("topic", "problem"),
    [
        ("", "empty"),
        ("a/+", "wildcard"),
        ("a/#", "wildcard"),
        ("a+b", "wildcard"),
        ("$SYS/x", "$"),
        ("$share/g/x", "$"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\ud800", "no character"),
        ("a\uffff", "no character"),
        ("homeassistant/x/config", "homeassistant/"),
        ("homeassistant", "homeassistant/"),
        ("edged", "our own"),
        ("edged/kitchen/say", "our own"),
        ("edged/all/say", "our own"),
        ("edged/reply", "our own"),
        ("é" * 513, "1024 bytes"),
        ("/" * MAX_REPLY_LEVELS, "levels"),
    ],
)
def test_reply_topic_is_refused_with_the_reason(topic: str, problem: str) -> None:
    assert problem in str(reply_problem(topic, "edged", "homeassistant"))
    assert Topics("edged", "kitchen").reply_problem(topic) == reply_problem(topic, "edged", "homeassistant")
