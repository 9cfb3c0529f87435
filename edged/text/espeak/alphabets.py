"""From the IPA of ``espeak-ng`` to the symbols that a voice was trained on.

Kokoro: the package ``misaki`` 0.9.4 (Apache-2.0, ``misaki/espeak.py``) made the phonemes of its training; which pairs
of symbols are one symbol there is its fact. Piper: the package ``piper-tts`` 1.8.0 hands its voices the program's
symbols one Unicode code point at a time, accents by themselves (NFD).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Literal

from edged.errors import Rejected

Scheme = Literal["kokoro", "piper"]
TIE = "^"
SWITCH = re.compile(r"\([a-z]{2,3}(?:-[a-z0-9-]+)?\)")
"""Where the program changes over to another language and back, ``(en)``: its own note, no sound."""
ONE_SOUND = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^z": "ʣ",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "o^ʊ": "O",
    "ə^ʊ": "Q",
    "s^s": "S",
    "t^s": "ʦ",
    "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
}
"""Two symbols that are one of Kokoro's; misaki 0.9.4, ``EspeakG2P``."""
NEAREST = {"ɬ": "l", "ɭ": "l", "ɫ": "l", "ʍ": "w", "g": "ɡ"}
"""Sounds that Kokoro lacks, each as the nearest that it has: what the program was seen to write beyond its alphabet in
12 000 random words of each of its languages."""
PIPER_MARKS = {"…": ".", "—": ";", "(": "", ")": "", '"': "", "“": "", "”": ""}
"""Marks that Piper's program knows by another name, or does not hear; the ellipsis, at which it makes no pause at all
and joins the words before and behind, is a full stop here."""
SILENT = frozenset({"Mn", "Lm", "Sk", "Pd", "Pc"})
"""Categories of what colours a sound (dental, syllabic) or links two: left out where a voice does not know it."""


def mark(written: str, scheme: Scheme, symbols: Collection[str]) -> str:
    """What a voice is told of a mark: itself, another one, or nothing."""
    told = PIPER_MARKS.get(written, written) if scheme == "piper" else written
    return told if told in symbols else ""


def translated(ipa: str, scheme: Scheme, symbols: Collection[str], word: str) -> str:
    """The program's IPA in the voice's symbols.

    Raises :class:`edged.errors.Rejected` (``bad_request``) naming a sound that the voice does not have, and the
    ``word`` that it is in.
    """
    said = SWITCH.sub("", ipa)
    if scheme == "kokoro":
        for pair, symbol in ONE_SOUND.items():
            said = said.replace(pair, symbol)
        said = said.replace("-", "")
    else:
        said = unicodedata.normalize("NFD", said)
    return "".join(_known(symbol, scheme, symbols, word) for symbol in said.replace(TIE, ""))


def _known(symbol: str, scheme: Scheme, symbols: Collection[str], word: str) -> str:
    if symbol in symbols:
        return symbol
    near = NEAREST.get(symbol, "") if scheme == "kokoro" else ""
    if near in symbols or unicodedata.category(symbol) in SILENT:
        return near
    raise Rejected(
        "bad_request",
        f"the sound {symbol!r} of {word[:64]!r} is not one of the voice",
        phoneme=symbol,
        field="text",
    )
