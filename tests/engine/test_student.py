from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from edged.engine import decoder
from edged.engine.contract import Engine as EngineContract
from edged.engine.decoder import Decoding, Score
from edged.engine.spectrum import HOP, NOISE
from edged.engine.student import LONGEST, Student
from edged.engine.trim import Stretch
from edged.errors import Fatal, Rejected
from edged.settings import Engine
from edged.waveform import Samples, Waveform
from quantize.compare.pitch import pitch as estimated
from tests.engine.conftest import TINY

LETTERS = {symbol: number for number, symbol in enumerate(" .abcdefgh", 1)}


def said(engine: Student, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Samples:
    return np.concatenate(list(engine.synthesize(phonemes, speed, pitch)))


def another(model: str = "tiny@1", sha256: str = "0" * 64, symbols: dict[str, int] = LETTERS) -> Student:
    settings = Engine(providers=("CPUExecutionProvider",))
    return Student([TINY], model, symbols, sha256=sha256, settings=settings)


def test_student_is_an_engine(tiny: Student) -> None:
    engine: EngineContract = tiny
    assert (engine.name, engine.model, engine.rate) == ("student", "tiny@1", 24000)
    assert (engine.provider.obtained, engine.provider.variant) == ("CPUExecutionProvider", "tiny")


def test_same_words_give_same_samples(tiny: Student) -> None:
    assert np.array_equal(said(tiny, "abc def"), said(tiny, "abc def"))


def test_other_weights_give_other_breath(tiny: Student) -> None:
    newer = another(sha256="1" * 64)
    newer.load()
    assert not np.array_equal(said(tiny, "bdf"), said(newer, "bdf"))


def test_speed_shortens(tiny: Student) -> None:
    lengths = [len(said(tiny, "abcdefgh", speed)) for speed in (0.5, 1.0, 2.0)]
    assert lengths[0] > 1.8 * lengths[1] > 3.2 * lengths[2]


def test_pitch_changes_the_sound_and_not_its_length(tiny: Student) -> None:
    natural = said(tiny, "abcdefgh")
    assert np.array_equal(said(tiny, "abcdefgh", 1.0, 0.0), natural)
    for pitch in (-6.0, 6.0):
        raised = said(tiny, "abcdefgh", 1.0, pitch)
        assert len(raised) == len(natural)
        assert np.abs(raised - natural).max() > 0.01


@pytest.mark.parametrize("semitones", [-6.0, -2.0, 4.0, 6.0])
def test_heart_speaks_as_much_higher_as_was_asked(heart: Student, sentence: str, semitones: float) -> None:
    natural, raised = (Waveform(said(heart, sentence, 1.0, pitch), heart.rate) for pitch in (0.0, semitones))
    assert abs(len(raised.samples) - len(natural.samples)) <= 4 * HOP
    assert np.abs(raised.samples).max() < 1.0
    before, after = estimated(natural), estimated(raised)
    heard = 12 * np.log2(np.median(after[after > 0]) / np.median(before[before > 0]))
    assert heard == pytest.approx(semitones, abs=0.7)


@pytest.mark.parametrize("pitch", [0.0, -6.0, 6.0])
@pytest.mark.parametrize("largest", [40, 60, 1000])
def test_stretches_are_not_heard(tiny: Student, monkeypatch: pytest.MonkeyPatch, largest: int, pitch: float) -> None:
    samples = said(tiny, "abcdefgh abcdefgh abcdefgh", 1.0, pitch)
    monkeypatch.setattr(decoder, "LARGEST", largest)
    assert np.abs(said(tiny, "abcdefgh abcdefgh abcdefgh", 1.0, pitch) - samples).max() < 1e-5


def test_sound_comes_before_the_sentence_is_made(tiny: Student) -> None:
    chunks = list(tiny.synthesize("abcdefgh" * 20))
    assert len(chunks[0]) <= 48 * HOP
    assert sum(map(len, chunks)) > 160 * 8 * HOP * 0.9


def test_two_threads_do_not_disturb_each_other(tiny: Student) -> None:
    texts = ["abc def", "hgf edc", "bad cab", "deaf"] * 3
    alone = [said(tiny, text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: said(tiny, text), texts))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_unknown_symbol_is_named_at_once(tiny: Student) -> None:
    with pytest.raises(Rejected, match="☃") as caught:
        tiny.synthesize("ab☃c")
    assert caught.value.code == "bad_request"
    assert caught.value.details["phonemes"] == ["☃"]


def test_too_many_symbols_are_refused_not_cut(tiny: Student) -> None:
    with pytest.raises(Fatal, match="511 symbols"):
        tiny.synthesize("a" * (LONGEST + 1))


class Wild:
    """A network that has gone wrong: from one frame on, its noise has this loudness."""

    def __init__(self, network: Decoding, loudness: float, start: int) -> None:
        self._network = network
        self._loudness = loudness
        self._start = start

    def stretches(self, score: Score) -> Iterator[Stretch]:
        left = self._start
        for made in self._network.stretches(score):
            made.rows[max(left, 0) :, NOISE] = self._loudness
            left -= len(made.rows)
            yield made


def wild(loudness: float, start: int = 0) -> Student:
    engine = another("wild@1")
    engine.load()
    opened = engine._opened()
    engine._running = replace(opened, decoder=Wild(opened.decoder, loudness, start))
    return engine


def test_silent_network_is_found_out_before_the_first_chunk() -> None:
    mute = another("mute@1", symbols={"a": 1, "b": 2})
    mute.load()
    with pytest.raises(Fatal, match="silence") as caught:
        next(mute.synthesize("abab"))
    assert caught.value.code == "synth_failed"


@pytest.mark.parametrize("loudness", [7.0, float("nan"), float("inf")])
def test_wild_network_is_never_heard(loudness: float) -> None:
    heard: list[Samples] = []
    with pytest.raises(Fatal) as caught:
        heard.extend(wild(loudness).synthesize("abcd"))
    assert caught.value.code == "synth_failed"
    assert not heard


@pytest.mark.parametrize("loudness", [7.0, float("nan"), float("inf")])
def test_network_that_goes_wild_is_heard_only_before(loudness: float) -> None:
    heard: list[Samples] = []
    with pytest.raises(Fatal) as caught:
        heard.extend(wild(loudness, start=100).synthesize("abcdefgh" * 4))
    assert caught.value.code == "synth_failed"
    samples = np.concatenate(heard)
    assert 0 < len(samples) <= 100 * HOP
    assert np.isfinite(samples).all()


def test_model_of_another_kind_is_refused(published: Path) -> None:
    for wrong in (replace(TINY, encoder=published), replace(TINY, decoders=(published,))):
        engine = Student([wrong], "wrong@1", LETTERS, sha256="0" * 64, settings=Engine())
        with pytest.raises(Fatal, match="no execution provider can run the voice") as caught:
            engine.load()
        assert caught.value.code == "provider_failed"


def test_network_that_makes_no_frames_is_refused(tmp_path: Path) -> None:
    model = onnx.load(str(TINY.encoder))
    frames = next(constant for constant in model.graph.initializer if constant.name == "frames")
    frames.CopyFrom(numpy_helper.from_array(np.zeros(1, np.float32), "frames"))
    onnx.save(model, str(tmp_path / "encoder.onnx"))
    brief = replace(TINY, encoder=tmp_path / "encoder.onnx")
    engine = Student([brief], "brief@1", LETTERS, sha256="0" * 64, settings=Engine())
    with pytest.raises(Fatal, match="the network made 0 frames"):
        engine.load()


def test_closed_engine_says_so() -> None:
    engine = another()
    with pytest.raises(RuntimeError, match="not loaded"):
        _ = engine.provider
    engine.load()
    engine.close()
    with pytest.raises(RuntimeError, match="not loaded"):
        next(engine.synthesize("abc"))


def test_heart_leaves_its_own_silence_out(heart: Student, sentence: str) -> None:
    samples = said(heart, sentence)
    assert 1.8 < len(samples) / heart.rate < 2.6
    audible = np.flatnonzero(np.abs(samples) > 0.01)
    assert audible[0] < 0.06 * heart.rate
    assert len(samples) - audible[-1] < 0.12 * heart.rate


@pytest.mark.parametrize("phonemes", ["hˈI.", "nˈO!", "ˈI", "ˈɑ.", "ˌɛsˌAʧˈAʧ."])
@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_short_words_are_spoken(heart: Student, phonemes: str, speed: float) -> None:
    assert np.abs(said(heart, phonemes, speed)).max() > 0.01


@pytest.mark.parametrize("phonemes", ["ʃ", "k!", "m,"])
def test_lone_sound_is_no_failure_even_where_the_network_swallows_it(heart: Student, phonemes: str) -> None:
    assert 0.02 < len(said(heart, phonemes, 2.0)) / heart.rate < 1.0


def test_pause_alone_is_silence(heart: Student) -> None:
    pause = said(heart, "…, —")
    assert 0.1 < len(pause) / heart.rate < 0.5
    assert not pause.any()


def test_as_many_symbols_as_are_allowed_are_spoken_whole(heart: Student, sentence: str) -> None:
    longest = (sentence.rstrip(".") + " ") * (LONGEST // len(sentence))
    assert len(said(heart, longest)) / heart.rate > 1.5 * (LONGEST // len(sentence))
