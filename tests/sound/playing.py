"""A player in a child process, commanded call by call; see ``play_driver.py``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What became of a call."""

    value: Any
    error: dict[str, Any] | None
    s: float
    underruns: int


class Driver:
    """The other end of the child's stdin and stdout."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def call(self, name: str, *args: Any, pieces: int = 1) -> Answer:
        """Let the player do it and wait; a Retryable comes back in the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"call": name, "args": args, "pieces": pieces}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the player's process died with {self.process.wait()}"
        return Answer(**json.loads(line))

    def done(self, name: str, *args: Any, pieces: int = 1) -> Answer:
        """The same where the call must work."""
        answer = self.call(name, *args, pieces=pieces)
        assert answer.error is None, answer.error
        return answer

    def lost(self, name: str, *args: Any, pieces: int = 1) -> Answer:
        """The same where the device must be lost; the answer holds the error."""
        answer = self.call(name, *args, pieces=pieces)
        assert answer.error is not None, f"{name} went well"
        assert answer.error["code"] == "audio_device"
        return answer


@contextmanager
def player(env: dict[str, str], patience_s: float = 3.0, **sound: Any) -> Iterator[Driver]:
    """A player with these settings of the section ``sound``; nothing may appear on its stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sound.play_driver", json.dumps(sound), str(patience_s)],
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Driver(process)
        _, noise = process.communicate(timeout=20)
        assert noise == "", noise
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def tone(seconds: float, rate: int = 24000, hertz: float = 440.0) -> bytes:
    """A sine as raw s16le that starts with a sample that is not zero."""
    phase = 2 * np.pi * hertz * (np.arange(round(seconds * rate)) + 1) / rate
    data: bytes = np.rint(8000 * np.sin(phase)).astype("<i2").tobytes()
    return data
