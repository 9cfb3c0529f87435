from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from edged.engine.sanity import check_length, checked, sounds
from edged.errors import Fatal
from edged.waveform import Samples

RATE = 24000


def tone(seconds: float, level: float = 0.3) -> Samples:
    return (level * np.sin(np.arange(round(seconds * RATE)) / 20)).astype(np.float32)


def taken(chunks: list[Samples], phonemes: str = "abcdefgh", speed: float = 1.0) -> tuple[list[Samples], Fatal | None]:
    """What gets through, and the error behind it."""
    passed: list[Samples] = []
    try:
        passed.extend(checked(iter(chunks), RATE, phonemes, speed))
    except Fatal as error:
        return passed, error
    return passed, None


def test_sound_chunks_pass_untouched() -> None:
    chunks = [tone(0.5), tone(0.2), np.zeros(100, np.float32), tone(0.1)]
    passed, error = taken(chunks)
    assert error is None
    assert all(one is other for one, other in zip(passed, chunks, strict=True))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite_chunk_is_not_delivered(value: float) -> None:
    bad = tone(0.2)
    bad[77] = value
    passed, error = taken([tone(0.5), bad, tone(0.1)])
    assert len(passed) == 1
    assert error is not None
    assert error.code == "synth_failed"
    assert "no numbers" in error.message


def test_railed_chunk_is_not_delivered() -> None:
    passed, error = taken([tone(0.5), np.clip(tone(0.5, level=30.0), -1, 1)])
    assert len(passed) == 1
    assert error is not None
    assert "full scale" in error.message


def test_a_few_peaks_beyond_full_scale_pass() -> None:
    loud = tone(0.5)
    loud[::200] = 1.3
    assert taken([loud])[1] is None


def test_silence_in_place_of_words_fails() -> None:
    _, error = taken([np.full(RATE, 1e-4, np.float32)])
    assert error is not None
    assert "silence" in error.message


def test_pause_may_be_silent_and_short() -> None:
    assert taken([np.zeros(10, np.float32)], phonemes="… ,")[1] is None
    assert taken([], phonemes="")[1] is None


def test_soft_word_passes() -> None:
    assert taken([tone(0.3, level=0.01)], phonemes="nˈO.")[1] is None


@pytest.mark.parametrize(("phonemes", "seconds"), [("ə" * 100, 0.5), ("hələʊ wɜld", 0.05), ("abc", 0.0)])
def test_implausibly_short_sound_fails(phonemes: str, seconds: float) -> None:
    _, error = taken([tone(seconds)], phonemes=phonemes)
    assert error is not None
    assert "not plausible" in error.message


def test_endless_sound_is_cut_off_before_its_end() -> None:
    drawn: list[int] = []

    def endless() -> Iterator[Samples]:
        while True:
            drawn.append(1)
            yield tone(0.5)

    with pytest.raises(Fatal, match="not plausible"):
        list(checked(endless(), RATE, "nO.", 1.0))
    assert len(drawn) < 20


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_usual_pace_is_plausible_at_every_speed(speed: float) -> None:
    for symbols in (2, 20, 200):
        check_length(0.09 * symbols / speed, "ə" * symbols, speed)


def test_sounds_are_letters_only() -> None:
    assert sounds("ðə lˈɔnd, ɹiː!") == 8
    assert sounds("… —, ˈ") == 0
