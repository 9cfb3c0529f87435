"""Links, e-mail and network addresses, telephone numbers, versions and file names in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from edged.text.english.numerals import YEARS, cardinal, digits, year

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

TOP_LEVEL = "com|org|net|edu|gov|io|co|uk|de|fr|info|biz|us|ca|au|tv|me|ai|dev|app|local|lan|home|arpa|eu|ch|at|nl|jp"
SIGNS = {
    ".": "dot",
    "/": "slash",
    "-": "dash",
    "_": "underscore",
    "@": "at",
    ":": "colon",
    "?": "question mark",
    "=": "equals",
    "&": "and",
    "#": "hash",
    "%": "percent",
    "~": "tilde",
    "+": "plus",
    ",": "comma",
}
SPELT = frozenset("www io uk us tv ai de fr eu nl jp html php id url api ip mqtt http https".split())
SHORT_GROUP = 2

LINK = re.compile(r"\b(?:https?|ftps?|mqtts?|wss?)://(?P<rest>[^\s<>\"()]{1,2000})", re.IGNORECASE)
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
HOST = re.compile(
    rf"(?<![\w@.-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}(?:{TOP_LEVEL})\b(?::\d{{1,5}})?(?:/[^\s<>\"()]{{0,2000}})?(?!\w)"
)
IPV4 = re.compile(r"(?<![\w.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::(?P<port>\d{1,5}))?(?![\w]|\.\d)")
VERSION = re.compile(
    r"(?:\b(?P<word>[Vv]ersion|[Rr]elease) )?(?<![\w.])[vV]?(?P<n>\d{1,4}(?:\.\d{1,5}){1,4})(?![\w]|\.\d)"
)
MARKED_VERSION = re.compile(r"[Vv]ersion|[Rr]elease|^[vV]")
INTERNATIONAL = re.compile(r"(?<!\w)\+(?P<n>\d{1,3}(?:[ -]?\(?\d{1,5}\)?){2,6})(?!\w)")
NATIONAL = re.compile(
    r"(?<![\w.+-])(?P<n>(?:1[- ])?(?:\(\d{3}\) ?|\d{3}[-. ])?\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4}|"
    r"0\d{2,4}(?: \d{3,6}){1,2}|0\d{9,10})(?![\w-]|\.\d)"
)
SERIAL = re.compile(
    r"(?<![\w.+-])(?!\d{4}-\d\d-\d\d\b|\d{1,2}-\d{1,2}-\d{4}\b)(?P<n>\d{1,5}(?:-\d{1,7}){2,5})(?![\w-]|\.\d)"
)
FILED = re.compile(
    r"\b(?P<name>(?i:case|order|ticket|invoice|ref\.?|reference|file|account|policy)(?: (?:no\.|number|#))?:? ?)"
    r"(?P<n>\d{1,9}-\d{1,9})(?![\w-])"
)
"""``Case no. 2026-118``: the hyphen parts groups here and is no span of numbers."""
EMERGENCY = re.compile(r"(?<![\w.,$£€#/-])911(?![\w,%/-]|\.\d| [a-z]+s\b)")
"""Elsewhere such numbers are known by the word before them, "call" or "dial"."""
DOTTED = re.compile(r"\b[a-z]\w+(?:\.[a-z]\w+)+\b")
"""``config.yaml``, ``light.living_room``: words of more than one letter with points between them."""
NEXT_SENTENCE = re.compile(r"(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])")


def read(text: str) -> str:
    """Every address of the text in words."""
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text


def _spelt(address: str) -> str:
    """An address sign by sign and word by word; what ends the sentence stays as it is."""
    bare = address.rstrip(".,;:!?")
    words = [_word(part) for part in re.findall(r"[^\W_]+|[\W_]", bare)]
    return " ".join(words) + address[len(bare) :]


def _word(part: str) -> str:
    if part in SIGNS:
        return SIGNS[part]
    if part.isdigit() and len(part) > SHORT_GROUP:
        return digits(part)
    return ".".join(part.upper()) + "." if part.lower() in SPELT else part


def _link(found: re.Match[str]) -> str:
    return _spelt(found["rest"].removeprefix("www.").rstrip("/"))


def _ipv4(found: re.Match[str]) -> str:
    groups = (group if len(group) > SHORT_GROUP else str(int(group)) for group in found.groups()[:4])
    words = " dot ".join(digits(g) if len(g) > SHORT_GROUP else cardinal(int(g)) for g in groups)
    return words + (f" port {digits(found['port'])}" if found["port"] else "")


def _version(found: re.Match[str]) -> str:
    """Only what is marked as a version, or has three parts: "2.1" alone is a number."""
    if not MARKED_VERSION.match(found[0]) and found["n"].count(".") < 2:  # noqa: PLR2004 - two points, three parts
        return found[0]
    if found["n"].count(".") == 2 and re.fullmatch(r"\d{1,3}(?:\.\d{3}){2}", found["n"]):  # noqa: PLR2004 - 1.000.000
        return found[0]
    if found[0] == found["n"] and re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", found["n"]):
        return found[0]  # a date
    first, *rest = found["n"].split(".")
    name = "" if not MARKED_VERSION.match(found[0]) else f"{found['word'] or 'version'} "
    return name + " point ".join([_major(first), *(cardinal(int(part)) for part in rest)])


def _major(figures: str) -> str:
    """The first part of a version: a year where it looks like one."""
    return year(int(figures)) if int(figures) in YEARS else cardinal(int(figures))


def _telephone(found: re.Match[str]) -> str:
    groups = re.findall(r"\d+", found["n"])
    return ("plus " if found[0].startswith("+") else "") + ", ".join(digits(group) for group in groups)


def _dotted(found: re.Match[str]) -> str:
    return found[0].replace(".", " dot ").replace("_", " ")


RULES: tuple[Rule, ...] = (
    (LINK, _link),
    (MAIL, lambda found: _spelt(found[0])),
    (HOST, lambda found: _spelt(found[0].removeprefix("www."))),
    (IPV4, _ipv4),
    (INTERNATIONAL, _telephone),
    (NATIONAL, _telephone),
    (SERIAL, _telephone),
    (EMERGENCY, lambda found: digits(found[0])),
    (FILED, lambda found: found["name"].replace("no.", "number") + _telephone(found)),
    (VERSION, _version),
    (DOTTED, _dotted),
    (NEXT_SENTENCE, lambda _: " "),
)
"""In the order in which they are tried."""
