from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edged.engine.kokoro_windows import AUDIBLE, CONTEXT, LEAD_IN, LEAD_OUT, POINTS, SPANS, TAIL, Points, windows

SILENT, LOUD = -9.0, 8.0


def speech(points: int, *, before: int = 28, behind: int = 32) -> Points:
    """Sound of even energy between two silences."""
    return np.concatenate([np.full(before, SILENT), np.full(points, LOUD), np.full(behind, SILENT)]).astype(np.float32)


def test_silence_has_no_windows() -> None:
    assert list(windows(np.full(100, SILENT, np.float32))) == []
    assert list(windows(np.empty(0, np.float32))) == []


def test_a_short_utterance_is_decoded_whole_with_its_silence() -> None:
    energy = speech(80)
    (window,) = windows(energy)
    assert (window.start, window.stop) == (28 - LEAD_IN, 28 + 80 + LEAD_OUT)
    frames = window.frames(len(energy) // POINTS)
    np.testing.assert_array_equal(frames, np.arange(len(energy) // POINTS))


def test_the_first_window_is_short_and_later_ones_grow() -> None:
    lengths = [window.stop - window.start for window in windows(speech(2000))]
    for (least, most), length in zip(SPANS, lengths, strict=False):
        assert least <= length <= most
    assert all(length <= SPANS[-1][1] + TAIL for length in lengths)


def test_a_cut_lies_where_the_voice_is_quietest() -> None:
    energy = speech(400)
    energy[80:83] = 0.5
    assert next(windows(energy)).stop == 81


@given(
    st.integers(1, 1500).flatmap(
        lambda size: arrays(np.float32, size, elements=st.floats(-10, 10, width=32, allow_nan=False))
    )
)
def test_windows_follow_each_other_and_hold_all_that_is_audible(energy: Points) -> None:
    energy = energy[: len(energy) // POINTS * POINTS]
    found = list(windows(energy))
    audible = np.flatnonzero(energy > AUDIBLE)
    if not len(audible):
        assert not found
        return
    assert found[0].start <= audible[0]
    assert found[-1].stop > audible[-1]
    assert [window.start for window in found[1:]] == [window.stop for window in found[:-1]]
    total = len(energy) // POINTS
    for window in found:
        frames = window.frames(total)
        assert frames.min() >= 0
        assert frames.max() < total
        assert window.begin * POINTS <= window.start < window.stop <= window.end * POINTS
        assert len(frames) == window.before + window.end - window.begin + window.behind
        assert window.start - window.begin * POINTS <= CONTEXT + 1


def test_each_window_is_given_as_much_silence_as_the_whole_has() -> None:
    energy = speech(800)
    whole = (len(energy) - 800 - LEAD_IN - LEAD_OUT) / (800 + LEAD_IN + LEAD_OUT)
    for window in windows(energy):
        share = (window.before + window.behind) / (window.end - window.begin)
        assert abs(share - whole) < 1 / (window.end - window.begin)
