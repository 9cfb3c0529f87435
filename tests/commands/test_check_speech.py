from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edged.commands import check_speech
from edged.engine.contract import ProviderReport
from edged.settings import Settings, parse
from edged.speech import LoadedVoice, VoiceLibrary
from edged.waveform import Samples
from tests.brokers import Broker, free_port
from tests.programs import needed


def settings(tmp_path: Path, **sections: Any) -> Settings:
    return parse({"node": "box", "state_dir": str(tmp_path), **sections})


@pytest.fixture
def locked_broker(make_broker: Callable[..., Broker], tmp_path: Path) -> Broker:
    """A broker that knows the user `box` only."""
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run([needed("mosquitto_passwd"), "-b", str(passwords), "box", "s3cret"], check=True, timeout=20)
    return make_broker(listener=["allow_anonymous false", f"password_file {passwords}"])


def test_broker_that_lets_us_in(locked_broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret")
    mqtt = {"port": locked_broker.port, "username": "box", "password_file": str(tmp_path / "password")}
    assert check_speech.broker(settings(tmp_path, mqtt=mqtt)).level == "ok"


def test_broker_that_refuses_our_password(locked_broker: Broker, tmp_path: Path) -> None:
    finding = check_speech.broker(settings(tmp_path, mqtt={"port": locked_broker.port, "username": "box"}))
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
    finding = check_speech._say(LoadedVoice("tone", mute, tone.reader), 0.1)
    assert (finding.level, word in finding.detail) == (level, True)


def test_no_output_is_a_warning(tmp_path: Path) -> None:
    assert check_speech.output(settings(tmp_path, sound={"output": "none"})).level == "warning"


def test_folder_of_files_is_looked_at_and_not_made(tmp_path: Path) -> None:
    assert check_speech.output(settings(tmp_path, sound={"output": "wav_file"})).level == "ok"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    blocked = {"output": "wav_file", "wav_dir": str(tmp_path / "file" / "x")}
    assert check_speech.output(settings(tmp_path, sound=blocked)).level == "error"


def test_null_device_of_alsa_opens_and_a_wrong_name_does_not(tmp_path: Path) -> None:
    assert check_speech.output(settings(tmp_path, sound={"device": "null"})).level == "ok"
    finding = check_speech.output(settings(tmp_path, sound={"device": "no-such-card"}))
    assert finding.level == "error"
    assert "no-such-card" in finding.detail
