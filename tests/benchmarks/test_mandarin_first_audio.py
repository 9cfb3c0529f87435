from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from edged.waveform import Samples
from tests.benchmarks.mandarin_first_audio import SENTENCES, Arrival, arrivals, starved_s


def test_the_sentences_are_about_twenty_characters_long() -> None:
    assert len(SENTENCES) >= 8
    assert all(18 <= sum(map(str.isalnum, sentence)) <= 22 for sentence in SENTENCES)


def test_sound_that_keeps_up_starves_nobody() -> None:
    assert starved_s([Arrival(0.4, 0.6), Arrival(0.9, 1.0), Arrival(1.9, 1.0)], 0.02) == 0


def test_what_comes_too_late_is_waited_for_once() -> None:
    late = [Arrival(0.4, 0.6), Arrival(1.1, 1.0), Arrival(1.2, 1.0)]
    assert starved_s(late, 0.0) == pytest.approx(0.1)
    assert starved_s(late, 0.02) == pytest.approx(0.12)


def test_nothing_starves_nobody() -> None:
    assert starved_s([]) == 0
    assert starved_s([Arrival(3.0, 0.1)], 0.02) == 0


def test_chunks_are_timed_from_the_call_on_without_the_empty_ones() -> None:
    times = iter([10.0, 10.5, 12.0])

    def begin() -> tuple[Iterator[Samples], int]:
        return (np.zeros(size, np.float32) for size in (0, 100, 0, 50)), 100

    assert arrivals(begin, lambda: next(times)) == [Arrival(0.5, 1.0), Arrival(2.0, 0.5)]
