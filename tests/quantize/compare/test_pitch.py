from __future__ import annotations

import numpy as np
import pytest

from edged.waveform import Waveform
from quantize.compare.pitch import _smoothed, pitch
from tests.quantize.compare.sounds import RATE, buzz, noisy


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100])
@pytest.mark.parametrize("hertz", [70.0, 123.4, 220.0, 431.0])
def test_a_steady_pitch_is_found(hertz: float, rate: int) -> None:
    found = pitch(buzz(hertz, 0.5, rate))[5:-5]
    assert found == pytest.approx(np.full(len(found), hertz), rel=0.002)


def test_there_is_a_value_every_ten_milliseconds() -> None:
    assert len(pitch(buzz(200.0, 0.5))) == 51


@pytest.mark.parametrize("samples", [np.zeros(RATE), np.random.default_rng(1).standard_normal(RATE) * 0.1, np.zeros(3)])
def test_silence_and_noise_have_no_pitch(samples: np.ndarray) -> None:
    assert np.count_nonzero(pitch(Waveform(samples.astype(np.float32), RATE))) <= 1


def test_noise_behind_a_voice_does_not_move_its_pitch() -> None:
    found = pitch(noisy(buzz(180.0), -25.0))[5:-5]
    assert np.median(found) == pytest.approx(180.0, rel=0.005)
    assert (found > 0).mean() > 0.9


def test_quiet_remains_are_not_voiced() -> None:
    samples = np.concatenate([buzz(200.0, 0.5).samples, 0.003 * buzz(200.0, 0.5).samples])
    found = pitch(Waveform(samples, RATE))
    assert found[10:40].all()
    assert not found[60:].any()


def test_a_lone_jump_of_an_octave_is_taken_out() -> None:
    contour = np.array([0.0, 200.0, 201.0, 402.0, 203.0, 204.0, 0.0, 0.0, 150.0])
    assert _smoothed(contour)[3] == pytest.approx(203.0)
    assert (_smoothed(contour) > 0).tolist() == (contour > 0).tolist()
