"""Values of SSML's attributes as ours; None where a value is not understood.

Sources: W3C, Speech Synthesis Markup Language 1.1 (2010), and the W3C note "SSML 1.0 say-as attribute values" (2005).
"""

from __future__ import annotations

import math
import re

from edged.text import pinyin
from edged.text.contract import SayAsKind

NUMBER = r"[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6}"
TIME = re.compile(rf"\+?(?P<number>{NUMBER}) ?(?P<unit>m?s)")
FACTOR = re.compile(rf"(?P<sign>[+-]?)(?P<number>{NUMBER})(?P<percent>%?)")
SEMITONES = re.compile(rf"(?P<sign>[+-]?)(?P<number>{NUMBER}) ?st")
DECIBELS = re.compile(rf"(?P<sign>[+-]?)(?P<number>{NUMBER}) ?dB", re.IGNORECASE)

BREAKS_S = {"none": 0.0, "x-weak": 0.25, "weak": 0.5, "medium": 0.75, "strong": 1.0, "x-strong": 1.25}
"""Seconds by ``strength``. SSML leaves the lengths open; these are those of Microsoft's documentation of ``break``."""
RATES = {"x-slow": 0.5, "slow": 0.71, "medium": 1.0, "default": 1.0, "fast": 1.41, "x-fast": 2.0}
"""Factors by name: from the slowest to the fastest that a request may ask for, in even steps to the ear."""
PITCHES = {"x-low": -6.0, "low": -3.0, "medium": 0.0, "default": 0.0, "high": 3.0, "x-high": 6.0}
"""Semitones by name: likewise."""
VOLUMES = {"silent": 0.0, "x-soft": 0.25, "soft": 0.5, "medium": 1.0, "default": 1.0, "loud": 1.41, "x-loud": 2.0}
"""Factors on the amplitude by name, 6 dB apart below and 3 dB above the middle."""

KINDS: dict[str, SayAsKind] = {
    "date": "date",
    "time": "time",
    "currency": "currency",
    "cardinal": "cardinal",
    "number": "cardinal",
    "ordinal": "ordinal",
    "digits": "digits",
    "telephone": "telephone",
    "spell": "spell",
    "spell-out": "spell",
    "characters": "spell",
    "verbatim": "spell",
}
"""``interpret-as`` -> what it is to us."""
KINDS_OF_NUMBER: dict[str, SayAsKind] = {
    "cardinal": "cardinal",
    "ordinal": "ordinal",
    "digits": "digits",
    "telephone": "telephone",
}
"""``format`` of ``interpret-as="number"``."""
DETAILS: dict[SayAsKind, re.Pattern[str]] = {
    "date": re.compile(r"mdy|dmy|ymd|ydm|md|dm|ym|my|d|m|y"),
    "time": re.compile(r"hms(?:12|24)"),
    "currency": re.compile(r"[A-Z]{3}"),
    "telephone": re.compile(r"[0-9]{1,3}"),
}
"""What ``format`` may be: fields of a date in their order, the hours of a day, an ISO 4217 code, a country code."""
REPEATED = re.compile(r"([dmy])\1{1,3}")

ALPHABETS = {
    "": "ipa",
    "ipa": "ipa",
    "py": "pinyin",
    "pinyin": "pinyin",
    "x-pinyin": "pinyin",
}
"""``alphabet`` of ``phoneme`` -> ours."""
BETWEEN_SYLLABLES = re.compile(r"(?<=[0-5])[\s'’-]*|[\s'’-]+")


def seconds(value: str) -> float | None:
    """``1.5s``, ``300ms``."""
    found = TIME.fullmatch(value)
    return float(found["number"]) / (1000.0 if found["unit"] == "ms" else 1.0) if found else None


def rate(value: str, current: float) -> float | None:
    """The factor on the speed: a name replaces the current one; ``120%``, ``+20%`` and ``1.2`` multiply it."""
    change = _factor(value)
    return RATES.get(value, None if change is None else current * change)


def pitch(value: str, current: float) -> float | None:
    """Semitones: a name replaces the current ones; ``+2st`` and ``-10%`` are added to them. No Hertz."""
    found = SEMITONES.fullmatch(value)
    if found:
        return current + _signed(found)
    change = _factor(value) if value.endswith("%") else None
    return PITCHES.get(value, current + 12.0 * math.log2(change) if change else None)


def volume(value: str, current: float) -> float | None:
    """The factor on the amplitude: a name replaces the current one, ``80`` too, 100 being the loudness of the request.

    ``+6dB``, ``+20%`` and ``50%`` change the current one.
    """
    found = DECIBELS.fullmatch(value)
    if found:
        return current * math.pow(10.0, min(_signed(found), 100.0) / 20.0)
    if value.endswith("%"):
        change = _factor(value)
        return None if change is None else current * change
    plain = FACTOR.fullmatch(value)
    absolute = float(plain["number"]) / 100.0 if plain and not plain["sign"] else None
    return VOLUMES.get(value, absolute)


def kind_of(interpret_as: str, form: str) -> SayAsKind | None:
    """What a text is said as."""
    of_number = KINDS_OF_NUMBER.get(form) if interpret_as == "number" else None
    return of_number or KINDS.get(interpret_as)


def detail_of(kind: SayAsKind, form: str) -> str | None:
    """``format`` as we know it: ``yyyymmdd`` is ``ymd``."""
    plain = REPEATED.sub(r"\1", form.lower()) if kind == "date" else form
    allowed = DETAILS.get(kind)
    return plain if allowed is not None and allowed.fullmatch(plain) else None


def syllables(value: str) -> str:
    """Pinyin with tone numbers or tone marks, its syllables parted by single spaces: ``ni3hao3`` is ``ni3 hao3``.

    Raises ``ValueError`` with the first that is no syllable.
    """
    return " ".join(_syllable(part) for part in BETWEEN_SYLLABLES.split(value) if part)


def _syllable(written: str) -> str:
    parsed = pinyin.parse_syllable(written)
    if parsed is not None:
        return f"{parsed[0]}{parsed[1]}"
    marked = None if written.isascii() else pinyin.from_marks("", written.lower())
    if marked is None:
        raise ValueError(written[: pinyin.LONGEST])
    return marked


def _factor(value: str) -> float | None:
    """``120%``, ``+20%`` and ``1.2`` are all 1.2; nothing below zero."""
    found = FACTOR.fullmatch(value)
    if found is None or (found["sign"] and not found["percent"]):
        return None
    number = _signed(found) / (100.0 if found["percent"] else 1.0)
    return max(1.0 + number, 0.0) if found["sign"] else number


def _signed(found: re.Match[str]) -> float:
    return float(found["number"]) * (-1.0 if found["sign"] == "-" else 1.0)
