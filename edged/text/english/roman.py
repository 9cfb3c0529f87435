"""Roman numerals in words, behind the words that they are known to stand behind."""

from __future__ import annotations

import re
from itertools import pairwise

from edged.text.english.numerals import cardinal, ordinal

VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
COUNTED = (
    "Chapter|Part|Act|Scene|Section|Volume|Book|Phase|Article|World War|Mark|Type|Level|Stage|Class|Grade|Super Bowl|"
    "Apollo|Gemini|Final Fantasy|Episode|Round|Rocky|Factor|Table|Figure|Appendix|Title|Category|Unit"
)
"""Part IV is part four."""
REGNAL = (
    "Henry|Louis|Edward|George|William|Charles|James|Richard|Elizabeth|Mary|Napoleon|Pius|Benedict|Leo|John Paul|Paul|"
    "John|Ramses|Frederick|Philip|Felipe|Alexander|Nicholas|Peter|Catherine|Ivan|Umberto|Victor Emmanuel|Gustav|Carl|"
    "Christian|Ferdinand|Harald|Haakon|Margrethe|Juan|Otto|Wilhelm|Gregory|Clement|Innocent|Urban|Francis|Albert"
)
"""Henry VIII is Henry the eighth."""
NUMERAL = r"(?P<numeral>(?=[IVXLC]{2}|[IVX](?![\w']))(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?<! )\b(?![.'’]\w|-[A-Z])"
"""Up to 99; of single letters only those that are not rather names of kinds (``Type C``)."""
ONE = (
    r"(?! I (?:am|was|have|had|will|can|do|like|want|need|know|think|see|read|saw|loved?|liked|hated?|wanted|needed)\b)"
)
"""I, the speaker, is no numeral."""
AFTER_WORD = re.compile(rf"\b(?P<word>{COUNTED}){ONE} {NUMERAL}")
AFTER_SMALL = re.compile(rf"\b(?P<word>{COUNTED.lower()})(?! I\b) {NUMERAL}")
AFTER_NAME = re.compile(rf"\b(?P<word>{REGNAL})(?! I\b(?! (?:and|of|was|the)\b)) {NUMERAL}")
"""A first of his name is rarely called so; ``John I saw`` is more frequent."""


def read(text: str) -> str:
    """Every Roman numeral that is surely one in words."""
    for pattern in (AFTER_WORD, AFTER_SMALL):
        text = pattern.sub(lambda found: f"{found['word']} {cardinal(value(found['numeral']))}", text)
    return AFTER_NAME.sub(lambda found: f"{found['word']} the {ordinal(value(found['numeral']))}", text)


def value(numeral: str) -> int:
    """``XIV`` → 14."""
    values = [VALUES[letter] for letter in numeral]
    return sum(-first if first < second else first for first, second in pairwise([*values, 0]))
