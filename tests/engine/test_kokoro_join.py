from __future__ import annotations

import numpy as np

from edged.engine.kokoro_join import EDGE, FADE, joined
from edged.engine.kokoro_windows import HOP, POINTS, Window
from edged.waveform import Samples

TOTAL = 40
"""Frames of an utterance."""


def sound(window: Window, wave: Samples) -> Samples:
    """What a decoder makes of the window that makes this of the whole."""
    return wave.reshape(TOTAL, POINTS * HOP)[window.frames(TOTAL)].reshape(-1)


def test_a_single_window_is_the_sound_with_its_edges_faded() -> None:
    wave = np.random.default_rng(1).standard_normal(TOTAL * POINTS * HOP).astype(np.float32)
    window = Window(0, TOTAL, 6, 60)
    made = np.concatenate(list(joined([(window, sound(window, wave))])))
    expected = wave[6 * HOP : 60 * HOP + FADE // 2]
    assert len(made) == len(expected)
    np.testing.assert_array_equal(made[EDGE:-EDGE], expected[EDGE:-EDGE])
    assert made[0] == made[-1] == 0


def test_windows_meet_without_a_gap_or_a_step() -> None:
    ramp = np.linspace(0.1, 1, TOTAL * POINTS * HOP, dtype=np.float32)
    first, second = Window(0, 20, 4, 31, 2, 0), Window(10, 40, 31, 80, 0, 1)
    chunks = list(joined([(window, sound(window, ramp)) for window in (first, second)]))
    made = np.concatenate(chunks)
    assert len(made) == (80 - 4) * HOP
    outside = np.ones(len(made), bool)
    middle = (31 - 4) * HOP
    outside[middle - FADE : middle + FADE] = False
    outside[:EDGE] = outside[-EDGE:] = False
    np.testing.assert_array_equal(made[outside], ramp[4 * HOP : 80 * HOP][outside])
    # Equal power over sounds that agree is at most 3 dB louder in the middle.
    assert made[middle - FADE : middle + FADE].max() <= 1.42 * ramp[31 * HOP + FADE]
    assert len(chunks[0]) == middle - FADE // 2


def test_equal_power_keeps_the_level_of_sounds_that_do_not_agree() -> None:
    rng = np.random.default_rng(2)
    first, second = Window(0, 40, 0, 40), Window(0, 40, 40, 80)
    powers = []
    for _ in range(200):
        parts = [(w, rng.standard_normal(TOTAL * POINTS * HOP).astype(np.float32)) for w in (first, second)]
        made = np.concatenate(list(joined(parts)))
        powers.append(np.mean(made[40 * HOP - FADE // 2 : 40 * HOP + FADE // 2] ** 2))
    assert 0.95 < np.mean(powers) < 1.05


def test_nothing_joins_to_nothing() -> None:
    assert list(joined([])) == []
