"""A student said aloud: the daemon's own engine and front end over any pair of graphs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from edged.engine.opening import Candidate
from edged.engine.providers import CPU
from edged.engine.session import open_cpu_session
from edged.engine.student import Student
from edged.settings import Engine
from edged.text.contract import FrontEnd
from edged.text.front_ends import open_front_end
from edged.waveform import Samples, silence


class StudentSpeaker:
    """A `quantize.compare.Speaker`; all pairs of graphs of one voice breathe alike, so that sounds can be compared."""

    def __init__(
        self, encoder: Path, decoders: Sequence[Path], vocabulary: Path, *, voice: str = "", threads: int = 1
    ) -> None:
        symbols: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))
        settings = Engine(providers=(CPU,), threads=threads)
        candidate = Candidate("variant", CPU, encoder, tuple(decoders))
        self._engine = Student([candidate], voice, symbols, sha256="", settings=settings)
        self._engine.load()
        self._front_end = front_end(symbols)
        self.rate = self._engine.rate

    def say(self, text: str) -> Samples:
        """The whole sound of the text."""
        return np.concatenate(list(self.stream(text)))

    def stream(self, text: str) -> Iterator[Samples]:
        """Its pieces, as they are made."""
        for phonemes, pause_s in clauses(self._front_end, text):
            yield from self._engine.synthesize(phonemes)
            yield silence(pause_s, self.rate)


def make(encoder: str, decoders: Sequence[str], vocabulary: str, threads: int = 1) -> StudentSpeaker:
    """The speaker from plain data, for a process of its own."""
    return StudentSpeaker(Path(encoder), [Path(path) for path in decoders], Path(vocabulary), threads=threads)


def front_end(symbols: dict[str, int]) -> FrontEnd:
    """The daemon's English front end for a voice with these symbols, loaded."""
    made = open_front_end("english", ("en-US",), frozenset(symbols), open_cpu_session)
    made.load()
    return made


def clauses(reader: FrontEnd, text: str) -> Iterator[tuple[str, float]]:
    """The phonemes of each stretch of a text, and the pause behind it in seconds."""
    for piece in reader.pieces(text, "text"):
        clause = reader.read(piece, "text")
        for number, phonemes in enumerate(clause.phonemes, 1):
            yield phonemes, clause.pause_s if number == len(clause.phonemes) else 0.0
