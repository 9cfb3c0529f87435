"""A node that finds out by itself which variant of its voice is the best on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edged.settings import load
from edged.speech import VoiceLibrary
from edged.voices.choice import Run, best
from tests.appliance import Appliance, Listener
from tests.brokers import until
from tests.fakes.twin import TWIN, add_twin, won_by

CPU = "CPUExecutionProvider"
STARTS = "measuring the variants of heart"


@pytest.fixture
def make_twins(make_appliance: Callable[..., Appliance]) -> Callable[..., Appliance]:
    def make(measure_idle_s: float) -> Appliance:
        node = make_appliance(engine={"providers": [CPU], "measure_idle_s": measure_idle_s})
        add_twin(node.state_dir / "voices" / "heart")
        return node

    return make


def kept(node: Appliance) -> list[Run]:
    (found,) = json.loads((node.state_dir / "measured.json").read_bytes())["measurements"]
    return [Run.model_validate(run) for run in found["runs"]]


def remember(config: Path, winner: str) -> None:
    """As another process would that has measured."""
    library = VoiceLibrary(load(config))
    standing = library.standing("heart")
    library.remember(standing, won_by(winner, standing.variants))


def test_it_measures_when_nothing_is_to_be_said_and_uses_the_result(
    make_twins: Callable[..., Appliance], listener: Listener
) -> None:
    node = make_twins(measure_idle_s=0.5).start()
    listener.online()
    until(lambda: "the variants were measured" in node.words(), "it has measured", 90)
    winner = best(kept(node))
    assert winner is not None
    until(lambda: listener.state()["variant"] == winner.variant, "the winner speaks")
    assert {run.variant for run in kept(node)} >= {TWIN}
    listener.say("Hello.", id="one")
    listener.finished("one")
    assert node.words().count(STARTS) == 1
    assert node.stop() == 0


def test_request_goes_before_the_measurement(make_twins: Callable[..., Appliance], listener: Listener) -> None:
    node = make_twins(measure_idle_s=0.5).start()
    listener.online()
    until(lambda: STARTS in node.words(), "it measures")
    listener.say("Hello.", id="one")
    listener.finished("one")
    until(lambda: "the machine is needed" in node.words(), "the measurement gives way")
    assert not (node.state_dir / "measured.json").exists()
    assert listener.state()["degraded"] is None
    assert node.stop() == 0


def test_winner_that_another_process_found_takes_over_at_a_reload_and_a_start(
    make_twins: Callable[..., Appliance], listener: Listener
) -> None:
    node = make_twins(measure_idle_s=0).start()
    listener.online()
    first = listener.state()["variant"]
    assert first != TWIN
    listener.publish("synth", "The same words.", id="one")
    remember(node.config, TWIN)
    listener.finished("one")
    assert listener.ask("reload")["status"] == "ok"
    until(lambda: listener.state()["variant"] == TWIN, "the winner takes over")
    listener.publish("synth", "The same words.", id="two")
    listener.finished("two")
    assert _sound(listener, "one") == _sound(listener, "two")
    until(lambda: listener.objects("info")[-1]["providers"]["variant"] == TWIN, "it is told")
    assert node.stop() == 0
    node.start()
    until(lambda: node.words().count("ready: ") == 2, "it is there again")
    assert f"voice heart {TWIN} on {CPU}" in node.words().rpartition("ready: ")[2]
    assert STARTS not in node.words()


def _sound(listener: Listener, request_id: str) -> Any:
    return listener.result(request_id)["audio"]["sha256"]
