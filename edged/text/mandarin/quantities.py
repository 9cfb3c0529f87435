"""Amounts with units, money, temperatures and shares in characters."""

from __future__ import annotations

import re
from collections.abc import Callable

from edged.text.mandarin.numerals import NUM, START, amount, counted, spoken
from edged.text.mandarin.relations import MINUS
from edged.text.mandarin.units import MONEY, PARTS, PER, UNITS, alternatives

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

SIGN = alternatives(MONEY)
FROM_TO = rf"(?:(?P<minus>{MINUS})\s?)?{START}(?:(?P<low>-?(?:{NUM}))到)?(?P<n>-?(?:{NUM}))"
"""``5``, ``-5``, and ``3到5`` as ranges are written when they come here."""
SCALE = r"\s?(?P<scale>[万亿千百]{0,2})"
DEGREES = ("摄氏度", "华氏度", "度")
NOT_AMPERES = re.compile(r"\s?[级景座栋区排楼]")
SIGN_FIRST = re.compile(
    rf"(?:(?P<minus>{MINUS})\s?)?(?P<sign>{SIGN})\s?(?:(?P<low>{NUM})到(?:{SIGN})?)?(?P<n>{NUM}){SCALE}(?:元(?!素))?"
)
SIGN_LAST = re.compile(rf"{FROM_TO}{SCALE}(?P<sign>{SIGN})(?![A-Za-z\d])")
SHARE = re.compile(rf"{FROM_TO}\s?(?P<sign>{alternatives(PARTS)})(?![A-Za-z])")
DURATION = re.compile(r"(?<![\d.])(?P<h>\d{1,3})h\s?(?P<m>\d{1,2})m(?:in)?(?![A-Za-z])")
UNIT = rf"(?P<unit>{alternatives(UNITS)})(?![A-Za-z\d²³])"
RATE = rf"(?:\s?/\s?(?P<per>{alternatives(PER)})(?![A-Za-z]))?"
MEASURE = re.compile(rf"{FROM_TO}\s?{UNIT}{RATE}")
WRITTEN_DEGREES = re.compile(rf"{FROM_TO}\s?(?P<unit>摄氏度|华氏度|度)")
WRITTEN_MONEY = re.compile(rf"(?P<n>{START}(?:{NUM}))(?=\s?(?:元|块|角|毛|美元|欧元|英镑|日元|港元))")
WRITTEN_RATE = re.compile(
    r"(?<=[元块次度米克升人个斤片粒里位转])\s?/\s?(?=[天日月年周时分秒次人斤升个位晚间平小公千]|[msh](?![A-Za-z]))"
)
LONE_PER = re.compile(r"(?<=每)(?P<unit>[msh](?![A-Za-z])|分(?!钟))")


def read(text: str) -> str:
    """Every amount of the text in characters."""
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text


def money(figures: str, name: str, scale: str = "") -> str:
    """``12.50``, 元 -> 十二点五元."""
    return f"{amount(figures)}{scale}{name}"


def _money(found: re.Match[str]) -> str:
    low = f"{amount(found['low'])}到" if found["low"] else ""
    return _below(found, "负") + low + money(found["n"], MONEY[found["sign"]], found["scale"])


def _share(found: re.Match[str]) -> str:
    low = f"{spoken(found['low'])}到" if found["low"] else ""
    hundred = found["n"] == "100" and found["sign"] == "%" and not low
    return _below(found, "负") + PARTS[found["sign"]] + low + ("百" if hundred else spoken(found["n"]))


def _duration(found: re.Match[str]) -> str:
    return f"{counted(found['h'])}小时{counted(found['m'])}分钟"


def _measure(found: re.Match[str]) -> str:
    if found["unit"] == "A" and NOT_AMPERES.match(found.string, found.end()):
        return found[0]
    name = UNITS[found["unit"]] + (f"每{PER[found['per']]}" if found["per"] else "")
    if name.endswith(DEGREES):
        return _temperature(found, name)
    low = f"{counted(found['low'])}到" if found["low"] else ""
    unit, _, per = name.partition("每")
    return (f"每{per}" if per else "") + _below(found, "负") + low + amount(found["n"]) + unit


def _temperature(found: re.Match[str], name: str) -> str:
    low = f"{_degrees(found['low'])}到" if found["low"] else ""
    return _below(found, "零下") + low + _degrees(found["n"]) + name


def _degrees(figures: str) -> str:
    return f"零下{amount(figures[1:])}" if figures.startswith("-") else amount(figures)


def _below(found: re.Match[str], word: str) -> str:
    return word if found["minus"] else ""


RULES: tuple[Rule, ...] = (
    (SIGN_FIRST, _money),
    (SIGN_LAST, _money),
    (SHARE, _share),
    (DURATION, _duration),
    (MEASURE, _measure),
    (WRITTEN_DEGREES, lambda found: _temperature(found, found["unit"])),
    (WRITTEN_MONEY, lambda found: amount(found["n"])),
    (WRITTEN_RATE, lambda _: "每"),
    (LONE_PER, lambda found: PER[found["unit"]]),
)
"""In the order in which they are tried."""
