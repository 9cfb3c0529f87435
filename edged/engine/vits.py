"""Piper's voices: one network (VITS) from phonemes to sound, a whole clause at a time.

The graph can draw noise, for the sound and for how long each phoneme lasts, from a generator that cannot be set: the
same words would never sound the same twice. It is told to draw none. Over 24 sentences of the voice ``joe`` DNSMOS
rates that 3.97 (P.808) and 3.46 (SIG), with the noise of its configuration 3.95 and 3.46.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edged.engine.contract import ProviderReport
from edged.engine.opening import Candidate
from edged.engine.providers import CPU, CUDA, DEFAULT_CHAIN, TENSORRT, wanted
from edged.engine.sanity import SURE, checked, sounds
from edged.engine.session import Session, inspect_machine, open_session
from edged.errors import Fatal, Rejected
from edged.settings import Engine, Provider
from edged.waveform import Samples, silence

BEGIN, END, PAD = "^", "$", "_"
"""Piper's symbols around an utterance and between any two phonemes."""
INPUTS = frozenset({"input", "input_lengths", "scales"})
OUTPUT = "output"
LONGEST = 1000
"""Symbols in one run, which takes memory in proportion: front ends cut far earlier."""
NO_NOISE = 0.0
PAUSE_S = 0.2
"""What phonemes without a single sound last."""
WARM_UP = ("həlˈoʊ.", "ðə lˈɔːndɹi ɪz dˈʌn, ænd ðə dˈoːɹ ɪz ˈoʊpən. " * 2)  # noqa: RUF001 - phonemes
"""A short and a long utterance; symbols that a voice does not have are left out."""
AUDIBLE = 0.01
"""Part of the greatest sample below which the ends of an utterance are silence."""
LEAD_IN_S = 0.01
LEAD_OUT_S = 0.04
"""Kept before the first and after the last audible sample, for onset and decay."""


@dataclass(frozen=True)
class Recipe:
    """What the configuration beside a Piper model says of how it is run."""

    rate: int
    """Samples per second."""
    ids: Mapping[str, tuple[int, ...]]
    """Symbol → its numbers."""
    length_scale: float = 1.0
    """What a duration of the network is multiplied by at speed 1."""
    speaker: int | None = None
    """The voice of a model that has several."""
    language: str = ""
    """Of the phonemes, by espeak-ng's name for it: ``en-gb-x-rp``."""

    @property
    def symbols(self) -> frozenset[str]:
        """The alphabet that a front end may use."""
        return frozenset(symbol for symbol in self.ids if len(symbol) == 1) - {BEGIN, END, PAD}


def read_recipe(path: Path, speaker: str | None = None) -> Recipe:
    """The recipe in Piper's ``.onnx.json``; ``speaker``: a name of its ``speaker_id_map``, None: its default.

    Raises ``Fatal`` (``provider_failed``) if the file is not what a Piper voice comes with.
    """
    try:
        raw = json.loads(path.read_bytes())
        names: dict[str, int] = raw.get("speaker_id_map") or {}
        several = int(raw.get("num_speakers", 1)) > 1
        number = int(names[speaker]) if speaker is not None else int(raw.get("default_speaker_id", 0))
        return Recipe(
            rate=int(raw["audio"]["sample_rate"]),
            ids={symbol: tuple(map(int, ids)) for symbol, ids in raw["phoneme_id_map"].items()},
            length_scale=float((raw.get("inference") or {}).get("length_scale", 1.0)),
            speaker=number if several else None,
            language=str(raw["espeak"]["voice"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise Fatal("provider_failed", f"{path} is not the configuration of a Piper voice ({problem})") from error


class Vits:
    """An :class:`edged.engine.contract.Engine` for one voice.

    ``candidates`` are its variants, one and the same graph on several providers; ``model`` is its name and version for
    results; ``settings`` hold the chain of providers, of which TensorRT is left out: it would build an engine for each
    length of sentence. Pitch is ignored: the graph has no input for it.
    """

    name = "vits"

    def __init__(
        self,
        candidates: Sequence[Candidate],
        recipe: Recipe,
        model: str,
        *,
        settings: Engine,
        cache: Path | None = None,
    ) -> None:
        self.model = model
        self.rate = recipe.rate
        self._graph = candidates[0].encoder
        self._variants: dict[str, str] = {candidate.provider: candidate.variant for candidate in candidates}
        self._recipe = recipe
        self._settings = settings.model_copy(update={"providers": chain(settings.providers)})
        self._cache = cache
        self._session: Session | None = None

    @property
    def provider(self) -> ProviderReport:
        """Which execution provider was obtained; raises ``RuntimeError`` before :meth:`load`."""
        report = self._opened().provider
        return replace(report, variant=self._variants.get(report.obtained, ""))

    def load(self) -> None:
        """Open the graph on the first provider that takes it and say a short and a long utterance with it.

        Raises ``Fatal`` (``provider_failed``) if no provider does, or the graph is not one of Piper's.
        """
        session = open_session(self._graph, self._settings, self._cache)
        inputs = INPUTS if self._recipe.speaker is None else INPUTS | {"sid"}
        if set(session.input_names) != inputs or OUTPUT not in session.output_names:
            raise Fatal(
                "provider_failed",
                f"{self._graph.name} takes {', '.join(session.input_names)}; "
                f"a Piper voice like this takes {', '.join(sorted(inputs))}",
            )
        self._session = session
        for phonemes in WARM_UP:
            self._whole("".join(symbol for symbol in phonemes if symbol in self._recipe.symbols), 1.0)

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:  # noqa: ARG002
        """See :meth:`edged.engine.contract.Engine.synthesize`: one chunk; the symbols are checked at once.

        Silence at both ends is left out; punctuation alone is a short pause. Raises ``Fatal`` (``synth_failed``) for
        more than 1000 symbols.
        """
        if len(phonemes) > LONGEST:
            raise Fatal("synth_failed", f"{len(phonemes)} symbols at once; the engine takes {LONGEST}")
        unknown = sorted(set(phonemes) - self._recipe.symbols)
        if unknown:
            listed = " ".join(repr(symbol) for symbol in unknown)
            raise Rejected("bad_request", f"the voice {self.model} has no phoneme {listed}", phonemes=unknown)
        return self._speak(phonemes, speed)

    def close(self) -> None:
        """Let the model go."""
        self._session = None

    def _speak(self, phonemes: str, speed: float) -> Iterator[Samples]:
        if not sounds(phonemes):
            yield silence(PAUSE_S / speed, self.rate)  # the network would breathe and murmur
            return
        made = trimmed(self._whole(phonemes, speed), self.rate)
        if not len(made):
            if sounds(phonemes) >= SURE:
                raise Fatal("synth_failed", "the network made silence", symbols=len(phonemes))
            made = silence(PAUSE_S / speed, self.rate)
        yield from checked([made], self.rate, phonemes, speed)

    def _whole(self, phonemes: str, speed: float) -> Samples:
        """All that the network makes of these phonemes, float32 [n]."""
        ids = numbers(phonemes, self._recipe.ids)
        feeds: dict[str, NDArray[Any]] = {
            "input": ids,
            "input_lengths": np.array([ids.shape[1]], np.int64),
            "scales": np.array([NO_NOISE, self._recipe.length_scale / speed, NO_NOISE], np.float32),
        }
        if self._recipe.speaker is not None:
            feeds["sid"] = np.array([self._recipe.speaker], np.int64)
        return np.asarray(self._opened().run((OUTPUT,), feeds)[0], np.float32).reshape(-1)

    def _opened(self) -> Session:
        if self._session is None:
            raise RuntimeError("the engine is not loaded")
        return self._session


def chain(configured: tuple[Provider, ...]) -> tuple[Provider, ...]:
    """The providers to try: without TensorRT, and of the default chain only what this machine is meant to have."""
    if configured == DEFAULT_CHAIN:
        return (CPU,) if wanted(configured, inspect_machine()) == CPU else (CUDA, CPU)
    return tuple(provider for provider in configured if provider != TENSORRT) or configured


def numbers(phonemes: str, ids: Mapping[str, tuple[int, ...]]) -> NDArray[np.int64]:
    """The phonemes as the network takes them, [1, n]: a beginning, a pad behind everything, an end."""
    found = [*ids[BEGIN], *ids[PAD]]
    for symbol in phonemes:
        found += (*ids[symbol], *ids[PAD])
    return np.array([[*found, *ids[END]]], np.int64)


def trimmed(samples: Samples, rate: int) -> Samples:
    """The same without the silence at both ends; nothing at all if nothing is audible."""
    magnitudes = np.abs(samples)
    peak = float(magnitudes.max()) if len(samples) else 0.0
    if not np.isfinite(peak):
        return samples  # for the check behind to name
    loud = np.flatnonzero(magnitudes > AUDIBLE * peak)
    if not len(loud):
        return samples[:0]
    begin = max(int(loud[0]) - round(LEAD_IN_S * rate), 0)
    return samples[begin : int(loud[-1]) + 1 + round(LEAD_OUT_S * rate)]
