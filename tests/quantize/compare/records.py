"""Figures of two short sentences, to be changed where a test needs it."""

from __future__ import annotations

from typing import Any

from quantize.compare import Figures, SentenceFigures, Speed

TEXTS = ("The tea is ready.", "It is <script>alert(1)</script> late & dark.")


def sentence(text: str, **changed: Any) -> SentenceFigures:
    known: dict[str, Any] = {
        "text": text,
        "seconds": 1.5,
        "heard": {"tiny": text, "base": text},
        "p808": 4.0,
        "sig": 3.5,
        "log_mel_db": 0.0,
        "f0_semitones": 0.0,
        "duration": 0.0,
    }
    return SentenceFigures(**{**known, **changed})


def figures(**changed: Any) -> Figures:
    known: dict[str, Any] = {
        "language": "en",
        "sentences": tuple(sentence(text) for text in TEXTS),
        "error_rates": {"tiny": 0.02, "base": 0.01},
        "p808": 4.0,
        "sig": 3.5,
        "log_mel_db": 0.0,
        "f0_semitones": 0.0,
        "duration": 0.0,
        "speed": Speed(rtf_1_thread=0.0123, rtf_2_threads=0.0078, first_audio_ms=21.5, load_ms=333.0, peak_mib=147.0),
        "size_bytes": 7_940_000,
    }
    return Figures(**{**known, **changed})
