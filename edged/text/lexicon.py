"""A site's own readings: words of a language and how they are said, put in the place of the words in a text.

Whole words count: where a word begins or ends with a letter or figure, another one beside it makes it part of a longer
word. Chinese, Japanese and Korean have no such borders; there any place will do. The longest word at a place wins, and
of two of the same length the one that minds small and capital letters, then that of the more particular language.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from edged.text.contract import Pronounced, Spoken, Words
from edged.text.language import IDEOGRAPHS
from edged.text.lexicon_entry import Entry, like_text, small

LETTER = re.compile(rf"[^\W_{IDEOGRAPHS}]|[\u0300-\u036f]")
"""What makes a longer word of the word beside it: letters, figures and their accents, but for ideographs."""
Found = tuple[int, Entry]
"""Characters that a word takes up, and the entry."""


class Lexicon:
    """Entries of any languages, ready to be applied. Immutable, so any thread may use it."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        """Of two entries for the same word the later one counts."""
        self.entries: tuple[Entry, ...] = tuple({entry.key: entry for entry in entries}.values())
        by_language: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_language.setdefault(entry.lang.lower(), []).append(entry)
        self._words = {lang: _Words(ours) for lang, ours in by_language.items()}

    def apply(self, spans: Sequence[Spoken], lang: str) -> list[Spoken]:
        """The spans of a language with the readings put in; what is marked by its author stays as it is.

        ``lang``: BCP 47; entries of ``en`` are for ``en-GB``, too, and those of ``zh-CN`` for a text that is
        just ``zh``. A respelling becomes part of the words around it.
        """
        words = [self._words[tag] for tag in self._tags(lang.lower())]
        if not words:
            return list(spans)
        amended: list[Spoken] = []
        for span in spans:
            if isinstance(span, Words):
                amended += _joined(_amended(span, words))
            else:
                amended.append(span)
        return amended

    def _tags(self, lang: str) -> list[str]:
        """The languages of the entries that are for this one, the most particular first, those of its regions last."""
        broader = [tag for tag in _broader(lang) if tag in self._words]
        return broader + [tag for tag in self._words if tag.startswith(f"{lang}-")]


class _Words:
    """The entries of one language, found by the text itself: the cost does not grow with their number."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._exact = {like_text(entry.word): entry for entry in entries if entry.case_sensitive}
        self._folded = {small(like_text(entry.word)): entry for entry in entries if not entry.case_sensitive}
        lengths: dict[str, set[int]] = {}
        for word in itertools.chain(self._exact, self._folded):
            lengths.setdefault(small(word[0]), set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def longest_at(self, text: str, folded: str, at: int) -> Found | None:
        """The longest word that stands whole at a place of the text."""
        lengths = self._lengths.get(folded[at])
        if lengths is None or _goes_on(text, at):
            return None
        for length in lengths:
            stop = at + length
            entry = self._exact.get(text[at:stop]) or self._folded.get(folded[at:stop])
            if entry is not None and stop <= len(text) and not _goes_on(text, stop):
                return length, entry
        return None


def _broader(lang: str) -> Iterator[str]:
    """A tag and what is left of it without its last parts: ``en-gb``, ``en``."""
    while lang:
        yield lang
        lang = lang.rpartition("-")[0]


def _amended(span: Words, words: Sequence[_Words]) -> Iterator[Spoken]:
    """The parts of a span; every place is looked at once."""
    source = unicodedata.normalize("NFC", span.source)
    text = like_text(source)
    folded = small(text)
    begin = at = 0
    while at < len(text):
        found = max(
            filter(None, (one.longest_at(text, folded, at) for one in words)), key=lambda one: one[0], default=None
        )
        if found is None:
            at += 1
            continue
        if begin < at:
            yield replace(span, source=source[begin:at])
        begin = at + found[0]
        yield _spoken(found[1], source[at:begin], span)
        at = begin
    if begin < len(text):
        yield replace(span, source=source[begin:] if begin else span.source)


def _spoken(entry: Entry, written: str, span: Words) -> Spoken:
    if entry.respell is not None:
        return replace(span, source=entry.respell)
    if entry.pinyin is not None:
        return Pronounced(written, written, entry.pinyin, "pinyin", span.manner)
    return Pronounced(written, written, entry.ipa or "", "ipa", span.manner)


def _joined(spans: Iterable[Spoken]) -> Iterator[Spoken]:
    """Words beside words as one span."""
    for are_words, group in itertools.groupby(spans, key=lambda span: isinstance(span, Words)):
        if are_words:
            together = list(group)
            yield replace(together[0], source="".join(span.source for span in together))
        else:
            yield from group


def _goes_on(text: str, at: int) -> bool:
    """Whether a place is inside a word."""
    return 0 < at < len(text) and LETTER.match(text[at - 1]) is not None and LETTER.match(text[at]) is not None
