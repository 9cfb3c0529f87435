from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edged.audio.limiter import KNEE, limited
from edged.waveform import Samples

LEVELS = arrays(np.float32, st.integers(0, 200), elements=st.floats(-100, 100, width=32))


@given(samples=LEVELS, gain=st.floats(-40, 40))
def test_nothing_gets_beyond_full_scale_or_changes_its_sign(samples: Samples, gain: float) -> None:
    out = limited(samples, gain)
    assert out.dtype == np.float32
    assert (np.abs(out) <= 1.0).all()
    assert (np.sign(out) * np.sign(samples) >= 0).all()


@given(samples=LEVELS)
def test_below_the_knee_nothing_changes(samples: Samples) -> None:
    low = samples[np.abs(samples) <= KNEE]
    assert np.array_equal(limited(low), low)


@given(samples=LEVELS, cut=st.integers(0, 200))
def test_cutting_makes_no_difference(samples: Samples, cut: int) -> None:
    parts = np.concatenate((limited(samples[:cut], 7.9), limited(samples[cut:], 7.9)))
    assert np.array_equal(parts, limited(samples, 7.9))


def test_louder_in_is_never_softer_out() -> None:
    rising = np.linspace(0, 4, 4001, dtype=np.float32)
    assert (np.diff(limited(rising)) >= 0).all()


def test_gain_is_in_decibels_and_leaves_the_input_alone() -> None:
    samples = np.full(8, 0.1, np.float32)
    assert limited(samples, 6.0206) == pytest.approx(0.2, rel=1e-4)
    assert (samples == np.float32(0.1)).all()
