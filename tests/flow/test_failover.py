"""A voice that is ill in earnest: its program fails, is killed or stands still, and another voice speaks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.appliance import Appliance, Listener, house
from tests.brokers import until
from tests.fakes.ailing_program import AilingProgram
from tests.sound.measures import heard

TEXT = "The laundry is done, and the back door is open."
RULES = {
    "backup": ["heart"],
    "probe_interval_s": 3600,
    "probe_limit_s": 3,
    "failures": 3,
    "successes": 3,
    "hold_s": 3600,
}
"""Without a probe: requests alone decide. Tests of probes say otherwise."""


@pytest.fixture
def program(tmp_path: Path) -> AilingProgram:
    return AilingProgram(tmp_path / "program")


@pytest.fixture
def make_node(
    make_appliance: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> Callable[..., Appliance]:
    """A node whose own voice is the program's, with these rules of failover; it is there."""

    def made(**rules: Any) -> Appliance:
        node = make_appliance(
            engine={"espeak_program": str(program.path)},
            speech={"voice": "espeak"},
            failover={**RULES, **rules},
        )
        node.start().ready()
        listener.online()
        return node

    return made


@dataclass
class Ward:
    """A node that no number of failures makes change over: each is the first one."""

    node: Appliance
    listener: Listener
    program: AilingProgram


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, voices: Path) -> Iterator[Ward]:
    folder = tmp_path_factory.mktemp("ward")
    program = AilingProgram(folder / "program")
    sections: dict[str, Any] = {
        "engine": {"espeak_program": str(program.path)},
        "speech": {"voice": "espeak"},
        "failover": {**RULES, "failures": 100},
    }
    with house(folder, voices, **sections) as (node, listener):
        yield Ward(node, listener, program)


@pytest.fixture
def ward(running: Ward) -> Ward:
    running.program.becomes("well")
    return running


def switches(listener: Listener) -> list[dict[str, Any]]:
    return [event for event in listener.objects("event") if event["event_type"] == "engine_switched"]


def switched(listener: Listener, count: int) -> dict[str, Any]:
    """The newest of so many changes of role; waits for it."""
    until(lambda: len(switches(listener)) >= count, f"{count} changes of role", 60)
    return switches(listener)[-1]


def engine_of(listener: Listener, request_id: str) -> dict[str, str]:
    listener.finished(request_id)
    engine: dict[str, str] = listener.result(request_id)["engine"]
    return engine


def say(listener: Listener, request_id: str, **fields: Any) -> dict[str, str]:
    """Which engine said it."""
    listener.say(TEXT, id=request_id, **fields)
    return engine_of(listener, request_id)


def fall(listener: Listener, program: AilingProgram) -> None:
    """Three failures: the backup speaks."""
    program.becomes("dies")
    for number in range(3):
        assert say(listener, f"fall-{number}")["role"] == "backup"
    switched(listener, 1)


def test_first_request_that_fails_is_spoken_by_the_backup(ward: Ward) -> None:
    node, listener, program = ward.node, ward.listener, ward.program
    assert say(listener, "well") == {"role": "primary", "name": "espeak"}
    took = {}
    for request_id, asked in (("warm", "backup"), ("own", "backup"), ("failed", "auto")):
        if asked == "auto":
            program.becomes("dies")
        began = time.monotonic()
        assert say(listener, request_id, engine=asked)["role"] == "backup"
        took[request_id] = (time.monotonic() - began) * 1000
    print(f"\nthe backup by itself {took['own']:.0f} ms, in place of the first engine {took['failed']:.0f} ms")
    result = listener.result("failed")
    assert (result["voice"], result["voices"], result["spoken_fraction"]) == ("heart", ["heart"], 1.0)
    assert (result["engine"]["name"], "error" in result) == ("student", False)
    assert "espeak" in result["engine"]["reason"]
    assert result["normalized"] == listener.result("own")["normalized"]
    assert result["phonemes"] == listener.result("own")["phonemes"]
    (failed, _), (own, _) = heard(node.spoken / "failed.wav"), heard(node.spoken / "own.wav")
    assert len(failed) / 22050 == pytest.approx(len(own) / 24000, abs=0.1)
    assert np.abs(failed).max() > 0.1
    assert listener.state()["degraded"] is None  # one failure is no illness
    assert switches(listener) == []


def test_three_failures_change_over_and_state_and_health_say_so(
    make_node: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> None:
    make_node()
    fall(listener, program)
    event = switches(listener)[0]
    assert (event["role"], event["id"]) == ("backup", None)
    assert "3 failures in a row" in event["reason"]
    until(lambda: listener.state()["engine"]["role"] == "backup", "the state says so")
    state = listener.state()
    assert (state["engine"]["name"], state["degraded"]["code"], state["state"]) == ("student", "synth_failed", "idle")
    assert event["reason"] == state["engine"]["reason"]
    assert event["reason"] in state["degraded"]["reason"]
    engine = listener.ask("health")["data"]["engine"]
    assert (engine["role"], engine["switches"], engine["failures"]) == ("backup", 1, 3)
    program.becomes("well")
    later = say(listener, "later")  # the first engine is not even tried
    assert (later["role"], later["reason"]) == ("backup", event["reason"])
    assert say(listener, "insists", engine="primary") == {"role": "primary", "name": "espeak"}
    assert listener.ask("health")["data"]["engine"]["role"] == "backup"


def test_requests_may_insist_on_either_engine(ward: Ward) -> None:
    listener, program = ward.listener, ward.program
    assert say(listener, "second", engine="backup") == {
        "role": "backup",
        "name": "student",
        "reason": "the request asks for it",
    }
    program.becomes("fails")
    listener.say(TEXT, id="first", engine="primary")
    result = listener.result("first")
    assert (result["outcome"], result["engine"]["name"]) == ("failed", "espeak")
    assert result["error"]["code"] in {"synth_failed", "unsupported"}


def test_first_engine_comes_back_after_good_probes_and_the_operators_word(
    make_node: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> None:
    make_node(probe_interval_s=1, probe_limit_s=1, hold_s=3600, successes=2)
    fall(listener, program)
    answer = listener.ask("failback")["data"]
    assert (answer["role"], answer["good_probes_missing"]) == ("backup", 2)
    assert say(listener, "not-yet")["role"] == "backup"  # the word alone does not make it well
    assert len(switches(listener)) == 1
    program.becomes("well")
    event = switched(listener, 2)
    assert event["role"] == "primary"
    assert "good probes" in event["reason"]
    assert "operator" in event["reason"]
    assert say(listener, "back") == {"role": "primary", "name": "espeak"}
    until(lambda: listener.state()["degraded"] is None, "all is well")
    assert listener.state()["engine"] == {"role": "primary", "name": "espeak"}
    engine = listener.ask("health")["data"]["engine"]
    assert (engine["role"], engine["reason"], engine["switches"]) == ("primary", None, 2)
    assert listener.ask("failback")["data"] == {"role": "primary", "reason": None, "good_probes_missing": 0}


@pytest.mark.slow
def test_nobody_asks_and_probes_alone_change_over_and_back(
    make_node: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> None:
    make_node(probe_interval_s=1, probe_limit_s=1, failures=2, successes=2, hold_s=6)
    program.becomes("fails")
    gone = switched(listener, 1)
    began = time.monotonic()
    assert gone["role"] == "backup"
    program.becomes("well")
    assert switched(listener, 2)["role"] == "primary"
    assert time.monotonic() - began > 5  # the wait, though it was well sooner


@pytest.mark.slow
def test_program_that_stands_still_is_given_up_and_its_probes_hold_nobody_up(
    make_node: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> None:
    make_node(failures=1, probe_interval_s=1, probe_limit_s=1)
    program.becomes("hangs")
    began = time.monotonic()
    assert say(listener, "one")["role"] == "backup"
    print(f"\na program that stands still costs {time.monotonic() - began:.1f} s")
    switched(listener, 1)
    waits = []
    for number in range(8):  # meanwhile it is probed, and each probe stands still for seconds
        time.sleep(0.5)
        assert say(listener, f"more-{number}")["role"] == "backup"
        waits.append(listener.result(f"more-{number}")["timing_ms"]["first_audio"])
    assert max(waits) < 2000


def test_program_that_is_gone_is_stood_in_for(ward: Ward) -> None:
    away = ward.program.path.with_name("away")
    ward.program.path.rename(away)
    engine = say(ward.listener, "gone")
    away.rename(ward.program.path)
    assert (engine["role"], "apt install espeak-ng" in engine["reason"]) == ("backup", True)
    assert say(ward.listener, "there-again")["role"] == "primary"


def test_second_voice_of_a_text_fails_and_only_its_words_are_said_by_the_backup(ward: Ward) -> None:
    ward.program.becomes("dies")
    ward.listener.say("[voice:heart]It is open. [voice:espeak]It is closed.", id="both")
    engine = engine_of(ward.listener, "both")
    result = ward.listener.result("both")
    assert (engine["role"], result["voices"]) == ("backup", ["heart"])
    assert result["normalized"] == "It is open. It is closed."


def test_program_killed_in_the_middle_of_its_sound(ward: Ward) -> None:
    node, listener = ward.node, ward.listener
    ward.program.becomes("half")
    assert say(listener, "half")["role"] == "backup"
    result = listener.result("half")
    assert result["voices"] == ["espeak", "heart"]  # both were heard
    samples, rate = heard(node.spoken / "half.wav")
    assert result["audio"]["ms"] == pytest.approx(len(samples) / rate * 1000, abs=2)


def test_nothing_is_lost_while_engines_change(
    make_node: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> None:
    make_node(probe_interval_s=1, probe_limit_s=1, successes=1, hold_s=0)
    ids = [f"many-{number}" for number in range(60)]
    for number, request_id in enumerate(ids):
        if number % 15 == 0:
            program.becomes("dies" if number % 30 else "well")
        listener.publish("synth" if number % 4 == 3 else "say", f"Message number {number}.", id=request_id)
        time.sleep(0.03)
    program.becomes("well")
    listener.finished(*ids)
    listener.idle()
    assert Counter(result["id"] for result in listener.results()) == Counter(ids)
    roles = Counter(listener.result(request_id)["engine"]["role"] for request_id in ids)
    assert set(roles) == {"primary", "backup"}
    assert [event["role"] for event in switches(listener)][:1] == ["backup"]


def test_engine_that_fails_every_second_time_does_not_flap(
    make_node: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> None:
    make_node()
    program.becomes("every-second")
    roles = [say(listener, f"one-{number}")["role"] for number in range(10)]
    assert set(roles) == {"primary", "backup"}
    assert switches(listener) == []
    assert listener.ask("health")["data"]["engine"]["switches"] == 0


def test_program_that_is_broken_at_the_start_is_stood_in_for(
    make_node: Callable[..., Appliance], program: AilingProgram, listener: Listener
) -> None:
    program.answers("fails")
    node = make_node()
    until(lambda: listener.state()["state"] == "idle", "it can speak")
    assert listener.state()["degraded"]["code"] == "unknown_voice"
    listener.say(TEXT, id="one")
    assert engine_of(listener, "one")["name"] == "student"
    program.answers("well")
    assert listener.ask("reload")["status"] == "ok"
    until(lambda: listener.state()["degraded"] is None, "the voice of the house is back")
    assert say(listener, "two") == {"role": "primary", "name": "espeak"}
    assert node.alive()
