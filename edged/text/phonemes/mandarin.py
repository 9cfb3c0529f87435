"""Mandarin to Kokoro's symbols: words by jieba, readings by pypinyin and our tables, tones as they are spoken."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from edged.text.contract import Reading, Spoken, Word, Words
from edged.text.mandarin.characters import HAN
from edged.text.mandarin.normalize import normalize
from edged.text.phonemes import mandarin_sandhi as sandhi
from edged.text.phonemes.mandarin_dictionary import Dictionary, dictionary
from edged.text.phonemes.mandarin_readings import COLOURING, Syllable, words_of
from edged.text.phonemes.mandarin_readings import Spoken as SpokenWord
from edged.text.phonemes.mandarin_spans import Masked, masked
from edged.text.phonemes.mandarin_symbols import LETTERS, STOPS, phonemes_of
from edged.text.tokens import require_known

PIECE = re.compile(f"(?P<han>[{HAN}]+)|(?P<letter>[A-Z])|(?P<stop>[{''.join(STOPS)}])|(?P<other>.)", re.DOTALL)
NO_SPACE_AFTER, NO_SPACE_BEFORE = "“(", ",.!?;:…”)"
SPACES = re.compile(" +")
WARM_UP = "现在是8:30，洗衣机的衣服洗好了。"


class MandarinFrontEnd:
    """Reads Mandarin. After :meth:`load` it holds no state but tables, so any thread may call it."""

    def __init__(self, symbols: Collection[str], language: str = "zh") -> None:
        """``symbols`` is the voice's alphabet."""
        self._symbols = frozenset(symbols)
        self._language = language
        self._dictionary: Dictionary | None = None

    @property
    def language(self) -> str:
        """The BCP 47 tag of what it reads."""
        return self._language

    def load(self) -> None:
        """Read the dictionaries, once for all front ends of the process, and use them once.

        Raises:
            Fatal: (``unsupported``) jieba or pypinyin is missing.

        """
        self._dictionary = dictionary()
        self.read([Words(WARM_UP)])

    def read(self, spans: Sequence[Spoken]) -> Reading:
        """See :meth:`edged.text.contract.FrontEnd.read`."""
        known = self._dictionary or dictionary()
        text = masked(spans, self._symbols, known)
        normalized = normalize(text.text)
        said: list[str] = []
        words: list[Word] = []
        for phonemes, word in _pieces(normalized, text, known):
            require_known(phonemes, word.text if word else phonemes, self._symbols)
            said.append(phonemes)
            words += [word] if word else []
        return Reading(text.shown(normalized), spaced(said) if words else "", tuple(words))


def spaced(pieces: Sequence[str]) -> str:
    """Words and stops with one space between them, none before a stop or within brackets."""
    text = ""
    for piece in pieces:
        joined = not text or text[-1] in NO_SPACE_AFTER or piece in NO_SPACE_BEFORE
        text += piece if joined else f" {piece}"
    return SPACES.sub(" ", text).strip()


def _pieces(normalized: str, text: Masked, known: Dictionary) -> Iterator[tuple[str, Word | None]]:
    """The symbols of each word and stop, in order, and the word."""
    for found in PIECE.finditer(normalized):
        if found["han"]:
            for word in _words(found["han"], text, known):
                yield word.phonemes, word
        elif found["letter"]:
            yield LETTERS[found[0]], Word(found[0], LETTERS[found[0]])
        elif found["stop"]:
            yield STOPS[found[0]], None


def _words(han: str, text: Masked, known: Dictionary) -> Iterator[Word]:
    """The words of a stretch of characters; one given in symbols parts what is around it."""
    for opaque, part in groupby(han, lambda char: bool((found := text.of(char)) and found.symbols)):
        if opaque:
            yield from (Word(found.shown, found.symbols) for char in part if (found := text.of(char)))
        else:
            yield from _spoken("".join(part), text, known)


def _spoken(part: str, text: Masked, known: Dictionary) -> Iterator[Word]:
    given = {
        at: Syllable(found.shown, found.letters, found.tone, given=True)
        for at, char in enumerate(part)
        if (found := text.of(char))
    }
    plain = "".join(found.shown if (found := text.of(char)) and found.character else char for char in part)
    for word in sandhi.spoken(words_of(plain, given, known), known.known):
        yield _word(word, text)


def _word(word: SpokenWord, text: Masked) -> Word:
    phonemes = "".join(phonemes_of(one.letters, one.tone) for one in word.syllables)
    return Word(text.shown(word.text), phonemes, " ".join(_pinyin(word.syllables)))


def _pinyin(syllables: Sequence[Syllable]) -> list[str]:
    """``hao3``; a 儿 that colours is written as the end of the syllable before it: ``nar3``."""
    written: list[str] = []
    for one in syllables:
        if one.letters == COLOURING and written:
            written[-1] = f"{written[-1][:-1]}{COLOURING}{written[-1][-1]}"
        else:
            written.append(f"{one.letters}{one.tone}")
    return written
