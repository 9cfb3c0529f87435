from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edged import intake
from edged.errors import Rejected, StorageFailed
from edged.intake import Intake
from edged.message import Inbound, Outbound
from edged.mqtt.topics import Address, Topics
from edged.request import MAX_BODY, PRIORITIES, SpeechRequest
from edged.spool.records import Entry
from tests.fakes.front_desk import FrontDesk
from tests.fakes.household import BASE, NODE, Household
from tests.fakes.manual_clock import ManualClock

SAY = f"{BASE}/say"
SESSION = "session-1"
NO_SPACE = StorageFailed("no space left")


class Door:
    """The intake of a household whose lanes stand still, and the commands that it passed on."""

    def __init__(self, house: Household) -> None:
        self.house = house
        self.clock = house.clock
        self.commands: list[tuple[Address, Inbound]] = []
        self.answers: list[Outbound] = []
        self.topics = Topics("edged", NODE, ("upstairs",))
        self.intake = Intake(
            house.live,
            self.topics,
            store=house.store,
            announcer=house.announcer,
            library=house.library,
            site=house.site,
            ledger=house.ledger,
            clock=house.clock,
            obey=lambda address, message: self.commands.append((address, message)),
        )
        self._packet_id = 0

    def message(self, body: str | bytes | dict[str, Any] = "Hello.", topic: str = SAY, **facts: Any) -> Inbound:
        self._packet_id += 1
        payload = json.dumps(body).encode() if isinstance(body, dict) else body
        payload = payload.encode() if isinstance(payload, str) else payload
        return Inbound(topic, payload, **{"qos": 1, "packet_id": self._packet_id, "session": SESSION, **facts})

    def take(self, *messages: Inbound) -> list[Inbound]:
        for message in messages:
            self.intake.receive(message)
        return self.intake.flush()

    def send(self, body: str | bytes | dict[str, Any] = "Hello.", topic: str = SAY, **facts: Any) -> Inbound:
        """One message, taken; it must be acknowledged."""
        message = self.message(body, topic, **facts)
        assert self.take(message) == [message]
        return message

    def accepted(self) -> list[Entry]:
        return self.house.store.open_entries()

    def last(self) -> Entry:
        return self.accepted()[-1]

    def results(self) -> list[dict[str, Any]]:
        return [json.loads(message.payload) for message in self.house.messages() if message.topic == f"{BASE}/result"]

    def refusal(self) -> dict[str, Any]:
        """The error of the only result there is; nothing was accepted."""
        assert self.accepted() == []
        [result] = self.results()
        assert (result["outcome"], result["status"]) == ("rejected", "error")
        error: dict[str, Any] = result["error"]
        return error


@pytest.fixture
def door(make_household: Callable[..., Household]) -> Door:
    return Door(make_household(clock=ManualClock(), queue={"limit": 3, "important_reserve": 1}))


def clock_of(door: Door) -> ManualClock:
    assert isinstance(door.clock, ManualClock)
    return door.clock


# -- accepting -----------------------------------------------------------------------------------------------------


def test_plain_text_is_accepted_with_the_defaults(door: Door) -> None:
    door.send("The laundry is done.")
    entry = door.last()
    assert entry.request.text == "The laundry is done."
    assert (entry.priority, entry.lane, entry.state) == ("message", "room", "queued")
    assert (entry.received, entry.accepted_wall, entry.boot) == (1000.0, 1_795_331_100.0, "boot-1")
    assert door.house.announcer.snapshot().depth == 1
    assert [event["event_type"] for event in door.house.events] == ["accepted"]


def test_second_in_the_line_is_told_that_it_is_queued(door: Door) -> None:
    door.send({"text": "One.", "id": "a"})
    door.send({"text": "Two.", "id": "b", "source": "hub"})
    told = [(event["event_type"], event["id"], event.get("source")) for event in door.house.events]
    assert told == [("accepted", "a", None), ("accepted", "b", "hub"), ("queued", "b", "hub")]


def test_each_request_without_an_id_has_one_of_its_own(door: Door) -> None:
    door.send("Hello.")
    door.send("Hello.")
    first, second = door.accepted()
    assert first.id != second.id


def test_batch_is_one_commit_and_acknowledged_in_the_order_of_arrival(door: Door) -> None:
    commits: list[str] = []
    door.house.store._db.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    messages = [door.message("One."), door.message(b"\xff"), door.message("Two.")]
    assert door.take(*messages) == messages
    assert len(commits) == 1
    assert [entry.request.text for entry in door.accepted()] == ["One.", "Two."]
    assert len(door.results()) == 1


@pytest.mark.parametrize("priority", PRIORITIES)
def test_priority_of_the_topic_wins(door: Door, priority: str) -> None:
    door.send({"text": "Hello.", "priority": "text"}, f"{SAY}/{priority}")
    assert door.last().priority == door.last().request.priority == priority


def test_priority_of_the_topic_that_is_none_is_refused(door: Door) -> None:
    door.send("Hello.", f"{SAY}/urgent")
    assert (door.refusal()["code"], door.refusal()["field"]) == ("bad_request", "priority")


@pytest.mark.parametrize("topic", ["edged/all/say", "edged/group/upstairs/say", "edged/all/say/important"])
def test_requests_to_many_nodes_are_ours_too(door: Door, topic: str) -> None:
    door.send("Hello.", topic)
    assert len(door.accepted()) == 1


@pytest.mark.parametrize(
    "topic", ["edged/other/say", "edged/group/cellar/say", f"{BASE}/result", "a", f"{BASE}/say/a/b"]
)
def test_topic_that_asks_for_nothing_is_acknowledged_and_ignored(door: Door, topic: str) -> None:
    door.send("Hello.", topic)
    assert door.accepted() == []
    assert door.house.messages() == []
    assert door.commands == []


@pytest.mark.parametrize(
    ("topic", "output", "lane", "publish"),
    [
        (SAY, {}, "room", "none"),
        (SAY, {"publish": "chunks"}, "room", "chunks"),
        (SAY, {"play": False, "publish": "whole"}, "render", "whole"),
        (f"{BASE}/synth", {}, "render", "whole"),
        (f"{BASE}/synth", {"play": True, "publish": "chunks"}, "render", "chunks"),
        ("edged/pool/synth", {}, "render", "whole"),
    ],
)
def test_lane(door: Door, topic: str, output: dict[str, Any], lane: str, publish: str) -> None:
    door.send({"text": "Hello.", "output": output}, topic)
    entry = door.last()
    assert (entry.lane, entry.request.output.play, entry.request.output.publish) == (lane, lane == "room", publish)


def test_sound_that_nobody_wants_is_refused(door: Door) -> None:
    door.send({"text": "Hello.", "output": {"play": False}})
    assert door.refusal()["field"] == "output"


def test_unknown_field_is_accepted_with_its_warning(door: Door) -> None:
    door.send({"text": "Hello.", "volumme": 1})
    assert door.last().warnings[0]["field"] == "volumme"


# -- refusing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "facts"),
    [
        (b"", "bad_request", {"field": "text"}),
        (b"\xff\xfe", "bad_request", {}),
        (b'{"text":', "bad_request", {}),
        (b'{"text":"x","v":2}', "bad_request", {"field": "v"}),
        (b'{"text":"x","custom":"\\ud800"}', "bad_request", {"field": "custom"}),
        (b'{"text":"x","custom":' + b"[" * 220 + b"]" * 220 + b"}", "bad_request", {}),
        (b"x" * 4097, "too_long", {"max_length": 4096}),
        (b"x" * (MAX_BODY + 1), "bad_request", {"max_bytes": MAX_BODY}),
        (b'{"text":"x","chime":"bell"}', "unsupported", {"field": "chime"}),
        (b'{"text":"x","reply_to":"edged/kitchen/say"}', "bad_request", {"field": "reply_to"}),
        (b'{"text":"x","reply_to":"a/#"}', "bad_request", {"field": "reply_to"}),
    ],
)
def test_bad_request_has_its_result(door: Door, body: bytes, code: str, facts: dict[str, Any]) -> None:
    door.send(body)
    error = door.refusal()
    assert error["code"] == code
    assert error.items() >= facts.items()


def test_refusal_goes_where_the_sender_listens(door: Door) -> None:
    door.send({"text": "", "id": "a", "reply_to": "hub/a", "correlation": "c", "custom": 5})
    _, public, private = door.house.messages()
    assert (private.topic, private.correlation, private.payload) == ("hub/a", b"c", public.payload)
    result = json.loads(public.payload)
    assert (result["id"], result["correlation"], result["custom"]) == ("a", "c", 5)


def test_refusal_of_a_body_that_cannot_be_read_goes_to_the_response_topic(door: Door) -> None:
    door.send(b"\xff", response_topic="hub/a", correlation=b"\x00")
    assert [(message.topic, message.correlation) for message in door.house.messages()[1:]] == [
        (f"{BASE}/result", b"\x00"),
        ("hub/a", b"\x00"),
    ]


def test_refusal_is_never_sent_to_one_of_our_own_topics(door: Door) -> None:
    for topic in (f"{SAY}", "edged/all/say", "homeassistant/x", "a/+", "$SYS/x"):
        door.send({"text": "", "reply_to": topic})
        door.send({"text": "x"}, response_topic=topic)
    assert {message.topic for message in door.house.messages()} == {f"{BASE}/event", f"{BASE}/result"}
    assert door.accepted() == []


def test_unknown_voice_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: SpeechRequest, *_: object) -> None:
        words = f"voice: {request.voice!r} is not installed"
        raise Rejected("unknown_voice", words, field="voice", installed=["heart"])

    monkeypatch.setattr(intake, "plan", refuse)
    door.send({"text": "Hello.", "voice": "nobody"})
    assert door.refusal() == {
        "code": "unknown_voice",
        "message": "voice: 'nobody' is not installed",
        "field": "voice",
        "installed": ["heart"],
    }


def test_muted_house_takes_only_what_is_important_or_unheard(door: Door) -> None:
    door.house.site.change(muted=True)
    door.send("Hello.")
    assert door.refusal()["code"] == "muted"
    door.send("Fire!", f"{SAY}/important")
    door.send("For the hub.", f"{BASE}/synth")
    assert [entry.request.text for entry in door.accepted()] == ["Fire!", "For the hub."]


def test_full_queue_refuses_all_but_the_important_up_to_its_reserve(door: Door) -> None:
    messages = [door.message({"text": "Hello.", "id": f"m{number}"}) for number in range(5)]
    door.take(*messages)  # one batch: those staged count as well
    door.send({"text": "Fire!", "id": "fire"}, f"{SAY}/important")
    door.send({"text": "Flood!", "id": "flood"}, f"{SAY}/important")
    assert [entry.id for entry in door.accepted()] == ["m0", "m1", "m2", "fire"]
    refused = {result["id"]: result["error"] for result in door.results()}
    assert set(refused) == {"m3", "m4", "flood"}
    assert {error["code"] for error in refused.values()} == {"queue_full"}
    assert refused["m3"]["limit"] == 3


# -- retained ------------------------------------------------------------------------------------------------------


def test_retained_request_is_refused_once(door: Door) -> None:
    for _ in range(3):
        door.send("Hello.", retain=True)
    assert door.refusal()["code"] == "retained"
    door.send("Something else.", retain=True)
    door.send("Hello.", f"{SAY}/text", retain=True)
    assert len(door.results()) == 3
    door.send("Hello.")
    assert len(door.accepted()) == 1


def test_retained_request_that_cannot_be_read_is_refused_once_too(door: Door) -> None:
    for _ in range(3):
        door.send(b"\xff", retain=True)
    assert len(door.results()) == 1


def test_retained_command_is_passed_on_once(door: Door) -> None:
    for _ in range(3):
        door.send("0.5", f"{BASE}/volume/set", retain=True)
    assert len(door.commands) == 1


# -- redelivery ----------------------------------------------------------------------------------------------------


def conclude(door: Door) -> None:
    door.house.announcer.cancel(lambda _: True, "cancel")


def test_same_id_and_body_is_not_spoken_again(door: Door) -> None:
    body = {"text": "Hello.", "id": "a", "reply_to": "hub/a", "correlation": "c"}
    door.send(body)
    door.send(body)
    assert len(door.accepted()) == 1
    assert door.house.messages() == []  # the outcome will be told when it is decided


def test_same_id_and_body_after_its_end_is_answered_with_the_same_bytes(door: Door) -> None:
    body = {"text": "Hello.", "id": "a", "reply_to": "hub/a", "correlation": "c"}
    door.send(body)
    conclude(door)
    told = [message for message in door.house.messages() if message.topic != f"{BASE}/event"]
    assert {message.correlation for message in told} == {b"c"}
    door.send(body)
    assert door.house.messages()[-2:] == told
    assert door.accepted() == []


@pytest.mark.parametrize(
    ("body", "topic"),
    [
        ({"text": "Something else.", "id": "a"}, SAY),
        ({"text": "Hello.", "id": "a", "speed": 1}, SAY),
        ({"text": "Hello.", "id": "a"}, f"{SAY}/important"),
        ({"text": "Hello.", "id": "a"}, f"{BASE}/synth"),
    ],
)
def test_same_id_for_another_request_is_a_conflict(door: Door, body: dict[str, Any], topic: str) -> None:
    door.send({"text": "Hello.", "id": "a"})
    door.send(body, topic)
    [result] = door.results()
    assert (result["id"], result["error"]["code"], result["error"]["conflict"]) == ("a", "duplicate", True)
    assert [entry.request.text for entry in door.accepted()] == ["Hello."]


def test_same_id_by_the_group_is_the_same_request(door: Door) -> None:
    door.send({"text": "Hello.", "id": "a"})
    door.send({"text": "Hello.", "id": "a"}, "edged/all/say")
    assert len(door.accepted()) == 1
    assert door.results() == []


def test_same_id_twice_in_one_batch_is_one_request(door: Door) -> None:
    body = {"text": "Hello.", "id": "a"}
    messages = [door.message(body), door.message(body)]
    assert door.take(*messages) == messages
    assert len(door.accepted()) == 1


def test_redelivery_without_an_id_is_recognised_by_its_packet(door: Door) -> None:
    message = door.send("Hello.")
    again = replace(message, dup=True)
    assert door.take(again) == [again]
    assert len(door.accepted()) == 1
    conclude(door)
    told = door.results()
    door.take(again)
    assert door.results() == [*told, *told]
    assert door.accepted() == []


@pytest.mark.parametrize(
    "change",
    [
        {"dup": False},
        {"packet_id": 999},
        {"session": "session-2"},
        {"payload": b"Something else."},
        {"topic": "edged/all/say"},
        {"packet_id": 0, "qos": 0},
    ],
)
def test_delivery_that_differs_is_a_request_of_its_own(door: Door, change: dict[str, Any]) -> None:
    message = door.send("Hello.")
    door.take(replace(message, **{"dup": True, **change}))
    assert len(door.accepted()) == 2


def test_packet_id_whose_acknowledgement_is_known_may_bring_the_same_words_again(door: Door) -> None:
    message = door.send("Hello.")
    door.intake.confirmed([message])
    door.take(replace(message, dup=True))
    assert len(door.accepted()) == 2


def test_acknowledgement_known_late_does_not_unmark_a_newer_message(door: Door) -> None:
    old = door.send("One.")
    new = replace(door.message("Two."), packet_id=old.packet_id)
    door.take(new)
    door.intake.confirmed([old])
    door.take(replace(new, dup=True))
    assert [entry.request.text for entry in door.accepted()] == ["One.", "Two."]


def test_refusal_redelivered_without_an_id_is_the_same_result(door: Door) -> None:
    message = door.send(b"\xff")
    door.take(replace(message, dup=True))
    first, second = door.results()
    assert first == second


# -- expiry --------------------------------------------------------------------------------------------------------

WALL = 1_795_331_100.0  # 2026-11-22T07:05:00Z


@pytest.mark.parametrize(
    ("fields", "expiry_s", "lifetime"),
    [
        ({}, None, 3600),
        ({"priority": "important"}, None, 600),
        ({"ttl_s": 5}, None, 5),
        ({"ttl_s": 100_000}, None, 100_000),
        ({"deadline": "2026-11-22T07:06:00Z"}, None, 60),
        ({"deadline": "2026-11-22T15:06:00+08:00"}, None, 60),
        ({"deadline": "2026-11-24T07:05:00Z"}, None, 172_800),
        ({"deadline": "2026-11-22T07:04:00Z"}, None, -60),
        ({"deadline": "0001-01-01T00:00:00+14:00"}, None, None),
        ({"ttl_s": 90, "deadline": "2026-11-22T07:06:00Z"}, None, 60),
        ({"ttl_s": 30, "deadline": "2026-11-22T07:06:00Z"}, None, 30),
        ({}, 20.0, 20),
        ({}, 1e6, 3600),
        ({"ttl_s": 5}, 20.0, 5),
        ({"ttl_s": 90}, 20.0, 20),
        ({"ttl_s": 90, "deadline": "2026-11-22T07:06:00Z"}, 20.0, 20),
    ],
)
def test_lifetime_is_the_shortest_that_was_asked_for(
    door: Door, fields: dict[str, Any], expiry_s: float | None, lifetime: float | None
) -> None:
    door.send({"text": "Hello.", **fields}, expiry_s=expiry_s)
    entry = door.last()
    if lifetime is None:
        assert entry.expires < 0
    else:
        assert entry.expires == pytest.approx(1000 + lifetime)
        assert entry.expires_wall == pytest.approx(WALL + lifetime)
    clock_of(door).advance(max(0.0, entry.expires - 1000))
    door.house.announcer.expire_due()
    assert [result["outcome"] for result in door.results()] == ["expired"]


# -- the disk ------------------------------------------------------------------------------------------------------


def test_nothing_is_acknowledged_until_the_disk_takes_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NO_SPACE

    first = door.message("One.")
    assert door.take(first) == [first]
    speech, bad, command = door.message("Two."), door.message(b"\xff"), door.message("", f"{BASE}/cancel")
    for method in ("append", "post"):
        with monkeypatch.context() as patched:
            patched.setattr(door.house.store, method, refuse)
            door.take(*([speech, bad, command] if method == "append" else []))
            assert door.intake.flush() == []
    assert len(door.accepted()) == 1
    assert door.commands == []
    assert door.results() == []
    assert door.intake.flush() == [speech, bad, command]
    assert [entry.request.text for entry in door.accepted()] == ["One.", "Two."]
    assert len(door.results()) == 1
    assert door.house.announcer.snapshot().depth == 2
    assert len(door.commands) == 1


def test_command_that_the_disk_refuses_is_tried_again(door: Door) -> None:
    refusals = [NO_SPACE]

    def obey(address: Address, message: Inbound) -> None:
        if refusals:
            raise refusals.pop()
        door.commands.append((address, message))

    door.intake._obey = obey
    command, speech = door.message("0.5", f"{BASE}/volume/set"), door.message("Hello.")
    assert door.take(command, speech) == []
    assert door.accepted() == []
    assert door.intake.flush() == [command, speech]
    assert len(door.commands) == len(door.accepted()) == 1


def test_redelivery_while_the_disk_refuses_is_accepted_once(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NO_SPACE

    message = door.message("Hello.")
    again = replace(message, dup=True)
    with monkeypatch.context() as patched:
        patched.setattr(door.house.store, "append", refuse)
        assert door.take(message) == []
    assert door.take(again) == [message, again]
    assert len(door.accepted()) == 1


def test_acknowledgement_that_the_disk_refuses_is_only_a_warning(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise NO_SPACE

    message = door.send("Hello.")
    monkeypatch.setattr(door.house.store, "acknowledged", refuse)
    door.intake.confirmed([message])


# -- order, bugs ---------------------------------------------------------------------------------------------------


def test_commands_between_requests_keep_their_place(door: Door) -> None:
    seen: list[list[str]] = []
    door.intake._obey = lambda *_: seen.append([entry.request.text for entry in door.accepted()])
    messages = [
        door.message("One."),
        door.message("", f"{BASE}/cancel"),
        door.message("Two."),
        door.message("Three."),
        door.message("", f"{BASE}/cancel"),
    ]
    assert door.take(*messages) == messages
    assert seen == [["One."], ["One.", "Two.", "Three."]]


def test_bug_of_ours_costs_one_message(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError

    door.intake._obey = stumble
    door.send("", f"{BASE}/cancel")
    with monkeypatch.context() as patched:
        patched.setattr(intake, "plan", stumble)
        door.send({"text": "Hello.", "id": "a"})
    assert door.refusal()["code"] == "bad_request"
    assert caplog.text.count("bug of ours") == 2
    door.send("And on.")
    assert len(door.accepted()) == 1


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One door with the real operations behind it, for many messages."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    house = Household(folder, clock=ManualClock())
    door = Door(house)
    desk = FrontDesk(house)
    door.answers = desk.answers
    door.intake._obey = desk.operations.obey
    yield door
    house.close()


WORDS = st.sampled_from(
    [
        "id",
        "tag",
        "source",
        "priority",
        "all",
        "value",
        "text",
        "format",
        "voice",
        "lang",
        "level",
        "transaction",
        "custom",
        "reply_to",
        "correlation",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
PAYLOADS = (
    st.binary(max_size=60)
    | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace"))
    | st.dictionaries(WORDS | st.text(max_size=6), VALUES, max_size=5).map(lambda body: json.dumps(body).encode())
)
SPEECH_TOPICS = st.sampled_from([SAY, f"{SAY}/important", f"{SAY}/nonsense", f"{BASE}/synth", "edged/all/say"])
OPERATIONS = ("health", "info", "voices", "queue", "reload", "log_level", "phonemize", "normalize", "bench", "a/b/c")
COMMAND_TOPICS = st.sampled_from(
    [f"{BASE}/cancel", f"{BASE}/pause", "edged/all/cancel"]
    + [f"{BASE}/{name}/set" for name in ("volume", "mute", "speed", "voice", "snooze")]
    + [f"{BASE}/request/{name}" for name in OPERATIONS]
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SPEECH_TOPICS, PAYLOADS, st.booleans())
def test_any_request_is_accepted_or_has_one_result(fuzzed: Door, topic: str, payload: bytes, dup: bool) -> None:  # noqa: FBT001 - hypothesis fills it
    store = fuzzed.house.store
    fuzzed.send(payload, topic, dup=dup)
    results = fuzzed.results()
    assert len(fuzzed.accepted()) + len(results) == 1
    assert all("fault of this node" not in str(result.get("error")) for result in results)
    clock_of(fuzzed).advance(100_000_000)
    fuzzed.house.announcer.expire_due()  # the next one finds nobody waiting
    store.outbox_done([row.seq for row in store.outbox_after(0, 1000)])


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(COMMAND_TOPICS, PAYLOADS)
def test_any_command_has_one_response(fuzzed: Door, topic: str, payload: bytes) -> None:
    fuzzed.answers.clear()
    fuzzed.send(payload, topic)
    errands = fuzzed.house.announcer._errands
    while errands:
        errands.popleft()()
    [response] = fuzzed.answers
    assert response.topic.startswith(f"{BASE}/response/")
    answer = json.loads(response.payload, parse_constant=pytest.fail)
    assert answer["status"] in {"ok", "error"}
    assert (answer["status"] == "error") == ("error" in answer)
