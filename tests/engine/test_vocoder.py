from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edged.engine.noise import Noise
from edged.engine.spectrum import BINS, COLUMNS, FREE, HARMONICS, HOP, NOISE, PHI, THETA
from edged.engine.trim import Stretch
from edged.engine.vocoder import BLOCK, render
from edged.waveform import Samples


class Drawn:
    """Stands where the reference wants a generator, and gives our noise in the layout that it asks for."""

    def __init__(self, frames: NDArray[np.complex64]) -> None:
        self.frames = frames

    def standard_normal(self, shape: tuple[int, int], dtype: Any) -> NDArray[np.float32]:
        laid_out = np.ascontiguousarray(self.frames.T).view(np.float32)
        assert laid_out.shape == shape
        return laid_out.astype(dtype)


def pulses(pitch: NDArray[np.float32], lowest: float = 40.0, highest: float = 11000.0) -> NDArray[np.float32]:
    """The reference's pulses in double precision.

    Its own, in single precision, stand still at a peak: the largest samples are off by up to 0.8 in 115.
    """
    curve = np.interp((np.arange(HOP * len(pitch)) + 0.5) / HOP - 0.5, np.arange(len(pitch)), pitch.astype(np.float64))
    voiced, curve = curve > lowest, np.maximum(curve, lowest)
    half = np.pi * np.cumsum(curve) / 24000 + 1e-9
    harmonics = np.floor(highest / curve)
    return np.where(voiced, np.sin((2 * harmonics + 1) * half) / (2 * np.sin(half)) - 0.5, 0.0).astype(np.float32)


def reference(whole: Stretch, generator: Any, *, exact: bool = True) -> NDArray[np.float32]:
    dsp = pytest.importorskip("hibari.dsp")
    parts = (whole.rows[:, columns].T for columns in (HARMONICS, THETA, NOISE, FREE, PHI))
    with pytest.MonkeyPatch.context() as patch:
        if exact:
            patch.setattr(dsp, "pulses", pulses)
        out: NDArray[np.float32] = dsp.synth(*(part.copy() for part in parts), whole.pitch.copy(), generator)
    return out


def sound(*stretches: Stretch) -> Samples:
    return np.concatenate(list(render(stretches, Noise(7, BINS))))


def cut(whole: Stretch, borders: list[int], ahead: int = 2) -> list[Stretch]:
    """The frames in stretches that end there, the pitch known that many frames further."""
    count = len(whole.rows)
    return [
        Stretch(whole.rows[start:stop], whole.pitch[start : stop + ahead], last=stop == count)
        for start, stop in zip([0, *borders], [*borders, count], strict=True)
    ]


def regular(frames: int, first: int, step: int) -> list[int]:
    return list(range(first, frames, step))


def synthetic(frames: int, seed: int) -> Stretch:
    random = np.random.default_rng(seed)
    rows = random.normal(-1, 1, (frames, COLUMNS)).astype(np.float32)
    pitch = np.where(random.random(frames) < 0.4, 0.0, random.uniform(30, 400, frames))
    return Stretch(rows, pitch.astype(np.float32), last=True)


def test_render_equals_reference_on_same_noise(spoken: Stretch) -> None:
    ours = sound(spoken)
    theirs = reference(spoken, Drawn(Noise(7, BINS).frames(len(spoken.rows))))
    assert len(ours) == len(theirs) == HOP * len(spoken.rows)
    assert np.abs(theirs).max() > 0.1
    assert np.abs(ours - theirs).max() < 1e-4
    published = reference(spoken, Drawn(Noise(7, BINS).frames(len(spoken.rows))), exact=False)
    assert np.abs(ours - published).max() < 1e-3


@pytest.mark.parametrize(("first", "step"), [(16, 40), (3, 1), (7, 13), (100, 3), (3, 400), (BLOCK, BLOCK)])
def test_stretches_joined_equal_the_whole(spoken: Stretch, first: int, step: int) -> None:
    stretches = cut(spoken, regular(len(spoken.rows), first, step))
    assert len(stretches) > 1
    assert np.abs(sound(*stretches) - sound(spoken)).max() <= 1e-6


@given(frames=st.integers(3, 30), ahead=st.integers(2, 9), seed=st.integers(0, 99), data=st.data())
def test_cuts_make_no_difference(frames: int, ahead: int, seed: int, data: st.DataObject) -> None:
    borders = sorted(data.draw(st.sets(st.integers(3, max(frames - 1, 3)), max_size=8))) if frames > 3 else []
    made = synthetic(frames, seed)
    assert np.abs(sound(*cut(made, borders, ahead)) - sound(made)).max() <= 1e-6


@given(frames=st.integers(3, 12), seed=st.integers(0, 99))
def test_short_utterances_equal_reference(frames: int, seed: int) -> None:
    made = synthetic(frames, seed)
    theirs = reference(made, Drawn(Noise(7, BINS).frames(frames)))
    # Where the highest harmonic lies at 11 kHz to within rounding, single precision has one more of it or one less.
    assert np.abs(sound(made) - theirs).max() < 5e-3 * max(1.0, float(np.abs(theirs).max()))


@pytest.mark.parametrize("frames", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1])
def test_blocks_are_not_heard(frames: int) -> None:
    made = synthetic(frames, frames)
    theirs = reference(made, Drawn(Noise(7, BINS).frames(frames)))
    # Where the highest harmonic lies at 11 kHz to within rounding, single precision has one more of it or one less.
    assert np.abs(sound(made) - theirs).max() < 5e-3 * max(1.0, float(np.abs(theirs).max()))


def test_noise_is_as_loud_as_in_the_reference() -> None:
    rows = np.zeros((400, COLUMNS), np.float32)
    rows[:, HARMONICS] = rows[:, FREE] = -30.0
    hiss = Stretch(rows, np.zeros(400, np.float32), last=True)
    ours, theirs = sound(hiss), reference(hiss, np.random.default_rng(3))
    assert np.std(ours) == pytest.approx(np.std(theirs), rel=0.01)


def test_pieces_are_ready_after_their_own_frames(spoken: Stretch) -> None:
    asked = []

    def coming() -> Any:
        for number, stretch in enumerate(cut(spoken, [16, 40])):
            asked.append(number)
            yield stretch

    pieces = render(coming(), Noise(7, BINS))
    assert len(next(pieces)) == (16 - 2) * HOP
    assert asked == [0]
    assert len(next(pieces)) == (40 - 16) * HOP
    assert asked == [0, 1]


@pytest.mark.parametrize("borders", [[], [2], [1, 2]])
def test_too_few_frames_to_begin_with_are_refused(borders: list[int]) -> None:
    with pytest.raises(ValueError, match="too few"):
        sound(*cut(synthetic(2 if not borders else 10, 1), borders))


def test_pitch_that_is_not_known_far_enough_is_refused_not_made_up() -> None:
    made = synthetic(10, 1)
    made.pitch[:] = 100.0
    with pytest.raises(ValueError, match=r"shape|broadcast"):
        sound(*cut(made, [5], ahead=0))


def test_nothing_is_nothing() -> None:
    assert list(render([], Noise(7, BINS))) == []
