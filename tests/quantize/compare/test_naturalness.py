from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edged.waveform import Waveform
from quantize.compare import Remembering
from quantize.compare.naturalness import Naturalness, naturalness
from tests.quantize.compare.sounds import noisy

LONG = "Your pasta will be ready in eight minutes, and the temperature in the kitchen is seventy one degrees."


@pytest.fixture(scope="module")
def speech(needs: Callable[..., None], heart: Remembering) -> Waveform:
    needs("speechmos")
    return Waveform(heart.say(LONG), heart.rate)


@pytest.fixture(scope="module")
def clean(speech: Waveform) -> Naturalness:
    return naturalness(speech)


def test_the_default_voice_sounds_good(clean: Naturalness) -> None:
    assert clean.p808 == pytest.approx(4.1, abs=0.2)
    assert clean.sig == pytest.approx(3.6, abs=0.2)


def test_noise_is_noticed(speech: Waveform, clean: Naturalness) -> None:
    worse = naturalness(noisy(speech, -15.0))
    assert worse.p808 < clean.p808 - 0.5
    assert worse.sig < clean.sig - 0.1


def test_coarse_samples_are_noticed(speech: Waveform, clean: Naturalness) -> None:
    coarse = Waveform(np.round(speech.samples * 24.0).astype(np.float32) / np.float32(24.0), speech.rate)
    assert naturalness(coarse).p808 < clean.p808 - 0.2


def test_an_empty_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        naturalness(Waveform(np.zeros(0, np.float32), 24_000))
