"""The player through a real PulseAudio: what its null sink plays is recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.sound.cards import PulseServer, pulse_server
from tests.sound.playing import Driver, player

RATE = 24000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PulseServer]:
    with pulse_server(tmp_path) as running:
        yield running


def noise(path: Path, seconds: float) -> bytes:
    random = np.random.default_rng(len(path.name))
    data = random.integers(-9000, 9000, round(seconds * RATE), endpoint=True).astype("<i2").tobytes()
    path.write_bytes(data)
    return data


def say(driver: Driver, path: Path) -> None:
    driver.done("open", RATE, "a")
    driver.done("write", str(path))
    driver.done("drain")


def until_recorded(heard: Path, data: bytes) -> int:
    """Where the recording has the sound, bit for bit."""
    deadline = time.monotonic() + 10
    while (found := heard.read_bytes().find(data)) < 0:
        assert time.monotonic() < deadline, "not heard as it was played"
        time.sleep(0.02)
    return found


def test_sound_reaches_the_sink_bit_for_bit(server: PulseServer, tmp_path: Path) -> None:
    long, short = tmp_path / "long", tmp_path / "short.pcm"
    sounds = [noise(long, 0.5), noise(short, 0.05)]
    heard = server.record()
    with player(server.env) as driver:
        say(driver, long)
        say(driver, short)
        assert driver.done("pending_s").value == 0.0
        assert driver.done("drop").underruns == 0
    assert until_recorded(heard, sounds[0]) < until_recorded(heard, sounds[1])


def test_late_sound_counts_as_one_underrun(server: PulseServer, tmp_path: Path) -> None:
    path = tmp_path / "noise"
    noise(path, 0.05)
    with player(server.env) as driver:
        driver.done("open", RATE, "a")
        driver.done("write", str(path))
        time.sleep(0.4)
        assert driver.done("write", str(path)).underruns == 1
        assert driver.done("drain").underruns == 1


def test_dropped_sound_is_not_heard(server: PulseServer, tmp_path: Path) -> None:
    long, after = tmp_path / "long", tmp_path / "afterwards"
    data, mark = noise(long, 1.8), noise(after, 0.1)
    heard = server.record()
    with player(server.env, buffer_ms=2000) as driver:
        driver.done("open", RATE, "a")
        driver.done("write", str(long))
        assert driver.done("pending_s").value > 0.0
        driver.done("drop")
        say(driver, after)
        until_recorded(heard, mark)
    assert data[-2 * RATE // 10 :] not in heard.read_bytes()


def test_killed_server_is_a_lost_device_until_it_is_back(server: PulseServer, tmp_path: Path) -> None:
    path = tmp_path / "noise"
    data = noise(path, 0.3)
    with player(server.env) as driver:
        say(driver, path)
        driver.done("write", str(path))
        server.kill()
        driver.lost("drain")
        assert "server does not run" in (driver.lost("open", RATE, "a").error or {})["message"]
        heard = server.start().record()
        say(driver, path)
        until_recorded(heard, data)


def test_default_is_looked_up_again_once_a_server_has_come(tmp_path: Path) -> None:
    server = PulseServer(tmp_path / "pulse")
    pulse = server.folder / "pulse.conf"
    pulse.write_text("pcm.!default { type pulse }\n", encoding="utf-8")
    (server.folder / "asound.conf").write_text(  # as Debian's, which makes the server the default if it runs
        "pcm.!default { type null }\n"
        'hook_func.if_running { lib "libasound_module_conf_pulse.so" func "conf_pulse_hook_load_if_running" }\n'
        f'@hooks [ {{ func if_running files [ "{pulse}" ] errors false }} ]\n',
        encoding="utf-8",
    )
    path = tmp_path / "noise"
    data = noise(path, 0.1)
    try:
        with player(server.env) as driver:
            say(driver, path)
            heard = server.start().record()
            driver.done("close")
            say(driver, path)
            until_recorded(heard, data)
    finally:
        server.kill()


def test_sink_taken_away_is_a_lost_device(server: PulseServer, tmp_path: Path) -> None:
    path = tmp_path / "noise"
    noise(path, 0.3)
    with player(server.env) as driver:
        driver.done("open", RATE, "a")
        driver.done("write", str(path))
        server.control("unload-module", "module-null-sink")
        driver.lost("write", str(path))
        server.control("load-module", "module-null-sink", "sink_name=edged", "norewinds=1")
        say(driver, path)


def test_suspended_sink_is_a_hung_device(server: PulseServer, tmp_path: Path) -> None:
    path = tmp_path / "noise"
    noise(path, 0.1)
    with player(server.env, patience_s=0.5) as driver:
        driver.done("open", RATE, "a")
        server.control("suspend-sink", "edged", "1")
        driver.done("write", str(path))
        driver.lost("drain")
        server.control("suspend-sink", "edged", "0")
        say(driver, path)
