"""Kokoro said aloud: any graph of it, whole or in two parts, in one of its styles."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edged.engine import kokoro_style
from edged.engine.providers import CPU
from edged.engine.session import inspect_machine, open_on
from edged.errors import Fatal, InstallFailed
from edged.settings import Engine
from edged.waveform import Samples
from quantize.compare.listeners import Language
from quantize.graphs import Array
from quantize.kokoro import cuts
from quantize.kokoro.readers import reader, runs

RATE = 24_000


class KokoroSpeaker:
    """A `quantize.compare.Speaker` in one language and style.

    ``graphs`` are the whole network, or what lies before the length regulator and what lies behind it.
    """

    rate = RATE

    def __init__(
        self, graphs: Sequence[Path], vocabulary: Path, style: Path, language: Language, *, threads: int = 1
    ) -> None:
        symbols = read_vocabulary(vocabulary)
        settings, machine = Engine(providers=(CPU,), threads=threads), inspect_machine()
        self._sessions = [open_on(path, CPU, settings, None, machine, bounded=True) for path in graphs]
        self._symbols = symbols
        self._style = read_style(style)
        self._read = reader(language, symbols, vocabulary.parent)

    def say(self, text: str) -> Samples:
        """The whole sound of the text."""
        return np.concatenate(list(self.stream(text)))

    def stream(self, text: str) -> Iterator[Samples]:
        """Its pieces, each of as many symbols as one run takes."""
        for phonemes in runs(self._read(text)):
            yield self._said(feed(phonemes, self._symbols, self._style))

    def _said(self, given: dict[str, Array]) -> Samples:
        first, *rest = self._sessions
        if not rest:
            return np.asarray(first.run(["audio"], given)[0], np.float32)
        crossing: dict[str, Any] = dict(zip(cuts.CROSSING, first.run(cuts.CROSSING, given), strict=True))
        return np.asarray(rest[0].run(["audio"], {**crossing, "style": given["style"]})[0], np.float32)


def make(graphs: Sequence[str], vocabulary: str, style: str, language: Language, threads: int = 1) -> KokoroSpeaker:
    """The speaker from plain data, for a process of its own."""
    return KokoroSpeaker([Path(path) for path in graphs], Path(vocabulary), Path(style), language, threads=threads)


def feed(phonemes: str, symbols: dict[str, int], style: Array) -> dict[str, Array]:
    """What the network is given for a run: ``tokens [1, n + 2]``, ``style [1, 256]``, ``speed [1]``.

    Symbols that the voice does not know are left out, as its own package does.
    """
    known = [symbols[symbol] for symbol in phonemes if symbol in symbols]
    return {
        "tokens": np.array([[0, *known, 0]], np.int64),
        "style": kokoro_style.row(style, len(known)),
        "speed": np.ones(1, np.float32),
    }


def read_vocabulary(path: Path) -> dict[str, int]:
    """Symbol -> number."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    symbols: dict[str, int] = found.get("vocab", found)
    return symbols


def read_style(path: Path) -> Array:
    """A style ``[510, 256]``; raises ``InstallFailed`` if the file holds something else."""
    try:
        return kokoro_style.read(path)
    except Fatal as error:
        raise InstallFailed(error.message) from error
