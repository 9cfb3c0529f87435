"""A subset of SSML 1.1 as spans: what is known is obeyed, of what is not the text is kept and a warning tells.

====================  ==================================================================================================
``speak p s``         ``xml:lang``; the ends of ``p`` and ``s`` end a sentence, full stop or not
``break``             ``time`` or ``strength``
``say-as``            ``interpret-as`` and ``format``, see :data:`edged.text.ssml_values.KINDS`
``phoneme``           ``alphabet`` ipa or py, ``ph``
``sub``               ``alias``
``lang``              ``xml:lang``
``voice``             ``name``, ``gender``, ``languages``, ``xml:lang``
``prosody``           ``rate``, ``pitch``, ``volume``; nested ones add up, within what a request may ask for
``mark``              ``name``
``audio``             not played yet: what stands in it is spoken instead
====================  ==================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from edged.request import Notice
from edged.text import ssml_tree, ssml_values
from edged.text.contract import PLAIN, Alphabet, Manner, Pronounced, SayAs, Script
from edged.text.ssml_manner import inner, not_understood, notice, unknown_attributes
from edged.text.ssml_spans import SPACES, SpanWriter
from edged.text.ssml_tree import Element

MAX_PHONEMES = 400
MAX_MARK = 128
"""Characters of the name of a mark."""


def parse(text: str) -> Script:
    """The spans of an SSML document, in order, and what was not obeyed.

    Raises :class:`edged.errors.Rejected` (``bad_request``) with line and column for what is not well-formed, goes
    beyond the bounds of :mod:`edged.text.ssml_tree`, or gives a word pinyin that does not exist.
    """
    reader = _Reader()
    reader.element(ssml_tree.read(text), PLAIN)
    return Script(tuple(reader.out.spans), tuple(reader.warnings))


class _Reader:
    """Walks over the tree once."""

    def __init__(self) -> None:
        self.out = SpanWriter()
        self.warnings: list[Notice] = []
        self._elements: dict[str, Callable[[Element, Manner], None]] = {
            "speak": self._manner,
            "lang": self._manner,
            "voice": self._manner,
            "prosody": self._manner,
            "p": self._paragraph,
            "s": self._sentence,
            "break": self._break,
            "say-as": self._say_as,
            "phoneme": self._phoneme,
            "sub": self._sub,
            "mark": self._mark,
            "audio": self._audio,
        }

    def element(self, element: Element, manner: Manner) -> None:
        """Everything that an element says."""
        read = self._elements.get(element.name)
        if read is None:
            self._warn(notice("unknown_element", element, "this element is not known; its text is read"))
            self._children(element, manner)
        else:
            read(element, manner)

    def _children(self, element: Element, manner: Manner) -> None:
        for child in element.children:
            if isinstance(child, str):
                self.out.words(child, manner)
            else:
                self.element(child, manner)

    def _manner(self, element: Element, manner: Manner) -> None:
        changed, notices = inner(element, manner)
        self._warn(*notices)
        self._children(element, changed)

    def _paragraph(self, element: Element, manner: Manner) -> None:
        self.out.part("\n\n")
        self._manner(element, manner)
        self.out.part("\n\n")

    def _sentence(self, element: Element, manner: Manner) -> None:
        self.out.part("\n")
        self._manner(element, manner)
        self.out.part("\n")

    def _break(self, element: Element, manner: Manner) -> None:
        self._warn(*unknown_attributes(element))
        seconds = ssml_values.BREAKS_S["medium"]
        for name, read in (("strength", ssml_values.BREAKS_S.get), ("time", ssml_values.seconds)):
            value = element.attributes.get(name)
            found = None if value is None else read(value.strip())
            if found is not None:
                seconds = found
            elif value is not None:
                self._warn(not_understood(element, name))
        if seconds > 0:
            self.out.pause(seconds)
        else:
            self.out.part(" ")
        self._children(element, manner)

    def _say_as(self, element: Element, manner: Manner) -> None:
        self._warn(*unknown_attributes(element))
        form = element.attributes.get("format", "").strip()
        kind = ssml_values.kind_of(element.attributes.get("interpret-as", "").strip(), form)
        if kind is None:
            self._warn(
                notice("unknown_value", element, "interpret-as is missing or not known; the text is read as it is")
            )
            self._children(element, manner)
            return
        detail = ssml_values.detail_of(kind, form)
        if form and detail is None and form not in ssml_values.KINDS_OF_NUMBER:
            self._warn(not_understood(element, "format"))
        self.out.marked(self._text(element), lambda text: SayAs(text, kind, detail, manner))

    def _phoneme(self, element: Element, manner: Manner) -> None:
        self._warn(*unknown_attributes(element))
        ph = SPACES.sub(" ", element.attributes.get("ph", "")).strip()
        alphabet = ssml_values.ALPHABETS.get(element.attributes.get("alphabet", "").strip().lower())
        if alphabet is None:
            self._warn(not_understood(element, "alphabet", "; ipa and py are"))
        elif not ph or len(ph) > MAX_PHONEMES:
            self._warn(notice("unknown_value", element, f"ph has 1 to {MAX_PHONEMES} characters"))
        else:
            self._pronounced(element, manner, cast("Alphabet", alphabet), ph)
            return
        self._children(element, manner)

    def _pronounced(self, element: Element, manner: Manner, alphabet: Alphabet, ph: str) -> None:
        try:
            phonemes = ssml_values.syllables(ph) if alphabet == "pinyin" else ph
        except ValueError as error:
            problem = f"<phoneme>: {str(error)!r} is no syllable of pinyin; write it like hao4"
            raise ssml_tree.malformed(problem, element.line, element.column) from error
        text = self._text(element)
        word = SPACES.sub(" ", text).strip(" ")
        self.out.marked(text if word else ph, lambda shown: Pronounced(shown, word, phonemes, alphabet, manner))

    def _sub(self, element: Element, manner: Manner) -> None:
        self._warn(*unknown_attributes(element))
        alias = element.attributes.get("alias", "")
        if alias.strip():
            self.out.words(alias.strip(), manner)
        else:
            self._warn(notice("unknown_value", element, "alias is missing or empty; the text is read as it is"))
            self._children(element, manner)

    def _mark(self, element: Element, manner: Manner) -> None:
        self._warn(*unknown_attributes(element))
        name = SPACES.sub(" ", element.attributes.get("name", "")).strip()
        if 0 < len(name) <= MAX_MARK:
            self.out.bookmark(name)
        else:
            self._warn(notice("unknown_value", element, f"name has 1 to {MAX_MARK} characters; the mark is left out"))
        self._children(element, manner)

    def _audio(self, element: Element, manner: Manner) -> None:
        self._warn(*unknown_attributes(element))
        self._warn(notice("unsupported", element, "sounds are not played by this version; what stands inside is read"))
        self._children(element, manner)

    def _text(self, element: Element) -> str:
        """The text inside an element that takes nothing else."""
        parts: list[str] = []
        for child in element.children:
            if isinstance(child, str):
                parts.append(child)
            else:
                self._warn(notice("unknown_element", child, f"not obeyed inside <{element.name}>; its text is read"))
                parts.append(self._text(child))
        return "".join(parts)

    def _warn(self, *notices: Notice) -> None:
        self.warnings.extend(notices)
