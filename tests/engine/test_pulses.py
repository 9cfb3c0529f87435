from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edged.engine.pulses import PulseTrain
from edged.engine.spectrum import HOP, RATE
from edged.waveform import Samples

PITCHES = arrays(np.float32, st.integers(3, 40), elements=st.sampled_from([0.0, 39.0, 41.0, 100.0, 237.5, 480.0]))


def test_pulses_hold_every_harmonic_at_unit_amplitude() -> None:
    train = PulseTrain(np.full(80, 210, np.float32)).until(80)
    spectrum = np.abs(np.fft.rfft(train.astype(np.float64))) / (len(train) / 2)
    hertz = np.fft.rfftfreq(len(train), 1 / RATE)
    harmonics = np.isclose(hertz % 210, 0) & (hertz > 0) & (hertz <= 11000)
    assert harmonics.sum() == 52
    assert spectrum[harmonics] == pytest.approx(1.0, abs=1e-3)
    assert np.max(spectrum[~harmonics]) < 1e-3


def test_pulses_equal_the_sum_of_cosines() -> None:
    pitch = np.linspace(90, 140, 20, dtype=np.float32)
    train = PulseTrain(pitch).until(20)
    centres = (np.arange(20) + 0.5) * HOP
    curve = np.interp(np.arange(20 * HOP) + 0.5, centres, pitch)
    phase = 2 * np.pi * np.cumsum(curve) / RATE
    harmonics = np.arange(1, 130)[:, None]
    expected = (np.cos(harmonics * phase) * (harmonics <= np.floor(11000 / curve))).sum(axis=0)
    # Away from the samples where the count of harmonics changes by rounding, and from the peaks' own slope.
    close = np.abs(train - expected) < 0.05
    assert close.mean() > 0.999


def test_unvoiced_frames_are_silent() -> None:
    pitch = np.array([0, 0, 0, 0, 120, 120, 120, 120, 0, 0, 0, 0], np.float32)
    train = PulseTrain(pitch).until(12).reshape(12, HOP)
    assert not train[:3].any()
    assert not train[-3:].any()
    assert np.abs(train[5:7]).max() > 10


@given(pitch=PITCHES, data=st.data())
def test_pulses_drawn_in_steps_equal_those_drawn_at_once(pitch: Samples, data: st.DataObject) -> None:
    stops = sorted(data.draw(st.sets(st.integers(1, len(pitch)), max_size=6)) | {len(pitch)})
    train = PulseTrain(pitch)
    stepwise = np.concatenate([train.until(stop) for stop in stops])
    assert np.array_equal(stepwise, PulseTrain(pitch).until(len(pitch)))
