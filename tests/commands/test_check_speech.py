from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edged.commands import check_speech
from edged.engine.contract import ProviderReport
from edged.settings import Settings, parse
from edged.speech import LoadedVoice, VoiceLibrary
from edged.waveform import Samples


def settings(tmp_path: Path, **sections: Any) -> Settings:
    return parse({"node": "box", "state_dir": str(tmp_path), **sections})


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def broker_port(tmp_path: Path) -> Iterator[int]:
    """A real mosquitto that knows the user `box` only."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("mosquitto is not installed")
    port = free_port()
    passwords, config = tmp_path / "passwords", tmp_path / "mosquitto.conf"
    passwords.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(passwords), "box", "s3cret"], check=True, timeout=20)
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nuser root\n")
    with subprocess.Popen([str(program), "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        _wait_for(port)
        yield port
        process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("mosquitto does not listen")


def test_broker_that_lets_us_in(broker_port: int, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret")
    mqtt = {"port": broker_port, "username": "box", "password_file": str(tmp_path / "password")}
    assert check_speech.broker(settings(tmp_path, mqtt=mqtt)).level == "ok"


def test_broker_that_refuses_our_password(broker_port: int, tmp_path: Path) -> None:
    finding = check_speech.broker(settings(tmp_path, mqtt={"port": broker_port, "username": "box"}))
    assert finding.level == "error"
    assert "not authorized" in finding.detail or "password" in finding.detail


def test_broker_that_is_not_there(tmp_path: Path) -> None:
    finding = check_speech.broker(settings(tmp_path, mqtt={"port": free_port()}))
    assert (finding.level, finding.title) == ("error", "broker")


def test_provider_that_cannot_run_is_a_warning_while_another_can(tmp_path: Path) -> None:
    chain = ["TensorrtExecutionProvider", "CPUExecutionProvider"]
    finding = check_speech.providers(settings(tmp_path, engine={"providers": chain}))
    if "usable: CPUExecutionProvider" not in finding.detail:
        pytest.skip("this machine has TensorRT")
    assert finding.level == "warning"
    assert "[CPUExecutionProvider]" in str(finding.fix)


def test_cpu_alone_is_well(tmp_path: Path) -> None:
    assert check_speech.providers(settings(tmp_path, engine={"providers": ["CPUExecutionProvider"]})).level == "ok"


def test_voice_that_is_not_installed_names_the_command(tmp_path: Path) -> None:
    finding = check_speech.voice(settings(tmp_path))
    assert finding.level == "error"
    assert "edged voices install heart" in str(finding.fix)


def test_voice_that_is_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / "voices" / "heart").mkdir(parents=True)
    finding = check_speech.voice(settings(tmp_path))
    assert (finding.level, "damaged" in finding.detail) == ("error", True)


def test_beeping_instead_of_speaking_is_a_warning(tmp_path: Path) -> None:
    assert check_speech.voice(settings(tmp_path, engine={"kind": "tone"})).level == "warning"


def test_engine_says_a_word(tmp_path: Path) -> None:
    finding = check_speech.speech(settings(tmp_path, engine={"kind": "tone"}))
    assert finding.level == "ok"
    assert "s of sound" in finding.detail


def test_voice_that_cannot_be_loaded_is_an_error(tmp_path: Path) -> None:
    assert check_speech.speech(settings(tmp_path)).level == "error"


class Mute:
    """An engine that renders silence, degraded."""

    rate = 24_000
    provider = ProviderReport("CPUExecutionProvider", "CUDAExecutionProvider", "no library")

    def __init__(self, peak: float) -> None:
        self.peak = peak

    def synthesize(self, *_: object) -> Iterator[Samples]:
        yield np.full(24_000, self.peak, np.float32)


@pytest.mark.parametrize(
    ("peak", "level", "word"), [(0.0, "error", "silence"), (np.nan, "error", "silence"), (0.5, "warning", "no library")]
)
def test_sound_is_judged(peak: float, level: str, word: str, tmp_path: Path) -> None:
    library = VoiceLibrary(settings(tmp_path, engine={"kind": "tone"}))
    tone = library.get("tone")
    mute: Any = Mute(peak)
    finding = check_speech._say(LoadedVoice("tone", mute, tone.front_end), 0.1)
    assert (finding.level, word in finding.detail) == (level, True)


def test_no_output_is_a_warning(tmp_path: Path) -> None:
    assert check_speech.output(settings(tmp_path, sound={"output": "none"})).level == "warning"


def test_folder_of_files_is_made(tmp_path: Path) -> None:
    assert check_speech.output(settings(tmp_path, sound={"output": "wav_file"})).level == "ok"
    (tmp_path / "file").touch()
    blocked = {"output": "wav_file", "wav_dir": str(tmp_path / "file" / "x")}
    assert check_speech.output(settings(tmp_path, sound=blocked)).level == "error"


def test_null_device_of_alsa_opens_and_a_wrong_name_does_not(tmp_path: Path) -> None:
    assert check_speech.output(settings(tmp_path, sound={"device": "null"})).level == "ok"
    finding = check_speech.output(settings(tmp_path, sound={"device": "no-such-card"}))
    assert finding.level == "error"
    assert "no-such-card" in finding.detail
