"""Written text as runs of Kokoro's symbols: English through the daemon's front end, Mandarin through misaki."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from edged.engine.session import open_cpu_session
from edged.errors import Rejected, Unavailable
from edged.solo import clauses_of
from edged.text.front_ends import Means, openers
from edged.text.reader import Reader
from quantize.compare.listeners import Language

MOST = 510
"""Symbols in one run, beside the two at its ends: the text encoder knows no more positions (Kokoro's `config.json`)."""
NEWEST = (3, 13)
"""The first Python that misaki does not take."""
LATIN = re.compile(r"[A-Za-z]+")
SENTENCE = re.compile(r"[^。！？；]+[。！？；]?")  # noqa: RUF001 - Mandarin stops

Read = Callable[[str], Iterable[str]]
"""A text -> the symbols of its sentences."""


def reader(language: Language, symbols: Iterable[str], folder: Path) -> Read:
    """Whoever reads the language to a voice with these symbols; ``folder`` may keep a dictionary.

    Raises:
        Unavailable: there is no front end for the language in this environment.

    """
    return _english(symbols) if language == "en" else _mandarin(folder)


def runs(sentences: Iterable[str], most: int = MOST) -> Iterator[str]:
    """As many sentences in each run as it takes; one that is longer is cut at its last space, or where it must be."""
    run = ""
    for sentence in sentences:
        joined = f"{run} {sentence}".strip()
        if len(joined) > most and run:
            yield run
            joined = sentence
        while len(joined) > most:
            cut = joined.rfind(" ", 1, most + 1)
            cut = most if cut < 0 else cut
            yield joined[:cut]
            joined = joined[cut:].lstrip()
        run = joined
    if run:
        yield run


def _english(symbols: Iterable[str]) -> Read:
    made = Reader(openers("english", ("en-US",), frozenset(symbols), Means(open_cpu_session)))
    made.load(made.languages)

    def read(text: str) -> Iterator[str]:
        for phonemes, _ in clauses_of(made, text):
            yield phonemes

    return read


def _mandarin(folder: Path) -> Read:
    if sys.version_info >= NEWEST:
        raise Unavailable("misaki, which reads Mandarin, takes no Python from 3.13 on: build Kokoro with Python 3.12")
    try:
        import jieba  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415 - for Mandarin alone
        from misaki.zh import (  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415 - likewise
            ZHG2P,
        )
    except ImportError as error:
        raise Unavailable(f"misaki, which reads Mandarin, is missing ({error}): run `make setup-quantize`") from error
    jieba.setLogLevel("ERROR")
    jieba.dt.tmp_dir = str(folder)  # its own choice is a file of a known name in a folder that all may write to
    made = ZHG2P()

    def read(text: str) -> Iterator[str]:
        if latin := LATIN.findall(text):
            # It lets them pass, and most of them are symbols of Kokoro's for other sounds.
            raise Rejected("unsupported", f"misaki cannot read {', '.join(latin)} within Mandarin: write it in Chinese")
        for sentence in SENTENCE.findall(text):
            phonemes, _ = made(sentence)
            yield phonemes

    return read
