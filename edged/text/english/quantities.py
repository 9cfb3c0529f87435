"""Amounts with units, money, temperatures, percentages, fractions and ranges in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from edged.text.english.numerals import NUM, cardinal, is_one, ordinal, spoken
from edged.text.english.units import MONEY, PER, SCALES, UNITS

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

FRACTIONS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
DECADE_BEFORE = frozenset("the early late mid his her their my your our".split())
WHOLES = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 32, 100})
"""What a fraction is a fraction of; other pairs with a slash are no fractions."""
OUT_OF = frozenset({10, 100})
LEAST_PRESSURE = 30
PLACE = (
    r"(?i:\b(?:flat|room|seat|gate|unit|apartment|apt|suite|row|block|building|house|number|no|bus|line|platform|class|"
    r"grade|bay|terminal|zone|dock|aisle|step|phase|section|version|track|stop|exit|door|level|floor|stand|table|plot|ward|bed|wing|desk|counter|locker|lot|cabin|lane|pier|box"
    r") )"
)
"""A letter after a figure is the name of a place here, not a unit: "Flat 3A"."""

PRODUCT = re.compile(r"[\d.]+\s*(?:=|is\b|equals\b|makes\b)")
ARTICLE = re.compile(r"\b[Aa]n? (?:[\d.,]+\s?[A-Za-z]+ )?$")
"""Before a measure that stands for an adjective: "a 10 m rope", "a 12 V 2 A supply"."""
DIMENSION = (
    "wide|tall|long|high|deep|thick|across|apart|monitor|screen|pipe|to the left|to the right|above|below|from the"
)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


N = rf"(?:{NUM})"
HEAD = r"(?<![\w.,])"
SIGN = _alternatives(MONEY)
RATE = rf"(?:\s?/\s?(?P<per>{_alternatives(PER)})(?!\w))?"
UNIT = rf"(?P<unit>{_alternatives(UNITS)})(?![\w²³]){RATE}(?:\.(?=\s[a-z]))?"


def read(text: str) -> str:
    """Every amount of the text in words."""
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text


def counted(figures: str, names: tuple[str, str]) -> str:
    """``2.0``, ("hour", "hours") → "two hours"."""
    return f"{spoken(figures)} {names[0] if is_one(figures) else names[1]}"


def _quantity(found: re.Match[str]) -> str:
    sign, figures, unit = found["minus"] or "", found["n"], found["unit"]
    if unit == "K" and float(figures.replace(",", "")) < 1000:  # noqa: PLR2004 - "4K" is a screen, "2700 K" a lamp
        return found[0]
    per = f" per {PER[found['per']]}" if found["per"] else ""
    first = f"{spoken(found['first'])} to " if found["first"] else ""
    if first and sign:
        first, sign = f"minus {first}", ""
    return first + counted(sign + figures, _as_placed(UNITS[unit], found)) + per


def _as_placed(names: tuple[str, str], found: re.Match[str]) -> tuple[str, str]:
    """The singular for both where an article stands before the measure."""
    return (names[0], names[0]) if ARTICLE.search(found.string, 0, found.start()) else names


def _inches(found: re.Match[str]) -> str:
    """Not where the sign closes a quotation."""
    if found["sign"] == '"' and found.string.count('"', 0, found.start()) % 2:
        return found[0]
    names = ("foot", "feet") if found["sign"] == "'" else ("inch", "inches")
    return counted(found["n"], _as_placed(names, found))


def _seconds(found: re.Match[str]) -> str:
    """Seconds in "in 30s"; not in "the 90s" and "in her 30s"."""
    before = found["before"] or ""
    return found[0] if before.strip().lower() in DECADE_BEFORE else before + counted(found["n"], UNITS["s"])


def _duration(found: re.Match[str]) -> str:
    names = {"d": ("day", "days"), "h": ("hour", "hours"), "m": ("minute", "minutes"), "s": ("second", "seconds")}
    parts = [(found[key], names[key]) for key in names if found[key]]
    if len(parts) < 2:  # noqa: PLR2004 - a single one is an ordinary quantity
        return found[0]
    return " ".join(counted(figures, words) for figures, words in parts)


def _money(found: re.Match[str]) -> str:
    return _sum(found) + (f" per {PER[found['per']]}" if found["per"] else "")


def _sum(found: re.Match[str]) -> str:
    minus = "minus " if found["minus"] else ""
    one, several, cent, cents = MONEY[found["sign"]]
    one, several = _as_placed((one, several), found)
    figures, scale = found["n"], found["scale"]
    whole, _, fraction = figures.replace(",", "").partition(".")
    first = f"{spoken(found['first'])} to " if found.groupdict().get("first") else ""
    if scale:
        return f"{minus}{first}{spoken(figures)} {SCALES[scale]} {several}"
    if len(fraction) != 2 or fraction == "00":  # noqa: PLR2004 - hundredths
        return f"{minus}{first}{spoken(figures)} {one if is_one(figures) and not first else several}"
    small = f"{cardinal(int(fraction))} {cent if fraction == '01' else cents}"
    large = f"{counted(whole, (one, several))} and " if int(whole or 0) else ""
    return f"{minus}{first}{large}{small}"


def _place(found: re.Match[str]) -> str:
    """The full stop keeps an A from being read as the article."""
    stop = "." if found["letter"] == "A" else ""
    return f"{found['place']}{cardinal(int(found['n']))} {found['letter']}{stop}"


def _fraction(found: re.Match[str]) -> str:
    a, b = int(found["a"]), int(found["b"])
    if b in OUT_OF and 0 <= a <= b and not found["whole"] and not found["unit"]:
        return f"{cardinal(a)} out of {cardinal(b)}"
    if a > b > LEAST_PRESSURE:
        pressure = f"{cardinal(a)} over {cardinal(b)}"
        return pressure + (f" {UNITS[found['unit']][1]}" if found["unit"] else "")
    if not 0 < a < b or b not in WHOLES:
        return found[0]
    one, several = FRACTIONS.get(b, (ordinal(b), f"{ordinal(b)}s"))
    words = f"{cardinal(a)} {one if a == 1 else several}"
    if found["whole"]:
        words = f"{spoken(found['whole'])} and {'a half' if (a, b) == (1, 2) else words}"
    if found["unit"]:
        one, several = UNITS[found["unit"]]
        words += f" {several}" if found["whole"] else f" of {'an' if one[0] in 'aeo' or one == 'hour' else 'a'} {one}"
    return words


def _range(found: re.Match[str]) -> str:
    return f"{found[1]} to {found[2]}"


def _times(found: re.Match[str]) -> str:
    word = "times" if PRODUCT.match(found.string, found.end()) else "by"
    return f"{found[1]} {word} "


RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d) (?=000\b)"), lambda _: ""),
    (
        re.compile(rf"{HEAD}(\d+),(\d{{1,2}})(?=\s?(?:{_alternatives(UNITS)}|{SIGN})(?!\w))"),
        lambda found: f"{found[1]}.{found[2]}",
    ),
    (re.compile(rf"({N})\s?[x×]\s?(?=\.?\d)"), _times),
    (
        re.compile(rf"{HEAD}(\d{{1,3}}\.\d+)/(5|10|100)(?![\w/]|\.\d)"),
        lambda found: f"{spoken(found[1])} out of {spoken(found[2])}",
    ),
    (re.compile(rf"{HEAD}(\d{{1,2}})'(\d{{1,2}})\""), lambda found: f"{spoken(found[1])} foot {spoken(found[2])}"),
    (
        re.compile(rf"{HEAD}(?P<n>{N})(?P<sign>\s?in\.?(?= (?:{DIMENSION})\b)|'(?= (?:{DIMENSION})\b)|\"(?![\w\"]))"),
        _inches,
    ),
    (re.compile(rf"(?P<place>{PLACE})(?P<n>\d{{1,6}}) ?(?P<letter>[A-Z])\b"), _place),
    (
        re.compile(
            rf"(?<!\w)(?P<minus>-)?(?P<sign>{SIGN})\s?(?:(?P<first>{N})\s?[-–]\s?(?:{SIGN})?)?(?P<n>{N})"
            rf"(?:\s?(?P<scale>{_alternatives(SCALES)})\b)?{RATE}"
        ),
        _money,
    ),
    (
        re.compile(
            rf"{HEAD}(?P<minus>-)?(?:(?P<first>{N})\s?[-–]\s?)?(?P<n>{N})(?:\s(?P<scale>{_alternatives(SCALES)}))?"
            rf"\s?(?P<sign>{SIGN})(?!\w){RATE}"
        ),
        _money,
    ),
    (re.compile(rf"{HEAD}(\d{{1,2}})p\b"), lambda found: counted(found[1], ("penny", "pence"))),
    (
        re.compile(
            r"(?<![\w.])(?:(?P<d>\d+)\s?d\s?)?(?:(?P<h>\d+)\s?h(?:rs?)?\s?)?(?:(?P<m>\d+)\s?m(?:ins?)?\s?)?"
            r"(?:(?P<s>\d+)\s?s(?:ecs?)?)?(?<=[a-z])\b"
        ),
        _duration,
    ),
    (
        re.compile(
            rf"{HEAD}(?:(?P<whole>\d+) )?(?P<a>\d{{1,3}})/(?P<b>\d{{1,3}})(?![\w/])"
            rf"(?:\s(?P<unit>{_alternatives(UNITS)})(?!\w))?"
        ),
        _fraction,
    ),
    (re.compile(rf"{HEAD}(?P<minus>-)?(?:(?P<first>{N})\s?[-–]\s?)?(?P<n>{N})\s?(?!(?<=0)s\b){UNIT}"), _quantity),
    (re.compile(rf"(?P<before>\b[A-Za-z]+ )?{HEAD}(?<!')(?P<n>\d{{1,2}}0)s\b"), _seconds),
    (re.compile(rf"{HEAD}({N})x\b"), lambda found: f"{spoken(found[1])} times"),
    (re.compile(r"(?<![\w.\-])(\d{1,4})\s?[-–]\s?(\d{1,4})(?![\w-]|\.\d)"), _range),
)
"""In the order in which they are tried."""
