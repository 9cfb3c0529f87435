"""The ``hibari`` package's English front end with its large tables packed (:mod:`edged.text.phonemes.packed`).

Written against version 0.2.1: what its constructor builds from dictionaries is built here from packed tables of the
same content, one after the other, so that no two of them are in memory unpacked. One library of a variety serves every
front end of the process.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from hibari.g2p import ASSETS, G2P
from hibari.g2p.lexicon import Lexicon
from hibari.g2p.oov import OOV
from hibari.g2p.tagger import Tagger
from hibari.g2p.token import Tok
from hibari.g2p.tokenize import Tokenizer

from edged.errors import Rejected
from edged.text.english import homographs
from edged.text.phonemes.packed import PackedTable
from edged.text.phonemes.unknown_words import UnknownWords, base_letter

logger = logging.getLogger(__name__)

OpenSession = Callable[[Path], Any]
"""Opens a model; what it returns has ``run(None, {input: array})`` and may be used from several threads at once."""
UNREAD = "❓"
"""What the library puts where it has no reading at all."""
BRITISH_LETTERS = {"Z": "zˈɛd"}
"""Where the package's British lexicon has the American name."""


class Library(G2P):  # type: ignore[misc]  # the package has no types
    """The package's ``G2P``; ``oov`` reads unknown words, ``unk`` stands where there is no reading at all.

    After construction it is only read, so any thread may use it.
    """

    def __init__(self, oov: Callable[[str], str], unk: str, *, british: bool, tagger: Tagger | None = None) -> None:
        # the base's constructor would load every table unpacked
        accent = "gb" if british else "us"
        letters = BRITISH_LETTERS if british else {}
        gold, silver = (
            PackedTable(_read(f"lexicon_{accent}_{grade}.json.gz") | letters) for grade in ("gold", "silver")
        )
        self.lexicon = Lexicon(gold, silver, british)
        self.tokenizer = Tokenizer(_read("tokenizer_exceptions.json"))
        self.tagger = tagger or _open_tagger()
        self._oov = oov
        self.unk = unk
        self.british = british

    def tokens(self, text: str, given: Mapping[str, tuple[str, str]]) -> list[Tok]:
        """The tokens of a normalised text with their phonemes.

        ``given`` are words whose phonemes are known: the one letter that stands for each in the text → word, phonemes.
        """
        pairs, known = self._pairs(text, given)
        words = [word for word, _ in pairs]
        tokens = [
            Tok(word, tag, space, phonemes=known.get(at))
            for at, ((word, space), tag) in enumerate(zip(pairs, self.tagger(words), strict=True))
        ]
        self._settle(tokens)
        said: list[Tok] = self.phonemize_tokens(tokens)
        return said

    def _pairs(self, text: str, given: Mapping[str, tuple[str, str]]) -> tuple[list[tuple[str, str]], dict[int, str]]:
        """Words and the space behind each, and the phonemes of those that are given, by place."""
        pairs: list[tuple[str, str]] = []
        known: dict[int, str] = {}
        parts = re.split(f"([{''.join(given)}])", text) if given else [text]
        for part, following in zip(parts, [*parts[1:], ""], strict=True):
            if part in given:
                known[len(pairs)] = given[part][1]
                pairs.append((given[part][0] or part, " " if following[:1].isspace() else ""))
            elif part.strip():
                pairs += self.tokenizer(part.lstrip())
        return pairs, known

    def _settle(self, tokens: Sequence[Tok]) -> None:
        """Words that are written alike and sound different, where the words around them decide."""
        words = [token.text.lower() for token in tokens]
        for at, token in enumerate(tokens):
            if token.phonemes is not None:
                continue
            entry = self.lexicon.golds.get(words[at])
            sense = homographs.sense(words, at, entry if isinstance(entry, dict) else ())
            if sense is not None:
                token.tag = sense.tag or token.tag
                token.phonemes = sense.british if self.british else sense.american

    def spelt(self, word: str) -> str:
        """A word letter by letter; raises :class:`edged.errors.Rejected` if it has none that English names."""
        letters = "".join(char if char.isascii() else base_letter(char) for char in word)
        phonemes: str | None = self.lexicon.get_NNP("".join(filter(str.isalpha, letters)).upper())[0]
        if not phonemes:
            raise Rejected("bad_request", f"there is no reading for {word[:64]!r}", word=word[:64], field="text")
        logger.debug("%r is spelt: no reading for the whole word", word)
        return phonemes


_opening = threading.Lock()
_libraries: WeakValueDictionary[bool, Library] = WeakValueDictionary()
_taggers: WeakValueDictionary[str, Tagger] = WeakValueDictionary()


def open_library(open_session: OpenSession, *, british: bool) -> Library:
    """The process's library of a variety: read from disk by the first who asks, gone with the last who holds it.

    Both varieties have one tagger. ``open_session`` opens the network for unknown words; what it raises is raised.
    """
    with _opening:
        library = _libraries.get(british)
        if library is None:
            library = _libraries[british] = _open(open_session, british=british)
        return library


def _open(open_session: OpenSession, *, british: bool) -> Library:
    model = Path(ASSETS) / ("oov_gb.onnx" if british else "oov.onnx")
    network = OOV(str(model), session=open_session(model))
    tagger = _taggers.get("") or _open_tagger()
    _taggers[""] = tagger

    def spell(word: str) -> str:
        return library.spelt(word)

    words = UnknownWords(network, frozenset(network.cin), network.maxlen, spell)
    library = Library(words, UNREAD, british=british, tagger=tagger)
    return library


def _open_tagger() -> Tagger:
    model = _read("tagger.json.gz")
    model["weights"] = PackedTable(model["weights"])
    return Tagger(model)


def _read(name: str) -> Any:
    path = Path(ASSETS) / name
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return json.load(file)
