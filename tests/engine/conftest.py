"""Two voices: `tiny`, graphs of a few kB with the student's interface, and `heart`, the real one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from edged.engine.decoder import Decoder, Score
from edged.engine.opening import Candidate
from edged.engine.providers import CPU
from edged.engine.session import Session, open_cpu_session
from edged.engine.student import ENCODED, Student
from edged.engine.trim import Stretch
from edged.settings import Engine, parse
from edged.speech import VoiceLibrary
from edged.voices.store import VoiceStore

FAKES = Path(__file__).parents[1] / "fakes"
ENCODER, DECODER = FAKES / "tiny_encoder.onnx", FAKES / "tiny_decoder.onnx"
"""What `tests/fakes/make_tiny_student.py` makes."""
TINY = Candidate("tiny", CPU, ENCODER, (DECODER,))
TINY_SYMBOLS = {symbol: number for number, symbol in enumerate(" .,!abcdefghijklmnopqrstuvwxyz", 1)}
SENTENCE = "ðə lˈɔndɹi ɪz dˈʌn ænd ðə dˈɔɹ ɪz ˈOpᵊn."
"""The laundry is done and the door is open."""


@dataclass(frozen=True)
class Networks:
    """Both networks of a voice, without what is around them."""

    encoder: Session
    decoder: Decoder
    vocabulary: dict[str, int]

    @classmethod
    def opened(cls, encoder: Path, decoder: Path, vocabulary: dict[str, int]) -> Networks:
        return cls(open_cpu_session(encoder), Decoder(open_cpu_session(decoder)), vocabulary)

    def score(self, phonemes: str, speed: float = 1.0, semitones: float = 0.0) -> Score:
        ids = np.array([[0, *(self.vocabulary[symbol] for symbol in phonemes), 0]], np.int64)
        durations, prosody, text = self.encoder.run(ENCODED, {"ids": ids, "speed": np.array([speed], np.float32)})
        last = max((place for place, symbol in enumerate(phonemes, 1) if symbol.isalpha()), default=None)
        return Score(durations, prosody, text, last, semitones)


@pytest.fixture(scope="session")
def heart(installed: Path) -> Student:
    """The voice as users have it."""
    library = VoiceLibrary(parse({"state_dir": str(installed.parent), "engine": {"providers": [CPU]}}))
    engine = library.get("heart").engine
    assert isinstance(engine, Student)
    return engine


@pytest.fixture(scope="session")
def vocabulary(installed: Path) -> dict[str, int]:
    path = VoiceStore(installed.parent).get("heart").path("vocabulary")
    assert path is not None
    found: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def shipped(installed: Path, vocabulary: dict[str, int]) -> Networks:
    """Heart's variant for the processor."""
    voice = VoiceStore(installed.parent).get("heart")
    variant = next(variant for variant in voice.manifest.variants if variant.provider == CPU)
    return Networks.opened(voice.directory / variant.encoder, voice.directory / variant.decoders[0].file, vocabulary)


@pytest.fixture(scope="session")
def floating(split_heart: tuple[Path, Path], vocabulary: dict[str, int]) -> Networks:
    """Heart in float."""
    return Networks.opened(*split_heart, vocabulary)


@pytest.fixture(scope="session")
def tiny_networks() -> Networks:
    return Networks.opened(ENCODER, DECODER, TINY_SYMBOLS)


@pytest.fixture(scope="session")
def tiny() -> Student:
    engine = Student([TINY], "tiny@1", TINY_SYMBOLS, sha256="0" * 64, settings=Engine(providers=(CPU,)))
    engine.load()
    return engine


@pytest.fixture(scope="session")
def sentence() -> str:
    return SENTENCE


@pytest.fixture(scope="session")
def spoken(shipped: Networks) -> Stretch:
    """What heart's networks say about the sentence, in one piece."""
    return joined(list(shipped.decoder.stretches(shipped.score(SENTENCE))))


def joined(stretches: list[Stretch]) -> Stretch:
    """All as one, with no pitch beyond the rows."""
    rows = np.concatenate([stretch.rows for stretch in stretches])
    pitch = np.concatenate([stretch.pitch[: len(stretch.rows)] for stretch in stretches])
    return Stretch(rows, pitch, last=stretches[-1].last)
