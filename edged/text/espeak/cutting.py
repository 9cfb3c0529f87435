"""A text cut at its stops: the program reads words and drops punctuation, which the voices were trained to hear.

It ends a clause where a stop stands before a space, as it is done here, except behind a full stop with a small letter
after it (``5 p.m. today``), and hears brackets and quotation marks as nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MARKS = {
    **{mark: mark for mark in ',;:.!?…()"“”'},
    **dict.fromkeys("—–―", "—"),
    **dict.fromkeys("،、，", ","),
    **dict.fromkeys("。।॥．", "."),
    **dict.fromkeys("؛；", ";"),
    **dict.fromkeys("：", ":"),
    **dict.fromkeys("؟？", "?"),
    **dict.fromkeys("！", "!"),
    **dict.fromkeys("«„‟", "“"),
    **dict.fromkeys("»", "”"),
    **dict.fromkeys("[{（", "("),
    **dict.fromkeys("]}）", ")"),
    **dict.fromkeys("¿¡", ""),
}
"""Punctuation → what a voice is told of it."""
DENSE = "،؛؟。।॥、，．；：？！"
"""Stops of scripts that put no space behind them."""
BREAK = re.compile(
    rf"[,;:.!?…]+(?=[\s()\[\]{{}}\"“”„‟«»{DENSE}—]|$)"
    r"|(?<=[^\W\d_])[,;:!?…](?=[^\W\d_])"
    rf"|[{DENSE}]+|[()\[\]{{}}（）\"“”„‟«»¿¡—―]|(?<=\s)–(?=\s)"
)
TITLES: dict[str, dict[str, str]] = {
    "de": {"Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Fr.": "Frau"},
    "en": {"Mr.": "Mister", "Mrs.": "Mrs", "Ms.": "Miz", "Dr.": "Doctor", "Prof.": "Professor"},
    "es": {
        "Sr.": "señor",
        "Sra.": "señora",
        "Srta.": "señorita",
        "Dr.": "doctor",
        "Dra.": "doctora",
        "Dña.": "doña",
        "Ud.": "usted",
        "Uds.": "ustedes",
    },
    "fr": {"M.": "monsieur", "MM.": "messieurs", "Mme.": "madame", "Mlle.": "mademoiselle", "Dr.": "docteur"},
    "hi": {"डॉ.": "डॉक्टर"},
    "it": {
        "Sig.": "signor",
        "Sig.ra": "signora",
        "Dott.": "dottor",
        "Dott.ssa": "dottoressa",
        "Dr.": "dottor",
        "Prof.": "professor",
        "Prof.ssa": "professoressa",
    },
    "pt": {
        "Sr.": "senhor",
        "Sra.": "senhora",
        "Srta.": "senhorita",
        "Dr.": "doutor",
        "Dra.": "doutora",
        "Prof.": "professor",
        "Profa.": "professora",
    },
}
"""Primary language → titles that the program spells, or takes the full stop of for the end of the sentence."""
NAMED_SIGNS = frozenset("°©®™№℃℉")
"""Signs of the category of pictures that have a name in every language."""
SILENT = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs", "So", "Sk"})
JOINERS = "\u200c\u200d"
NEXT_LETTER = re.compile(r"[\s)\"”»]+([^\W\d_])")


@dataclass(frozen=True)
class Stretch:
    """Words to be read in one go, or a mark between them."""

    text: str
    """Inner spaces single; one at either end if one stood there."""
    mark: bool = False
    """``text`` is a member of :data:`MARKS`' values."""


def tidy(text: str, language: str) -> str:
    """The text with titles in words, one sign for dots or a dash, single spaces; without pictures and controls."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text).replace("...", "…"):
        category = unicodedata.category(char)
        if (
            category in SILENT and char not in NAMED_SIGNS
        ) or char == "|":  # which parts words, and breaks 1.51 in Hindi
            kept.append(" ")
        elif category != "Cf" and not "\ufe00" <= char <= "\ufe0f":
            kept.append(char)
        elif char in JOINERS and kept and unicodedata.category(kept[-1])[0] in "LM":
            kept.append(char)  # they shape letters of India and Persia, and part no words
    plain = re.sub(r"\s+", " ", re.sub("--+", "—", "".join(kept)))
    titles = TITLES.get(language.partition("-")[0].lower(), {})
    return _pattern(tuple(titles)).sub(lambda found: titles[found[0]], plain) if titles else plain


def cut(text: str) -> Iterator[Stretch]:
    """What stands between the stops of a tidy text, and these; together the whole text, but for unspoken marks."""
    begin = 0
    for found in BREAK.finditer(text):
        if found[0] != "." or not _goes_on(text, found.end()):
            yield from _words(text[begin : found.start()])
            yield Stretch(MARKS[found[0][0]], mark=True)
            begin = found.end()
    yield from _words(text[begin:])


@lru_cache(maxsize=16)
def _pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    """The titles before a name; a space and a capital, or a letter of a script without capitals."""
    longest = sorted(titles, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?= ?[^\W\d_])(?! ?[a-zß-öø-ÿ])")


def _goes_on(text: str, place: int) -> bool:
    """Whether a small letter follows: the full stop before it belongs to an abbreviation."""
    following = NEXT_LETTER.match(text, place)
    return following is not None and following[1].islower()


def _words(text: str) -> Iterator[Stretch]:
    """Nothing for a stretch in which nothing has a name."""
    if any(char.isalnum() or unicodedata.category(char) in ("Sc", "Sm", "So") or char in "&@%#" for char in text):
        yield Stretch(text)
    elif text:
        yield Stretch(" ", mark=True)
