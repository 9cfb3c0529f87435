from __future__ import annotations

import numpy as np
import pytest

from edged.engine.noise import POOL, Noise, noise_key

KEY = 208_063_262_840_922_014_979_906_683_648_745_025_712
"""Of a voice without a pitch of its own: sounds that are known by their hash depend on it."""


def test_noise_is_complex_gaussian_of_unit_variance() -> None:
    drawn = Noise(1, 601).frames(2000)
    assert drawn.dtype == np.complex64
    for part in (drawn.real, drawn.imag):
        assert np.mean(part) == pytest.approx(0.0, abs=0.005)
        assert np.var(part) == pytest.approx(1.0, abs=0.005)
        assert np.mean(part**4) == pytest.approx(3.0, abs=0.03)
    # The pool's own, of 65 536 numbers: two standard deviations.
    assert np.mean(drawn.real * drawn.imag) == pytest.approx(0.0, abs=2 / np.sqrt(POOL))


def test_neighbours_are_independent() -> None:
    drawn = Noise(1, 601).frames(2000)
    along, across = drawn[1:] * drawn[:-1].conj(), drawn[:, 1:] * drawn[:, :-1].conj()
    assert abs(np.mean(along)) < 0.01
    assert abs(np.mean(across)) < 0.01


def test_noise_in_steps_equals_noise_at_once() -> None:
    stepwise = Noise(5, 601)
    parts = [stepwise.frames(count) for count in (1, 16, 40, 3)]
    assert np.array_equal(np.concatenate(parts), Noise(5, 601).frames(60))


def test_any_frame_can_be_drawn_by_itself() -> None:
    assert np.array_equal(Noise(5, 601, frame=37).frames(2), Noise(5, 601).frames(39)[37:])


def test_another_utterance_has_another_noise() -> None:
    keys = {
        noise_key("abc", 1.0, "heart@1"),
        noise_key("abd", 1.0, "heart@1"),
        noise_key("abc", 1.1, "heart@1"),
        noise_key("abc", 1.0, "heart@2"),
    }
    assert len(keys) == 4
    first, second = (Noise(key, 601).frames(4) for key in sorted(keys)[:2])
    assert not np.array_equal(first, second)


def test_pitch_counts_only_where_there_is_one() -> None:
    assert noise_key("abc", 1.0, "heart@1", 0.0) == noise_key("abc", 1.0, "heart@1")
    assert len({noise_key("abc", 1.0, "heart@1", pitch) for pitch in (0.0, 1.0, -1.0, 1.5)}) == 4
    assert noise_key("abc", 1.0, "heart@1", 2) == noise_key("abc", 1.0, "heart@1", 2.0)


def test_key_of_an_utterance_stays_what_it_was() -> None:
    assert noise_key("abc", 1.0, "heart@1") == KEY


def test_key_does_not_depend_on_how_a_number_is_written() -> None:
    assert noise_key("abc", 1, "heart@1") == noise_key("abc", 1.0, "heart@1")
