"""Dates and times of day in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from edged.text.english.numerals import MONTHS, cardinal, ordinal, year

WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "tues": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "thur": "Thursday",
    "thurs": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
SHORT_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?![a-z])"
EXPIRY = r"(?i:expires|expiry|exp\.?|expiration|valid until|valid through|valid thru|good until|best before)"
ANY_MONTH = rf"(?:{SHORT_MONTH}\.?|{'|'.join(MONTHS)})"
MONTH = rf"(?P<month>{SHORT_MONTH}(?:\.(?!\s*$))?|{'|'.join(MONTHS)})"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?:,? (?P<year>\d{4})\b)?"
HOUR, MINUTE, HALF = r"(?P<h>\d{1,2})", r"(?P<m>[0-5]\d)", r"(?P<half>[AaPp])\.?[Mm]\b(?P<stop>\.)?"
COUNTDOWN = re.compile(r" (?:remaining|left|elapsed|to go)\b")
LAST_HOUR, NOON, LONGEST_MONTH = 24, 12, 31

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def read(text: str) -> str:
    """Every date and time of the text in words."""
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text


def clock(hour: int, minute: int, half: str | None) -> str:
    """19, 45 → "nineteen forty five"; 19, 0 → "nineteen hundred"; 7, 5, "a" → "seven oh five A.M."."""
    if half is None and minute == 0:
        if hour % LAST_HOUR == 0:
            return "midnight"
        return f"{cardinal(hour)} o'clock" if hour <= NOON else f"{cardinal(hour)} hundred"
    if half is None and hour == 0:
        hour, half = NOON, "a"
    words = cardinal(hour)
    if minute:
        words += f" oh {cardinal(minute)}" if minute <= 9 else f" {cardinal(minute)}"  # noqa: PLR2004 - one digit
    return words + (f" {half.upper()}.M." if half else "")


def _time(found: re.Match[str]) -> str:
    groups = found.groupdict()
    hour, minute, second = int(found["h"]), int(groups.get("m") or 0), int(groups.get("s") or 0)
    half = groups.get("half")
    if hour > (NOON if half else LAST_HOUR):
        return found[0]
    left = minute and (found["h"] == "0" or (hour == 0 and COUNTDOWN.match(found.string, found.end())))
    words = f"zero {cardinal(minute)}" if left else clock(hour, minute, half)
    if second:
        words += f" and {cardinal(second)} second{'s' if second > 1 else ''}"
    return words


def _from_to(found: re.Match[str]) -> str:
    return f"{found[1]} to {found[2]}"


def _date(day: int, month: int, in_year: str | None) -> str | None:
    """3, 3, "2026" → "March third, twenty twenty six"; None if there is no such day."""
    if not (1 <= month <= len(MONTHS) and 1 <= day <= LONGEST_MONTH):
        return None
    return f"{MONTHS[month - 1]} {ordinal(day)}" + (f", {year(int(in_year))}" if in_year else "")


def _numeric(found: re.Match[str]) -> str:
    """Month first, as in the United States, unless that cannot be."""
    a, b = int(found["a"]), int(found["b"])
    in_year = f"20{found['year']}" if len(found["year"]) == 2 else found["year"]  # noqa: PLR2004 - two digits
    return (_date(b, a, in_year) or _date(a, b, in_year)) or found[0]


def _day_first(found: re.Match[str]) -> str:
    return _date(int(found["day"]), int(found["number"]), found["year"]) or found[0]


def _timestamp(found: re.Match[str]) -> str:
    zone = " UTC" if found["zone"] in {"Z", "+00:00"} else ""
    return f"{found['date']} at {found['time']}{zone}"


def _month_name(written: str) -> str:
    return next(name for name in MONTHS if name.startswith(written[:3]))


def _month_day(found: re.Match[str]) -> str:
    words = _date(int(found["day"]), MONTHS.index(_month_name(found["month"])) + 1, found["year"])
    return words or found[0]


def _month_days(found: re.Match[str]) -> str:
    first, day = int(found["first"]), int(found["day"])
    if not 1 <= first < day <= LONGEST_MONTH:
        return found[0]
    in_year = f", {year(int(found['year']))}" if found["year"] else ""
    return f"{_month_name(found['month'])} {ordinal(first)} to {ordinal(day)}{in_year}"


def _day_month(found: re.Match[str]) -> str:
    day = int(found["day"])
    if not 1 <= day <= LONGEST_MONTH:
        return found[0]
    first = found["first"]
    start = f"the {ordinal(int(first))} to " if first else ""
    end = f", {year(int(found['year']))}" if found["year"] else ""
    return f"{start}the {ordinal(day)} of {_month_name(found['month'])}{end}"


def _month_year(found: re.Match[str]) -> str:
    return f"{_month_name(found['month'])} {found['year']}"


def _card(found: re.Match[str]) -> str:
    """``03/2027``, as a card or a package says until when it is good."""
    before, in_year = found.groupdict().get("before") or "", int(found["year"][-2:]) + 2000
    return f"{before}{MONTHS[int(found['number']) - 1]} {year(in_year)}"


def _weekday(found: re.Match[str]) -> str:
    return WEEKDAYS[found["weekday"].lower()]


SPAN_END = r"\d{1,2}:\d\d(?:\s?[AaPp]\.?[Mm]\b\.?)?|\d{1,2}(?:[:.]\d\d)?\s?[AaPp]\.?[Mm]\b\.?"
"""A time of day, as either end of a span of them."""
SURE = r"(?P<weekday>Mon|Tues?|Wed|Thu(?:rs?)?|Fri)"
UNSURE = r"(?P<weekday>Sat|Sun)"
"""Sat and Sun are words too: days only beside a figure, another day or such."""
RULES: tuple[Rule, ...] = (
    (
        re.compile(
            r"\b(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
        ),
        _timestamp,
    ),
    (re.compile(r"\b(?P<year>\d{4})[-/](?P<number>\d\d)[-/](?P<day>\d\d)\b"), _day_first),
    (re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})\b"), _day_first),
    (re.compile(r"\b(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<year>\d{4})\b"), _numeric),
    (re.compile(r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<year>\d\d)\b"), _numeric),
    (
        re.compile(rf"\b{UNSURE}\b\.?(?=,? \d|\s?[-–]\s?(?:Sat|Sun|Mon)|,? {SHORT_MONTH})"),
        _weekday,
    ),
    (re.compile(rf"(?:(?<=[oO]n )|(?<=next )|(?<=this )|(?<=every )|(?<=until )){UNSURE}\b"), _weekday),
    (re.compile(rf"\b{SURE}\b\.?(?=\s?[-–,:]|\s[\da-zA-Z]|[.!?]?\s*$)"), _weekday),
    (
        re.compile(r"(day)\s?[-–]\s?(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday)?\b"),
        lambda found: f"{found[1]} to {WEEKDAYS[found[2].lower()]}",
    ),
    (re.compile(r"\b(?P<number>0[1-9]|1[0-2])/(?P<year>20\d\d)\b"), _card),
    (re.compile(rf"\b(?P<before>{EXPIRY} )(?P<number>0[1-9]|1[0-2])/(?P<year>[2-5]\d)(?![\d/])"), _card),
    (re.compile(rf"\b(\d{{1,2}} {ANY_MONTH})\s?[-–]\s?(\d{{1,2}} {ANY_MONTH})"), _from_to),
    (re.compile(rf"\b({ANY_MONTH} \d{{1,2}})\s?[-–]\s?({ANY_MONTH} \d{{1,2}})\b"), _from_to),
    (re.compile(r"(?<=\b[Oo]n )(?P<a>\d{1,2})/(?P<b>\d{1,2})(?P<year>)(?![\d/])"), _numeric),
    (re.compile(r"\b(?:12|12:00|0?0:00) (?=noon\b|midnight\b)"), lambda _: "twelve "),
    (re.compile(rf"\b({SPAN_END})\s?[-–]\s?({SPAN_END})"), _from_to),
    (re.compile(rf"(?<![\d:.,]){HOUR}[:.]{MINUTE}(?::(?P<s>[0-5]\d))?\s?{HALF}"), _time),
    (re.compile(rf"(?<![\d:.,]){HOUR}\s?{HALF}"), _time),
    (re.compile(rf"(?<![\d:.,]){HOUR}:{MINUTE}(?::(?P<s>[0-5]\d))?(?![\d:])(?: o'clock)?"), _time),
    (
        re.compile(
            rf"\b(?:[Tt]he )?(?:(?P<first>\d{{1,2}})(?:st|nd|rd|th)?\s?[-–]\s?)?{DAY} (?:of )?{MONTH}{YEAR}(?![\w])"
        ),
        _day_month,
    ),
    (re.compile(rf"\b{MONTH} (?P<first>\d{{1,2}})\s?[-–]\s?{DAY}{YEAR}(?![\w:%])"), _month_days),
    (re.compile(rf"\b{MONTH} {DAY}(?![\d:%.]\d|\d){YEAR}(?![\w])"), _month_day),
    (re.compile(rf"\b{MONTH} (?P<year>(?:19|20)\d\d)\b"), _month_year),
)
"""In the order in which they are tried: the longest forms first."""
