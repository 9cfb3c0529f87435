"""One request turned into sound, piece by piece and chunk by chunk, as late as possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edged.audio.joins import faded
from edged.audio.limiter import limited
from edged.clock import Clock
from edged.gate import EngineGate
from edged.speech import LoadedVoice
from edged.spool.records import Lane
from edged.text.contract import Clause, Format
from edged.waveform import Samples, silence


@dataclass(frozen=True)
class Chunk:
    """A stretch of finished sound."""

    samples: Samples
    ends_piece: int | None = None
    """The piece that is complete with this chunk, if one is."""


@dataclass
class Telling:
    """What became known while an utterance was made."""

    normalized: list[str] = field(default_factory=list)
    phonemes: list[str] = field(default_factory=list)
    text_s: float = 0.0
    """Seconds spent on text."""
    synth_s: float = 0.0
    """Seconds spent in the engine."""
    audio_s: float = 0.0
    """Seconds of sound made."""


class Utterance:
    """The words of one request in one voice. Made and used by one thread."""

    def __init__(
        self, voice: LoadedVoice, text: str, form: Format, *, speed: float, gate: EngineGate, lane: Lane, clock: Clock
    ) -> None:
        self.voice = voice
        self.telling = Telling()
        self._form = form
        self._speed = speed
        self._gate = gate
        self._lane: Lane = lane
        self._clock = clock
        began = clock.monotonic()
        self.pieces = voice.front_end.pieces(text, form)
        self.telling.text_s += clock.monotonic() - began

    def chunks(self, first_piece: int = 0) -> Iterator[Chunk]:
        """The sound from a piece on; every piece ends with one chunk that says so, the pause after it included."""
        for index in range(first_piece, len(self.pieces)):
            clause = self._read(self.pieces[index])
            for phonemes in clause.phonemes:
                yield from self._sound(phonemes)
            last = index == len(self.pieces) - 1
            pause = silence(0.0 if last else clause.pause_s, self.voice.engine.rate)
            self.telling.audio_s += len(pause) / self.voice.engine.rate
            yield Chunk(pause, ends_piece=index)

    def _read(self, piece: str) -> Clause:
        began = self._clock.monotonic()
        clause = self.voice.front_end.read(piece, self._form)
        self.telling.text_s += self._clock.monotonic() - began
        self.telling.normalized.append(clause.normalized)
        self.telling.phonemes.extend(clause.phonemes)
        return clause

    def _sound(self, phonemes: str) -> Iterator[Chunk]:
        rate = self.voice.engine.rate
        for samples in faded(self._synthesized(phonemes), rate):
            self.telling.audio_s += len(samples) / rate
            yield Chunk(limited(samples, self.voice.gain_db))

    def _synthesized(self, phonemes: str) -> Iterator[Samples]:
        """The engine's chunks, each made in its turn at the gate, so that nobody holds it while sound plays."""
        chunks = self.voice.engine.synthesize(phonemes, self._speed)
        while True:
            with self._gate.turn(self._lane):
                began = self._clock.monotonic()
                samples = next(chunks, None)
                self.telling.synth_s += self._clock.monotonic() - began
            if samples is None:
                return
            yield samples
