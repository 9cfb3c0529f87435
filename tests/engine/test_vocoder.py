from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edged.engine.noise import Noise
from edged.engine.spectrum import BINS, HOP, Spectrum
from edged.engine.vocoder import grid, render


class Drawn:
    """Stands where the reference wants a generator, and gives our noise in the layout that it asks for."""

    def __init__(self, frames: NDArray[np.complex64]) -> None:
        self.frames = frames

    def standard_normal(self, shape: tuple[int, int], dtype: Any) -> NDArray[np.float32]:
        laid_out = np.ascontiguousarray(self.frames.T).view(np.float32)
        assert laid_out.shape == shape
        return laid_out.astype(dtype)


def reference(spectrum: Spectrum, generator: Any) -> NDArray[np.float32]:
    dsp = pytest.importorskip("hibari.dsp")
    parts = (spectrum.lh, spectrum.theta, spectrum.ln, spectrum.lr, spectrum.phi, spectrum.f0)
    out: NDArray[np.float32] = dsp.synth(*(part.copy() for part in parts), generator)
    return out


def whole(spectrum: Spectrum, borders: list[int] | None = None) -> NDArray[np.float32]:
    return np.concatenate(list(render(spectrum, Noise(7, BINS), borders or [0, spectrum.frames])))


def synthetic(frames: int, seed: int) -> Spectrum:
    random = np.random.default_rng(seed)
    lh, theta, ln, lr, phi = (random.normal(-1, 1, (BINS, frames)).astype(np.float32) for _ in range(5))
    pitch = np.where(random.random(frames) < 0.4, 0.0, random.uniform(30, 400, frames))
    return Spectrum(lh, theta, ln, lr, phi, pitch.astype(np.float32))


def test_render_equals_reference_on_same_noise(spectrum: Spectrum) -> None:
    ours = whole(spectrum)
    theirs = reference(spectrum, Drawn(Noise(7, BINS).frames(spectrum.frames)))
    assert len(ours) == len(theirs) == HOP * spectrum.frames
    assert np.abs(theirs).max() > 0.1
    assert np.abs(ours - theirs).max() < 1e-4


@pytest.mark.parametrize(("first", "step"), [(16, 40), (3, 1), (7, 13), (100, 3), (3, 400)])
def test_chunks_joined_equal_the_whole(spectrum: Spectrum, first: int, step: int) -> None:
    pieces = list(render(spectrum, Noise(7, BINS), grid(spectrum.frames, first, step)))
    assert len(pieces) == len(grid(spectrum.frames, first, step)) - 1
    assert np.abs(np.concatenate(pieces) - whole(spectrum)).max() <= 1e-6


@given(frames=st.integers(3, 30), first=st.integers(3, 30), step=st.integers(1, 30), seed=st.integers(0, 99))
def test_grid_makes_no_difference(frames: int, first: int, step: int, seed: int) -> None:
    made = synthetic(frames, seed)
    assert np.abs(whole(made, grid(frames, first, step)) - whole(made)).max() <= 1e-6


@given(frames=st.integers(3, 12), seed=st.integers(0, 99))
def test_short_utterances_equal_reference(frames: int, seed: int) -> None:
    made = synthetic(frames, seed)
    theirs = reference(made, Drawn(Noise(7, BINS).frames(frames)))
    assert np.abs(whole(made) - theirs).max() < 1e-4 * max(1.0, float(np.abs(theirs).max()))


def test_noise_is_as_loud_as_in_the_reference() -> None:
    frames = 400
    quiet, zero = np.full((BINS, frames), -30, np.float32), np.zeros((BINS, frames), np.float32)
    hiss = Spectrum(quiet, zero, zero, quiet, zero, np.zeros(frames, np.float32))
    ours, theirs = whole(hiss), reference(hiss, np.random.default_rng(3))
    assert np.std(ours) == pytest.approx(np.std(theirs), rel=0.01)


def test_first_chunk_is_ready_after_its_own_frames(spectrum: Spectrum) -> None:
    first = next(iter(render(spectrum, Noise(7, BINS), grid(spectrum.frames))))
    assert len(first) == (16 - 2) * HOP


@pytest.mark.parametrize(("frames", "borders"), [(2, [0, 2]), (10, [0, 2, 10])])
def test_too_few_frames_are_refused(frames: int, borders: list[int]) -> None:
    with pytest.raises(ValueError, match="too few"):
        next(iter(render(synthetic(frames, 1), Noise(7, BINS), borders)))


@pytest.mark.parametrize(("frames", "expected"), [(3, [0, 3]), (16, [0, 16]), (17, [0, 16, 17]), (97, [0, 16, 96, 97])])
def test_grid_is_fixed(frames: int, expected: list[int]) -> None:
    assert grid(frames) == expected
