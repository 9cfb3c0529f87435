from __future__ import annotations

import numpy as np
import pytest

from quantize.compare.mel import decibels, filters, mel_power
from tests.quantize.compare.sounds import RATE


def test_there_is_a_frame_for_each_hop_and_one_more() -> None:
    power = mel_power(np.zeros(2400, np.float32), RATE, window=960, hop=240, bands=80)
    assert power.shape == (11, 80)
    assert not power.any()


def test_a_sound_shorter_than_the_window_has_frames() -> None:
    assert mel_power(np.ones(10, np.float32), RATE, window=321, hop=160, bands=20).shape == (1, 20)


def test_each_filter_has_its_peak_above_the_one_before_and_area_one() -> None:
    shapes = filters(RATE, 8192, 40)
    peaks = shapes.argmax(axis=1)
    assert (np.diff(peaks) > 0).all()
    assert shapes.sum(axis=1) * RATE / 8192 == pytest.approx(np.ones(40), rel=0.02)


@pytest.mark.parametrize(("hertz", "band"), [(500.0, 7.5), (1000.0, 15.0), (6400.0, 42.0)])
def test_the_scale_is_linear_below_one_kilohertz_and_logarithmic_above(hertz: float, band: float) -> None:
    count = 100
    top = 15.0 + np.log(RATE / 2 / 1000.0) / (np.log(6.4) / 27.0)
    peak = filters(RATE, 16_384, count)[:, round(hertz * 16_384 / RATE)].argmax()
    assert (peak + 1) * top / (count + 1) == pytest.approx(band, abs=top / count)


def test_a_tone_is_loudest_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 1500.0 * np.arange(RATE) / RATE).astype(np.float32)
    power = mel_power(tone, RATE, window=4096, hop=240, bands=80).mean(axis=0)
    assert power.argmax() == filters(RATE, 4096, 80)[:, 256].argmax()


def test_the_floor_is_the_least_level() -> None:
    assert decibels(np.array([0.0, 1e-12, 1.0, 100.0]), 1e-3).tolist() == [-30.0, -30.0, 0.0, 20.0]
