from __future__ import annotations

import numpy as np
import pytest

from edged.engine.contract import Engine
from edged.engine.tone import Tone


def test_tone_is_an_engine_without_a_provider() -> None:
    engine: Engine = Tone()
    engine.load()
    assert (engine.name, engine.provider.obtained, engine.provider.degraded) == ("tone", "none", None)
    engine.close()


def test_each_group_is_one_beep_of_its_length() -> None:
    chunks = list(Tone().synthesize("abc abcdef ☃☃"))
    assert len(chunks) == 3
    assert len(chunks[1]) - len(chunks[0]) == round(3 * 0.06 * 24000)


@pytest.mark.parametrize("phonemes", ["a", "I", "…", "", "12 34", "一二三", "ə" * 500])
@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_any_symbols_make_plausible_sound(phonemes: str, speed: float) -> None:
    sound = np.concatenate([np.zeros(0, np.float32), *Tone().synthesize(phonemes, speed)])
    assert sound.dtype == np.float32
    assert np.abs(sound).max(initial=0.0) <= 0.25


def test_same_words_give_same_beeps() -> None:
    first, second = (np.concatenate(list(Tone().synthesize("the door is open"))) for _ in range(2))
    assert np.array_equal(first, second)


def test_an_octave_is_half_a_period_and_lasts_as_long() -> None:
    (low,), (high,) = (list(Tone().synthesize("hello", 1.0, pitch)) for pitch in (-6.0, 6.0))
    assert len(low) == len(high)
    peaks = [int(np.abs(np.fft.rfft(chunk)).argmax()) for chunk in (low, high)]
    assert peaks[1] == pytest.approx(2 * peaks[0], abs=2)


def test_beeps_begin_and_end_softly() -> None:
    (chunk,) = Tone().synthesize("hello")
    assert abs(chunk[0]) < 0.01
    assert np.abs(np.diff(chunk)).max() < 0.05
