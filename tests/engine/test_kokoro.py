from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edged.engine import kokoro_windows
from edged.engine.kokoro import RATE, Kokoro, KokoroVoices, shifted
from edged.engine.kokoro_model import KokoroModel, threads_for
from edged.engine.opening import Candidate
from edged.engine.providers import CPU
from edged.errors import Fatal, Rejected
from edged.settings import Engine
from edged.voices.store import VoiceStore
from edged.waveform import Samples

HELLO = "həlˈO wˈɜɹld."
"""Hello world."""
MANDARIN = "ʂwei↓ ʂau→ kʰai→ lə."
"""The water has boiled."""
LONG = "ðə lˈɔndɹi ɪz dˈʌn, ænd ðə dˈɔɹ ɪz ˈOpən, ænd lˈʌnʧ ɪz ɹˈɛdi."


@pytest.fixture(scope="session")
def model(installed_kokoro: Path) -> KokoroModel:
    voice = VoiceStore(installed_kokoro.parent).get("kokoro")
    (variant,) = voice.manifest.variants
    candidate = Candidate(
        variant.name,
        variant.provider,
        voice.directory / variant.encoder,
        tuple(voice.directory / one.file for one in variant.decoders),
    )
    vocabulary = json.loads((voice.directory / "vocabulary.json").read_text(encoding="utf-8"))["vocab"]
    return KokoroModel([candidate], voice.manifest.label, vocabulary, settings=Engine(providers=(CPU,)), threads=2)


@pytest.fixture(scope="session")
def voices(model: KokoroModel, installed_kokoro: Path) -> Iterator[KokoroVoices]:
    voice = VoiceStore(installed_kokoro.parent).get("kokoro")
    made = KokoroVoices(model, {style.name: voice.directory / style.file for style in voice.manifest.styles})
    first = made.engine([("af_heart", 1.0)])
    first.load()
    yield made
    first.close()


def said(engine: Kokoro, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Samples:
    return np.concatenate(list(engine.synthesize(phonemes, speed, pitch)))


def loudest_of(samples: Samples) -> int:
    """Where the loudest 0.1 s begin."""
    size = RATE // 10
    return max(range(0, len(samples) - size, size // 2), key=lambda i: float(np.sum(samples[i : i + size] ** 2)))


def pitch_of(samples: Samples, begin: int | None = None) -> float:
    """The most frequent distance between periods, in hertz, by autocorrelation of the loudest 0.1 s, or of others."""
    size = RATE // 10
    begin = loudest_of(samples) if begin is None else begin
    piece = samples[begin : begin + size]
    spectrum = np.fft.rfft(piece * np.hanning(size), 4 * size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: RATE // 70]
    return RATE / (RATE // 500 + int(np.argmax(correlation[RATE // 500 :])))


def test_it_speaks_in_chunks_that_begin_soon_and_make_the_same_sound_every_time(voices: KokoroVoices) -> None:
    engine = voices.engine([("af_heart", 1.0)])
    chunks = list(engine.synthesize(LONG))
    assert len(chunks) > 2
    assert len(chunks[0]) <= kokoro_windows.SPANS[0][1] * kokoro_windows.HOP
    whole = np.concatenate(chunks)
    assert 2.0 < len(whole) / RATE < 6.0
    assert 0.05 < np.abs(whole).max() <= 1.0
    assert all(chunk.dtype == np.float32 for chunk in chunks)
    np.testing.assert_array_equal(whole, said(engine, LONG))


def test_silence_at_both_ends_is_left_out(voices: KokoroVoices) -> None:
    samples = said(voices.engine([("zf_xiaobei", 1.0)]), MANDARIN)
    heard = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max()) / RATE
    assert heard[0] < 0.15
    assert len(samples) / RATE - heard[-1] < 0.25


def test_voices_differ_and_a_blend_is_neither(voices: KokoroVoices) -> None:
    first, second = (said(voices.engine([(name, 1.0)]), HELLO) for name in ("af_heart", "am_michael"))
    assert pitch_of(first) > 1.3 * pitch_of(second)
    blend = voices.engine([("af_heart", 0.5), ("am_michael", 0.5)])
    assert voices.engine([("am_michael", 0.5), ("af_heart", 0.5)]) is blend
    between = said(blend, HELLO)
    for other in (first, second):
        assert len(between) != len(other) or not np.array_equal(between, other)


def test_speed_changes_the_length_and_pitch_the_voice(voices: KokoroVoices) -> None:
    engine = voices.engine([("af_heart", 1.0)])
    plain, higher = said(engine, HELLO), said(engine, HELLO, pitch=4.0)
    assert 0.4 < len(said(engine, HELLO, speed=2.0)) / len(plain) < 0.75
    assert 1.5 < len(said(engine, HELLO, speed=0.55)) / len(plain) < 2.1
    assert len(plain) == len(higher)
    place = loudest_of(plain)  # the same word in both
    assert pitch_of(higher, place) / pitch_of(plain, place) == pytest.approx(2 ** (4 / 12), rel=0.08)


def test_pitch_moves_what_is_voiced() -> None:
    pitch = np.array([10.0, 100.0, 200.0], np.float32)
    np.testing.assert_allclose(shifted(pitch, 12.0), [10.0, 200.0, 400.0])
    assert shifted(pitch, 0.0) is pitch


def test_a_symbol_that_it_does_not_know_is_named_before_anything_is_said(voices: KokoroVoices) -> None:
    engine = voices.engine([("af_heart", 1.0)])
    with pytest.raises(Rejected, match="has no phoneme '好'") as caught:
        engine.synthesize("həlˈO 好")
    assert caught.value.code == "bad_request"


def test_five_hundred_and_ten_symbols_are_said_and_more_are_refused(voices: KokoroVoices) -> None:
    engine = voices.engine([("af_heart", 1.0)])
    first = next(engine.synthesize("lˈɑ " * 127 + "lɑ"))
    assert len(first)
    with pytest.raises(Fatal, match="511 symbols at once"):
        engine.synthesize("a" * 511)


def test_punctuation_alone_is_a_short_pause(voices: KokoroVoices) -> None:
    samples = said(voices.engine([("af_heart", 1.0)]), "…")
    assert not samples.any()
    assert 0 < len(samples) < RATE


def test_voices_share_the_model_and_may_speak_at_once(voices: KokoroVoices) -> None:
    engines = [voices.engine([(name, 1.0)]) for name in ("af_heart", "zm_yunjian")]
    alone = [said(engine, MANDARIN) for engine in engines]
    together: dict[int, Samples] = {}

    def speak(number: int) -> None:
        together[number] = said(engines[number], MANDARIN)

    threads = [threading.Thread(target=speak, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in (0, 1):
        np.testing.assert_array_equal(together[number], alone[number])


def test_the_model_is_open_as_long_as_one_of_its_voices(model: KokoroModel, voices: KokoroVoices) -> None:
    engine = voices.engine([("bf_emma", 1.0)])
    engine.load()
    engine.load()
    engine.close()
    engine.close()
    assert model.provider.obtained == CPU
    assert (model.provider.variant, model.provider.degraded) == ("cpu-published", None)
    assert engine.model == "kokoro@1.0"


def test_a_closed_model_does_not_speak(model: KokoroModel) -> None:
    other = KokoroModel([], "kokoro@1.0", {"a": 1}, settings=Engine())
    with pytest.raises(RuntimeError, match="not loaded"):
        _ = other.provider
    with pytest.raises(Fatal, match="no execution provider"):
        other.open(np.zeros((1, 256), np.float32))


def test_one_run_gets_up_to_four_processors_or_what_the_settings_say() -> None:
    assert 1 <= threads_for(Engine()) <= 4
    assert threads_for(Engine(threads=7)) == 7
