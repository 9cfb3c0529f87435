"""Text whose kind is given (SSML's ``say-as``) in characters."""

from __future__ import annotations

import re

from edged.text.contract import SayAsKind
from edged.text.mandarin import codes
from edged.text.mandarin.calendar import clock, date
from edged.text.mandarin.characters import clean
from edged.text.mandarin.normalize import normalize
from edged.text.mandarin.numerals import NUM, digits, spoken
from edged.text.mandarin.quantities import money

FIGURES = re.compile(r"\d{1,16}")
NUMBER = re.compile(rf"\s*([-+]?(?:{NUM}))\s*")
TELEPHONE = re.compile(r"[+()（）\d -]+")
DIGITS = re.compile(r"\d+")
YEAR = re.compile(r"\d{4}")
PARTS, MONTHS = 3, 12


def read(text: str, kind: SayAsKind, detail: str | None = None) -> str:
    """The text as its kind is read; text that is nothing of the kind is read like any other."""
    text = clean(text).strip()
    if kind == "date":
        words = _date(text, detail or "")
    elif kind == "time":
        words = _time(text)
    else:
        words = _spelt(text) if kind == "spell" else _figures(text, kind)
    return normalize(words or text)


def _figures(text: str, kind: SayAsKind) -> str:
    if kind == "telephone":
        plus = "加" if text.startswith("+") else ""
        return plus + codes.grouped(text.lstrip("+")) if TELEPHONE.fullmatch(text) else ""
    if kind == "digits":
        return DIGITS.sub(lambda found: digits(found[0]), text)
    number = NUMBER.fullmatch(text)
    if not number:
        return ""
    if kind == "currency":
        return money(number[1], "元")
    return f"第{spoken(number[1])}" if kind == "ordinal" else spoken(number[1])


def _date(text: str, order: str) -> str:
    """Figures in the order ``y``, ``m``, ``d`` of SSML's ``format``; a group of four is the year where it has none."""
    found = FIGURES.findall(text)
    if len(found) == 1 and len(found[0]) == 8:  # noqa: PLR2004 - 20261125
        found = [found[0][:4], found[0][4:6], found[0][6:]]
    order = "".join(filter("ymd".__contains__, order.lower())) or _order(found)
    if len(found) != len(order) or len(set(order)) != len(order):
        return ""
    parts = dict(zip(order, found, strict=True))
    return date(parts.get("y", ""), parts.get("m", ""), parts.get("d", "")) or ""


def _order(figures: list[str]) -> str:
    """The usual one: year first, else month first unless there is no such month."""
    if len(figures) != PARTS:
        return "ym" if YEAR.fullmatch(figures[0] if figures else "") else "md"
    if not YEAR.fullmatch(figures[-1]):
        return "ymd"
    return "dmy" if int(figures[0]) > MONTHS else "mdy"


def _time(text: str) -> str:
    found = FIGURES.findall(text)
    if not re.fullmatch(r"[\d:：]+", text) or not 1 <= len(found) <= PARTS:
        return ""
    return clock(found[0], found[1] if len(found) > 1 else "00", found[2] if len(found) > 2 else None) or ""  # noqa: PLR2004


def _spelt(text: str) -> str:
    """Every letter and figure by itself."""
    return " ".join(digits(char) if char.isdigit() else char for char in text if not char.isspace())
