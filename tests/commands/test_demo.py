from __future__ import annotations

import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from edged.cli import main
from tests.programs import needed


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    """The demonstration, with ``folder`` for the user's state and for the files it leaves."""
    programs = folder / "programs"  # without espeak-ng, which speaks where there is no voice
    programs.mkdir()
    for program in ("mosquitto", "mosquitto_pub", "mosquitto_sub"):
        (programs / program).symlink_to(needed(program))
    return subprocess.run(
        [sys.executable, "-m", "edged.commands.demo"],
        cwd=folder,
        env={**os.environ, "STATE_DIRECTORY": str(folder / "state"), "PATH": str(programs)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_three_reminders_are_spoken_and_left_as_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    assert main(["voices", "install", "heart"]) == 0
    run = demo(tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 of 3 reminders finished" in run.stdout
    assert run.stdout.count("first audio after") == 3
    for name in ("laundry", "medicine", "doorbell"):
        with wave.open(str(tmp_path / "demo-output" / f"{name}.wav")) as sound:
            assert sound.getnframes() > 0.8 * sound.getframerate()


def test_without_a_voice_it_fails(tmp_path: Path) -> None:
    (tmp_path / "state" / "voices").mkdir(parents=True)
    run = demo(tmp_path)
    assert run.returncode != 0
    assert "0 of 3 reminders finished" in run.stdout
