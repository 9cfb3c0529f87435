from __future__ import annotations

import sys
from pathlib import Path

import pytest

from quantize.compare.speed import NotMeasured, Spec, measure, run

SPEAKER = """
import os
import time
import numpy as np

class Slow:
    rate = 8000

    def __init__(self, pause_s, threads):
        self.pause_s = pause_s / threads
        assert os.environ["OMP_NUM_THREADS"] == str(threads)
        self.held = bytearray(80 << 20)

    def say(self, text):
        return np.concatenate(list(self.stream(text)))

    def stream(self, text):
        for _ in text.split():
            time.sleep(self.pause_s)
            yield np.zeros(800, np.float32)

def slow(pause_s, threads):
    return Slow(pause_s, threads)

def broken(threads):
    raise RuntimeError("no such weights")

def endless(threads):
    time.sleep(60)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "measured_speaker.py").write_text(SPEAKER, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{Path.cwd()}:{tmp_path}")
    return "measured_speaker"


def test_a_variant_is_measured_in_processes_of_its_own(module: str) -> None:
    spec = Spec(maker=f"{module}:slow", arguments={"pause_s": 0.05}, sentences=("one two three four", "five six"))
    found = measure(spec)
    assert found.rtf_1_thread is not None
    assert found.rtf_2_threads is not None
    assert found.first_audio_ms is not None
    assert found.load_ms is not None
    assert found.peak_mib is not None
    assert 0.5 <= found.rtf_1_thread < 0.9  # 50 ms of sleep for 100 ms of sound; a busy machine only adds
    assert 0.25 <= found.rtf_2_threads < 0.5
    assert 50.0 <= found.first_audio_ms < 90.0
    assert found.load_ms >= 200.0
    assert 80.0 < found.peak_mib < 250.0
    assert module not in sys.modules


def test_the_default_voice_is_faster_than_it_is_heard() -> None:
    maker = "tests.quantize.compare.conftest:Heart"
    found = run(Spec(maker=maker, sentences=("The laundry is done and the door is open.",), rounds=2))
    assert 0.001 < found["rtf"] < 0.5
    assert found["first_audio_ms"] > 1.0
    assert found["peak_mib"] > 50.0


def test_a_variant_that_fails_is_told_with_its_words(module: str) -> None:
    with pytest.raises(NotMeasured, match="no such weights"):
        run(Spec(maker=f"{module}:broken", sentences=("one",)))


def test_a_variant_that_never_ends_is_ended(module: str) -> None:
    with pytest.raises(NotMeasured, match="longer than 1 s"):
        run(Spec(maker=f"{module}:endless", sentences=("one",)), timeout_s=1.0)
