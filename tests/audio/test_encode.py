from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from edged.audio.encode import CONTENT_TYPES, encode
from edged.waveform import Waveform, pcm16


def sound(rate: int = 24000, seconds: float = 0.5) -> Waveform:
    samples = 0.5 * np.sin(2 * np.pi * 300 * np.arange(round(rate * seconds)) / rate)
    return Waveform(samples.astype(np.float32), rate)


@pytest.mark.parametrize("form", ["wav", "flac"])
@pytest.mark.parametrize("rate", [8000, 24000, 48000])
def test_lossless_files_hold_the_very_samples(form: str, rate: int) -> None:
    made = sound(rate)
    read, found = soundfile.read(io.BytesIO(encode(made, form)), dtype="int16")
    assert found == rate
    assert read.astype("<i2").tobytes() == pcm16(made.samples)


@pytest.mark.parametrize("rate", [8000, 22050, 24000, 48000])
def test_vorbis_sounds_alike(rate: int) -> None:
    made = sound(rate, seconds=2.5)
    read, found = soundfile.read(io.BytesIO(encode(made, "ogg")), dtype="float32")
    assert found == rate
    assert len(read) == len(made.samples)
    assert np.sqrt(np.mean((read - made.samples) ** 2)) < 0.02


def test_pcm_is_bare() -> None:
    assert encode(sound(), "pcm") == pcm16(sound().samples)


@pytest.mark.parametrize("form", sorted(CONTENT_TYPES))
def test_nothing_and_too_much_can_be_encoded(form: str) -> None:
    encode(Waveform(np.zeros(0, np.float32), 24000), form)
    encode(Waveform(np.array([3.0, -3.0] * 500, np.float32), 24000), form)


def test_lossless_file_is_the_same_each_time() -> None:
    assert encode(sound(), "flac") == encode(sound(), "flac")


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="mp3"):
        encode(sound(), "mp3")
