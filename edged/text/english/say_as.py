"""Text whose kind is told (SSML's ``say-as``) in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from hibari.g2p import numbers

from edged.text.characters import one_line
from edged.text.contract import SayAsKind
from edged.text.english import british as variety
from edged.text.english.addresses import SIGNS
from edged.text.english.dates import clock
from edged.text.english.numerals import MONTHS, digits, ordinal, year
from edged.text.english.quantities import counted
from edged.text.english.units import MONEY, UNITS
from edged.text.normalize import normalize

LONGEST = 33
"""Characters of the largest number that has a name."""
NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d+))?")
ORDINAL = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)?", re.IGNORECASE)
FIELD = re.compile(r"\d+|[^\W\d_]+")
TELEPHONE = re.compile(r"\d+|[A-Za-z]+|[+#*]")
TELEPHONE_SIGNS = {"+": "plus", "#": "hash", "*": "star", "x": "extension", "ext": "extension"}
DAY_SUFFIX = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
YEAR_FIGURES = 4
ORDERS = frozenset("mdy dmy ymd ydm md dm ym my y m d".split())
TIME = re.compile(
    r"(?P<h>\d{1,2})(?:[:.h]?(?P<m>[0-5]\d)(?:[:.](?P<s>[0-5]\d))?)?\s*(?:(?P<half>[ap])\.?m\.?)?", re.IGNORECASE
)
LAST_HOUR, NOON = 24, 12


def read(kind: SayAsKind, text: str, detail: str | None = None, *, british: bool = False) -> str:
    """What is read for a text of this kind; a text that is not of its kind is read as it stands.

    ``detail`` orders the fields of a date (``mdy``, ``dmy``, ``ym`` …) or names the currency of a bare figure
    (``USD``); for other kinds it changes nothing, because the text says as much.
    """
    words = KINDS[kind](one_line(text), (detail or "").strip())
    if words is None:
        return normalize(text, british=british)
    return variety.after(words) if british else words


def _cardinal(text: str, _: str) -> str | None:
    found = NUMBER.fullmatch(text)
    if not found or len(text) > LONGEST:
        return None
    sign, fraction = ("minus " if found["sign"] == "-" else ""), found["fraction"]
    return f"{sign}{_named(found['whole'], numbers.cardinal)}" + (f" point {digits(fraction)}" if fraction else "")


def _ordinal(text: str, _: str) -> str | None:
    found = ORDINAL.fullmatch(text)
    return _named(found["whole"], numbers.ordinal) if found and len(text) <= LONGEST else None


def _named(figures: str, name: Callable[[int], str]) -> str:
    words = re.findall(r"[a-z]+", name(int(figures.replace(",", ""))))
    return " ".join(word for word in words if word != "and")


def _spelt(text: str, _: str) -> str | None:
    """Every letter, figure and sign by its name, groups apart."""
    groups = (" ".join(filter(None, map(_name, group))) for group in text.split())
    return ", ".join(filter(None, groups)) or None


def _name(char: str) -> str:
    """The full stop keeps an A from being read as the article."""
    if char.isalpha():
        return "A." if char in "aA" else char.upper()
    return digits(char) if char.isdecimal() else SIGNS.get(char, "")


def _telephone(text: str, _: str) -> str | None:
    """Group by group; letters as they stand, which is how "1-800-FLOWERS" is meant."""
    groups = (TELEPHONE_SIGNS.get(part.lower()) or digits(part) or part for part in TELEPHONE.findall(text))
    return ", ".join(groups).replace("plus, ", "plus ").replace("extension, ", "extension ") or None


def _date(text: str, detail: str) -> str | None:
    """A date by the order of its fields; a year of two figures is one of this century."""
    order, fields = detail.lower(), re.findall(FIELD, DAY_SUFFIX.sub("", text))
    if order not in ORDERS or len(fields) != len(order):
        return None
    found = dict(zip(order, fields, strict=True))
    month = _month(found["m"]) if "m" in found else ""
    figures = [found[key] for key in "dy" if key in found]
    if month is None or not all(figure.isdecimal() and len(figure) <= YEAR_FIGURES for figure in figures):
        return None
    day, in_year = found.get("d"), found.get("y")
    if in_year:
        in_year = year(int(f"20{in_year}" if len(in_year) == 2 else in_year))  # noqa: PLR2004 - two digits
    first = " ".join(filter(None, (month, ordinal(int(day)) if day else "")))
    return (", " if day else " ").join(filter(None, (first, in_year)))


def _month(field: str) -> str | None:
    """The name of a month given by number or by its first letters."""
    if field.isdecimal():
        return MONTHS[int(field) - 1] if 1 <= int(field) <= len(MONTHS) else None
    return next((name for name in MONTHS if name.lower().startswith(field.lower()[:3])), None)


def _time(text: str, _: str) -> str | None:
    found = TIME.fullmatch(text)
    if not found:
        return None
    half = (found["half"] or "").lower()
    hour, minute, second = (int(found[key] or 0) for key in "hms")
    if hour > (NOON if half else LAST_HOUR):
        return None
    return clock(hour, minute, half or None) + (f" and {counted(str(second), UNITS['s'])}" if second else "")


def _currency(text: str, detail: str) -> str | None:
    """A sum with its sign reads itself; a bare figure takes the currency from the detail."""
    return normalize(f"{text} {detail}") if detail in MONEY and NUMBER.fullmatch(text) else None


KINDS: dict[SayAsKind, Callable[[str, str], str | None]] = {
    "date": _date,
    "time": _time,
    "currency": _currency,
    "cardinal": _cardinal,
    "ordinal": _ordinal,
    "digits": _spelt,
    "telephone": _telephone,
    "spell": _spelt,
}
"""Each takes the text and the detail and gives words, or None for a text that is not of its kind."""
