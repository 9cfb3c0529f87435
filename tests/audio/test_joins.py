from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.audio.joins import FADE_S, faded
from edged.waveform import Samples

RATE = 8000
FADE = round(FADE_S * RATE)


def joined(chunks: list[Samples]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *faded(chunks, RATE)])


def test_both_ends_fade_and_the_middle_stays() -> None:
    out = joined([np.ones(400, np.float32)])
    assert len(out) == 400
    assert out[0] < 0.01
    assert out[-1] < 0.01
    assert (np.diff(out[:FADE]) > 0).all()
    assert (out[FADE:-FADE] == 1.0).all()
    assert np.array_equal(out, out[::-1])


@given(sizes=st.lists(st.integers(0, 90), max_size=12))
def test_cutting_makes_no_difference(sizes: list[int]) -> None:
    whole = np.random.default_rng(1).normal(size=sum(sizes)).astype(np.float32)
    chunks = np.split(whole, np.cumsum(sizes)[:-1]) if sizes else []
    assert np.array_equal(joined(chunks), joined([whole]))


def test_first_chunk_leaves_at_once_but_for_the_fade() -> None:
    first = next(faded(iter([np.ones(400, np.float32)]), RATE))
    assert len(first) == 400 - FADE


@pytest.mark.parametrize("length", [1, 5, FADE, FADE + 1])
def test_sound_shorter_than_its_fades_keeps_its_length(length: int) -> None:
    out = joined([np.ones(length, np.float32)])
    assert len(out) == length
    assert (np.abs(out) <= 1).all()


def test_no_sound_is_no_sound() -> None:
    assert not list(faded([], RATE))


def test_input_is_left_alone() -> None:
    chunk = np.ones(100, np.float32)
    joined([chunk])
    assert (chunk == 1).all()
