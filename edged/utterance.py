"""One request turned into sound, piece by piece and chunk by chunk, as late as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from edged.audio.joins import faded
from edged.audio.limiter import limited
from edged.audio.resample import Resampler
from edged.casting import Piece
from edged.clock import Clock
from edged.errors import Fatal, Rejected
from edged.gate import EngineGate
from edged.request import Notice
from edged.speech import LoadedVoice
from edged.spool.records import Lane
from edged.text.contract import Clause, plain
from edged.waveform import Samples, silence

SLOWEST, FASTEST = 0.5, 2.0
"""Bounds of what speed and manner together may come to."""
WIDEST_PITCH = 6.0
"""Semitones, likewise."""


@dataclass(frozen=True)
class Speaker:
    """A voice about to speak, and in which part."""

    voice: LoadedVoice
    role: str = "primary"
    """``primary``, or ``backup`` if it stands in for another one."""
    reason: str | None = None
    """Why it stands in, in words."""


class Ensemble(Protocol):
    """Who speaks: gives out voices and finds one to stand in when an engine fails."""

    def speaker(self, piece: Piece) -> Speaker:
        """Who says this piece; raises ``Rejected`` or ``Fatal`` if nobody can."""

    def understudy(self, piece: Piece, failed: Sequence[Speaker], error: Fatal) -> Speaker | None:
        """Who says it instead of those that failed, the last of them with this error; None: nobody else can."""


@dataclass(frozen=True)
class Prosody:
    """How the whole is said; what a piece itself asks for comes on top."""

    speed: float = 1.0
    pitch: float = 0.0
    """Semitones."""
    pauses: float = 1.0
    """Factor on the pauses between pieces."""


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
    speakers: list[Speaker] = field(default_factory=list)
    """Who made sound, in order; each once."""
    warnings: list[Notice] = field(default_factory=list)
    text_s: float = 0.0
    """Seconds spent on text."""
    synth_s: float = 0.0
    """Seconds spent in the engine."""
    audio_s: float = 0.0
    """Seconds of sound made."""


class Utterance:
    """The words of one request. Made and used by one thread."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        ensemble: Ensemble,
        *,
        prosody: Prosody,
        gate: EngineGate,
        lane: Lane,
        clock: Clock,
    ) -> None:
        """Find and, where needed, load the voice that begins; raises like :meth:`Ensemble.speaker`."""
        self.pieces = pieces
        self.telling = Telling()
        self._ensemble = ensemble
        self._prosody = prosody
        self._gate = gate
        self._lane: Lane = lane
        self._clock = clock
        self._first = next((piece for piece in pieces if piece.runs), None)
        self._opening = None if self._first is None else ensemble.speaker(self._first)

    @property
    def rate(self) -> int:
        """Samples per second of the whole: that of the first voice."""
        return self._opening.voice.engine.rate if self._opening else 0

    @property
    def speaker(self) -> Speaker | None:
        """Who spoke last; before the first word, who will begin."""
        return self.telling.speakers[-1] if self.telling.speakers else self._opening

    def chunks(self, first_piece: int = 0) -> Iterator[Chunk]:
        """The sound from a piece on; every piece ends with one chunk that says so, the pause after it included."""
        last = len(self.pieces) - 1
        for index in range(first_piece, len(self.pieces)):
            piece = self.pieces[index]
            if piece.runs:
                yield from self._said(piece)
            pause_s = piece.pause_s * self._prosody.pauses if index < last else 0.0
            pause = silence(pause_s + piece.silence_s, self.rate)
            self.telling.audio_s += len(pause) / self.rate
            yield Chunk(pause, ends_piece=index)

    def _said(self, piece: Piece) -> Iterator[Chunk]:
        """One piece; if an engine fails, another one says the whole piece again."""
        speaker = self._speaker(piece)
        failed: list[Speaker] = []
        cause: Fatal | None = None
        before = len(self.telling.normalized), len(self.telling.phonemes)
        while True:
            try:
                yield from self._by(speaker, piece)
            except Fatal as error:
                cause = error
            except Rejected:  # whoever stands in may be unable to read what the first one reads
                if cause is None:
                    raise
            else:
                return
            failed.append(speaker)
            understudy = self._ensemble.understudy(piece, failed, cause)
            if understudy is None:
                raise cause
            speaker = understudy
            del self.telling.normalized[before[0] :], self.telling.phonemes[before[1] :]

    def _speaker(self, piece: Piece) -> Speaker:
        if piece is self._first and self._opening is not None:
            return self._opening
        return self._ensemble.speaker(piece)

    def _by(self, speaker: Speaker, piece: Piece) -> Iterator[Chunk]:
        voice = speaker.voice
        clause = self._read(speaker, piece)
        self.telling.normalized.append(clause.normalized)
        self.telling.phonemes.extend(clause.phonemes)
        for phonemes in clause.phonemes:
            for samples in self._resampled(self._sound(voice, phonemes, piece), voice.engine.rate):
                if speaker not in self.telling.speakers:
                    self.telling.speakers.append(speaker)
                self.telling.audio_s += len(samples) / self.rate
                yield Chunk(samples)

    def _read(self, speaker: Speaker, piece: Piece) -> Clause:
        began = self._clock.monotonic()
        reader = speaker.voice.reader
        try:
            return reader.read(piece.text, piece.runs)
        except Rejected:
            if speaker.role == "primary":
                raise
            # Marks in the alphabet of another voice: whoever stands in says the words that they are for.
            return reader.read(piece.text, [plain(run) for run in piece.runs])
        finally:
            self.telling.text_s += self._clock.monotonic() - began

    def _sound(self, voice: LoadedVoice, phonemes: str, piece: Piece) -> Iterator[Samples]:
        volume = piece.manner.volume
        for samples in faded(self._synthesized(voice, phonemes, piece), voice.engine.rate):
            finished = limited(samples, voice.gain_db)
            yield finished if volume == 1.0 else finished * np.float32(min(volume, 1.0))

    def _resampled(self, chunks: Iterator[Samples], rate: int) -> Iterator[Samples]:
        if rate == self.rate:
            yield from chunks
            return
        resampler = Resampler(rate, self.rate)
        for samples in chunks:
            yield resampler.process(samples, last=False)
        yield resampler.process(np.zeros(0, np.float32), last=True)

    def _synthesized(self, voice: LoadedVoice, phonemes: str, piece: Piece) -> Iterator[Samples]:
        """The engine's chunks, each made in its turn at the gate, so that nobody holds it while sound plays."""
        speed = min(max(self._prosody.speed * piece.manner.speed, SLOWEST), FASTEST)
        pitch = min(max(self._prosody.pitch + piece.manner.pitch, -WIDEST_PITCH), WIDEST_PITCH)
        if pitch and not voice.has_pitch:
            self._notice(Notice("pitch_ignored", f"the voice {voice.name} has no pitch to change", "pitch"))
        chunks = voice.engine.synthesize(phonemes, speed, pitch)
        while True:
            with self._gate.turn(self._lane):
                began = self._clock.monotonic()
                samples = next(chunks, None)
                self.telling.synth_s += self._clock.monotonic() - began
            if samples is None:
                return
            yield samples

    def _notice(self, notice: Notice) -> None:
        if notice not in self.telling.warnings:
            self.telling.warnings.append(notice)
