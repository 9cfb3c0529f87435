"""Pieces of a web page that needs nothing beside it. Everything from outside is escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from edged.audio.encode import CONTENT_TYPES, encode
from edged.waveform import Waveform

NOT_MEASURED = "not measured"
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; color: #1b1b1b; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2em; } img { max-width: 100%; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .3em .6em; text-align: left; vertical-align: top; }
th { background: #f2f2f2; }
.passed { color: #0a6b2d; font-weight: bold; } .failed { color: #b00020; font-weight: bold; }
.none { color: #777; font-style: italic; }
"""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(content: str) -> Markup:
    """Plain text, escaped."""
    return content if isinstance(content, Markup) else Markup(escape(content))


def element(name: str, *content: str, **attributes: str) -> Markup:
    """``<name …>content</name>``; ``class_`` gives the attribute ``class``."""
    given = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{given}>{''.join(text(piece) for piece in content)}</{name}>")


def number(value: float | None, digits: int, unit: str = "") -> Markup:
    """The figure, or that there is none."""
    if value is None:
        return element("span", NOT_MEASURED, class_="none")
    return text(f"{value:.{digits}f}{unit}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """A table; it scrolls where the window is narrow."""
    lines = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    top = element("thead", element("tr", *(element("th", cell) for cell in head)))
    return element("div", element("table", top, element("tbody", *lines)), class_="wide")


def bullets(lines: Iterable[str]) -> Markup:
    """A list."""
    return element("ul", *(element("li", line) for line in lines))


def picture(content: bytes, media_type: str, description: str) -> Markup:
    """An image inside the page."""
    return Markup(f'<img src="{_inside(content, media_type)}" alt="{escape(description)}">')


def player(sound: Waveform) -> Markup:
    """The sound itself, FLAC of 16 bits, with the browser's buttons."""
    source = _inside(encode(sound, "flac"), CONTENT_TYPES["flac"])
    return Markup(f'<audio controls preload="none" src="{source}"></audio>')


def page(title: str, *content: str) -> str:
    """The whole document."""
    head = element("head", Markup('<meta charset="utf-8">'), element("title", title), element("style", Markup(STYLE)))
    body = element("body", element("h1", title), *content)
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _inside(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
