"""How figures stand to each other: ranges, scores, sums, fractions, places in an order."""

from __future__ import annotations

import re
from collections.abc import Callable

from edged.text.mandarin.numerals import NUM, START, cardinal

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

MINUS = r"(?<![\dA-Za-z)）%.年月日点号度])-"
"""A stroke that is a sign and joins nothing."""
NAMED = (
    "平方米|公里|千米|厘米|毫米|毫克|毫升|公斤|千克|小时|分钟|摄氏度|年级|%|‰|°C|"
    "[元块次度米克升人个斤岁天日月年周点时分号楼层页级件张位条]"
)
"""What may stand between the first number of a range and the stroke."""
RANGE = re.compile(
    rf"(?P<low>(?:{MINUS})?{START}(?:{NUM}))(?P<of>\s?(?:{NAMED}))?\s?(?:[-~–]|—{{1,2}})\s?"
    rf"(?P<high>-?(?:{NUM}))(?!\s?[-/=]|\.)"
)
PRICES = re.compile(r"(?<=\d)\s?[-~—–]\s?(?=[¥$€£])")
NAMES = {"+": "加", "-": "减", "×": "乘", "x": "乘", "X": "乘", "*": "乘", "÷": "除以", "/": "除以"}
SUM = re.compile(r"(?<=[\d)）])\s?(?P<sign>[+\-×xX*÷/])\s?(?=[\d(（][\d.,+\-×xX*÷/()（） ]{0,40}=)")
TIMES = re.compile(r"(?<=[\da-z])\s?(?P<sign>[×÷])\s?(?=\d)|(?<=\d)\s?(?P<letter>[xX*])\s?(?=\d)")
PLUS = re.compile(r"(?<=\d)\s?(?P<sign>\+)\s?(?=\d)")
SCORE = re.compile(r"(?:(?<=比分)|(?<=比分[为是])|(?<=战成))(?P<a>\d{1,3})[-:：](?P<b>\d{1,3})(?!\d)")
RATIO = re.compile(r"(?<![\d:.])(?P<a>\d{1,4})\s?[:：]\s?(?P<b>\d{1,4})(?![\d:.])")
PRESSURE = re.compile(
    r"(?<![\d./])(?P<a>\d{2,3})/(?P<b>\d{2,3})(?=\s?(?:mmHg|毫米汞柱))|(?<=血压)(?P<c>\d{2,3})/(?P<d>\d{2,3})(?!\d)"
)
FRACTION = re.compile(r"(?<![\d./])(?:(?P<whole>\d{1,4})\s)?(?P<part>\d{1,4})\s?/\s?(?P<of>[1-9]\d{0,3})(?![\d/.])")
ORDINAL = re.compile(r"第\s?(?P<n>\d{1,16})(?:到(?P<to>\d{1,16}))?(?![\d.])")
NUMBER = re.compile(r"(?<![A-Za-z])(?:[Nn][Oo]\.\s?|#)(?P<n>\d{1,4})(?![\d.#])")


def read(text: str) -> str:
    """Every relation in characters, or, where its figures need what stands behind them, with a word for its sign."""
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text


def _range(found: re.Match[str]) -> str:
    """From less to more is a range; anything else stays."""
    low, high = (float(found[name].replace(",", "")) for name in ("low", "high"))
    if low >= high and not found["of"]:
        return found[0]
    return f"{found['low']}{found['of'] or ''}到{found['high']}"


def _versus(found: re.Match[str]) -> str:
    return f"{cardinal(found['a'])}比{cardinal(found['b'])}"


def _pressure(found: re.Match[str]) -> str:
    return f"{found['a'] or found['c']}比{found['b'] or found['d']}"


def _sign(found: re.Match[str]) -> str:
    return NAMES[found[0].strip()]


def _fraction(found: re.Match[str]) -> str:
    whole = f"{cardinal(found['whole'])}又" if found["whole"] else ""
    return f"{whole}{cardinal(found['of'])}分之{cardinal(found['part'])}"


def _ordinal(found: re.Match[str]) -> str:
    return f"第{cardinal(found['n'])}" + (f"到{cardinal(found['to'])}" if found["to"] else "")


def _number(found: re.Match[str]) -> str:
    return f"{cardinal(found['n'])}号"


RULES: tuple[Rule, ...] = (
    (SCORE, _versus),
    (RATIO, _versus),
    (PRESSURE, _pressure),
    (SUM, _sign),
    (RANGE, _range),
    (PRICES, lambda _: "到"),
    (TIMES, _sign),
    (PLUS, _sign),
    (FRACTION, _fraction),
    (ORDINAL, _ordinal),
    (NUMBER, _number),
)
"""In the order in which they are tried."""
