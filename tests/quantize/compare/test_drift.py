from __future__ import annotations

import numpy as np
import pytest

from edged.waveform import Waveform
from quantize.compare import Remembering
from quantize.compare.drift import drift, log_mel
from tests.quantize.compare.conftest import SENTENCE
from tests.quantize.compare.sounds import buzz, noisy, stretched

SEMITONE = 2 ** (1 / 12)


@pytest.fixture(scope="module")
def speech(heart: Remembering) -> Waveform:
    return Waveform(heart.say(SENTENCE), heart.rate)


def test_a_sound_does_not_drift_from_itself(speech: Waveform) -> None:
    same = drift(speech, speech)
    assert (same.log_mel_db, same.f0_semitones, same.duration) == (0.0, 0.0, 0.0)


def test_one_per_cent_slower_is_one_per_cent_longer_and_lower(speech: Waveform) -> None:
    slower = drift(speech, stretched(speech, 1.01))
    assert slower.duration == pytest.approx(0.01, abs=1e-4)
    assert slower.f0_semitones == pytest.approx(12 * np.log2(1.01), abs=0.06)
    assert 0.5 < slower.log_mel_db < 3.0


def test_a_semitone_higher_is_a_semitone(speech: Waveform) -> None:
    higher = drift(speech, stretched(speech, 1 / SEMITONE))
    assert higher.f0_semitones == pytest.approx(1.0, abs=0.12)
    assert higher.duration == pytest.approx(1 / SEMITONE - 1, abs=1e-4)


def test_twice_as_loud_is_six_decibels() -> None:
    noise = np.random.default_rng(1).standard_normal(24_000) / 10
    sound = Waveform(noise.astype(np.float32), 24_000)
    louder = Waveform(sound.samples * np.float32(2.0), sound.rate)
    assert drift(louder, sound).log_mel_db == pytest.approx(20 * np.log10(2), abs=1e-3)


def test_the_spectrum_drifts_further_with_more_noise(speech: Waveform) -> None:
    distances = [drift(speech, noisy(speech, level)).log_mel_db for level in (-60.0, -40.0, -20.0)]
    assert distances == sorted(distances)
    assert distances[0] > 0.1


def test_a_pitch_that_is_known_is_taken_as_it_is() -> None:
    sound = buzz(200.0, 0.1)
    known = np.full(11, 100.0), np.full(11, 200.0)
    assert drift(sound, sound, known).f0_semitones == pytest.approx(12.0)


def test_a_frame_more_here_and_a_frame_less_there_is_no_other_spectrum(speech: Waveform) -> None:
    half, frame = len(speech.samples) // 2, 600
    later = np.concatenate([speech.samples[:half], speech.samples[half - frame : -frame]])
    moved = drift(speech, Waveform(later, speech.rate))
    assert moved.duration == 0.0
    assert moved.log_mel_db < 3.0


def test_without_a_voice_there_is_no_pitch_to_drift() -> None:
    silence = Waveform(np.zeros(2400, np.float32), 24_000)
    assert drift(silence, silence).f0_semitones is None
    assert drift(silence, silence).log_mel_db == 0.0


def test_what_cannot_be_compared_is_refused() -> None:
    sound = buzz(200.0, 0.1)
    with pytest.raises(ValueError, match="24000 and 16000"):
        drift(sound, buzz(200.0, 0.1, 16_000))
    with pytest.raises(ValueError, match="empty"):
        drift(sound, Waveform(np.zeros(0, np.float32), sound.rate))


def test_the_reference_sets_the_floor(speech: Waveform) -> None:
    quiet = Waveform(speech.samples * np.float32(1e-6), speech.rate)
    levels = log_mel(speech, quiet)
    assert levels[1].max() == levels[0].min() == pytest.approx(levels[0].max() - 80.0)
