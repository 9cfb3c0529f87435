"""Which script a text is written in, and whether a front end reads it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from edged.errors import Rejected
from edged.text.characters import clean

SCRIPT_OF_NAME = {"CJK": "Han", "KANGXI": "Han", "HANGUL": "Hangul", "HALFWIDTH": "Katakana", "MICRO": "Greek"}
"""First word of a character's Unicode name → its script, where they differ."""

GREEK_LETTER = re.compile(r"(?<![\u0370-\u03ff])[\u0370-\u03ff](?![\u0370-\u03ff])")
"""A Greek letter on its own is a sign (Ω, π, the μ of μg) with a name, not a word of Greek."""


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """The script of a letter, from its Unicode name: ``Latin``, ``Greek``, ``Cyrillic``, ``Han``."""
    first = unicodedata.name(letter, "UNKNOWN").split(" ")[0]
    return SCRIPT_OF_NAME.get(first, first.title())


def require_readable(text: str, scripts: frozenset[str]) -> None:
    """Raise :class:`edged.errors.Rejected` (``unsupported``) for a word in a script outside ``scripts``.

    The error names the script and the first letter of it. Only letters count: signs and emoji are never an error.
    """
    for char in GREEK_LETTER.sub(" ", clean(text)):
        if char.isalpha() and script_of(char) not in scripts:
            script = script_of(char)
            raise Rejected(
                "unsupported",
                f"no installed voice reads {script} ({char})",
                script=script,
                character=char,
                field="text",
            )
