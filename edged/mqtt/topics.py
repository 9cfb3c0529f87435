"""Every topic name of the contract: what we listen to, what a topic asks for, where we answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["node", "group", "all", "pool"]
Verb = Literal["say", "synth", "cancel", "pause", "resume", "skip", "repeat", "ack", "set", "request"]
VERBS: frozenset[str] = frozenset(get_args(Verb)) - {"set", "request"}
"""The verbs that are a topic level of their own."""

MAX_REPLY_TOPIC = 1024
"""Bytes of a reply topic; MQTT itself allows 65 535."""
MAX_REPLY_LEVELS = 64
"""Levels of a reply topic; mosquitto drops the connection of who publishes to more than 200."""

# C0 and C1 control characters, surrogates and non-characters: MQTT 5 (1.5.4) lets a broker close the connection
# that sends one, and a queued result would then close it again and again.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Address:
    """What an inbound topic asks for."""

    verb: Verb
    scope: Scope = "node"
    group: str | None = None
    priority: str | None = None
    """Of ``say/<priority>``, as it stands in the topic: it may be no priority at all."""
    setting: str | None = None
    """Of ``<setting>/set``."""
    operation: str | None = None
    """Of ``request/<operation>``, for example ``lexicon/put``."""


@dataclass(frozen=True)
class Topics:
    """The topics of one node. ``base`` is ``<base topic>/<node>``."""

    base_topic: str
    node: str
    groups: tuple[str, ...] = ()
    discovery_prefix: str = "homeassistant"

    @property
    def base(self) -> str:
        """The prefix of this node's topics."""
        return f"{self.base_topic}/{self.node}"

    @property
    def client_id(self) -> str:
        """The name of our session at the broker."""
        return f"edged-{self.node}"

    def subscriptions(self) -> tuple[str, ...]:
        """The filters that bring us our requests and none of our own messages."""
        verbs = tuple(f"{self.base}/{verb}" for verb in sorted(VERBS))
        shared = tuple(f"{self.base_topic}/group/{group}/#" for group in self.groups)
        return (
            *verbs,
            f"{self.base}/say/+",
            f"{self.base}/+/set",
            f"{self.base}/request/#",
            f"{self.base_topic}/all/#",
            *shared,
        )

    def parse(self, topic: str) -> Address | None:
        """What ``topic`` asks of this node; None if nothing that the contract knows."""
        prefix = f"{self.base_topic}/"
        if not topic.startswith(prefix):
            return None
        match topic[len(prefix) :].split("/"):
            case [self.node, *rest]:
                return _address(rest, "node")
            case ["all", *rest]:
                return _address(rest, "all")
            case ["group", group, *rest] if group in self.groups:
                return _address(rest, "group", group)
            case ["pool", "synth"]:
                return Address("synth", "pool")
        return None

    @property
    def availability(self) -> str:
        """Retained, last will: ``online`` or ``offline``."""
        return f"{self.base}/availability"

    @property
    def state(self) -> str:
        """Retained."""
        return f"{self.base}/state"

    @property
    def info(self) -> str:
        """Retained."""
        return f"{self.base}/info"

    @property
    def event(self) -> str:
        """The events of every request."""
        return f"{self.base}/event"

    @property
    def result(self) -> str:
        """The outcome of every request."""
        return f"{self.base}/result"

    @property
    def health(self) -> str:
        """The periodic health message, QoS 0."""
        return f"{self.base}/health"

    def audio(self, request_id: str) -> str:
        """A whole audio file."""
        return f"{self.base}/audio/{request_id}"

    def chunk(self, request_id: str, seq: int) -> str:
        """Audio chunk number ``seq``, from 0."""
        return f"{self.base}/audio/{request_id}/{seq}"

    def setting(self, name: str) -> str:
        """The retained state of a setting."""
        return f"{self.base}/{name}"

    def response(self, operation: str) -> str:
        """Where a verb, a ``set`` or a ``request/<operation>`` is answered."""
        return f"{self.base}/response/{operation}"

    @property
    def discovery(self) -> str:
        """Home Assistant's device discovery."""
        return f"{self.discovery_prefix}/device/edged_{self.node}/config"

    def reply_problem(self, topic: str) -> str | None:
        """Why ``topic`` cannot be a reply topic, as one sentence; None if it can."""
        return reply_problem(topic, self.base_topic, self.discovery_prefix)


def _address(rest: list[str], scope: Scope, group: str | None = None) -> Address | None:
    match rest:
        case ["say", priority] if priority:
            return Address("say", scope, group, priority=priority)
        case [verb] if verb in VERBS:
            return Address(_verb(verb), scope, group)
        case [setting, "set"] if setting:
            return Address("set", scope, group, setting=setting)
        case ["request", *operation] if operation and all(operation):
            return Address("request", scope, group, operation="/".join(operation))
    return None


def _verb(word: str) -> Verb:
    return next(verb for verb in get_args(Verb) if verb == word)


def reply_problem(topic: str, base_topic: str, discovery_prefix: str) -> str | None:
    """Why ``topic`` cannot be a reply topic, as one sentence; None if it can.

    A reply among our own topics would make the box speak its own results; only ``<base topic>/reply/…`` is allowed.
    """
    own = _within(topic, base_topic) and not topic.startswith(f"{base_topic}/reply/")
    checks = (
        (not topic, "is empty"),
        (_UNSAFE.search(topic), "holds a control character or one that is no character"),
        (len(topic.encode("utf-8", "surrogatepass")) > MAX_REPLY_TOPIC, f"is longer than {MAX_REPLY_TOPIC} bytes"),
        (topic.count("/") >= MAX_REPLY_LEVELS, f"has more than {MAX_REPLY_LEVELS} levels"),
        ("+" in topic or "#" in topic, "holds a wildcard"),
        (topic.startswith("$"), "starts with $: such topics belong to the broker"),
        (_within(topic, discovery_prefix), f"is in {discovery_prefix}/, where devices announce themselves"),
        (own, f"is one of our own; use {base_topic}/reply/…"),
    )
    return next((f"the reply topic {problem}" for wrong, problem in checks if wrong), None)


def _within(topic: str, prefix: str) -> bool:
    return topic == prefix or topic.startswith(f"{prefix}/")
