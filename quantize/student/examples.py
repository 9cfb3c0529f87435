"""What a student's graphs are fed while they speak sentences, through the daemon's own text and engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edged.engine.decoder import Decoder, Score
from edged.engine.session import Session, open_cpu_session
from edged.engine.trim import Stretch
from edged.solo import clauses_of
from quantize.graphs import Feed
from quantize.student.speaker import reader

ENCODED = ("durations", "prosody", "text")


class Examples:
    """Sentences as feeds. The graphs are those in float; feeds are made anew each time, not kept."""

    def __init__(self, encoder: Path, decoder: Path, vocabulary: Path, sentences: Sequence[str]) -> None:
        symbols: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))
        english = reader(symbols)
        phonemes = [part for text in sentences for part, _ in clauses_of(english, text)]
        self.ids = [np.array([[0, *(symbols[symbol] for symbol in part), 0]], np.int64) for part in phonemes]
        self._encoder = open_cpu_session(encoder)
        self._decoder = _Recording(open_cpu_session(decoder))

    def encoder_feeds(self) -> Iterator[Feed]:
        """Of the graph over symbols, one for each clause."""
        for ids in self.ids:
            yield {"ids": ids, "speed": np.ones(1, np.float32)}

    def scores(self) -> Iterator[Score]:
        """What the graph over symbols says of each clause."""
        for feed in self.encoder_feeds():
            durations, prosody, text = self._encoder.run(ENCODED, feed)
            yield Score(durations, prosody, text)

    def decoder_feeds(self) -> Iterator[Feed]:
        """Of the graph over frames, one for each stretch of each clause."""
        for score in self.scores():
            for _ in Decoder(self._decoder).stretches(score):
                yield from self._decoder.taken()
            yield from self._decoder.taken()


def spoken(decoder: Session, score: Score) -> list[Stretch]:
    """All stretches of a clause by this decoder."""
    return list(Decoder(decoder).stretches(score))


class _Recording(Session):
    """A session that remembers what it was fed since it was last asked."""

    def __init__(self, session: Session) -> None:
        self.__dict__.update(session.__dict__)
        self._fed: list[Feed] = []

    def run(self, output_names: Sequence[str] | None, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        self._fed.append(dict(feeds))
        return super().run(output_names, feeds)

    def taken(self) -> list[Feed]:
        """What it was fed."""
        fed, self._fed = self._fed, []
        return fed
