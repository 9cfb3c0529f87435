from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from edged.announcer import MAX_ERRANDS
from edged.errors import ConfigurationError, Fatal, Rejected
from edged.operations import MAX_LISTED
from edged.request import OutputChoice
from tests.fakes.front_desk import FrontDesk
from tests.fakes.household import BASE, UNREADABLE, Household
from tests.fakes.manual_clock import ManualClock
from tests.fakes.manual_output import ManualOutput


@pytest.fixture
def desk(make_household: Callable[..., Household]) -> FrontDesk:
    return FrontDesk(make_household(clock=ManualClock()))


def refused(answer: dict[str, Any]) -> dict[str, Any]:
    assert (answer["status"], answer["data"]) == ("error", None)
    error: dict[str, Any] = answer["error"]
    return error


# -- answers -------------------------------------------------------------------------------------------------------


def test_answer_goes_below_response_and_to_who_asked(desk: FrontDesk) -> None:
    desk.command("request/queue", {"transaction": 7}, response_topic="hub/a", correlation=b"\x00")
    public, private = desk.answers
    assert (public.topic, private.topic) == (f"{BASE}/response/queue", "hub/a")
    assert public.payload == private.payload
    assert public.correlation == private.correlation == b"\x00"
    assert json.loads(public.payload)["transaction"] == 7


def test_answer_never_goes_to_a_topic_of_our_own(desk: FrontDesk) -> None:
    assert desk.ask("request/queue", response_topic=f"{BASE}/say")["status"] == "ok"


@pytest.mark.parametrize("transaction", [0, "", False, [1], {"a": None}])
def test_transaction_is_echoed_as_it_came(desk: FrontDesk, transaction: Any) -> None:
    assert desk.ask("request/queue", {"transaction": transaction})["transaction"] == transaction
    assert desk.ask("request/bench", {"transaction": transaction})["transaction"] == transaction
    assert "transaction" not in desk.ask("request/queue")


@pytest.mark.parametrize(
    "topic",
    [
        "pause",
        "resume",
        "skip",
        "repeat",
        "ack",
        "snooze/set",
        "quiet_hours/set",
        "request/bench",
        "request/cache/stats",
    ],
)
def test_what_is_not_built_yet_is_refused_by_name(desk: FrontDesk, topic: str) -> None:
    error = refused(desk.ask(topic))
    assert error["code"] == "unsupported"
    assert error["field"] in topic


@pytest.mark.parametrize("body", [b"\xff", b'{"all":', b"x" * 70_000])
def test_body_that_cannot_be_read_is_answered(desk: FrontDesk, body: bytes) -> None:
    assert refused(desk.ask("cancel", body))["code"] == "bad_request"


def test_replayed_command_is_not_obeyed(desk: FrontDesk) -> None:
    assert refused(desk.ask("volume/set", "0.1", retain=True))["code"] == "retained"
    assert desk.house.site.state.volume == 1.0


# -- cancel --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ("a", ["a"]),
        (" a\n", ["a"]),
        ({"id": "b"}, ["b"]),
        ({"tag": "t"}, ["a", "c"]),
        ({"tag": "t", "source": "hub"}, ["c"]),
        ({"source": "hub"}, ["c"]),
        ({"priority": "progress"}, ["b"]),
        ({"all": True}, ["a", "c", "b", "d"]),
        ({"all": True, "scheduled": True}, ["a", "c", "b", "d"]),
        ({"id": "nobody"}, []),
        ({"id": 5}, []),
        ({"id": ["a"]}, []),
        ("", []),
    ],
)
def test_cancel_answers_with_the_ids_touched(desk: FrontDesk, body: Any, ids: list[str]) -> None:
    desk.house.say(id="a", tag="t")
    desk.house.say(id="b", priority="progress")
    desk.house.say(id="c", tag="t", source="hub")
    desk.house.say(id="d", output=OutputChoice(play=False, publish="whole"))
    assert desk.ask("cancel", body)["data"] == {"ids": ids}
    assert set(desk.house.results()) == set(ids)


@pytest.mark.parametrize(
    "body", [{}, {"all": False}, {"all": "yes"}, {"colour": "red"}, {"all": True, "id": "a"}, {"id": "a", "tga": "b"}]
)
def test_cancel_of_nothing_in_particular_is_refused(desk: FrontDesk, body: dict[str, Any]) -> None:
    desk.house.say(id="a")
    assert refused(desk.ask("cancel", body))["code"] == "bad_request"
    assert desk.house.results() == {}


def test_cancel_without_a_body_is_for_what_is_being_said(make_household: Callable[..., Household]) -> None:
    house = make_household()
    desk = FrontDesk(house)
    house.start()
    current, following = house.say("One sentence after another."), house.say()
    assert isinstance(house.output, ManualOutput)
    house.output.wait_until_full()
    assert desk.ask("cancel")["data"] == {"ids": [current]}
    house.output.play_freely()
    assert house.result(current)["outcome"] == "cancelled"
    assert house.result(following)["outcome"] == "finished"


# -- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "body", "data"),
    [
        ("volume/set", "0.25", {"volume": 0.25}),
        ("volume/set", " 1 ", {"volume": 1.0}),
        ("volume/set", {"value": 0}, {"volume": 0.0}),
        ("speed/set", "2", {"speed": 2.0}),
        ("speed/set", {"value": 0.5}, {"speed": 0.5}),
        ("mute/set", "ON", {"mute": "ON"}),
        ("mute/set", "off", {"mute": "OFF"}),
        ("mute/set", {"value": True}, {"mute": "ON"}),
        ("mute/set", {"value": "OFF"}, {"mute": "OFF"}),
    ],
)
def test_setting_is_taken_over_and_answered(desk: FrontDesk, topic: str, body: Any, data: dict[str, Any]) -> None:
    assert desk.ask(topic, body) == {"status": "ok", "data": data}
    standing = {message.topic: message.payload for message in desk.status.standing()}
    name, value = next(iter(data.items()))
    shown = value if isinstance(value, str) else f"{value:g}"
    assert standing[f"{BASE}/{name}"] == shown.encode()


@pytest.mark.parametrize("value", ["", "loud", "-0.01", "1.01", "nan", "inf", {"value": None}, {"value": []}, {}])
@pytest.mark.parametrize("name", ["volume", "speed"])
def test_number_out_of_its_range_is_refused(desk: FrontDesk, name: str, value: Any) -> None:
    value = "2.01" if (name, value) == ("speed", "1.01") else value
    error = refused(desk.ask(f"{name}/set", value))
    assert (error["code"], error["field"]) == ("bad_request", name)
    assert (desk.house.site.state.volume, desk.house.site.state.speed) == (1.0, 1.0)


def test_mute_that_is_neither_on_nor_off_is_refused(desk: FrontDesk) -> None:
    assert refused(desk.ask("mute/set", "maybe"))["field"] == "mute"


def test_voice_is_set_and_opened_in_the_render_lane(desk: FrontDesk) -> None:
    assert desk.ask("voice/set", "tone")["data"] == {"voice": "tone"}
    assert desk.voice_loads == 1
    assert desk.house.site.state.voice == "tone"


def test_voice_that_is_not_there_is_refused(desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(wanted: str, _lang: str | None = None) -> None:
        raise Rejected("unknown_voice", f"voice: {wanted!r} is not installed", field="voice")

    monkeypatch.setattr(desk.house.library, "resolve", refuse)
    before = desk.house.site.state.voice
    assert refused(desk.ask("voice/set", "nobody"))["code"] == "unknown_voice"
    assert (desk.house.site.state.voice, desk.voice_loads) == (before, 0)


# -- questions -----------------------------------------------------------------------------------------------------


def test_queue_lists_who_waits_in_the_order_of_service(desk: FrontDesk) -> None:
    for number in range(MAX_LISTED + 5):
        desk.house.say(f"Number {number}.", tag="t", source="hub", ttl_s=60.0)
    desk.house.say("Fire!", id="fire", priority="important", ttl_s=30.0)
    data = desk.ask("request/queue")["data"]
    assert data["depth"] == MAX_LISTED + 6
    assert len(data["waiting"]) == MAX_LISTED
    assert data["waiting"][0] == {
        "id": "fire",
        "priority": "important",
        "source": None,
        "tag": None,
        "expires_in_s": 30.0,
    }
    assert data["waiting"][1]["source"] == "hub"
    assert data["by_priority"]["message"] == MAX_LISTED + 5
    assert data["current"] is None


@pytest.mark.parametrize("name", ["health", "info", "voices"])
def test_question_is_answered(desk: FrontDesk, name: str) -> None:
    answer = desk.ask(f"request/{name}")
    assert answer["status"] == "ok"
    assert answer["data"]


def test_log_level(desk: FrontDesk) -> None:
    assert desk.ask("request/log_level", {"level": "debug"})["data"] == {"level": "debug"}
    wrong: list[Any] = ["loud", None, ["debug"], {}]
    for level in wrong:
        assert refused(desk.ask("request/log_level", {"level": level}))["field"] == "level"
    assert desk.log_levels == ["debug"]


def test_reload_tells_what_changed_or_what_is_wrong(desk: FrontDesk) -> None:
    assert desk.ask("request/reload")["data"] == {"changed": []}

    def fail() -> dict[str, Any]:
        raise ConfigurationError(["sound.period_ms: too large"])

    desk.operations._reload = fail
    error = refused(desk.ask("request/reload"))
    assert error == {"code": "bad_request", "message": "sound.period_ms: too large"}


# -- dry runs ------------------------------------------------------------------------------------------------------


def test_phonemize_tells_what_would_be_said(desk: FrontDesk) -> None:
    pieces = desk.ask("request/phonemize", {"text": "One two. Three.", "transaction": "x"})["data"]
    assert [(piece["text"], piece["normalized"], piece["phonemes"], piece["voice"]) for piece in pieces] == [
        ("One two.", "One two.", "One two", "tone"),
        ("Three.", "Three.", "Three", "tone"),
    ]
    words = [{"text": "One", "phonemes": "One"}, {"text": "two.", "phonemes": "two"}]
    assert pieces[0]["spans"] == [{"lang": "en", "normalized": "One two.", "phonemes": "One two", "words": words}]
    assert (
        desk.ask("request/phonemize", "One two. Three.")["data"]
        == desk.ask("request/phonemize", {"text": "One two. Three."})["data"]
    )
    assert all("phonemes" not in piece for piece in desk.ask("request/normalize", "One two.")["data"])
    assert desk.house.results() == {}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "bad_request"),
        ({"text": " "}, "bad_request"),
        ({"text": 5}, "bad_request"),
        ({}, "bad_request"),
        ("x" * 4097, "too_long"),
        ({"text": "<speak>x", "format": "ssml"}, "bad_request"),
        ({"text": "x", "format": ["text"]}, "bad_request"),
        ({"text": "x", "lang": ["en"]}, "bad_request"),
        ({"text": f"{UNREADABLE}."}, "bad_request"),
    ],
)
@pytest.mark.parametrize("name", ["phonemize", "normalize"])
def test_dry_run_of_what_cannot_be_said_is_refused(desk: FrontDesk, name: str, body: Any, code: str) -> None:
    assert refused(desk.ask(f"request/{name}", body))["code"] == code


def test_dry_run_with_a_voice_that_cannot_be_opened_is_answered(
    desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise Fatal("provider_failed", "the model cannot be opened")

    monkeypatch.setattr(desk.house.library, "reader", refuse)
    assert refused(desk.ask("request/phonemize", {"text": "x"}))["code"] == "provider_failed"


def test_too_many_dry_runs_are_refused(desk: FrontDesk) -> None:
    for _ in range(MAX_ERRANDS):
        desk.command("request/phonemize", "Hello.")
    assert desk.answers == []
    desk.command("request/phonemize", "Hello.", response_topic="hub/a")
    assert [json.loads(answer.payload)["error"]["code"] for answer in desk.answers] == ["rate_limited"] * 2
    desk.run_errands()
    assert len(desk.answers) == MAX_ERRANDS + 2
