"""Chinese characters to words and syllables, as the dictionary has them: no tone changed by its neighbour yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from edged.errors import Rejected
from edged.text.phonemes.mandarin_context import FULL_ER, UNDECIDED, beside
from edged.text.phonemes.mandarin_dictionary import Dictionary
from edged.text.phonemes.mandarin_words import NEUTRAL_LAST, WORDS
from edged.text.pinyin import NEUTRAL, parse_syllable

LONGEST_PHRASE = 8
"""Characters of the longest entry that is looked for within a word."""
MOST_JOINED = 3
"""Words that are joined to one, if they are one in our table."""
COLOURING = "r"
"""The letters of a 儿 that colours the syllable before it."""


class Syllable(NamedTuple):
    """How one character is said."""

    char: str
    letters: str
    tone: int
    given: bool = False
    """By an annotation: nothing changes it."""


@dataclass(frozen=True)
class Spoken:
    """A word and its syllables, one for each character."""

    text: str
    syllables: tuple[Syllable, ...]


def words_of(text: str, given: Mapping[int, Syllable], known: Dictionary) -> list[Spoken]:
    """The words of a stretch of Chinese characters; ``given`` are syllables by place in it.

    Raises:
        Rejected: (``bad_request``) a character has no reading.

    """
    spoken: list[Spoken] = []
    at = 0
    for word in _joined(known.cut(text)):
        syllables = _read(word, text, at, known, given)
        spoken.append(Spoken(word, tuple(given.get(at + i, one) for i, one in enumerate(syllables))))
        at += len(word)
    return spoken


def _joined(words: list[str]) -> list[str]:
    """Words that make up one of our table are one: 还 书 is 还书."""
    joined: list[str] = []
    at = 0
    while at < len(words):
        count = next((n for n in range(MOST_JOINED, 1, -1) if "".join(words[at : at + n]) in WORDS), 1)
        joined.append("".join(words[at : at + count]))
        at += count
    return joined


def _read(word: str, text: str, start: int, known: Dictionary, given: Mapping[int, Syllable]) -> list[Syllable]:
    """The syllables of a word: by the longest entries in it, what is left character by character."""
    syllables: list[Syllable] = []
    while len(syllables) < len(word):
        at = len(syllables)
        entry = _entry(word[at : at + LONGEST_PHRASE], known) if start + at not in given else None
        found = entry or [_alone(text, start + at, known, given)]
        syllables += (_syllable(char, one) for char, one in zip(word[at:], found, strict=False))
    return _softened(word, syllables)


def _entry(word: str, known: Dictionary) -> list[str] | None:
    """The reading of the longest entry that the word begins with."""
    for length in range(len(word), 1, -1):
        found = WORDS.get(word[:length]) or known.phrase(word[:length])
        if found and word[:length] not in UNDECIDED:
            return found
    return None


def _alone(text: str, at: int, known: Dictionary, given: Mapping[int, Syllable]) -> str:
    if at in given:
        return f"{given[at].letters}{given[at].tone}"
    readings = known.readings(text[at])
    if not readings:
        raise Rejected("bad_request", f"there is no reading for {text[at]!r}", word=text[at], field="text")
    return beside(text[:at], text[at], text[at + 1 : at + 8]) or readings[0]


def _syllable(char: str, written: str) -> Syllable:
    """The tones of 一 and 不 depend on what follows: entries that have them changed already are set back."""
    letters, tone = parse_syllable(written) or (written[:-1], int(written[-1]))
    base = {"一": ("yi", 1), "不": ("bu", 4)}.get(char)
    if base and letters == base[0] and tone != NEUTRAL:
        tone = base[1]
    return Syllable(char, letters, tone)


def _softened(word: str, syllables: list[Syllable]) -> list[Syllable]:
    """Neutral tones and the 儿 that colours."""
    last = len(word) - 1
    softened = list(syllables)
    if (word[-2:] in NEUTRAL_LAST and word not in WORDS) or (last and word.endswith("们")):
        softened[last] = syllables[last]._replace(tone=NEUTRAL)
    for at in range(1, len(word)):
        if word[at] == "儿" and syllables[at].letters == "er" and word[at - 1] not in FULL_ER:
            softened[at] = Syllable("儿", COLOURING, NEUTRAL)
    return softened
