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
from edged.solo import clauses_of
from edged.text.front_ends import Means, openers
from edged.text.reader import Reader
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
        self._reader = reader(symbols)
        self.rate = self._engine.rate

    def say(self, text: str) -> Samples:
        """The whole sound of the text."""
        return np.concatenate(list(self.stream(text)))

    def stream(self, text: str) -> Iterator[Samples]:
        """Its pieces, as they are made."""
        for phonemes, pause_s in clauses_of(self._reader, text):
            yield from self._engine.synthesize(phonemes)
            yield silence(pause_s, self.rate)


def make(encoder: str, decoders: Sequence[str], vocabulary: str, threads: int = 1) -> StudentSpeaker:
    """The speaker from plain data, for a process of its own."""
    return StudentSpeaker(Path(encoder), [Path(path) for path in decoders], Path(vocabulary), threads=threads)


def reader(symbols: dict[str, int]) -> Reader:
    """The daemon's English for a voice with these symbols, loaded."""
    made = Reader(openers("english", ("en-US",), frozenset(symbols), Means(open_cpu_session)))
    made.load(made.languages)
    return made
