"""English to phonemes, by the lexicons, tagger and unknown-word network of the ``hibari`` package.

The package is used as a library: its network runs in a session that is handed in, its own normaliser and its bracket
syntax see only what we let through, and what it would drop silently is spelt out or named in an error.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from hibari.g2p import ASSETS
from hibari.g2p.oov import OOV

from edged.errors import Rejected
from edged.text import clauses, markup
from edged.text.characters import clean, one_line, speakable
from edged.text.contract import Clause, Format
from edged.text.language import require_readable
from edged.text.normalize import normalize
from edged.text.phonemes.library import Library
from edged.text.phonemes.unknown_words import UnknownWords, base_letter
from edged.text.tokens import require_known, within

logger = logging.getLogger(__name__)

OpenSession = Callable[[Path], Any]
"""Opens a model; what it returns has ``run(None, {input: array})`` and may be used from several threads at once."""

SCRIPTS = frozenset({"Latin"})
UNREAD = "❓"
"""What the library puts where it has no reading at all."""
STAND_IN = 0xA000
"""First of the letters (of Yi, which no English text has) that stand for marks while a text is normalised."""
VOICELESS, SIBILANTS = "ptkfθ", "szʃʒʧʤ"
STOPS = ".!?…,;:—"
CHUNK = re.compile(r"\S+")
LINK = re.compile(r"[-'.,:;!?…—–()]+|(?<=[^\W_])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][^\W\dA-Z_])")
MOST_LINKS = 16
WARM_UP = "The zorblaxian washing machine finished at 7:30."


class EnglishFrontEnd:
    """Reads English. After :meth:`load` it holds no state but tables, so any thread may call it."""

    def __init__(
        self, symbols: Collection[str], open_session: OpenSession, languages: tuple[str, ...] = ("en-US",)
    ) -> None:
        """``symbols`` is the voice's alphabet. British lexicons are used if the first language is ``en-GB``."""
        self._symbols = frozenset(symbols)
        self._open_session = open_session
        self._languages = languages
        self._british = languages[0].lower() == "en-gb"
        self._library: Any = None

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags, the default first."""
        return self._languages

    def load(self) -> None:
        """Read lexicons and network and use them once. Raises what ``open_session`` raises."""
        model = Path(ASSETS) / ("oov_gb.onnx" if self._british else "oov.onnx")
        network = OOV(str(model), session=self._open_session(model))
        words = UnknownWords(network, frozenset(network.cin), network.maxlen, self._spelt)
        self._library = Library(words, UNREAD, british=self._british)
        self.read(WARM_UP, "plain")

    def pieces(self, text: str, form: Format) -> list[str]:
        """See :meth:`edged.text.contract.FrontEnd.pieces`; a phoneme unknown to the voice is refused here already."""
        for span in markup.parse(text, form):
            if isinstance(span, markup.Phonemes):
                require_known(span.phonemes, span.word, self._symbols)
            else:
                require_readable(span.source, SCRIPTS)
        return [piece for piece in clauses.split(text, form) if speakable(piece)]

    def read(self, piece: str, form: Format) -> Clause:
        """See :meth:`edged.text.contract.FrontEnd.read`."""
        marks, masked = self._masked(piece, form)
        normalized = normalize(masked)
        linked = _replaced(
            _possessives(loosened(normalized), marks), [f"[{mark.word}](/{mark.phonemes}/)" for mark in marks]
        )
        phonemes = self._said(linked)
        return Clause(
            text=piece.strip(),
            normalized=one_line(_replaced(normalized, [mark.word for mark in marks])),
            phonemes=within(_ended(phonemes, normalized)),
            pause_s=clauses.pause_after(piece),
        )

    def _masked(self, piece: str, form: Format) -> tuple[list[markup.Phonemes], str]:
        """The marks, and the text with one letter in the place of each."""
        marks: list[markup.Phonemes] = []
        text = ""
        for span in markup.parse(piece, form):
            if isinstance(span, markup.Phonemes):
                require_known(span.phonemes, span.word, self._symbols)
                text += chr(STAND_IN + len(marks))
                marks.append(span)
            else:
                text += clean(span.source)
        return marks, text

    def _said(self, text: str) -> str:
        """The phonemes of a normalised text."""
        said: list[str] = []
        for token in self._library.phonemize_tokens(self._library.tokenize(text)):
            phonemes: str = token.phonemes or ""
            if not phonemes.strip() and any(char.isalpha() for char in token.text):
                phonemes = self._spelt(token.text)
            require_known(phonemes, token.text, self._symbols)
            said.append(phonemes + (" " if token.whitespace else ""))
        return one_line("".join(said))

    def _spelt(self, word: str) -> str:
        """A word letter by letter; raises ``Rejected`` if it has none that English names."""
        letters = "".join(char if char.isascii() else base_letter(char) for char in word)
        phonemes: str | None = self._library.lexicon.get_NNP("".join(filter(str.isalpha, letters)).upper())[0]
        if not phonemes:
            raise Rejected("bad_request", f"there is no reading for {word[:64]!r}", word=word[:64], field="text")
        logger.debug("%r is spelt: no reading for the whole word", word)
        return phonemes


def loosened(text: str) -> str:
    """Chains of a great many joined words (``a-b-c-…``) as separate words.

    The library tries every stretch of a chain in its lexicon, so that its time grows with the third power of the links.
    """

    def loose(found: re.Match[str]) -> str:
        return LINK.sub(" ", found[0]) if len(LINK.findall(found[0])) >= MOST_LINKS else found[0]

    return CHUNK.sub(loose, text)


def _replaced(text: str, replacements: list[str]) -> str:
    """The text with each stand-in replaced."""
    for index, replacement in enumerate(replacements):
        text = text.replace(chr(STAND_IN + index), replacement)
    return text


def _possessives(text: str, marks: list[markup.Phonemes]) -> str:
    """``[Worcester](/…/)'s`` with the ending as it sounds after those phonemes."""
    for index, mark in enumerate(marks):
        last = mark.phonemes[-1]
        ending = "s" if last in VOICELESS else "ᵻz" if last in SIBILANTS else "z"
        text = text.replace(f"{chr(STAND_IN + index)}'s", f"{chr(STAND_IN + index)}['s](/{ending}/)")
    return text


def _ended(phonemes: str, text: str) -> str:
    """The phonemes with the stop that ends the text, if an abbreviation before it swallowed it."""
    stop = text[-1:]
    return phonemes + stop if phonemes and stop in STOPS and phonemes[-1] not in STOPS else phonemes
