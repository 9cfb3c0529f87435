from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edged.waveform import Samples, Waveform
from quantize.compare import Remembering, judge
from quantize.compare.judging import summary
from tests.quantize.compare.records import sentence
from tests.quantize.compare.sounds import noisy, stretched

SENTENCES = ("The kettle has boiled.", "The window in the study is still open.")


class Changed:
    """A variant of a speaker."""

    def __init__(self, speaker: Remembering, change: Callable[[Waveform], Waveform]) -> None:
        self.rate = speaker.rate
        self._speaker = speaker
        self._change = change

    def say(self, text: str) -> Samples:
        return self._change(Waveform(self._speaker.say(text), self.rate)).samples


class Counting:
    """A listener that writes down how long the sound was, and counts how often it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked = 0

    def hear(self, samples: Samples, rate: int) -> str:
        self.asked += 1
        return f"{len(samples) / rate:.3f}"


@pytest.fixture(autouse=True)
def tools(needs: Callable[..., None]) -> None:
    needs("speechmos")


def test_the_reference_has_no_drift_and_is_heard_once(heart: Remembering, tmp_path: Path) -> None:
    ear, seen = Counting(), []
    for _ in range(2):
        found = judge(
            heart, heart, SENTENCES, "en", ears=[ear], folder=tmp_path, progress=lambda *counts: seen.append(counts)
        )
    assert (found.log_mel_db, found.f0_semitones, found.duration) == (0.0, 0.0, 0.0)
    assert found.p808 is not None
    assert 3.0 < found.p808 < 4.5
    assert ear.asked == len(SENTENCES)
    assert seen == [(1, 2), (2, 2)] * 2
    assert [one.text for one in found.sentences] == list(SENTENCES)
    assert found.error_rates.keys() == {"counting"}
    assert found.speed is None


def test_a_worse_variant_has_worse_figures(heart: Remembering, tmp_path: Path) -> None:
    worse = Changed(heart, lambda sound: stretched(noisy(sound, -15.0), 1.02))
    before, after = (judge(heart, one, SENTENCES, "en", ears=[], folder=tmp_path) for one in (heart, worse))
    assert before.p808 is not None
    assert after.p808 is not None
    assert after.p808 < before.p808 - 0.3
    assert after.duration == pytest.approx(0.02, abs=1e-3)
    assert after.log_mel_db > 3.0
    assert after.error_rate is None


def test_what_is_not_wanted_is_not_measured(heart: Remembering) -> None:
    found = judge(heart, heart, SENTENCES[:1], "en", ears=[], rate_naturalness=False)
    assert found.p808 is None
    assert found.sig is None


def test_no_sentences_and_no_sound_are_refused(heart: Remembering) -> None:
    with pytest.raises(ValueError, match="without sentences"):
        judge(heart, heart, [], "en", ears=[])
    mute = Changed(heart, lambda sound: Waveform(np.zeros(0, np.float32), sound.rate))
    with pytest.raises(ValueError, match="empty"):
        judge(heart, mute, SENTENCES, "en", ears=[], rate_naturalness=False)


def test_sentences_are_put_together() -> None:
    found = summary(
        [
            sentence("the tea is ready", heard={"ear": "the tea is red"}, log_mel_db=3.0, duration=0.02, p808=None),
            sentence("good night", heard={"ear": "good night"}, log_mel_db=4.0, duration=-0.01, f0_semitones=None),
        ],
        "en",
    )
    assert found.error_rates == {"ear": pytest.approx(1 / 6)}
    assert found.p808 == 4.0
    assert found.log_mel_db == pytest.approx(np.sqrt(12.5))
    assert found.f0_semitones == 0.0
    assert found.duration == pytest.approx(0.015)


def test_figures_survive_as_json(heart: Remembering) -> None:
    found = judge(heart, heart, SENTENCES[:1], "en", ears=[], rate_naturalness=False)
    assert type(found).model_validate_json(found.model_dump_json()) == found
