from __future__ import annotations

import numpy as np
import pytest

from edged.audio.resample import Resampler
from edged.waveform import Samples

NOTHING = np.zeros(0, np.float32)


def sine(rate: int, seconds: float = 1.0) -> Samples:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_tone_keeps_length_pitch_and_level(rate: int) -> None:
    out = Resampler(24000, rate).process(sine(24000), last=True)
    assert out.dtype == np.float32
    assert abs(len(out) - rate) <= 1
    middle = slice(rate // 4, rate // 2)
    assert np.abs(out[middle] - sine(rate)[middle]).max() < 1e-3


@pytest.mark.parametrize("step", [1, 777, 4200])
def test_chunks_joined_equal_the_whole(step: int) -> None:
    sound = sine(24000, 0.3)
    stream = Resampler(24000, 44100)
    parts = [stream.process(sound[start : start + step], last=False) for start in range(0, len(sound), step)]
    stepwise = np.concatenate([*parts, stream.process(NOTHING, last=True)])
    assert np.array_equal(stepwise, Resampler(24000, 44100).process(sound, last=True))


def test_equal_rates_pass_everything_through() -> None:
    stream, sound = Resampler(24000, 24000), sine(24000)
    assert stream.process(sound, last=False) is sound
    assert len(stream.process(NOTHING, last=True)) == 0
