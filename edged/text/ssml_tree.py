"""SSML as XML: read safely into a small tree. What its elements mean is :mod:`edged.text.ssml`'s.

No document type, no entities but the five of XML and numbers, nothing from outside; bounded in depth and in number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.handler import ContentHandler

from edged.errors import Rejected

NAMESPACE = "http://www.w3.org/2001/10/synthesis"
MAX_DEPTH = 10
MAX_ELEMENTS = 2000
MAX_ATTRIBUTES = 32
"""Of one element."""

PROLOGUE = re.compile(r"\A[\ufeff\s]*(?:<\?xml\s[^<>]{0,256}\?>)?")
"""What may stand in front and says nothing to us: a text has no encoding, and ours is XML 1.0 by whatever name."""
NOT_A_LINE_END = re.compile(r"[^\r\n]")


@dataclass
class Element:
    """An element where it stands: line and column count from 1."""

    name: str
    """Without the prefix of SSML's name space; with any other."""
    attributes: Mapping[str, str]
    line: int
    column: int
    children: list[Element | str] = field(default_factory=list)
    """In order; no two texts stand beside each other."""


def read(text: str) -> Element:
    """The ``speak`` element of a document.

    Raises :class:`Rejected` (``bad_request``) with ``line``, ``column`` and what is wrong there.
    """
    # Behind it lies half of the standard library's network code; most boxes never see SSML.
    from xml.sax import SAXParseException  # noqa: PLC0415

    from defusedxml import DefusedXmlException, expatreader  # type: ignore[import-untyped]  # noqa: PLC0415

    _check_characters(text)
    parser = expatreader.create_parser(forbid_dtd=True)
    builder = _Builder(parser)
    parser.setContentHandler(builder)
    try:
        parser.feed(PROLOGUE.sub(lambda found: NOT_A_LINE_END.sub(" ", found[0]), text, count=1))
        parser.close()
    except SAXParseException as error:
        raise malformed(error.getMessage(), error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1) from error
    except DefusedXmlException as error:
        raise malformed(
            "a document type or entity is declared, which is not allowed",
            parser.getLineNumber() or 1,
            (parser.getColumnNumber() or 0) + 1,
        ) from error
    return builder.root


def malformed(problem: str, line: int, column: int) -> Rejected:
    """The error for SSML that cannot be taken as it stands."""
    return Rejected(
        "bad_request",
        f"text: not valid SSML: {problem} (line {line} column {column})",
        field="text",
        line=line,
        column=column,
    )


def _check_characters(text: str) -> None:
    """Half a surrogate pair is no character: no encoding, and so no parser, takes it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        before = text[: error.start]
        column = error.start - (before.rfind("\n") + 1) + 1
        raise malformed("half of a surrogate pair is no character", before.count("\n") + 1, column) from error


class _Builder(ContentHandler):
    """Takes the parser's events down as a tree."""

    def __init__(self, locator: Any) -> None:
        super().__init__()
        self.root = Element("", {}, 1, 1)
        self._locator = locator
        self._open: list[Element] = []
        self._count = 0
        self._prefixes: frozenset[str] = frozenset()

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the library's name
        line, column = self._locator.getLineNumber(), self._locator.getColumnNumber() + 1
        attributes = dict(attrs.items())
        if not self._open:
            self._prefixes = frozenset(f"{key[6:]}:" for key, value in attributes.items() if _binds_ssml(key, value))
        prefix = next((prefix for prefix in self._prefixes if name.startswith(prefix)), "")
        element = Element(name[len(prefix) :], attributes, line, column)
        self._count += 1
        self._check(element)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802
        self._open.pop()

    def characters(self, content: str) -> None:
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += content
        else:
            children.append(content)

    def _check(self, element: Element) -> None:
        problem = None
        if not self._open and element.name != "speak":
            problem = f"the outermost element is <speak>, not <{element.name[:64]}>"
        elif len(self._open) >= MAX_DEPTH:
            problem = f"nested more than {MAX_DEPTH} levels deep"
        elif self._count > MAX_ELEMENTS:
            problem = f"more than {MAX_ELEMENTS} elements"
        elif len(element.attributes) > MAX_ATTRIBUTES:
            problem = f"more than {MAX_ATTRIBUTES} attributes"
        if problem:
            raise malformed(problem, element.line, element.column)


def _binds_ssml(attribute: str, value: str) -> bool:
    return attribute.startswith("xmlns:") and value == NAMESPACE
