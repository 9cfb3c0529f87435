"""What an engine is. Engines are interchangeable behind this, and know nothing of requests, queues or devices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from edged.waveform import Samples


@dataclass(frozen=True)
class ProviderReport:
    """Which execution provider runs, and what was wanted."""

    obtained: str
    """Name of the provider that executes, e.g. ``CPUExecutionProvider``; ``none`` for an engine without a model."""
    wanted: str
    """The first usable choice of the settings."""
    degraded: str | None = None
    """Why the obtained one is not the wanted one, in words; None if it is."""
    failures: dict[str, str] = field(default_factory=dict)
    """Provider → why it could not be opened."""
    variant: str = ""
    """The variant of the voice that runs, ``cpu-int8``; empty for an engine or a model without variants."""


class Engine(Protocol):
    """Turns phonemes into sound.

    Threading: ``load`` and ``close`` are called once; ``synthesize`` may be called from any thread, and by several at
    once: the engine gate bounds what requests do, and a probe does not go through it.
    """

    @property
    def name(self) -> str:
        """The engine's kind: ``student``, ``tone``."""

    @property
    def model(self) -> str:
        """What runs, for results: ``heart@0.2.1``."""

    @property
    def rate(self) -> int:
        """Sample rate of what :meth:`synthesize` yields, in hertz."""

    @property
    def provider(self) -> ProviderReport:
        """Which execution provider was obtained; valid after :meth:`load`."""

    def load(self) -> None:
        """Read the model and run it once, so that the first request is as fast as the next.

        Raises :class:`edged.errors.Fatal` (``provider_failed``) if no provider of the chain can run it.
        """

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        """Chunks of float32 samples at :attr:`rate`, in order, without overlap; together the whole utterance.

        ``speed`` is a factor, 0.5 to 2; ``pitch`` is in semitones, -6 to 6, obeyed where the capabilities of the
        voice's manifest declare it, else ignored. The same phonemes, speed, pitch and model always give the same
        samples. Between two chunks the caller may stop for good.

        Raises :class:`edged.errors.Rejected` (``bad_request``) for a symbol that the model does not know,
        :class:`edged.errors.Fatal` (``synth_failed``) when the sound is not plausible (see ``engine.sanity``).
        """

    def close(self) -> None:
        """Give the memory back; the engine is not used again."""
