"""The player against ALSA's real library: a card in real time that can be pulled out, and the ``file`` plugin."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.sound.cards import Card, file_card, simulated_card
from tests.sound.playing import Driver, player, tone

RATE = 24000
LARGE = {"buffer_ms": 2000, "period_ms": 40}
"""A buffer that a busy machine does not let run dry."""


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return simulated_card(tmp_path)


@pytest.fixture
def pcm(tmp_path: Path) -> Callable[[float], tuple[str, bytes]]:
    """Noise of so many seconds, each time another: the path of a file and what is in it."""
    random = np.random.default_rng(7)
    made: list[Path] = []

    def make(seconds: float) -> tuple[str, bytes]:
        data = random.integers(-9000, 9000, round(seconds * RATE), endpoint=True).astype("<i2").tobytes()
        path = tmp_path / f"noise{len(made)}"
        path.write_bytes(data)
        made.append(path)
        return str(path), data

    return make


Noise = Callable[[float], tuple[str, bytes]]


def say(driver: Driver, path: str) -> None:
    driver.done("open", RATE, "a")
    driver.done("write", path)
    driver.done("drain")


def test_file_plugin_gets_every_bit(tmp_path: Path, pcm: Noise) -> None:
    card = file_card(tmp_path)
    path, data = pcm(2.0)
    with player(card.env) as driver:
        driver.done("open", RATE, "a")
        assert driver.done("write", path, pieces=37).underruns == 0
        driver.done("drain")
    assert card.heard_pcm() == data


def test_card_hears_utterances_whole_in_real_time(card: Card, pcm: Noise) -> None:
    long, short = pcm(0.5), pcm(0.05)
    with player(card.env) as driver:
        for path, _ in (long, short):
            say(driver, path)
        assert driver.done("pending_s").value == 0.0
        assert driver.done("open", RATE, "b").underruns == 0
    assert card.heard_pcm() == long[1] + short[1]
    assert len(card.events("open")) == 1
    assert len(card.events("first-sound")) == 2
    started, drained = card.events("start")[0], card.events("drained")[0]
    assert drained.t - started.t >= 0.5


def test_one_sample_is_heard(card: Card, tmp_path: Path) -> None:
    path = tmp_path / "click"
    path.write_bytes(tone(1 / RATE))
    with player(card.env) as driver:
        say(driver, str(path))
    assert card.heard_pcm() == path.read_bytes()


def test_pending_counts_what_the_card_holds(card: Card, pcm: Noise) -> None:
    with player(card.env, buffer_ms=500) as driver:
        driver.done("open", RATE, "a")
        assert driver.done("pending_s").value == 0.0
        card.control("stall")
        driver.done("write", pcm(0.3)[0])
        assert driver.done("pending_s").value == pytest.approx(0.3, abs=0.05)


def test_drop_silences_at_once(card: Card, pcm: Noise) -> None:
    path, data = pcm(1.8)
    after, more = pcm(0.1)
    with player(card.env, **LARGE) as driver:
        driver.done("open", RATE, "a")
        driver.done("write", path)
        driver.done("drop")
        (stopped,) = card.events("stop")
        assert stopped.heard < stopped.accepted
        assert driver.done("pending_s").value == 0.0
        say(driver, after)
    assert card.heard_pcm() == data[: 2 * stopped.heard] + more


def test_forced_underrun_is_counted_and_the_sound_goes_on(card: Card, pcm: Noise) -> None:
    first, second = pcm(0.8), pcm(0.2)
    with player(card.env, **LARGE) as driver:
        driver.done("open", RATE, "a")
        driver.done("write", first[0])
        card.control("xrun")
        assert driver.done("write", second[0]).underruns == 1
        assert driver.done("drain").underruns == 1
    (underrun,) = card.events("xrun")
    assert card.heard_pcm() == first[1][: 2 * underrun.heard] + second[1]


def test_late_sound_is_an_underrun_but_the_end_of_an_utterance_is_none(card: Card, pcm: Noise) -> None:
    with player(card.env) as driver:
        say(driver, pcm(0.05)[0])
        time.sleep(0.3)
        say(driver, pcm(0.05)[0])
        driver.done("write", pcm(0.05)[0])
        until_dry(driver)
        assert driver.done("drain").underruns == 0
        driver.done("write", pcm(0.05)[0])
        until_dry(driver)
        assert driver.done("write", pcm(0.05)[0]).underruns == 1
        driver.done("drain")
    assert len(card.heard_pcm()) == 2 * RATE * 5 // 20


def until_dry(driver: Driver) -> None:
    while driver.done("pending_s").value > 0:
        time.sleep(0.01)
    time.sleep(0.1)


def test_stalled_card_is_lost_in_writing_and_in_draining(card: Card, pcm: Noise) -> None:
    with player(card.env, patience_s=0.5) as driver:
        driver.done("open", RATE, "a")
        card.control("stall")
        lost = driver.lost("write", pcm(0.5)[0])
        assert "hung" in (lost.error or {})["message"]
        driver.done("open", RATE, "a")
        driver.done("write", pcm(0.05)[0])
        driver.lost("drain")
        assert driver.done("pending_s").value == 0.0
        card.control("")
        path, data = pcm(0.1)
        say(driver, path)
    assert card.heard_pcm() == data


def test_short_stall_is_waited_for(card: Card, pcm: Noise) -> None:
    path, data = pcm(0.2)
    with player(card.env, buffer_ms=500) as driver:
        driver.done("open", RATE, "a")
        card.control("stall")
        driver.done("write", path)
        card.control("")
        driver.done("drain")
    assert card.heard_pcm() == data


def test_unplugged_card_is_lost_and_plays_again_when_it_is_back(card: Card, pcm: Noise) -> None:
    path, data = pcm(0.2)
    with player(card.env) as driver:
        driver.done("open", RATE, "a")
        driver.done("write", path)
        card.control("unplug")
        lost = driver.lost("write", path)
        assert "'default'" in (lost.error or {})["message"]
        assert "No such device" in (lost.error or {})["message"]
        driver.lost("open", RATE, "a")
        driver.lost("write", path)
        card.control("")
        before = card.heard_pcm()
        say(driver, path)
    assert card.heard_pcm() == before + data


def test_card_pulled_out_during_the_end_is_lost(card: Card, pcm: Noise) -> None:
    with player(card.env) as driver:
        driver.done("open", RATE, "a")
        driver.done("write", pcm(0.1)[0])
        card.control("unplug")
        driver.lost("drain")


def test_other_rate_opens_the_card_anew(card: Card, pcm: Noise) -> None:
    path, data = pcm(0.1)
    with player(card.env) as driver:
        driver.done("open", 16000, "a")
        driver.done("write", path)
        driver.done("drain")
        say(driver, path)
        driver.done("close")
        driver.done("close")
        assert len(card.events("close")) == 2
    assert card.heard_pcm() == 2 * data


def test_stereo_card_gets_both_channels(tmp_path: Path, pcm: Noise) -> None:
    card = simulated_card(tmp_path, channels=2)
    path, data = pcm(0.1)
    with player(card.env, device="bare") as driver:
        say(driver, path)
    frames = np.frombuffer(card.heard_pcm(), "<i2").reshape(-1, 2)
    assert frames[:, 0].tobytes() == data
    assert frames[:, 1].tobytes() == data


def test_bare_card_of_another_rate_is_refused_with_advice(tmp_path: Path, pcm: Noise) -> None:
    card = simulated_card(tmp_path, rate=48000)
    with player(card.env, device="bare") as driver:
        lost = driver.lost("open", RATE, "a")
        assert "48000 Hz" in (lost.error or {})["message"]
        assert "plughw:" in (lost.error or {})["message"]
        assert "48000 Hz" in driver.done("probe", {"device": "bare"}, RATE).value
    with player(card.env) as driver:  # through plug it is converted
        say(driver, pcm(0.1)[0])
    assert abs(len(card.heard_pcm()) - 2 * 4800) < 2 * 480


def test_unknown_device_is_named_without_noise(card: Card) -> None:
    with player(card.env, device="no-such-card") as driver:
        assert "'no-such-card'" in (driver.lost("open", RATE, "a").error or {})["message"]


def test_probe_and_list_see_the_card(card: Card) -> None:
    with player(card.env) as driver:
        assert driver.done("probe", {}, RATE).value is None
        assert "default" in driver.done("list_devices").value
        card.control("unplug")
        assert "No such device" in driver.done("probe", {}, RATE).value
    assert [event.name for event in card.events()][-1] == "close"
