"""Which variant of a voice runs on this machine: the candidates in order, and the first of them that opens.

A variant that must be built first (TensorRT engines: minutes) is left for later, and the next one opened meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from edged.engine import providers
from edged.engine.contract import ProviderReport
from edged.engine.providers import CPU
from edged.engine.session import Session, inspect_machine, is_built, open_on
from edged.errors import Fatal
from edged.settings import Engine, Provider

logger = logging.getLogger(__name__)
D = TypeVar("D")
"""What makes sound of frames in one engine."""


@dataclass(frozen=True)
class Candidate:
    """One variant of a voice, and the provider that it was made for."""

    variant: str
    """Its name in the manifest, ``cpu-int8``."""
    provider: Provider
    encoder: Path
    """The graph over symbols; it runs on the processor, where its many small operators are at home."""
    decoders: tuple[Path, ...]
    """The graph over frames, where the work is, on the provider. Several if each takes a fixed number of them."""


@dataclass(frozen=True)
class Opened(Generic[D]):
    """A variant ready to run."""

    encoder: Session
    decoder: D
    report: ProviderReport


Warm = Callable[[Opened[D]], None]
"""Runs a variant once, as requests will; raises ``Fatal`` if what comes out is no speech."""
Decoder = Callable[[Sequence[Session]], D]
"""Makes one decoder of the graphs over frames; raises ``Fatal`` (``provider_failed``) if they are none."""


class Opening(Generic[D]):
    """The candidates of a voice, opened in order."""

    def __init__(
        self, candidates: Sequence[Candidate], engine: Engine, cache: Path | None, warm: Warm[D], decoder: Decoder[D]
    ) -> None:
        """``cache``: folder for what a provider builds, None: nothing is kept."""
        self._candidates = tuple(candidates)
        self._engine = engine
        self._cache = cache
        self._warm = warm
        self._decoder = decoder
        self._machine = inspect_machine()
        self._failures: dict[str, str] = {}
        for provider in engine.providers:
            reason = providers.why_not(provider, self._machine)
            if reason is None and all(candidate.provider != provider for candidate in candidates):
                reason = "the voice has no variant for it"
            if reason is not None:
                self._failures[provider] = reason

    def at_once(self) -> Opened[D]:
        """The first candidate that runs without being built first, warm.

        Raises ``Fatal`` (``provider_failed``) with every reason if there is none.
        """
        waiting = self.to_build()
        candidates = self._usable()
        at_hand = [candidate for candidate in candidates if self._is_built(candidate)]
        for candidate in at_hand:
            opened = self._tried(candidate)
            if opened is not None:
                return self._noted(opened, waiting)
        for candidate in candidates:
            opened = self._tried(candidate) if candidate not in at_hand else None
            if opened is not None:
                return opened
        raise self._refusal()

    def to_build(self) -> tuple[Candidate, ...]:
        """Those in front of the first candidate that needs no building, best first."""
        first = []
        for candidate in self._usable():
            if self._is_built(candidate):
                break
            first.append(candidate)
        return tuple(first)

    def built(self, candidate: Candidate) -> Opened[D] | None:
        """The candidate, built and warm, which takes minutes; None, and the reason kept, whatever goes wrong."""
        try:
            return self._tried(candidate)
        except Exception as error:  # in a thread of its own, where nobody would notice
            logger.exception("building %s failed", candidate.variant)
            self._failures.setdefault(candidate.provider, f"{candidate.variant}: {type(error).__name__}: {error}")
            return None

    def report(self, provider: str, variant: str) -> ProviderReport:
        """What was obtained against what was wanted."""
        found = providers.report(self._engine.providers, self._machine, provider, dict(self._failures))
        return replace(found, variant=variant)

    def _usable(self) -> list[Candidate]:
        """Those of the chosen providers, in the order of these."""
        chosen = [provider for provider in self._engine.providers if provider not in self._failures]
        return [candidate for provider in chosen for candidate in self._candidates if candidate.provider == provider]

    def _is_built(self, candidate: Candidate) -> bool:
        places = (self._engine, self._cache, self._machine)
        return all(is_built(path, candidate.provider, *places) for path in candidate.decoders)

    def _tried(self, candidate: Candidate) -> Opened[D] | None:
        try:
            opened = self._opened(candidate)
            self._warm(opened)
        except Fatal as error:
            self._failures.setdefault(candidate.provider, f"{candidate.variant}: {error.message}")
            return None
        return opened

    def _opened(self, candidate: Candidate) -> Opened[D]:
        encoder = open_on(candidate.encoder, CPU, self._engine, self._cache, self._machine)
        decoders = [
            open_on(path, candidate.provider, self._engine, self._cache, self._machine, bounded=True)
            for path in candidate.decoders
        ]
        return Opened(encoder, self._decoder(decoders), self.report(candidate.provider, candidate.variant))

    def _noted(self, opened: Opened[D], waiting: Sequence[Candidate]) -> Opened[D]:
        """Says in the report what is still being built."""
        if not waiting:
            return opened
        reason = (
            f"{waiting[0].variant} is being built for {waiting[0].provider}, which takes minutes; "
            f"{opened.report.variant} on {opened.report.obtained} speaks until then"
        )
        return replace(opened, report=replace(opened.report, degraded=reason))

    def _refusal(self) -> Fatal:
        told = "; ".join(f"{name}: {reason}" for name, reason in self._failures.items())
        advice = f"; adding {CPU} to engine.providers would let it run on the processor"
        return Fatal(
            "provider_failed",
            f"no execution provider can run the voice ({told}){'' if CPU in self._engine.providers else advice}",
            failures=dict(self._failures),
        )
