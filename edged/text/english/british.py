"""What Britain reads otherwise than America: "and" within numbers, the day before the month, metres and litres."""

from __future__ import annotations

import re

from hibari.g2p.numbers import ONES, TENS

from edged.text.english.numerals import MONTHS, ordinal

LONGEST_MONTH = 31
SCALE = "thousand|million|billion|trillion"
ONE = "|".join(ONES[1:10])
SMALL = f"(?:(?:{'|'.join(filter(None, TENS))})(?: (?:{ONE}))?|{'|'.join(ONES[10:])}|{ONE})"
SMALL_ORDINAL = "|".join(sorted({ordinal(number) for number in range(1, 100)}, key=len, reverse=True))
COUNT = rf"(?:{'|'.join(filter(None, ONES + TENS))}|hundred|{SCALE})"

NUMERIC_DATE = re.compile(r"\b(?P<day>\d{1,2})(?P<sign>[/-])(?P<month>\d{1,2})(?P=sign)(?P<year>(?:20)?\d\d|19\d\d)\b")
ON_A_DATE = re.compile(r"(?<=\b[Oo]n )(?P<day>\d{1,2})/(?P<month>\d{1,2})(?P<year>)(?![\d/])")
AFTER: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\bhundred (?=(?:{SMALL}|{SMALL_ORDINAL})\b)"), "hundred and "),
    (
        re.compile(rf"\b({SCALE}) (?=(?:{SMALL_ORDINAL})\b|{SMALL}\b(?! (?:{ONE}|hundred|{SCALE})\b))"),
        r"\1 and ",
    ),
    (re.compile(rf"\b({'|'.join(MONTHS)}) (?=(?:{SMALL_ORDINAL})\b)"), r"\1 the "),
    (re.compile(r"\b(kilo|centi|milli|micro|nano)?(lit|(?<=[iok])met)er(s?)\b"), r"\1\2re\3"),
    (re.compile(rf"\b(square|cubic|per|{COUNT}) meter(s?)\b"), r"\1 metre\2"),
)
"""On text in words."""


def before(text: str) -> str:
    """``5/3/2026`` → "5 March 2026", where there is such a day; other rules read that."""
    for pattern in (NUMERIC_DATE, ON_A_DATE):
        text = pattern.sub(_written_out, text)
    return text


def _written_out(found: re.Match[str]) -> str:
    day, month, in_year = int(found["day"]), int(found["month"]), found["year"]
    if not (1 <= month <= len(MONTHS) and 1 <= day <= LONGEST_MONTH):
        return found[0]
    full = f"20{in_year}" if len(in_year) == 2 else in_year  # noqa: PLR2004 - two digits
    return f"{day} {MONTHS[month - 1]} {full}".rstrip()


def after(words: str) -> str:
    """Text in American words as a Briton says it: "two hundred five" → "two hundred and five"."""
    for pattern, said in AFTER:
        words = pattern.sub(said, words)
    return words
