"""Dates, times of day and spans of both in characters."""

from __future__ import annotations

import re
from collections.abc import Callable

from edged.text.mandarin.numerals import cardinal, counted, digits

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

MONTHS, LONGEST_MONTH, LAST_HOUR, NOON, EVENING = 12, 31, 24, 12, 6
DATE_BEFORE = r"(?:(?<=[在于到至从自])|(?<=日期)|(?<=生日)|(?<=生日是)|(?<=日期[:：]))"
DATE_AFTER = (
    r"\s?(?:[(（]?(?:周|星期|礼拜)|上午|下午|早上|晚上|中午|凌晨|之?前|之?后|起|开始|截止|到期|生日|出发|\d{1,2}:\d)"
)
WHOLES = frozenset({*range(2, 11), 12, 16})
"""What a fraction is a fraction of; other pairs with a stroke are days."""
SCORE = re.compile(
    r"(?:比分|比例|比率|比值|赔率|以|胜|负|平|击败|领先|落后|长宽比|画面比|混合|稀释|配比)[^，。！？；]{0,6}$"
)
CLOCK = r"(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d))?(?![\d:])"
HALF = r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?(?![A-Za-z]))"
YEAR = r"(?<![\d.])(?P<year>[12]\d{3})"


def read(text: str) -> str:
    """Every date and time of the text in characters."""
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text


def date(year: str, month: str, day: str) -> str | None:
    """``2026``, ``11``, ``05`` -> 二零二六年十一月五日; None if there is no such day; an empty part is left out."""
    if not (1 <= int(month or 1) <= MONTHS and 1 <= int(day or 1) <= LONGEST_MONTH):
        return None
    words = f"{digits(year)}年" if year else ""
    return words + (f"{cardinal(month)}月" if month else "") + (f"{cardinal(day)}日" if day else "")


def clock(hour: str, minute: str, second: str | None = None) -> str | None:
    """``8``, ``05`` -> 八点零五分; the half hour is 半 up to noon; None if there is no such time."""
    if int(hour) > LAST_HOUR or int(minute) > 59 or int(second or 0) > 59:  # noqa: PLR2004 - sixty of each
        return None
    words = f"{counted(str(int(hour)))}点"
    if second and int(second):
        return f"{words}{_two_places(minute)}分{_two_places(second)}秒"
    if minute == "30" and 0 < int(hour) <= NOON:
        return f"{words}半"
    return words + (f"{_two_places(minute)}分" if int(minute) else "")


def _two_places(figures: str) -> str:
    """``05`` -> 零五, ``15`` -> 十五."""
    return ("零" if figures.startswith("0") and figures != "00" else "") + cardinal(figures)


def _date(found: re.Match[str]) -> str:
    return date(found["year"], found["month"], found["day"]) or found[0]


def _day_of_month(found: re.Match[str]) -> str:
    return date("", found["month"], found["day"]) or found[0]


def _stroke(found: re.Match[str]) -> str:
    """``11/25`` is a day where its lower part is no usual part of a whole."""
    part, whole = int(found["month"]), int(found["day"])
    return found[0] if part < whole and whole in WHOLES else _day_of_month(found)


def _year(found: re.Match[str]) -> str:
    """A round thousand is a number of years, unless it is 2000."""
    year = found["year"]
    return found[0] if year.endswith("000") and year != "2000" else f"{digits(year)}{found['rest']}"


def _time(found: re.Match[str]) -> str:
    words = None if SCORE.search(found.string[max(found.start() - 12, 0) : found.start()]) else _clock(found)
    return words or (found[0] if found["s"] else f"{cardinal(found['h'])}比{cardinal(found['m'])}")


def _clock(found: re.Match[str]) -> str | None:
    words = clock(found["h"], found["m"], found["s"])
    if not words or not found["half"]:
        return words
    return _part_of_day(int(found["h"]), found["half"]) + words


def _full_hour(found: re.Match[str]) -> str:
    if int(found["h"]) > NOON:
        return found[0]
    return _part_of_day(int(found["h"]), found["half"]) + (clock(found["h"], "00") or found[0])


def _part_of_day(hour: int, half: str) -> str:
    if half in "aA":
        return "上午" if hour >= EVENING and hour != NOON else "凌晨"
    return "中午" if hour == NOON else "下午" if hour < EVENING else "晚上"


def _written_hour(found: re.Match[str]) -> str:
    minutes = f"{_two_places(found['m'])}{found['unit']}" if found["m"] else ""
    return f"{counted(str(int(found['h'])))}{found['hour']}{minutes}"


def _span(found: re.Match[str]) -> str:
    return f"{digits(found['year'])}到{digits(found['end'])}{found['rest']}"


RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\d·])(\d{1,2})·(\d{1,2})(?![\d·])"), lambda found: digits(found[0])),
    (re.compile(r"(?<=\d)T(?=\d\d:\d\d)"), lambda _: " "),
    (re.compile(r"(?<=:\d\d)\s?[-~—]{1,2}\s?(?=\d{1,2}:\d\d)"), lambda _: "到"),
    (re.compile(r"(?<=:\d\d)至(?=\d{1,2}:\d\d)"), lambda _: "到"),
    (re.compile(rf"{YEAR}年?\s?[-~—]\s?(?P<end>[12]\d{{3}})(?P<rest>学?年)"), _span),
    (re.compile(rf"{YEAR}(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}})(?![\d.])[日号]?"), _date),
    (re.compile(rf"{YEAR}[-/](?P<month>0[1-9]|1[0-2])(?P<day>)(?![\d./-])"), _date),
    (re.compile(rf"{YEAR}(?P<rest>\s?(?:年(?![前内间以龄])|学年|财年|[级届](?!别)))"), _year),
    (
        re.compile(rf"{DATE_BEFORE}(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?![\d/%]|处|的|以|位)"),
        _day_of_month,
    ),
    (re.compile(rf"(?<![\d./])(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?={DATE_AFTER})"), _day_of_month),
    (re.compile(r"(?<![\d./])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/%.])"), _stroke),
    (re.compile(rf"(?<![\d:.]){CLOCK}(?:{HALF})?分?"), _time),
    (re.compile(rf"(?<![\d:.])(?P<h>\d{{1,2}}){HALF}"), _full_hour),
    (
        re.compile(r"(?<![\d:.])(?P<h>[01]?\d|2[0-4])(?P<hour>[点时])(?P<m>[0-5]?\d)(?P<unit>分?)(?![\d.:])"),
        _written_hour,
    ),
)
"""In the order in which they are tried: the longest forms first."""
