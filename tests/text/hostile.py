"""Texts that nobody means well with: always the same ones, of every kind that a parser of markup has stumbled over."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from edged.text.contract import Format

LONGEST = 4096
"""Characters of the longest text that a request may have."""
SEED = 20_261_125

ELEMENTS = [
    "speak",
    "p",
    "s",
    "break",
    "say-as",
    "phoneme",
    "sub",
    "lang",
    "voice",
    "prosody",
    "mark",
    "audio",
    "emphasis",
    "desc",
    "b",
    "amazon:effect",
]
ATTRIBUTES = [
    "time",
    "strength",
    "interpret-as",
    "format",
    "alphabet",
    "ph",
    "alias",
    "xml:lang",
    "name",
    "gender",
    "languages",
    "rate",
    "pitch",
    "volume",
]
VALUES = [
    "",
    " ",
    "0s",
    "1e999s",
    "9" * 400,
    "-1",
    "+",
    "%",
    "NaN",
    "x-fast",
    "+2st",
    "-100%",
    "1" * 200 + "%",
    "py",
    "ipa",
    "hao4",
    "ni3hao3" * 30,
    "nǐ",
    "date",
    "mdy" * 100,
    "male",
    "a:0.5+b:0.5",
    "zh-CN",
    "&#x41;",
    "\u202e\u200b",
    "é" * 200,
    "(" * 300,
    "a-" * 200,
    "0" * 300 + "." + "0" * 300,
    "ü" * 300,
]
INLINE = [
    "[",
    "]",
    "{",
    "}",
    "(/",
    "/)",
    "](/",
    "[a](/b",
    "[pause:",
    "[pause:9999999999s]",
    "[pause:1",
    "ms]",
    "[voice:",
    "a:0.1+",
    "[voice:a]",
    "[voice:]",
    "[h][",
    "[h][ào]",
    "[zh][",
    "ào]",
    "{hao4}",
    "{hao",
    "4}",
    "好",
    "a",
    " ",
    "\n",
    "\u202e",
    "\u200d",
    "\x00",
    "\ud800",
    "ǖ",
    "\u0304",
    "1.1.1.",
    "\U0001f600",
]
XML = [
    "<",
    ">",
    "</",
    "/>",
    "&",
    "&lt;",
    "&#0;",
    "&#x110000;",
    "&#55296;",
    "&nbsp;",
    "<!--",
    "-->",
    "--",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE a>",
    "<!ENTITY a 'b'>",
    "'",
    '"',
    "=",
    "a",
    "好",
    "\n",
    "\ud800",
    "\x00",
    "\ufffe",
    "\u202e",
    "<speak>",
    "</speak>",
    "<p>",
    "</p>",
    "<s/>",
    "<break/>",
    " xmlns='",
    " xml:lang='zh'",
]
UNITS = [
    "[",
    "{",
    "<",
    "&",
    "(",
    "[a](/",
    "[a](/b",
    "[a](/b/",
    "[voice:a+",
    "[voice:a:1",
    "[pause:1",
    "[pause:1.1",
    "[h][",
    "{a",
    "{hao4",
    "[[",
    "][",
    "a[",
    "<p>",
    "<p",
    "</p>",
    "<a a='",
    "<!--",
    "<![CDATA[",
    "&#",
    "&#x41;",
    "&amp;",
    "<p/>",
    "<?a",
    "<speak>",
    "[" + "a" * 99,
    "[" + "a" * 100,
    "[a](/" + "b" * 400,
    "[voice:" + "a" * 64 + "+",
    "\u0301",
    "a\u0301",
    "\r",
    "\r\n",
]


def texts() -> Iterator[tuple[Format, str]]:
    """1400 texts with the format that each is sent in; every one is at most :data:`LONGEST` characters long."""
    dice = random.Random(SEED)
    for unit in UNITS:
        yield "text", (unit * LONGEST)[:LONGEST]
        yield "ssml", (unit * LONGEST)[:LONGEST]
        yield "ssml", "<speak>" + (unit * LONGEST)[: LONGEST - 15] + "</speak>"
    for text in _bombs():
        yield "ssml", text[:LONGEST]
    made: tuple[tuple[Format, Callable[[random.Random], str]], ...] = (
        ("text", lambda dice: _mixed(dice, INLINE)),
        ("ssml", lambda dice: _mixed(dice, XML)),
        ("ssml", lambda dice: f"<speak>{_mixed(dice, XML)}</speak>"),
        ("ssml", _document),
        ("ssml", _damaged),
    )
    for number in range(1400 - len(UNITS) * 3 - len(_bombs())):
        form, make = made[number % len(made)]
        yield form, make(dice)[:LONGEST]


def _bombs() -> list[str]:
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    return [
        f"<!DOCTYPE speak [<!ENTITY l0 'lol'>{laughs}]><speak>&l11;</speak>",
        "<!DOCTYPE speak [<!ENTITY a '" + "a" * 3000 + "'>]><speak>" + "&a;" * 200 + "</speak>",
        "<!DOCTYPE speak SYSTEM 'file:///dev/zero'><speak/>",
        "<!DOCTYPE speak [<!ENTITY % a SYSTEM 'http://127.0.0.1:1/'>%a;]><speak/>",
        "<!DOCTYPE speak [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><speak>&a;</speak>",
        "<speak>" + "<p>" * 500 + "a" + "</p>" * 500 + "</speak>",
        "<speak>" + "<b>" * 9 + "</b>" * 9 + "</speak>",
        "<speak " + " ".join(f"a{n}='1'" for n in range(400)) + "/>",
        "<speak " + "a='1' " * 400 + "/>",
        "<speak>" + "<break/>" * 500 + "</speak>",
        "<speak>" + "<mark name='a'/>" * 250 + "</speak>",
        "<speak>" + "<b a=''/>" * 450 + "</speak>",
        "<speak>" + "<prosody rate='+99%' pitch='+5st'>" * 9 + "a" + "</prosody>" * 9 + "</speak>",
        "<speak><phoneme alphabet='py' ph='" + "a" * 4000 + "'/></speak>",
        "<speak><say-as interpret-as='date' format='" + "mdy" * 1300 + "'>1</say-as></speak>",
        "<speak>" + " \n\t" * 1300 + "</speak>",
        "<speak>" + "a <s/> " * 580 + "</speak>",
        "<speak><![CDATA[" + "]]" * 2000 + "]]></speak>",
        "<speak>" + "&#1114111;" * 400 + "</speak>",
        "<?xml" + " " * 4000 + "?><speak/>",
        "\ufeff" * 4000 + "<speak/>",
        "\u2028" * 4000 + "<speak/>",
        "<speak xmlns:a='" + "a" * 4000 + "'/>",
        "<a" + ":a" * 2000 + "/>",
    ]


def _mixed(dice: random.Random, pieces: list[str]) -> str:
    return "".join(dice.choices(pieces, k=dice.choice((3, 10, 40, 300, 1500))))


def _document(dice: random.Random, depth: int = 1) -> str:
    """Well-formed, and senseless."""
    name = "speak" if depth == 1 else dice.choice(ELEMENTS)
    chosen = dice.sample(ATTRIBUTES, dice.randrange(4))
    attributes = "".join(f" {one}='{dice.choice(VALUES)}'" for one in chosen)
    children = [dice.choice(("", "a ", " 好", "\n", "&amp;", "1.5", "\u202e", "[pause:1s]"))]
    if depth < dice.choice((3, 6, 12)):
        children += [_document(dice, depth + 1) for _ in range(dice.randrange(4))]
    return f"<{name}{attributes}>{''.join(children)}</{name}>"


def _damaged(dice: random.Random) -> str:
    """A document cut off, with a piece torn out, or with something put into it."""
    text = _document(dice)
    start, stop = sorted(dice.choices(range(len(text) + 1), k=2))
    return dice.choice(
        (text[:start], text[start:], text[:start] + text[stop:], text[:start] + dice.choice(XML) + text[start:])
    )
