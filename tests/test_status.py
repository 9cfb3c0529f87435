from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from edged.engine.contract import ProviderReport
from edged.engine.tone import Tone
from edged.request import SpeechRequest
from edged.settings import Settings
from edged.speech import LoadedVoice
from edged.text.phonemes.letters import Letters
from edged.text.reader import Reader
from tests.fakes.front_desk import FrontDesk
from tests.fakes.household import BASE, Household
from tests.fakes.manual_clock import ManualClock
from tests.fakes.manual_output import ManualOutput


@pytest.fixture
def desk(make_household: Callable[..., Household]) -> FrontDesk:
    desk = FrontDesk(make_household(clock=ManualClock()))
    desk.status.voice = desk.house.library.get("tone")
    return desk


def state_of(desk: FrontDesk) -> dict[str, Any]:
    return desk.status.state()


def test_state_has_the_shape_of_the_contract(desk: FrontDesk) -> None:
    desk.house.say("x" * 30, priority="text")
    assert state_of(desk) == {
        "state": "idle",
        "muted": False,
        "degraded": None,
        "current": None,
        "queue": {
            "depth": 1,
            "audio_s": 2.0,
            "by_priority": {"important": 0, "message": 0, "text": 1, "notification": 0, "progress": 0},
            "scheduled": 0,
        },
        "engine": {"role": "primary", "name": "tone"},
        "voice": desk.house.site.state.voice,
        "loading": None,
        "provider": "none",
        "variant": None,
        "model": "tone@1",
        "since": "2026-11-22T07:05:00.000Z",
    }


def test_since_is_when_the_word_last_changed(desk: FrontDesk) -> None:
    clock = desk.house.clock
    assert isinstance(clock, ManualClock)
    first = state_of(desk)["since"]
    clock.advance(10)
    assert state_of(desk)["since"] == first
    desk.status.voice = None
    assert state_of(desk)["since"] == "2026-11-22T07:05:10.000Z"


def test_state_while_something_is_said(make_household: Callable[..., Household]) -> None:
    house = make_household()
    desk = FrontDesk(house)
    desk.status.voice = house.library.get("tone")
    house.start()
    request_id = house.say("One sentence after another.", source="hub")
    output = house.output
    assert isinstance(output, ManualOutput)
    output.wait_until_full()
    state = state_of(desk)
    assert (state["state"], state["current"]) == (
        "speaking",
        {"id": request_id, "priority": "message", "source": "hub"},
    )
    output.unplug()
    house.wait_for(lambda: state_of(desk)["degraded"] is not None)
    state = state_of(desk)
    assert (state["state"], state["degraded"]["code"]) == ("error", "audio_device")


def test_missing_voice_is_an_error(desk: FrontDesk) -> None:
    desk.status.voice = None
    desk.status.voice_problem = "the voice heart is not installed"
    state = state_of(desk)
    assert (state["state"], state["engine"], state["provider"]) == ("error", None, None)
    assert state["degraded"] == {"code": "unknown_voice", "reason": "the voice heart is not installed"}
    assert desk.status.health()["healthy"] is False


def test_provider_that_was_not_wanted_is_degraded_and_speaks(desk: FrontDesk) -> None:
    class OnCpu(Tone):
        provider = ProviderReport(
            "CPUExecutionProvider", "CUDAExecutionProvider", "no CUDA device", {"CUDA": "none"}, "small"
        )

    desk.status.voice = LoadedVoice("tone", OnCpu(), Reader({"en": Letters}))
    state = state_of(desk)
    assert (state["state"], state["provider"], state["variant"]) == ("idle", "CPUExecutionProvider", "small")
    assert state["degraded"] == {"code": "provider_failed", "reason": "no CUDA device"}
    assert desk.status.info()["providers"]["obtained"] == "CPUExecutionProvider"
    assert desk.status.info()["providers"]["variant"] == "small"
    assert desk.status.info()["providers"]["failures"] == {"CUDA": "none"}


def test_what_stands_is_retained_and_told_with_certainty(desk: FrontDesk) -> None:
    desk.house.site.change(volume=0.5, muted=True, speed=1.25)
    standing = {message.topic: message for message in desk.status.standing()}
    assert all(message.retain and message.qos == 1 for message in standing.values())
    assert set(standing) == {
        f"{BASE}/{name}" for name in ("availability", "info", "state", "volume", "mute", "voice", "speed")
    }
    assert standing[f"{BASE}/availability"].payload == b"online"
    assert standing[f"{BASE}/volume"].payload == b"0.5"
    assert standing[f"{BASE}/mute"].payload == b"ON"
    assert standing[f"{BASE}/speed"].payload == b"1.25"
    assert json.loads(standing[f"{BASE}/state"].payload)["muted"] is True


def test_what_stands_stays_the_same_while_nothing_happens(desk: FrontDesk) -> None:
    assert desk.status.standing() == desk.status.standing()


def test_info_follows_the_settings(desk: FrontDesk) -> None:
    def info() -> dict[str, Any]:
        payload = next(one.payload for one in desk.status.standing() if one.topic == f"{BASE}/info")
        found: dict[str, Any] = json.loads(payload)
        return found

    assert info()["limits"]["text"] == 4096
    current = desk.house.live.current
    speech = current.speech.model_copy(update={"max_length": 100})
    desk.house.live.current = current.model_copy(update={"speech": speech})
    assert info()["limits"]["text"] == 100


WORD = {"word": "Xanadu", "lang": "en"}
BODIES = {
    "lexicon/put": {**WORD, "respell": "zannadoo"},
    "lexicon/delete": WORD,
    "lexicon/list": {},
}


def test_info_lists_only_what_works(desk: FrontDesk) -> None:
    info = desk.status.info()
    assert (info["node"], [voice["name"] for voice in info["voices"]]) == ("kitchen", ["tone"])
    for name in sorted(info["operations"], key=lambda name: name == "lexicon/delete"):
        body = BODIES.get(name, {"text": "Hello.", "level": "info"})
        assert desk.ask(f"request/{name}", body)["status"] == "ok", name
    for name in info["settings"]:
        error = desk.ask(f"{name}/set", "nonsense").get("error", {"code": "none"})
        assert error["code"] != "unsupported", name
    assert set(info["request_schema"]["properties"]) == set(SpeechRequest.model_fields)
    assert set(info["settings_schema"]["properties"]) == set(Settings.model_fields)


def test_health_is_figures(desk: FrontDesk) -> None:
    desk.house.say()
    message = desk.status.health_message()
    assert (message.topic, message.qos, message.retain) == (f"{BASE}/health", 0, False)
    health = json.loads(message.payload)
    assert health["healthy"] is True
    assert health["queue"]["depth"] == 1
    assert health["underruns"] == 3
    assert health["mqtt"] == {"connected": True}
    assert 0 < health["memory"]["rss_mib"] <= health["memory"]["peak_mib"] + 1
    assert len(health["load"]) == 3
    assert health["outbox"] == {"messages": 0, "bytes": 0}
    assert {"outcomes", "first_audio_ms", "rtf"} <= set(health)


def test_figures_of_the_outbox(desk: FrontDesk) -> None:
    desk.house.say()
    desk.house.announcer.cancel(lambda _: True, "cancel")
    outbox = desk.status.health()["outbox"]
    assert outbox["messages"] == 2
    assert outbox["bytes"] == sum(len(message.payload) for message in desk.house.messages())
    assert desk.status.health()["outcomes"] == {"cancelled": 1}
    assert replace(desk.status.health_message(), payload=b"").content_type == "application/json"
