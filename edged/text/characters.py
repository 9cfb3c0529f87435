"""Characters made harmless: one way to write each thing, nothing invisible, nothing that has no sound.

Full-width and styled letters become plain ones, every kind of space one space, every dash one of three, digits of
other scripts ASCII digits. Emoji, pictures, control and unassigned characters become spaces. Letters stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

TABLE: dict[str, str] = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bb\u02bc\u00b4\u2032\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2015\u2e3a\u2e3b", "—"),
    **dict.fromkeys("\u2022\u2023\u25aa\u25cf\u00b7", ", "),
    "½": " 1/2",
    "¼": " 1/4",
    "¾": " 3/4",
    "⅓": " 1/3",
    "⅔": " 2/3",
    "⅛": " 1/8",
    "⅜": " 3/8",
    "⅝": " 5/8",
    "⅞": " 7/8",
    "⅕": " 1/5",
    "⅖": " 2/5",
    "⅗": " 3/5",
    "⅘": " 4/5",
    "⁄": "/",
    "∕": "/",
    "²": "²",
    "³": "³",
    "≤": " at most ",
    "≥": " at least ",
    "≠": " is not ",
    "≈": " about ",
    "∞": " infinity ",
    "√": " root of ",
    "№": " number ",
    "‰": " per mille ",
    "℮": " about ",
    "¬": " not ",
    "±": "±",
    "×": "×",
    "÷": "÷",
    "→": " to ",
    "⇒": " to ",
    "➔": " to ",
    "°": "°",
    "©": "©",
    "®": " ",
    "™": " ",
    "§": "§",
    "¶": " ",
    "。": ". ",
    "、": ", ",
    "…": "…",
    "—": "—",
    "–": "–",
    "¿": "",
    "¡": "",
    "ª": "a",
    "º": "°",
    "µ": "μ",
    "\n": "\n",
    "`": " ",
    "¨": " ",
    "¯": " ",
    "¸": " ",
    "\u0131": "i",
}
"""What a character becomes, where the rules of its category do not say it."""

ASCII_KEPT = frozenset(chr(code) for code in range(0x20, 0x7F)) - {"`"}
SILENT = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs", "So", "Sk", "Sm"})
"""Categories whose members become a space: they part words and have no sound."""
JOINED = frozenset({"Cf", "Mn", "Me", "Mc", "Lm"})
"""Categories whose members vanish: soft hyphens, joiners, marks that no letter took up."""
SPACES = re.compile(r"[ \n]+")


def clean(text: str) -> str:
    """The text with every character made harmless; line ends are the only control character that stays."""
    return "".join(map(_harmless, unicodedata.normalize("NFC", text)))


def one_line(text: str) -> str:
    """Runs of spaces and line ends as one space, none at the ends."""
    return SPACES.sub(" ", text).strip()


def speakable(text: str) -> bool:
    """Whether there is anything to say: a letter, a digit or a sign that has a name."""
    return any(c.isalnum() or c in "&+@%=°" for c in clean(text))


def by_form(char: str, table: Mapping[str, str], again: Callable[[str], str]) -> str | None:
    """What a character becomes in every language: as ``table`` says, a digit, its plain form, nothing.

    ``again`` is asked for the characters of a plain form. None: it is a plain one, and the language decides.
    """
    if char in table:
        return table[char]
    if char in ASCII_KEPT:
        return char
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    plain = unicodedata.normalize("NFKC", char)
    if plain != char:
        return "".join(map(again, plain))
    return "" if category in JOINED else None


@lru_cache(maxsize=4096)
def _harmless(char: str) -> str:
    found = by_form(char, TABLE, _harmless)
    if found is not None:
        return found
    category = unicodedata.category(char)
    return " " if category in SILENT or category.startswith("P") else char
