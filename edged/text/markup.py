"""Inline marks of the ``text`` format.

::

    [Worcester](/wˈʊstəɹ/)    the word is said with these phonemes
    [h][ào]   {hao4}          Mandarin by pinyin        (known, not built yet)
    [pause:1.5s]              silence                   (known, not built yet)
    [voice:name]              another voice             (known, not built yet)

A mark that is not well-formed is literal text: ``[low][battery]`` are two words, ``{item1}`` is no pinyin syllable.
In the ``plain`` format everything is literal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from edged.errors import Rejected
from edged.text.contract import Format

MARK = re.compile(
    r"\[(?P<word>[^\[\]\n]{1,100})\]\(/(?P<phonemes>[^/()\[\]\n]{1,400})/\)"
    r"|\[(?P<initial>[a-z]{1,2})\]\[(?P<final>[^\[\]\s]{1,6})\]"
    r"|\{(?P<pinyin>[a-zü:]{1,7}[1-5])\}"
    r"|\[pause:(?P<pause>\d{1,4}(?:\.\d{1,3})?(?:s|ms))\]"
    r"|\[voice:(?P<voice>[a-z0-9_-]{1,64})\]"
)
"""Candidates; every repetition is bounded, so that no text makes the search slow."""

INITIALS = frozenset("b p m f d t n l g k h j q x zh ch sh r z c s y w".split())
FINALS = frozenset(
    "a o e i u ü v ai ei ao ou an en ang eng ong er ia ie iao iu iou ian in iang ing iong ua uo uai ui uei uan un uen "
    "uang ueng ue üe ve üan ün".split()
)
WITHOUT_INITIAL = frozenset("a o e ai ei ao ou an en ang eng er".split())
TONES = frozenset("\u0300\u0301\u0304\u030c")
"""Grave, acute, macron and caron: the four written tones of pinyin."""


@dataclass(frozen=True)
class Words:
    """Text to be read as it stands."""

    source: str


@dataclass(frozen=True)
class Phonemes:
    """A word whose phonemes are given."""

    source: str
    """The mark as it was written."""
    word: str
    phonemes: str


Span = Words | Phonemes


def parse(text: str, form: Format) -> list[Span]:
    """The spans of a text, in order; their sources joined are the text again.

    Raises :class:`edged.errors.Rejected` (``unsupported``) for a well-formed mark that is not built yet.
    """
    if form == "plain":
        return [Words(text)] if text else []
    spans: list[Span] = []
    end = 0
    for mark in _marks(text):
        if mark.start() > end:
            spans.append(Words(text[end : mark.start()]))
        spans.append(Phonemes(mark[0], mark["word"], mark["phonemes"].strip()))
        end = mark.end()
    if end < len(text):
        spans.append(Words(text[end:]))
    return spans


def _marks(text: str) -> Iterator[re.Match[str]]:
    """The well-formed phoneme marks; any other well-formed mark is refused."""
    for found in MARK.finditer(text):
        if found["phonemes"] is not None:
            if found["word"].strip() and found["phonemes"].strip():
                yield found
        elif kind := _unbuilt(found):
            raise Rejected("unsupported", f"the mark {found[0]} ({kind}) is not supported yet", mark=found[0])


def _unbuilt(found: re.Match[str]) -> str | None:
    """What a candidate is, or None if it is only text that looks like a mark."""
    if found["pause"] is not None:
        return "pause"
    if found["voice"] is not None:
        return "voice"
    if found["pinyin"] is not None:
        return "pinyin" if _is_syllable(found["pinyin"][:-1]) else None
    return "pinyin" if found["initial"] in INITIALS and _is_toned_final(found["final"]) else None


def _is_syllable(letters: str) -> bool:
    letters = letters.replace("u:", "ü")
    splits = ((letters[:n], letters[n:]) for n in (1, 2))
    return letters in WITHOUT_INITIAL or any(head in INITIALS and tail in FINALS for head, tail in splits)


def _is_toned_final(final: str) -> bool:
    """Whether this is a final of pinyin that carries exactly one tone."""
    letters = unicodedata.normalize("NFD", final)
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in TONES))
    return sum(c in TONES for c in letters) == 1 and bare in FINALS
