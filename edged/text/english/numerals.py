"""Figures in words: cardinals, ordinals, decimals, years, codes, and whatever figures the other rules left."""

from __future__ import annotations

import re

from hibari.g2p import numbers

NUM = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
"""A number as it is written, without its sign."""
LONGEST_CARDINAL = 9
"""Digits of a bare number read as one number; longer ones are codes and read digit by digit."""
LONGEST_GROUPED = 33
"""Digits of the largest number that has a name; with commas in it, it is no code."""
LONGEST_IN_NAME = 2
"""Digits of a figure stuck to letters that is read as one number: "ESP32", but "H264" digit by digit."""
YEARS = range(1900, 2100)
YEARS_AFTER_WORDS = range(1010, 2100)

MONTHS = "January February March April May June July August September October November December".split()
YEAR_BEFORE = frozenset(
    "in since year of summer winter spring autumn fall during circa early late mid christmas easter"
    " january february march april may june july august september october november december".split()
)
CODE_BEFORE = frozenset("pin code passcode password extension otp".split())
CALL_BEFORE = frozenset("call dial ring phone".split())

BARE = re.compile(r"\d[\d,]*(?:\.\d+)*|\.\d+")
WORD_BEFORE = re.compile(r"([A-Za-z]+)(?: is)?[ :#]*$")
YEARS_TO = re.compile(r" to (?:1[5-9]|20)\d\d\b(?! [a-z]+s\b)")
PLURAL_AFTER = re.compile(r" [a-z]+s\b")


def cardinal(number: int) -> str:
    """``1234`` → "one thousand two hundred thirty four"; American, so without "and"."""
    return _plain(numbers.cardinal(number))


def ordinal(number: int) -> str:
    """``22`` → "twenty second"."""
    return _plain(numbers.ordinal(number))


def year(number: int) -> str:
    """``1905`` → "nineteen oh five", ``2005`` → "two thousand five", ``2026`` → "twenty twenty six"."""
    return _plain(numbers.year(number))


def digits(figures: str) -> str:
    """``0142`` → "zero one four two"; anything but digits is passed over."""
    return " ".join(numbers.ONES[int(figure)] for figure in figures if figure.isdecimal())


def spoken(figures: str) -> str:
    """A number as it is written (``-1,250.50``) in words; a fraction of nothing but zeros is left out."""
    negative = figures.startswith("-")
    whole, _, fraction = figures.lstrip("-+").replace(",", "").partition(".")
    grouped = "," in figures and len(whole) <= LONGEST_GROUPED
    words = (cardinal(int(whole)) if grouped else _whole(whole)) if whole else ""
    if fraction.strip("0"):
        words = f"{words} point {digits(fraction)}".strip()
    return f"minus {words}" if negative else words or "zero"


def is_one(figures: str) -> bool:
    """Whether what is counted stands in the singular."""
    return re.fullmatch(r"-?1(?:\.0+)?", figures) is not None


def plural(words: str) -> str:
    """``nineteen ninety`` → "nineteen nineties"."""
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith(("x", "s")) else "s")


def read(text: str) -> str:
    """Every figure still in the text, in words and set apart from letters."""
    return BARE.sub(lambda found: _in_words(text, found), _SUFFIXED.sub(_suffixed, text))


_SUFFIXED = re.compile(r"(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+|\d{1,9})(?P<suffix>st|nd|rd|th|'?s)(?![A-Za-z])")


def _suffixed(found: re.Match[str]) -> str:
    number = int(found["number"].replace(",", ""))
    if found["suffix"] in {"st", "nd", "rd", "th"}:
        return ordinal(number)
    return plural(year(number) if number in YEARS_AFTER_WORDS else cardinal(number))


def _in_words(text: str, found: re.Match[str]) -> str:
    """One figure with its sign, a space on each side where a letter stands."""
    before, after = text[: found.start()], text[found.end() :]
    figures = found[0].rstrip(",")
    tail = found[0][len(figures) :]
    spelt = before[-1:].isalpha() and figures.isdigit() and len(figures) > LONGEST_IN_NAME
    words = digits(figures) if spelt else _by_context(before, figures, after)
    left = " " if before[-1:].isalnum() else ""
    right = " " if after[:1].isalpha() and not tail else ""
    return f"{left}{words}{tail}{right}"


def _by_context(before: str, figures: str, after: str) -> str:
    """How a figure is read, given the word before it and what comes after it."""
    if not re.fullmatch(NUM, figures):
        return _list(figures)
    match = WORD_BEFORE.search(before[-40:])
    previous = match[1].lower() if match else ""
    if figures.isdigit():
        if previous in CODE_BEFORE or (previous in CALL_BEFORE and len(figures) >= 3 and not PLURAL_AFTER.match(after)):  # noqa: PLR2004 - 911
            return digits(figures)
        if len(figures) == 4 and _is_year(int(figures), previous, after):  # noqa: PLR2004 - years have four
            return year(int(figures))
    return spoken(figures)


def _is_year(number: int, previous: str, after: str) -> bool:
    if YEARS_TO.match(after):
        return number in YEARS_AFTER_WORDS
    if previous in YEAR_BEFORE:
        return number in YEARS_AFTER_WORDS
    return number in YEARS and not PLURAL_AFTER.match(after)


def _list(figures: str) -> str:
    """``1.2.3`` point by point, ``1,2,3`` as separate numbers, ``1.000.000`` with the points of other countries."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", figures):
        return spoken(figures.replace(".", ""))
    if figures.count(".") > 1:
        return " point ".join(_whole(part) for part in figures.split(".") if part)
    return ", ".join(spoken(part) for part in figures.split(",") if part)


def _whole(figures: str) -> str:
    """A row of digits as one number, or digit by digit where it is a code."""
    if len(figures) > LONGEST_CARDINAL or (figures.startswith("0") and len(figures) > 1):
        return digits(figures)
    return cardinal(int(figures))


def _plain(words: str) -> str:
    """num2words spelling without hyphens, commas and "and"."""
    return " ".join(word for word in re.split(r"[^a-z]+", words) if word != "and")
