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


def train(pitch: Samples) -> PulseTrain:
    made = PulseTrain()
    made.extend(pitch)
    return made


def drawn(pitch: Samples) -> Samples:
    return train(pitch).until(len(pitch))


def test_pulses_hold_every_harmonic_at_unit_amplitude() -> None:
    made = drawn(np.full(80, 210, np.float32))
    spectrum = np.abs(np.fft.rfft(made.astype(np.float64))) / (len(made) / 2)
    hertz = np.fft.rfftfreq(len(made), 1 / RATE)
    harmonics = np.isclose(hertz % 210, 0) & (hertz > 0) & (hertz <= 11000)
    assert harmonics.sum() == 52
    assert spectrum[harmonics] == pytest.approx(1.0, abs=1e-3)
    assert np.max(spectrum[~harmonics]) < 1e-3


@pytest.mark.parametrize("ends", [(90, 140), (105, 105), (300, 45), (41, 480)])
def test_pulses_equal_the_sum_of_cosines(ends: tuple[float, float]) -> None:
    pitch = np.linspace(*ends, 20, dtype=np.float32)
    curve = np.interp((np.arange(20 * HOP) + 0.5) / HOP - 0.5, np.arange(20), pitch)
    phase = 2 * np.pi * np.cumsum(curve) / RATE
    harmonics = np.arange(1, 280)[:, None]
    expected = (np.cos(harmonics * phase) * (harmonics <= np.floor(11000 / curve))).sum(axis=0)
    # Away from the samples where the count of harmonics changes by rounding.
    assert np.quantile(np.abs(drawn(pitch) - expected), 0.999) < 0.02


def test_a_phase_of_zero_is_a_peak_not_a_gap() -> None:
    made = drawn(np.full(20, 100, np.float32))  # the phase is zero every 240 samples
    assert np.isfinite(made).all()
    assert made.max() == pytest.approx(110, abs=0.1)


def test_unvoiced_frames_are_silent() -> None:
    pitch = np.array([0, 0, 0, 0, 120, 120, 120, 120, 0, 0, 0, 0], np.float32)
    made = drawn(pitch).reshape(12, HOP)
    assert not made[:3].any()
    assert not made[-3:].any()
    assert np.abs(made[5:7]).max() > 10


@given(pitch=PITCHES, data=st.data())
def test_pulses_are_the_same_bits_however_they_are_drawn(pitch: Samples, data: st.DataObject) -> None:
    """The pitch becomes known in steps, at least one frame ahead of what is drawn, or the end is told."""
    count = len(pitch)
    stops = sorted(data.draw(st.sets(st.integers(1, count), max_size=6)) | {count})
    made, pieces = PulseTrain(), []
    for stop in stops:
        known = data.draw(st.integers(min(stop + 1, count), count))
        made.extend(pitch[made.known : known])
        if made.known == count:
            made.end(count)
        pieces.append(made.until(stop))
    assert np.array_equal(np.concatenate(pieces), drawn(pitch))


@given(pitch=PITCHES, beyond=PITCHES, data=st.data())
def test_what_was_known_beyond_the_end_does_not_count(pitch: Samples, beyond: Samples, data: st.DataObject) -> None:
    made = train(np.concatenate((pitch, beyond)))
    first = made.until(data.draw(st.integers(0, len(pitch) - 1)))
    made.end(len(pitch))
    assert made.known == len(pitch)
    assert np.array_equal(np.concatenate((first, made.until(len(pitch)))), drawn(pitch))


@given(pitch=PITCHES, data=st.data())
def test_nothing_sounds_outside_of_what_is_voiced(pitch: Samples, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(pitch)))
    stop = data.draw(st.integers(start, len(pitch)))
    made = train(pitch)
    first, last = made.voiced(start, stop)
    sounding = np.asarray(drawn(pitch).reshape(-1, HOP).any(axis=1))
    assert start <= first <= last <= max(stop, start)
    assert not sounding[start:first].any()
    assert not sounding[last:stop].any()


def test_nothing_is_drawn_twice() -> None:
    made = train(np.full(5, 100, np.float32))
    assert len(made.until(3)) == 3 * HOP
    assert len(made.until(3)) == 0
    assert len(made.until(5)) == 2 * HOP
