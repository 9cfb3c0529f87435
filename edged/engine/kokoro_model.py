"""Kokoro's two networks, shared by all voices that are made of them: text to what crosses, and from there to sound."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edged.engine.contract import ProviderReport
from edged.engine.kokoro_windows import HOP, POINTS
from edged.engine.opening import Candidate, Opened, Opening
from edged.engine.session import Session
from edged.errors import Fatal, Rejected
from edged.settings import Engine
from edged.waveform import Samples

logger = logging.getLogger(__name__)

FEATURES, PITCH, ENERGY = "/encoder/MatMul_1_output_0", "/encoder/Reshape_output_0", "/encoder/Reshape_1_output_0"
"""What crosses: tensors of the published graph, for d frames [1, 512, d], [1, 2 d] in hertz, [1, 2 d]."""
LONGEST = 510
"""Symbols in one run: the text encoder knows no more positions beside those of both ends (Kokoro's `config.json`)."""
MOST_THREADS = 4
"""More hardly help one sentence, and take the processor from everything else."""

Real = NDArray[np.float32]


@dataclass(frozen=True)
class Score:
    """What the first network says of an utterance."""

    features: Real
    """[1, 512, frames]"""
    pitch: Real
    """Hertz, [points]; what is not voiced has about 10."""
    energy: Real
    """[points], see `kokoro_windows`."""

    @property
    def frames(self) -> int:
        """How many there are."""
        return int(self.features.shape[2])


def threads_for(settings: Engine) -> int:
    """How many threads one run gets: as many as there are processors, up to four, or more if the settings say so."""
    return max(settings.threads, min(len(os.sched_getaffinity(0)), MOST_THREADS))


class KokoroModel:
    """The networks. Opened when the first of its voices is, closed with the last; any thread may run them.

    ``candidates`` are its variants, best first; ``label`` is name and version for results (``kokoro@1.0``);
    ``vocabulary`` maps each phoneme symbol to its number; ``threads`` are those of one run.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        label: str,
        vocabulary: Mapping[str, int],
        *,
        settings: Engine,
        cache: Path | None = None,
        threads: int | None = None,
    ) -> None:
        self.label = label
        self._candidates = candidates
        self._vocabulary = vocabulary
        self._settings = settings.model_copy(update={"threads": threads or threads_for(settings)})
        self._cache = cache
        self._lock = threading.Lock()
        self._users = 0
        self._running: Opened[Session] | None = None

    @property
    def provider(self) -> ProviderReport:
        """Which execution provider was obtained; raises ``RuntimeError`` while no voice is open."""
        return self._opened().report

    def open(self, style: Real) -> None:
        """For one more voice; the first one opens the networks and runs them once in its style, ``[1, 256]``.

        Raises ``Fatal`` (``provider_failed``) if no variant runs.
        """
        with self._lock:
            if self._running is None:
                opening = Opening(
                    self._candidates, self._settings, self._cache, lambda opened: _warm_up(opened, style), _only
                )
                self._running = opening.at_once()
                if self._running.report.degraded:
                    logger.warning("%s", self._running.report.degraded)
            self._users += 1

    def close(self) -> None:
        """For one voice less; the last one lets the networks go."""
        with self._lock:
            self._users = max(self._users - 1, 0)
            if not self._users:
                self._running = None

    def numbers(self, phonemes: str) -> NDArray[np.int64]:
        """The symbols as numbers, with the pause at either end, [1, n + 2].

        Raises ``Rejected`` (``bad_request``) naming those that it does not know, ``Fatal`` (``synth_failed``) for more
        than :data:`LONGEST`: cutting text is the front end's work, and nothing is ever truncated here.
        """
        if len(phonemes) > LONGEST:
            raise Fatal("synth_failed", f"{len(phonemes)} symbols at once; the network takes {LONGEST}")
        unknown = sorted({symbol for symbol in phonemes if symbol not in self._vocabulary})
        if unknown:
            listed = " ".join(repr(symbol) for symbol in unknown)
            raise Rejected("bad_request", f"the voice {self.label} has no phoneme {listed}", phonemes=unknown)
        return np.array([[0, *(self._vocabulary[symbol] for symbol in phonemes), 0]], np.int64)

    def score(self, numbers: NDArray[np.int64], style: Real, speed: float) -> Score:
        """What crosses for these symbols; raises ``Fatal`` (``synth_failed``)."""
        return _score(self._opened(), numbers, style, speed)

    def sound(self, score: Score, style: Real, frames: NDArray[np.intp]) -> Samples:
        """The sound of these frames of an utterance, 600 samples each; raises ``Fatal`` (``synth_failed``)."""
        return _sound(self._opened(), score, style, frames)

    def _opened(self) -> Opened[Session]:
        running = self._running
        if running is None:
            raise RuntimeError("the engine is not loaded")
        return running


def _only(sessions: Sequence[Session]) -> Session:
    if len(sessions) != 1:
        raise Fatal("provider_failed", f"a variant of Kokoro has one decoder, not {len(sessions)}")
    return sessions[0]


def _warm_up(opened: Opened[Session], style: Real) -> None:
    """Raises ``Fatal`` if what comes out is no sound."""
    score = _score(opened, np.array([[0, *range(43, 63), 0]], np.int64), style, 1.0)  # letters, whatever they say
    samples = _sound(opened, score, style, np.arange(score.frames))
    if not len(samples) or not np.isfinite(samples).all():
        raise Fatal("provider_failed", f"{opened.report.variant} makes no sound")


def _score(opened: Opened[Session], numbers: NDArray[np.int64], style: Real, speed: float) -> Score:
    given: dict[str, NDArray[Any]] = {"tokens": numbers, "style": style, "speed": np.array([speed], np.float32)}
    features, pitch, energy = opened.encoder.run([FEATURES, PITCH, ENERGY], given)
    return Score(features, pitch[0], energy[0])


def _sound(opened: Opened[Session], score: Score, style: Real, frames: NDArray[np.intp]) -> Samples:
    points = (frames[:, None] * POINTS + np.arange(POINTS)).reshape(-1)
    given = {
        FEATURES: score.features[:, :, frames],
        PITCH: score.pitch[None, points],
        ENERGY: score.energy[None, points],
        "style": style,
    }
    samples: Samples = opened.decoder.run(["audio"], given)[0].reshape(-1)
    if len(samples) != len(points) * HOP:
        raise Fatal("synth_failed", f"the network made {len(samples)} samples of {len(frames)} frames")
    return samples
