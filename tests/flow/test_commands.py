"""The commands a person types, as processes of their own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
import yaml

from tests.appliance import NO_PROGRAM, NODE, Appliance, Listener, holding
from tests.brokers import free_port, until
from tests.flow import tones
from tests.sound.cards import Card, file_card


def edged(*arguments: str | Path, env: dict[str, str] | None = None, words: str = "") -> Any:
    command = [sys.executable, "-m", "edged", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, input=words.encode(), env={**os.environ, **(env or {})})  # noqa: PLW1510
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


@pytest.fixture
def config(tmp_path: Path, voices: Path) -> Path:
    """Settings with the real voice; no broker answers."""
    path = tmp_path / "edged.yaml"
    engine = {"espeak_program": NO_PROGRAM}
    settings = {"node": NODE, "state_dir": str(voices.parent), "mqtt": {"port": free_port()}, "engine": engine}
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


@pytest.mark.parametrize(("ending", "kind"), [("wav", "WAV"), ("flac", "FLAC"), ("ogg", "OGG")])
def test_say_writes_a_file_without_broker_and_daemon(config: Path, tmp_path: Path, ending: str, kind: str) -> None:
    out = tmp_path / f"hello.{ending}"
    done = edged("--config", config, "say", "Hello, it is 7:30.", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["outcome"], result["normalized"]) == ("finished", "Hello, it is seven thirty.")
    with soundfile.SoundFile(out) as sound:
        assert (sound.format, sound.samplerate, sound.channels) == (kind, 24000, 1)
        assert 1.0 < sound.frames / sound.samplerate < 4.0
        assert sound.frames / sound.samplerate * 1000 == pytest.approx(result["audio"]["ms"], abs=2)


def test_say_writes_to_standard_output(config: Path) -> None:
    done = edged("say", "-", "--out", "-", "--config", config, words="Hello from a pipe.")
    assert done.returncode == 0, done.stderr
    assert soundfile.info(io.BytesIO(done.stdout)).samplerate == 24000
    raw = edged("say", "-", "--out", "-", "--format", "pcm", "--config", config, words="Hello from a pipe.")
    assert raw.stdout == done.stdout[44:]


def test_say_plays(config: Path, tmp_path: Path) -> None:
    card = file_card(tmp_path)
    out = tmp_path / "same.wav"
    done = edged("--config", config, "say", "Hello.", "--play", "--out", out, env=card.env)
    assert (done.returncode, done.stdout) == (0, b"")
    assert card.heard_pcm().startswith(out.read_bytes()[44:])


@pytest.mark.parametrize(
    "arguments", [["say"], ["say", "Hello.", "--speed", "fast"], ["dance"], [], ["say", "Hello.", "--format", "mp3"]]
)
def test_wrong_use_is_2(config: Path, arguments: list[str]) -> None:
    done = edged("--config", config, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"usage:" in done.stderr


def test_wrong_text_is_1_and_says_why(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "never.wav"
    for text, reason in (("", "text"), ("…", "nothing"), ("你好", "Han"), ("a" * 5000, "at most 4096")):
        done = edged("--config", config, "say", text, "--out", out)
        assert done.returncode == 1
        assert reason in done.stderr.decode()
    done = edged("--config", config, "say", "Hello.", "--voice", "nobody", "--out", out)
    assert done.returncode == 1
    assert b"'nobody' is not installed" in done.stderr
    assert not out.exists()


def test_bad_configuration_is_78_with_every_problem(tmp_path: Path) -> None:
    config = tmp_path / "edged.yaml"
    config.write_text("node: Küche\nspeech: {voise: heart}\n", encoding="utf-8")
    for command in (["say", "Hello."], ["run"], ["send", "Hello."], ["config", "check"], ["voices", "list"]):
        done = edged("--config", config, *command)
        assert done.returncode == 78, command
        assert b"node" in done.stdout + done.stderr
        assert b"did you mean 'voice'?" in done.stdout + done.stderr
    assert edged("--config", tmp_path / "missing.yaml", "say", "Hello.").returncode == 78


def test_no_device_and_no_broker_are_69(config: Path, tmp_path: Path, card: Card) -> None:
    card.control("unplug")
    done = edged("--config", config, "say", "Hello.", env=card.env)
    assert (done.returncode, done.stdout) == (69, b"")
    assert b"default" in done.stderr
    assert edged("--config", config, "send", "Hello.").returncode == 69
    assert edged("--config", config, "say", "Hello.", "--out", tmp_path / "no" / "folder.wav").returncode == 69


def test_send_speaks_waits_and_stops(make_appliance: Callable[..., Appliance], listener: Listener, card: Card) -> None:
    node = make_appliance(tone=True, card=card).start()
    listener.online()
    done = edged("send", "abc de.", "--wait", "--config", node.config)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "finished"
    assert tones.pieces("abc de.")[0] in card.heard_pcm()
    with holding(listener):
        late = edged("send", "abc.", "--wait", "--ttl", "0.2", "--config", node.config)
        assert late.returncode == 1
        assert json.loads(late.stdout)["outcome"] == "expired"
    listener.say("abc. " * 200, id="long")
    listener.event("long", "started")
    assert edged("send", "--stop", "--config", node.config).returncode == 0
    assert listener.result("long")["outcome"] == "cancelled"
    sent = edged("send", "abc.", "--config", node.config)
    assert (sent.returncode, sent.stdout) == (0, b"")
    until(lambda: len(listener.results()) == 5, "what was sent is spoken")


def test_run_stops_at_once_when_asked_during_start(make_appliance: Callable[..., Appliance]) -> None:
    node = make_appliance().start()
    until(lambda: "ready" in node.words(), "it is up")
    assert node.stop() == 0
    assert "Traceback" not in node.words()
