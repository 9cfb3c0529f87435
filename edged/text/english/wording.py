"""Abbreviations, short forms and single signs in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

SHORT = {
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "et cetera",
    "a.k.a.": "also known as",
    "approx": "approximately",
    "approx.": "approximately",
    "max.": "maximum",
    "min.": "minimum",
    "avg.": "average",
    "avg": "average",
    "temp.": "temperature",
    "temp": "temperature",
    "hum.": "humidity",
    "incl.": "including",
    "excl.": "excluding",
    "misc.": "miscellaneous",
    "ca.": "about",
    "resp.": "respectively",
    "tel.": "telephone",
    "Tel.": "telephone",
    "ext.": "extension",
    "w/o": "without",
    "w/": "with ",
    "viz.": "namely",
    "opp.": "opposite",
    "Opp.": "opposite",
    "hwy.": "highway",
    "blvd.": "boulevard",
    "bldg.": "building",
    "rd.": "road",
    "ave.": "avenue",
    "apt.": "apartment",
    "dept.": "department",
    "govt.": "government",
    "appt.": "appointment",
    "appts.": "appointments",
    "mgmt.": "management",
    "int'l": "international",
    "Est.": "estimated",
    "Ref.": "reference",
    "ref.": "reference",
    "Attn.": "attention",
    "Attn:": "attention:",
    "Qty.": "quantity",
    "Qty:": "quantity:",
    "qty.": "quantity",
    "Tel:": "telephone:",
    "tel:": "telephone:",
    "pls": "please",
    "Pls": "please",
    "thx": "thanks",
    "Approx.": "approximately",
    "Incl.": "including",
    "Excl.": "excluding",
    "Avg.": "average",
    "Ext.": "extension",
    "Max.": "maximum",
    "Min.": "minimum",
    "Temp.": "temperature",
    "Temp": "temperature",
    "Hum:": "humidity:",
    "hum:": "humidity:",
    "E.g.": "for example",
    "I.e.": "that is",
    "CO2": "C.O. two",
    "H2O": "H. two O.",
    "NO2": "N.O. two",
    "SO2": "S.O. two",
    "24/7": "twenty four seven",
    "9/11": "nine eleven",
    "50/50": "fifty fifty",
    "esp.": "especially",
    "Rm.": "Room",
    "rm.": "room",
    "Wifi": "Wi-Fi",
    "WIFI": "Wi-Fi",
    "WiFi": "Wi-Fi",
    "wifi": "Wi-Fi",
    "WI-FI": "Wi-Fi",
    "'n'": "and",
    "C++": "C plus plus",
    "VOC": "V.O.C.",
    "CO": "C.O.",
    "a/c": "A.C.",
    "A/C": "A.C.",
}
"""Short form → what is said. Whole words only."""
DRIVE = re.compile(
    r"(?<=\d )((?:[A-Z][\w']+ ){1,3})Dr\b\.?|"
    r"(?<![.!?] )(?<!^)\b((?!(?:The|Your|My|Our|Her|His|Call|Ask|See|Dear)\b)[A-Z][a-z']+ )"
    r"Dr\b(?:\.(?=\s*$|,| [a-z])|(?=\s*$))"
)
"""``Park Dr.``: a street where a house number or a name stands before it and no name behind it."""
FULL = {"Mr": "Mister", "Mrs": "Missus", "Dr": "Doctor", "Miz": "Miz"}
"""What the library leaves short, because its lexicon knows it → the word."""
SMALL = frozenset(
    "on off in is at to of no we he me my by an as be do go if or so up and are not out the all for now one two six "
    "ten has had was can may you your our new old low open close closed door stop start yes".split()
)
"""Words that are never initials, however they are written: "the fan is ON"."""
AMBIGUOUS = frozenset({"it", "us", "am", "i"})
"""Initials in ordinary text, words where everything is in capitals."""
SHIELD = "\ue000"
"""Stands between a word and its full stop while abbreviations are looked up, where the word is meant."""
MEANT = re.compile(
    r"(?<![\w.])(no|nos|fig|ed|eds|ch|est|Sun|Sat|Mar|Co|St|Ch|Gen|vol|Vol)(?=\.\s*$)|\b(no|nos|fig|ed|eds|ch|est)(?=\.(?!\s?\d))"
)
NO_NUMERAL = re.compile(r"(?<=[a-zA-Z])( )(?=[IVXLC])")
"""The library takes the C of "Type C" for a hundred and that of "King Charles" for nothing; we have read numerals."""
KNOWN_AT_END = frozenset({"St", "Co"})
TIDY = (
    (re.compile(r"(?<!\w)'(?=\w)"), ""),
    (re.compile(r"(?<=\w)'(?!\w)(?<!s')"), ""),
    (re.compile(r"(?<!\w)'(?!\w)"), ""),
    (re.compile(r"[\"\[\]{}]"), " "),
    (re.compile(r"\.{3,}"), "…"),
    (re.compile(r"\s*--+\s*| [-–] |^[-–] "), " — "),
    (re.compile(r"(?<=\d)\s?\*\s?(?=\d)"), " times "),
    (re.compile(r"\s*\|\s*|\s/\s"), ", "),
    (re.compile(r"(?<![\w.)-])-(?=\.?\d)"), " minus "),
    (re.compile(r"(?<=\d):(?=\d\d\b)"), " "),
    (re.compile(r"(?<=\d):(?=\d)"), " to "),
    (re.compile(r"\bp\.\s?(?=\d)"), "page "),
    (re.compile(r"\bA-?(?=\d)"), "A. "),
    (re.compile(r"[*_\\]+"), " "),
    (re.compile(r"~\s?(?=\d)"), "about "),
    (re.compile(r"<=\s?"), " at most "),
    (re.compile(r">=\s?"), " at least "),
    (re.compile(r"[-=]+>"), " to "),
    (re.compile(r"<(?=\s?-?\.?\d)"), " less than "),
    (re.compile(r">(?=\s?-?\.?\d)"), " more than "),
    (re.compile(r"#(?=\d)"), " number "),
    (re.compile(r"#(?=\w)"), " hashtag "),
    (re.compile(r"(?<!\w)\+(?=\d)"), " plus "),
    (re.compile(r"(?<=[A-F])\+(?!\w)|(?<=\w)\s?\+\s?(?=\w)|(?<=\d)\+(?!\w)"), " plus "),
    (re.compile(r"(?<=\w) ?= ?(?=[\w-])"), " equals "),
    (re.compile(r"&"), " and "),
    (re.compile(r"@"), " at "),
    (re.compile(r"%"), " percent "),
)
"""Signs with a name or without one, in the order in which they are tried."""
LONE = {"$": "dollars", "£": "pounds", "€": "euros", "°": "degrees", "²": "squared", "³": "cubed"}
AFTER_NUMBERS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=\w)/(?=\w)"), " "),
    (re.compile(r"[$£€°²³]"), lambda found: f" {LONE[found[0]]} "),
    (re.compile(r"[^\w\s.,;:!?…—–()'-]|_"), " "),
)
PER = re.compile(r"(?<=[a-z])/(day|week|month|year|hour|night|person|minute|second|min)\b")
_SHORT = re.compile(
    r"(?<![\w.])(" + "|".join(re.escape(key) for key in sorted(SHORT, key=len, reverse=True)) + r")(?![\w])"
)
_FULL = re.compile(r"\b(" + "|".join(FULL) + r")\b(?!')")
_CAPITALS = re.compile(r"(?<![\w&.-])[A-Z]+\b(?!\.[A-Z]|['&-])")
GREEK = re.compile(r"[\u0370-\u03ff]")


def shorten_capitals(text: str) -> str:
    """Capitals used for stress in small letters: "the fan is ON", and every word of a text that is all capitals."""
    letters = [c for c in text if c.isalpha()]
    shouted = len(text.split()) > 2 and all(c.isupper() for c in letters)  # noqa: PLR2004 - "ALERT: CO2" are names
    small = SMALL | AMBIGUOUS if shouted else SMALL

    def lower(found: re.Match[str]) -> str:
        word = found[0].lower()
        return word if len(word) > 1 and word in small else found[0]

    return _CAPITALS.sub(lower, text)


def expand(text: str) -> str:
    """Short forms written out; the full stop that ends the text stays."""

    def full(found: re.Match[str]) -> str:
        ends = found[0].endswith(".") and not text[found.end() :].strip()
        return SHORT[found[0]] + ("." if ends else "")

    text = _SHORT.sub(full, DRIVE.sub(_drive, text))
    return PER.sub(r" per \1", GREEK.sub(_letter_name, text))


def _drive(found: re.Match[str]) -> str:
    """The full stop that ends the text stays."""
    ends = found[0].endswith(".") and not found.string[found.end() :].strip()
    return f"{found[1] or found[2]}Drive{'.' if ends else ''}"


def shield(text: str) -> str:
    """Words that look like abbreviations or numerals ("The answer is no.") hidden from the library's table."""
    text = NO_NUMERAL.sub(rf"\1{SHIELD}", text)
    return MEANT.sub(lambda found: found[0] if found[0] in KNOWN_AT_END else found[0] + SHIELD, text)


def unshield(text: str) -> str:
    """The reverse of :func:`shield`, and titles written out."""
    return _FULL.sub(lambda found: FULL[found[0]], text.replace(SHIELD, ""))


def tidy(text: str) -> str:
    """Signs in words, or gone where they have no sound."""
    for pattern, words in TIDY:
        text = pattern.sub(words, text)
    return text


def tidy_rest(text: str) -> str:
    """What signs are left between figures and words."""
    for pattern, words in AFTER_NUMBERS:
        text = pattern.sub(words, text)
    return text


def _letter_name(found: re.Match[str]) -> str:
    """``π`` → "pi"."""
    return " " + unicodedata.name(found[0], "").split(" WITH ")[0].split(" ")[-1].lower() + " "
