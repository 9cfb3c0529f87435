"""One reading of a site's lexicon, checked: a word, its language and one way to say it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edged.errors import Rejected
from edged.text import pinyin

MAX_WORD = 100
MAX_READING = 400
"""Characters of a respelling or of phonemes."""
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
SPACES = re.compile(r"\s+")
SAME = str.maketrans({"\u2019": "'", "\u02bc": "'", "\uff07": "'"})
"""Characters that one and the same word is written with."""
WAYS = ("respell", "ipa", "pinyin")
FIELDS = frozenset({"word", "lang", "case_sensitive", *WAYS})


@dataclass(frozen=True)
class Entry:
    """A word and its reading; make it with :func:`checked`."""

    word: str
    """As it stands in texts; may be several words."""
    lang: str
    """BCP 47: ``zh``, ``en-GB``."""
    respell: str | None = None
    """Other words to read instead."""
    ipa: str | None = None
    """Phonemes in the alphabet of the voice."""
    pinyin: str | None = None
    """Syllables with tone numbers, parted by spaces, ü as ``v``."""
    case_sensitive: bool = False

    @property
    def key(self) -> tuple[str, str, bool]:
        """Two entries with the same key are readings of the same word."""
        word = like_text(self.word)
        return self.lang.lower(), word if self.case_sensitive else small(word), self.case_sensitive

    def as_data(self) -> dict[str, Any]:
        """The JSON form; what is not set is left out."""
        reading = {way: value for way in WAYS if (value := getattr(self, way)) is not None}
        return {
            "word": self.word,
            "lang": self.lang,
            **reading,
            **({"case_sensitive": True} if self.case_sensitive else {}),
        }


def like_text(text: str) -> str:
    """A text as words are looked for in it, character by character: any white space a space, one kind of apostrophe."""
    return "".join(" " if char.isspace() else char for char in text.translate(SAME))


def small(text: str) -> str:
    """Small letters for capitals, character by character; the few that would become two stay."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def checked(raw: Mapping[str, Any]) -> Entry:
    """An entry from plain data; raises :class:`Rejected` (``bad_request``) naming the field at fault."""
    unknown = sorted(str(name) for name in raw if name not in FIELDS)
    if unknown:
        raise _wrong(unknown[0][:64], f"unknown; an entry has {', '.join(sorted(FIELDS))}")
    word, lang = checked_word(raw.get("word")), checked_language(raw.get("lang"))
    ways = [way for way in WAYS if raw.get(way) is not None]
    if len(ways) != 1:
        raise _wrong(ways[1] if ways else "respell", f"an entry has exactly one of {', '.join(WAYS)}")
    case_sensitive = raw.get("case_sensitive", False)
    if not isinstance(case_sensitive, bool):
        raise _wrong("case_sensitive", "neither true nor false")
    reading = _line(ways[0], raw[ways[0]], MAX_READING)
    if ways[0] == "pinyin":
        reading = _syllables(reading, word)
    return Entry(word, lang, **{ways[0]: reading}, case_sensitive=case_sensitive)


def checked_word(value: Any) -> str:
    """A word of an entry, with single spaces."""
    word = _line("word", value, MAX_WORD)
    if not any(char.isalnum() for char in word):
        raise _wrong("word", f"{word!r} has neither a letter nor a figure")
    return word


def checked_language(value: Any) -> str:
    """A language tag as it is usually written: ``zh``, ``en-GB``, ``zh-Hant-TW``."""
    if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
        raise _wrong("lang", f"{str(value)[:64]!r} is no language tag (BCP 47), like zh or en-GB")
    first, *rest = value.split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(part: str) -> str:
    """A script is written ``Hant``, a region ``TW``, all else small."""
    if len(part) == 4 and part.isalpha():  # noqa: PLR2004 - ISO 15924
        return part.title()
    return part.upper() if len(part) == 2 else part.lower()  # noqa: PLR2004 - ISO 3166


def _line(name: str, value: Any, longest: int) -> str:
    """A line of visible characters."""
    if not isinstance(value, str):
        raise _wrong(name, "missing, or not a text")
    line = SPACES.sub(" ", unicodedata.normalize("NFC", value)).strip()
    if not 0 < len(line) <= longest:
        raise _wrong(name, f"{len(line)} characters; 1 to {longest} are allowed")
    hidden = next((char for char in line if not char.isprintable()), None)
    if hidden is not None:
        raise _wrong(name, f"holds the invisible character U+{ord(hidden):04X}")
    return line


def _syllables(written: str, word: str) -> str:
    syllables = [_syllable(one) for one in written.split(" ")]
    if len(syllables) != len(word) and len(IDEOGRAPH.findall(word)) == len(word):
        raise _wrong("pinyin", f"{word} has {len(word)} characters and {len(syllables)} syllables")
    return " ".join(syllables)


def _syllable(written: str) -> str:
    parsed = pinyin.parse_syllable(written)
    if parsed is None:
        raise _wrong("pinyin", f"{written[:64]!r} is no syllable; write them like chong2 qing4")
    return f"{parsed[0]}{parsed[1]}"


def _wrong(field: str, problem: str) -> Rejected:
    return Rejected("bad_request", f"{field}: {problem}", field=field)
