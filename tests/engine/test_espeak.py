from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edged.engine import espeak
from edged.engine.espeak import EspeakVoice
from edged.errors import Fatal, Rejected
from edged.waveform import Samples
from tests.programs import needed

TEXT = "[en-US] The laundry is done, and the door is open."
HEADER = "printf 'RIFF____WAVEfmt \\020\\0\\0\\0\\1\\0\\1\\0\\042V\\0\\0________________'"
MakeProgram = Callable[[str], str]


@pytest.fixture(scope="module")
def voice() -> EspeakVoice:
    needed("espeak-ng")
    engine = EspeakVoice()
    engine.load()
    return engine


@pytest.fixture
def make_program(tmp_path: Path) -> MakeProgram:
    """A program that misbehaves."""

    def made(script: str) -> str:
        path = tmp_path / "program"
        path.write_text(f'#!/bin/sh\necho $$ >"$0.pid"\n{script}\n', encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return made


def ended(program: str) -> bool:
    try:
        os.kill(int(Path(f"{program}.pid").read_text(encoding="ascii")), 0)
    except ProcessLookupError:
        return True
    return False


def whole(engine: EspeakVoice, text: str, speed: float = 1.0, pitch: float = 0.0) -> Samples:
    return np.concatenate(list(engine.synthesize(text, speed, pitch)))


def fundamental(samples: Samples) -> float:
    """Median of the fundamental frequency, in hertz, by the autocorrelation of loud frames of 46 ms."""
    found = []
    for start in range(0, len(samples) - 1024, 512):
        frame = samples[start : start + 1024]
        likeness = np.correlate(frame, frame, "full")[1023:]
        lag = 55 + int(likeness[55:550].argmax())
        if likeness[0] > 0.4 and likeness[lag] > 0.5 * likeness[0]:
            found.append(22_050 / lag)
    return float(np.median(found))


def test_it_speaks(voice: EspeakVoice) -> None:
    samples = whole(voice, TEXT)
    assert samples.dtype == np.float32
    assert 2.0 < len(samples) / voice.rate < 5.0
    assert 0.3 < np.abs(samples).max() < 1.0
    assert voice.model.startswith("espeak-ng@1.")


def test_the_same_words_give_the_same_samples(voice: EspeakVoice) -> None:
    assert np.array_equal(whole(voice, TEXT, 1.3, 2.0), whole(voice, TEXT, 1.3, 2.0))


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
def test_speed_is_about_what_was_asked_for(voice: EspeakVoice, speed: float) -> None:
    assert len(whole(voice, TEXT)) / len(whole(voice, TEXT, speed)) == pytest.approx(speed, rel=0.2)


@pytest.mark.parametrize("pitch", [-6.0, -3.0, 3.0, 6.0])
def test_pitch_is_about_what_was_asked_for(voice: EspeakVoice, pitch: float) -> None:
    shift = 12 * np.log2(fundamental(whole(voice, TEXT, pitch=pitch)) / fundamental(whole(voice, TEXT)))
    assert shift == pytest.approx(pitch, abs=1.2)


def test_language_after_language(voice: EspeakVoice) -> None:
    both = whole(voice, "[es] Hola. [zh] 你好。")
    assert np.array_equal(both, np.concatenate((whole(voice, "[es] Hola. "), whole(voice, "[zh] 你好。"))))
    assert not np.array_equal(whole(voice, "[es] Hola."), whole(voice, "Hola."))


def test_brackets_are_no_phonemes(voice: EspeakVoice) -> None:
    assert np.array_equal(whole(voice, "say [[h@]] now"), whole(voice, "say ((h@)) now"))


@pytest.mark.parametrize("text", ["", "[es] ...", "[es][en]"])
def test_nothing_to_say_is_a_pause(voice: EspeakVoice, text: str) -> None:
    assert not whole(voice, text).any()


def test_a_long_text_comes_in_chunks_and_can_be_left(voice: EspeakVoice) -> None:
    chunks = voice.synthesize("[en] one, two, three. " * 50)
    assert len(next(chunks)) == espeak.CHUNK
    chunks.close()  # type: ignore[attr-defined]  # a generator


def test_languages(voice: EspeakVoice) -> None:
    languages = voice.languages()
    assert languages[0].startswith("en-")
    assert {"en-GB", "es", "fr-FR", "pt-BR", "zh", "hi", "de"} <= set(languages)
    assert languages.index("fr-FR") < languages.index("fr-BE")
    assert languages.index("ru") < languages.index("be")
    for language in languages[::12]:
        assert len(whole(voice, f"[{language}] 12"))


@pytest.mark.parametrize(
    ("text", "code"), [("[xx] hello", "unsupported"), ("a" * 40_000, "too_long"), ("é" * 20_000, "too_long")]
)
def test_what_it_cannot_say_is_refused(voice: EspeakVoice, text: str, code: str) -> None:
    with pytest.raises((Fatal, Rejected)) as caught:
        whole(voice, text)
    assert caught.value.code == code


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="apt install espeak-ng") as caught:
        EspeakVoice(str(tmp_path / "none")).load()
    assert caught.value.code == "unsupported"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exec sleep 60", "stood still"),
        (f"{HEADER}; exec sleep 60", "stood still"),
        ("echo hello", "wrote no WAV"),
        (f"{HEADER}; head -c 40000 /dev/zero", "silence"),
        (f"{HEADER}; head -c 40000 /dev/zero | tr '\\0' 'y'; exit 3", "ended with 3"),
        (f"{HEADER}; exec yes", "not plausible"),
    ],
)
def test_a_program_that_breaks_is_named_and_ended(
    make_program: MakeProgram, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    monkeypatch.setattr(espeak, "STALLED_S", 0.3)
    broken = make_program(script)
    with pytest.raises(Fatal, match=told):
        whole(EspeakVoice(broken), "[en] hello")
    assert ended(broken)


def test_it_ends_with_whoever_listens(make_program: MakeProgram) -> None:
    endless = make_program(f"{HEADER}; exec yes")
    chunks = EspeakVoice(endless).synthesize("[en] hello")
    next(chunks)
    del chunks
    assert ended(endless)
