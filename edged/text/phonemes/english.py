"""English to phonemes, by the lexicons, tagger and unknown-word network of the ``hibari`` package.

The package is used as a library: its network runs in a session that is handed in, its own normaliser sees only what we
let through, and what it would drop silently is spelt out or named in an error.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from edged.errors import Rejected
from edged.text.characters import clean, one_line
from edged.text.contract import Pronounced, Reading, SayAs, Spoken, Word, Words
from edged.text.english import say_as
from edged.text.language import GREEK_LETTER, script_of, writes
from edged.text.normalize import normalize
from edged.text.phonemes.library import OpenSession, open_library
from edged.text.tokens import require_known

STAND_INS = range(0xA000, 0xA48D)
"""Letters (of Yi, which no English text has) that stand for marks while a text is normalised."""
VOICELESS, SIBILANTS = "ptkfθ", "szʃʒʧʤ"
STOPS = ".!?…,;:—"
CHUNK = re.compile(r"\S+")
LINK = re.compile(r"[-'.,:;!?…—–()]+|(?<=[^\W_])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][^\W\dA-Z_])")
MOST_LINKS = 16
WARM_UP = "The zorblaxian washing machine finished at 7:30."

Token = tuple[str, str, str]
"""A piece of a word as the library cuts it: text, phonemes, the space behind it."""
Given = dict[str, tuple[str, str]]
"""The letter that stands for a word with given phonemes → the word, the phonemes."""


class EnglishFrontEnd:
    """Reads English. After :meth:`load` it holds no state but tables, so any thread may call it."""

    def __init__(self, symbols: Collection[str], open_session: OpenSession, language: str = "en-US") -> None:
        """``symbols`` is the voice's alphabet. ``en-GB`` has British lexicons, number words and dates."""
        self._symbols = frozenset(symbols)
        self._open_session = open_session
        self._language = language
        self._british = language.lower() == "en-gb"
        self._library: Any = None

    @property
    def language(self) -> str:
        """The BCP 47 tag of the variety."""
        return self._language

    def load(self) -> None:
        """Read lexicons and network, unless another front end of the process has, and use them once.

        Raises what ``open_session`` raises.
        """
        self._library = open_library(self._open_session, british=self._british)
        self.read([Words(WARM_UP)])

    def read(self, spans: Sequence[Spoken]) -> Reading:
        """See :meth:`edged.text.contract.FrontEnd.read`.

        Besides ``bad_request`` it raises :class:`edged.errors.Rejected` (``unsupported``) for a word in another script.
        """
        text, told, given = self._taken_apart(spans)
        masked = normalize(text, british=self._british)
        normalized = _replaced(masked, told)
        tokens = self._said(*_possessives(loosened(normalized), given))
        words = tuple(_words(tokens))
        phonemes = one_line("".join(said + space for _, said, space in tokens)) if words else ""
        shown = _replaced(normalized, {letter: word for letter, (word, _) in given.items()})
        return Reading(one_line(shown), _ended(phonemes, masked), words)

    def _taken_apart(self, spans: Sequence[Spoken]) -> tuple[str, dict[str, str], Given]:
        """The text with one letter for each span that is not plain; what those of a told kind say; those given."""
        if len(spans) > len(STAND_INS):
            raise Rejected("bad_request", f"more than {len(STAND_INS)} marks stand in one stretch", field="text")
        text = ""
        told: dict[str, str] = {}
        given: Given = {}
        for letter, span in zip(map(chr, STAND_INS), spans, strict=False):
            if isinstance(span, Words):
                _require_latin(span.source)
                text += clean(span.source)
                continue
            text += letter
            if isinstance(span, SayAs):
                _require_latin(span.source)
                told[letter] = say_as.read(span.kind, clean(span.source), span.detail, british=self._british)
            else:
                given[letter] = (one_line(clean(span.word)), self._checked(span))
        return text, told, given

    def _checked(self, mark: Pronounced) -> str:
        """The phonemes of a mark, all known to the voice."""
        if mark.alphabet != "ipa":
            raise Rejected(
                "bad_request",
                f"{mark.source[:64]} gives pinyin, which is for Mandarin; this stands in English",
                mark=mark.source[:64],
                field="text",
            )
        phonemes = one_line(mark.phonemes)
        if not phonemes:
            raise Rejected(
                "bad_request", f"{mark.source[:64]!r} gives no phonemes", mark=mark.source[:64], field="text"
            )
        require_known(phonemes, mark.word, self._symbols)
        return phonemes

    def _said(self, text: str, given: Given) -> list[Token]:
        """Text, phonemes and following space of each token of a normalised text."""
        said: list[Token] = []
        for token in self._library.tokens(text, given):
            phonemes: str = token.phonemes or ""
            if not phonemes.strip() and any(char.isalpha() for char in token.text):
                phonemes = self._library.spelt(token.text)
            require_known(phonemes, token.text, self._symbols)
            said.append((token.text, phonemes, " " if token.whitespace else ""))
        return said


def _require_latin(text: str) -> None:
    """Refuse words of another script; whoever cuts a text by language has sent them elsewhere."""
    for char in GREEK_LETTER.sub(" ", clean(text)):
        if char.isalpha() and not writes("en", script_of(char)):
            script = script_of(char)
            raise Rejected(
                "unsupported", f"English has no {script} ({char})", script=script, character=char, field="text"
            )


def loosened(text: str) -> str:
    """Chains of a great many joined words (``a-b-c-…``) as separate words.

    The library tries every stretch of a chain in its lexicon, so that its time grows with the third power of the links.
    """

    def loose(found: re.Match[str]) -> str:
        return LINK.sub(" ", found[0]) if len(LINK.findall(found[0])) >= MOST_LINKS else found[0]

    return CHUNK.sub(loose, text)


def _replaced(text: str, replacements: dict[str, str]) -> str:
    """The text with each stand-in replaced."""
    return text.translate({ord(letter): words for letter, words in replacements.items()})


def _possessives(text: str, given: Given) -> tuple[str, Given]:
    """Words with given phonemes and an ``'s`` behind them as one word, with the ending as it sounds after those."""
    ended = dict(given)
    for letter, (word, phonemes) in given.items():
        if f"{letter}'s" in text:
            last = phonemes[-1:]
            ending = "s" if last in VOICELESS else "ᵻz" if last in SIBILANTS else "z"
            ended[letter] = (f"{word}'s", phonemes + ending)
            text = text.replace(f"{letter}'s", letter)
    return text, ended


def _words(tokens: Iterable[Token]) -> Iterator[Word]:
    """Tokens that stand together as one word each, without the stops around it."""
    together: list[Token] = []
    for token in tokens:
        together.append(token)
        if token[2]:
            yield from _word(together)
            together = []
    yield from _word(together)


def _word(tokens: Sequence[Token]) -> Iterator[Word]:
    sounding = [at for at, (text, _, _) in enumerate(tokens) if any(map(str.isalnum, text))]
    if sounding:
        parts = tokens[sounding[0] : sounding[-1] + 1]
        yield Word("".join(text for text, _, _ in parts), one_line("".join(said for _, said, _ in parts)))


def _ended(phonemes: str, text: str) -> str:
    """The phonemes with the stop that ends the text, if an abbreviation before it swallowed it."""
    stop = text[-1:]
    return phonemes + stop if phonemes and stop in STOPS and phonemes[-1] not in STOPS else phonemes
