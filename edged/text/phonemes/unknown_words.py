"""Words that no lexicon knows, read whole: by the library's network, in stretches it can hold, in letters it knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection

Network = Callable[[str], "str | None"]
"""Letters in, phonemes out; it passes over letters it does not know and cuts what is too long, both silently."""

FOREIGN = str.maketrans({"ʀ": "ɹ", "1": None, "-": None, "(": None, ")": None})
"""Traces of espeak-ng's language switches in the network's training data; no voice has these symbols."""
BASE_LETTER = re.compile(r"LATIN (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) ([A-Z]{1,2})(?: WITH .*)?$")
HALVES = re.compile(r"(?<=[aeiouy])(?=[^aeiouy])", re.IGNORECASE)


class UnknownWords:
    """Callable that stands where the library expects its own network. Holds no state: any thread may call it."""

    def __init__(self, network: Network, letters: Collection[str], longest: int, spell: Callable[[str], str]) -> None:
        """``letters`` is what the network knows, ``longest`` how many it takes, ``spell`` the last resort."""
        self._network = network
        self._letters = letters
        self._longest = longest
        self._spell = spell

    def __call__(self, word: str) -> str:
        """The phonemes of a word; never nothing."""
        known = "".join(char if char in self._letters else base_letter(char) for char in word)
        read = "".join(self._network(part) or "" for part in stretches(known, self._longest))
        return read.translate(FOREIGN).strip() or self._spell(known or word)


def base_letter(char: str) -> str:
    """The plain letters of a Latin one (``ħ`` → "h"), else its name (``ȝ`` → "yogh"); nothing for what is no letter."""
    if char in "'’":
        return char
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if c.isascii() and c.isalpha())
    if plain:
        return plain
    found = BASE_LETTER.fullmatch(unicodedata.name(char, ""))
    name = found[1] if found else unicodedata.name(char, "").split(" WITH ")[0].split(" ")[-1]
    if not char.isalpha():
        return ""
    return name if found and char.isupper() else name.lower()


def stretches(word: str, longest: int) -> list[str]:
    """A word cut into parts of at most ``longest`` letters, after a vowel where possible."""
    parts: list[str] = []
    while len(word) > longest:
        places = [
            found.start() for found in HALVES.finditer(word, longest // 2, longest + 1) if found.start() <= longest
        ]
        cut = places[-1] if places else longest
        parts.append(word[:cut])
        word = word[cut:]
    return [*parts, word] if word else parts
