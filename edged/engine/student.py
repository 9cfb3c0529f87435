"""The distilled voice: two small networks from phonemes to a spectrum, and a vocoder of plain arithmetic behind them.

The first, over symbols, says how long each lasts; the second, over frames, what each sounds like. It runs stretch by
stretch, so the time to the first sound does not grow with the sentence (`engine.decoder`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edged.engine import vocoder
from edged.engine.contract import ProviderReport
from edged.engine.decoder import Decoding, Score
from edged.engine.fixed_decoder import decoding
from edged.engine.noise import Noise, noise_key
from edged.engine.opening import Candidate, Opened, Opening
from edged.engine.sanity import SURE, check_length, checked, sounds
from edged.engine.spectrum import BINS, HOP, RATE
from edged.engine.trim import SHORTEST, trimmed
from edged.errors import Fatal, Rejected
from edged.settings import Engine
from edged.waveform import Samples, silence

logger = logging.getLogger(__name__)

ENCODED = ("durations", "prosody", "text")
LONGEST = 510
"""Symbols in one run; Kokoro's limit, on whose output the voice was trained."""
PAUSE_S = 0.2
"""What phonemes without a single sound last."""
WARM_UP = ("həlˈO.", "ðə lˈɔndɹi ɪz dˈʌn, ænd ðə dˈɔɹ ɪz ˈOpən. " * 3)  # noqa: RUF001 - phonemes
"""A short and a long utterance; symbols that a voice does not have are left out."""

BUILDING = threading.Lock()
"""Held while a variant is built: one at a time in this process, each takes what memory and processor there is."""


class Student:
    """An :class:`edged.engine.contract.Engine` for one voice.

    ``candidates`` are its variants, best first. ``model`` is its name and version for results (``heart@0.2.1``), which
    with ``sha256``, that of the weights it was published with, decides the noise: all variants breathe alike.
    ``vocabulary`` maps each phoneme symbol to its number; ``cache`` keeps what a GPU provider builds.
    """

    name = "student"
    rate = RATE

    def __init__(
        self,
        candidates: Sequence[Candidate],
        model: str,
        vocabulary: Mapping[str, int],
        *,
        sha256: str,
        settings: Engine,
        cache: Path | None = None,
    ) -> None:
        self.model = model
        self._candidates = candidates
        self._vocabulary = vocabulary
        self._identity = f"{model} {sha256}"
        self._settings = settings
        self._cache = cache
        self._running: Opened[Decoding] | None = None
        self._closed = False
        self._swapping = threading.Lock()

    @property
    def provider(self) -> ProviderReport:
        """Which execution provider was obtained; raises ``RuntimeError`` before :meth:`load`."""
        return self._opened().report

    def load(self) -> None:
        """Open the best variant that runs at once and say a short and a long utterance with it.

        A better one that must be built first is built in a thread of its own and takes over when it is ready.
        Raises ``Fatal`` (``provider_failed``) if no variant runs.
        """
        opening = Opening(self._candidates, self._settings, self._cache, self._warm_up, decoding)
        waiting = opening.to_build()
        self._running = opening.at_once()
        if self._running.report.degraded:
            logger.warning("%s", self._running.report.degraded)
        if waiting and self._running.report.variant not in {candidate.variant for candidate in waiting}:
            threading.Thread(target=self._build, args=(opening, waiting), name="engine-build", daemon=True).start()

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        """See :meth:`edged.engine.contract.Engine.synthesize`; the symbols are checked at once, not at the first chunk.

        Silence at both ends is left out; punctuation alone is a short pause. Raises ``Fatal`` (``synth_failed``) for
        more than 510 symbols: cutting text is the front end's work, and nothing is ever truncated here.
        """
        return self._speak(phonemes, self._ids(phonemes), speed, pitch)

    def close(self) -> None:
        """Let the model go. What is being built cannot be interrupted: it is dropped when it is there."""
        with self._swapping:
            self._closed = True
            self._running = None

    def _build(self, opening: Opening[Decoding], waiting: Sequence[Candidate]) -> None:
        """Build what takes long while another variant speaks; the first that is ready takes over between requests."""
        for candidate in waiting:
            with BUILDING:
                built = None if self._closed else opening.built(candidate)
            if built is not None and self._take_over(built):
                logger.info("%s is built: it speaks from now on, on %s", candidate.variant, candidate.provider)
            if built is not None or self._closed:
                return
        with self._swapping:
            if self._running is not None:
                now = self._running.report
                self._running = replace(self._running, report=opening.report(now.obtained, now.variant))
                logger.warning("%s speaks for good: %s", now.variant, self._running.report.failures)

    def _take_over(self, built: Opened[Decoding]) -> bool:
        """Whether it speaks from now on; an utterance that has begun ends with what it began with."""
        with self._swapping:
            if not self._closed:
                self._running = built
            return not self._closed

    def _warm_up(self, opened: Opened[Decoding]) -> None:
        for phonemes in WARM_UP:
            known = "".join(symbol for symbol in phonemes if symbol in self._vocabulary)
            for _ in self._render(opened, known, 1.0, self._score(opened, known, self._ids(known), 1.0, 0.0)):
                pass

    def _speak(self, phonemes: str, ids: NDArray[np.int64], speed: float, pitch: float) -> Iterator[Samples]:
        if not sounds(phonemes):
            yield silence(PAUSE_S / speed, RATE)  # the network would breathe and murmur
            return
        opened = self._opened()  # one and the same for the whole utterance, whatever takes over meanwhile
        score = self._score(opened, phonemes, ids, speed, pitch)
        check_length(score.frames * HOP / RATE, phonemes, speed)
        yield from checked(self._render(opened, phonemes, speed, score), RATE, phonemes, speed)

    def _render(self, opened: Opened[Decoding], phonemes: str, speed: float, score: Score) -> Iterator[Samples]:
        noise = Noise(noise_key(phonemes, speed, self._identity, score.semitones), BINS)
        made = vocoder.render(trimmed(opened.decoder.stretches(score)), noise)
        first = next(made, None)
        if first is None:  # not one frame is audible
            if sounds(phonemes) >= SURE:
                raise Fatal("synth_failed", "the network made silence", symbols=len(phonemes))
            first = silence(PAUSE_S / speed, RATE)
        yield first
        yield from made

    def _score(
        self, opened: Opened[Decoding], phonemes: str, ids: NDArray[np.int64], speed: float, pitch: float
    ) -> Score:
        durations, prosody, text = opened.encoder.run(ENCODED, {"ids": ids, "speed": np.array([speed], np.float32)})
        # The symbol behind the pause at the beginning is the first of the phonemes.
        last = max((place for place, symbol in enumerate(phonemes, 1) if sounds(symbol)), default=None)
        score = Score(durations, prosody, text, last, pitch)
        if score.frames < SHORTEST:
            raise Fatal("synth_failed", f"the network made {score.frames} frames")
        return score

    def _ids(self, phonemes: str) -> NDArray[np.int64]:
        if len(phonemes) > LONGEST:
            raise Fatal("synth_failed", f"{len(phonemes)} symbols at once; the network takes {LONGEST}")
        unknown = sorted({symbol for symbol in phonemes if symbol not in self._vocabulary})
        if unknown:
            listed = " ".join(repr(symbol) for symbol in unknown)
            raise Rejected("bad_request", f"the voice {self.model} has no phoneme {listed}", phonemes=unknown)
        return np.array([[0, *(self._vocabulary[symbol] for symbol in phonemes), 0]], np.int64)

    def _opened(self) -> Opened[Decoding]:
        if self._running is None:
            raise RuntimeError("the engine is not loaded")
        return self._running
