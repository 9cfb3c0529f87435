"""The distilled voice: one small network from phonemes to a spectrum, and a vocoder of plain arithmetic behind it.

Interface of the graph: ``ids`` int64 [1, L] with 0 at both ends and ``speed`` float32 [1] give ``lh theta ln lr phi``
float32 [1, 601, F] and ``f0`` float32 [1, F].
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edged.engine import vocoder
from edged.engine.contract import ProviderReport
from edged.engine.noise import Noise, noise_key
from edged.engine.sanity import SURE, check_length, checked, sounds
from edged.engine.session import Session, open_session
from edged.engine.spectrum import BINS, HOP, RATE, Spectrum
from edged.errors import Fatal, Rejected
from edged.settings import Engine
from edged.waveform import Samples, silence

logger = logging.getLogger(__name__)

INPUTS = ("ids", "speed")
OUTPUTS = ("lh", "theta", "ln", "lr", "phi", "f0")
LONGEST = 510
"""Symbols in one run; Kokoro's limit, on whose output the voice was trained."""
PAUSE_S = 0.2
"""What phonemes without a single sound last."""
WARM_UP = ("həlˈO.", "ðə lˈɔndɹi ɪz dˈʌn, ænd ðə dˈɔɹ ɪz ˈOpən. " * 3)  # noqa: RUF001 - phonemes
"""A short and a long utterance; symbols that a voice does not have are left out."""


class Student:
    """An :class:`edged.engine.contract.Engine` for one voice.

    ``model`` is its name and version for results (``heart@0.2.1``), ``sha256`` the hash of the weights, which together
    decide the noise; ``vocabulary`` maps each phoneme symbol to its number; ``cache`` keeps what a GPU provider builds.
    """

    name = "student"
    rate = RATE

    def __init__(
        self,
        path: Path,
        model: str,
        vocabulary: Mapping[str, int],
        *,
        sha256: str,
        settings: Engine,
        cache: Path | None = None,
    ) -> None:
        self.model = model
        self._path = path
        self._vocabulary = vocabulary
        self._identity = f"{model} {sha256}"
        self._settings = settings
        self._cache = cache
        self._session: Session | None = None

    @property
    def provider(self) -> ProviderReport:
        """Which execution provider was obtained; raises ``RuntimeError`` before :meth:`load`."""
        return self._opened().provider

    def load(self) -> None:
        """Read the model and run a short and a long utterance.

        Raises ``Fatal`` (``provider_failed``) if no provider can run it or it is another kind of model.
        """
        session = open_session(self._path, self._settings, self._cache)
        if set(session.input_names) != set(INPUTS) or not set(OUTPUTS) <= set(session.output_names):
            raise Fatal("provider_failed", f"{self._path} has not the inputs and outputs of a `student` voice")
        self._session = session
        for phonemes in WARM_UP:
            known = "".join(symbol for symbol in phonemes if symbol in self._vocabulary)
            for _ in self._render(known, 1.0, self._spectrum(self._ids(known), 1.0)):
                pass

    def synthesize(self, phonemes: str, speed: float = 1.0) -> Iterator[Samples]:
        """See :meth:`edged.engine.contract.Engine.synthesize`; the symbols are checked at once, not at the first chunk.

        Silence at both ends is left out; punctuation alone is a short pause. Raises ``Fatal`` (``synth_failed``) for
        more than 510 symbols: cutting text is the front end's work, and nothing is ever truncated here.
        """
        return self._speak(phonemes, self._ids(phonemes), speed)

    def close(self) -> None:
        """Let the model go."""
        self._session = None

    def _speak(self, phonemes: str, ids: NDArray[np.int64], speed: float) -> Iterator[Samples]:
        if not sounds(phonemes):
            yield silence(PAUSE_S / speed, RATE)  # the network would breathe and murmur
            return
        whole = self._spectrum(ids, speed)
        audible = whole.trimmed()
        if not audible.frames and sounds(phonemes) >= SURE:
            raise Fatal("synth_failed", "the network made silence", symbols=len(phonemes))
        spectrum = audible if audible.frames >= vocoder.SHORTEST else whole
        check_length(spectrum.frames * HOP / RATE, phonemes, speed)
        yield from checked(self._render(phonemes, speed, spectrum), RATE, phonemes, speed)

    def _render(self, phonemes: str, speed: float, spectrum: Spectrum) -> Iterator[Samples]:
        noise = Noise(noise_key(phonemes, speed, self._identity), BINS)
        return vocoder.render(spectrum, noise, vocoder.grid(spectrum.frames))

    def _spectrum(self, ids: NDArray[np.int64], speed: float) -> Spectrum:
        outputs = self._opened().run(OUTPUTS, {"ids": ids, "speed": np.array([speed], np.float32)})
        lh, theta, ln, lr, phi, f0 = (output[0] for output in outputs)
        if len(lh) != BINS or len(f0) < vocoder.SHORTEST:
            raise Fatal("synth_failed", f"the network made {len(f0)} frames of {len(lh)} bins")
        return Spectrum(lh, theta, ln, lr, phi, f0)

    def _ids(self, phonemes: str) -> NDArray[np.int64]:
        if len(phonemes) > LONGEST:
            raise Fatal("synth_failed", f"{len(phonemes)} symbols at once; the network takes {LONGEST}")
        unknown = sorted({symbol for symbol in phonemes if symbol not in self._vocabulary})
        if unknown:
            listed = " ".join(repr(symbol) for symbol in unknown)
            raise Rejected("bad_request", f"the voice {self.model} has no phoneme {listed}", phonemes=unknown)
        return np.array([[0, *(self._vocabulary[symbol] for symbol in phonemes), 0]], np.int64)

    def _opened(self) -> Session:
        if self._session is None:
            raise RuntimeError("the engine is not loaded")
        return self._session
