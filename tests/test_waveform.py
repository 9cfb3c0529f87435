from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from edged.waveform import Samples, Waveform, pcm16, silence


def test_length_in_seconds() -> None:
    assert Waveform(np.zeros(36_000, np.float32), 24_000).seconds == 1.5


@pytest.mark.parametrize(
    ("value", "sample"), [(0, 0), (1, 32767), (-1, -32767), (2, 32767), (-9, -32767), (0.5, 16384), (1e-6, 0)]
)
def test_pcm16_is_symmetric_and_clipped(value: float, sample: int) -> None:
    assert np.frombuffer(pcm16(np.array([value], np.float32)), "<i2").tolist() == [sample]


@given(nps.arrays(np.float32, st.integers(0, 200), elements=st.floats(-1, 1, width=32)))
def test_pcm16_is_within_half_a_step(samples: Samples) -> None:
    back = np.frombuffer(pcm16(samples), "<i2").astype(np.float64) / 32767
    assert len(back) == len(samples)
    assert np.all(np.abs(back - samples) <= 0.502 / 32767)  # half a step, and half an ulp of float32 at full scale


@pytest.mark.parametrize(("seconds", "count"), [(0, 0), (0.5, 12_000), (0.00003, 1), (0.00001, 0)])
def test_silence_is_rounded_to_whole_samples(seconds: float, count: int) -> None:
    quiet = silence(seconds, 24_000)
    assert (len(quiet), quiet.dtype.name) == (count, "float32")
    assert not quiet.any()
