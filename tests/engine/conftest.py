"""Two voices: `tiny`, a graph of 4 kB with the student's interface, and `heart`, the real one."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from pathlib import Path

import numpy as np
import pytest

from edged.engine.session import open_session
from edged.engine.spectrum import Spectrum
from edged.engine.student import OUTPUTS, Student
from edged.settings import Engine

TINY = Path(__file__).parents[1] / "fakes" / "tiny_student.onnx"
TINY_SYMBOLS = {symbol: number for number, symbol in enumerate(" .,!abcdefghijklmnopqrstuvwxyz", 1)}
SENTENCE = "ðə lˈɔndɹi ɪz dˈʌn ænd ðə dˈɔɹ ɪz ˈOpᵊn."  # noqa: RUF001 - phonemes
"""The laundry is done and the door is open."""


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of the distribution that holds heart's weights."""
    spec = importlib.util.find_spec("hibari")
    if spec is None or spec.origin is None:
        message = "hibari-tts, which holds the voice heart, is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return Path(spec.origin).parent / "assets"


@pytest.fixture(scope="session")
def heart(assets: Path) -> Student:
    weights = assets / "hibari.onnx"
    vocabulary = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    engine = Student(weights, "heart@0.2.1", vocabulary, sha256=digest, settings=Engine())
    engine.load()
    return engine


@pytest.fixture(scope="session")
def tiny() -> Student:
    engine = Student(TINY, "tiny@1", TINY_SYMBOLS, sha256="0" * 64, settings=Engine())
    engine.load()
    return engine


@pytest.fixture(scope="session")
def sentence() -> str:
    return SENTENCE


@pytest.fixture(scope="session")
def spectrum(assets: Path) -> Spectrum:
    """What heart's network says about the sentence."""
    vocabulary = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
    ids = np.array([[0, *(vocabulary[symbol] for symbol in SENTENCE), 0]], np.int64)
    session = open_session(assets / "hibari.onnx", Engine())
    return Spectrum(*(out[0] for out in session.run(OUTPUTS, {"ids": ids, "speed": np.ones(1, np.float32)})))
