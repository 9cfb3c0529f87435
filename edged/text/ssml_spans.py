"""Spans put one behind the other, with white space as mixed content means it: no words glued, none torn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

from edged.text.contract import Bookmark, Manner, Pause, Span, Spoken, Words

SPACES = re.compile(r"[ \t\r\n]+")
"""White space as XML has it; others are characters like letters."""

Gap = Literal["", " ", "\n", "\n\n"]
"""What stands between two spans: nothing, a space, the end of a sentence, of a paragraph."""
GAPS: tuple[Gap, ...] = get_args(Gap)


class SpanWriter:
    """Collects the spans of a text. What parts two words is written with the next word, so that none is left over."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._gap: Gap = ""
        self._spoken = False

    def words(self, text: str, manner: Manner) -> None:
        """Text to be read as it stands."""
        if body := self._trimmed(text):
            self._put_words(body, manner)
        self._end(text)

    def marked(self, text: str, span: Callable[[str], Spoken]) -> None:
        """A span made from its text; none if there is no text."""
        if body := self._trimmed(text):
            self.spans.append(span(body))
        self._end(text)

    def part(self, gap: Gap) -> None:
        """Whatever comes next is parted from what was by at least this."""
        self._gap = max(self._gap, gap, key=GAPS.index)

    def pause(self, seconds: float) -> None:
        """Silence, which parts words as well as a space does."""
        self._close_gap()
        self.spans.append(Pause(seconds))

    def bookmark(self, name: str) -> None:
        """A place between two words or within one."""
        self._close_gap()
        self.spans.append(Bookmark(name))

    def _trimmed(self, text: str) -> str:
        """The text without white space around it; before it stands in the spans what parts it from the last one."""
        body = SPACES.sub(" ", text)
        if body.startswith(" "):
            self.part(" ")
        body = body.strip(" ")
        if body:
            self._close_gap()
            self._spoken = True
        return body

    def _end(self, text: str) -> None:
        if text and SPACES.fullmatch(text[-1]):
            self.part(" ")

    def _close_gap(self) -> None:
        """Write what parts the next span from the last one; at the beginning and after a pause nothing does."""
        gap, self._gap = self._gap, ""
        if not gap or not self._spoken:
            return
        last = self.spans[-1]
        if isinstance(last, Bookmark):
            spoken = next((span for span in reversed(self.spans) if isinstance(span, Spoken)), None)
            if spoken is not None:
                self.spans.append(Words(gap, spoken.manner))
        elif not isinstance(last, Pause):
            self._put_words(gap, last.manner)

    def _put_words(self, text: str, manner: Manner) -> None:
        last = self.spans[-1] if self.spans else None
        if isinstance(last, Words) and (last.manner == manner or not text.strip()):
            self.spans[-1] = replace(last, source=last.source + text)
        else:
            self.spans.append(Words(text, manner))
