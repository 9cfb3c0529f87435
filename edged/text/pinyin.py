"""Syllables of Mandarin in Hanyu Pinyin, checked: ``hao4`` stands for hào, ``lv4`` for lǜ, ``ma5`` for ma."""

from __future__ import annotations

import re
import unicodedata

NEUTRAL = 5
"""The tone of syllables that have none of their own: 吗 is ``ma5``."""
LONGEST = 12
"""Characters of a syllable in any way of writing it that is understood here; longer ones are not looked at."""
FINALS_AFTER = {
    "": "a ai an ang ao e ei en eng er o ou ê m n ng hm hng",
    "b": "a ai an ang ao ei en eng i ian iang iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
"""Initial -> the finals that it has in the standard language, ü as ``v``.

Source: the Scheme for the Chinese Phonetic Alphabet (GB/T 16159, ISO 7098) with the syllables of 现代汉语词典,
interjections and a few of daily speech (``biang``, ``dia``, ``rua``) among them.
"""
SYLLABLES = frozenset(initial + final for initial, finals in FINALS_AFTER.items() for final in finals.split())
TONE_OF_MARK = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0306": 3, "\u0300": 4}
"""Combining macron, acute, caron (or a breve, which is taken for one) and grave."""
NUMBERED = re.compile(r"(?P<letters>[a-zêü:]+)(?P<tone>[0-5])")
MARK_OF_TONE = ("", "\u0304", "\u0301", "\u030c", "\u0300", "")
MARKED = re.compile(r"[ae]|o(?=u)|[iouvêmn](?=[^aeiouv]*$)")
"""The letter that bears the mark: a or e, else the o of ou, else the last vowel."""
U_UMLAUT = re.compile(r"ü|u:")
AFTER_PALATAL = re.compile(r"(?<=^[jqxy])v")


def parse_syllable(text: str) -> tuple[str, int] | None:
    """The letters, ü as ``v``, and the tone 1 to 5 of a syllable with its tone number; None if there is no such one.

    ``lv4``, ``lü4`` and ``lu:4`` are the same, as are ``ma5`` and ``ma0``; without a number it is no syllable.
    """
    if len(text) > LONGEST:
        return None
    found = NUMBERED.fullmatch(unicodedata.normalize("NFC", text.lower()))
    if found is None:
        return None
    letters = AFTER_PALATAL.sub("u", U_UMLAUT.sub("v", found["letters"]))
    return (letters, int(found["tone"]) or NEUTRAL) if letters in SYLLABLES else None


def is_syllable(text: str) -> bool:
    """Whether the text is one syllable with its tone number."""
    return parse_syllable(text) is not None


def from_marks(initial: str, final: str) -> str | None:
    """``h``, ``ào`` -> ``hao4``: the syllable of an initial (or none) and a final with its tone mark.

    Without a mark the tone is neutral. None if there is no such syllable, or it has several marks.
    """
    if len(initial) + len(final) > LONGEST:
        return None
    decomposed = unicodedata.normalize("NFD", initial + final)
    tones = [TONE_OF_MARK[char] for char in decomposed if char in TONE_OF_MARK]
    letters = unicodedata.normalize("NFC", "".join(char for char in decomposed if char not in TONE_OF_MARK))
    parsed = parse_syllable(f"{letters}{tones[0] if tones else NEUTRAL}") if len(tones) <= 1 else None
    return f"{parsed[0]}{parsed[1]}" if parsed else None


def with_mark(letters: str, tone: int) -> str:
    """``hao``, 4 -> ``hào``: a syllable as it is printed."""
    marked = MARKED.sub(lambda found: found[0] + MARK_OF_TONE[tone], letters, count=1)
    return unicodedata.normalize("NFC", marked.replace("v", "ü"))
