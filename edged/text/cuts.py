"""A script as pieces that are spoken one after the other, each in one breath and in one manner.

Marks are never cut. A piece ends where `text.clauses` cuts the text, where the manner of speaking changes, at a pause
and at a bookmark.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edged.text.characters import speakable
from edged.text.clauses import places
from edged.text.contract import Bookmark, Manner, Pause, Pronounced, Script, Spoken, Words


@dataclass(frozen=True)
class Cut:
    """What is said in one breath and in one manner, or a stretch of silence."""

    spans: tuple[Spoken, ...]
    """Empty for silence or a bookmark before the first word."""
    manner: Manner
    """Of all its spans, but for their languages."""
    pause_s: float
    """Seconds of silence that its end asks for; none behind the last one."""
    silence_s: float = 0.0
    """Seconds of silence that the text asks for, on top."""
    bookmarks: tuple[str, ...] = ()
    """Reached when it has been said, before the silence."""

    @property
    def text(self) -> str:
        """As it was written."""
        return "".join(span.source for span in self.spans).strip()


def cuts(script: Script) -> list[Cut]:
    """The pieces of a script, in order. What can only be silent is left out, and its pause belongs to what is before.

    The same script always gives the same pieces, so that an interrupted utterance can go on at piece n.
    """
    found: list[Cut] = []
    for manner, group in itertools.groupby(script.spans, key=_delivery):
        if manner is not None:
            for cut in _split([span for span in group if isinstance(span, Spoken)], manner):
                _append(found, cut)
            continue
        for span in group:
            if isinstance(span, Pause):
                _append(found, Cut((), Manner(), 0.0, span.seconds))
            elif isinstance(span, Bookmark):
                _append(found, Cut((), Manner(), 0.0, bookmarks=(span.name,)))
    return found


def _delivery(span: object) -> Manner | None:
    """The manner of a span without its language, which may change within a piece; None for silence."""
    return replace(span.manner, lang=None) if isinstance(span, Spoken) else None


def _append(found: list[Cut], cut: Cut) -> None:
    if cut.spans and (any(not isinstance(span, Words) for span in cut.spans) or speakable(cut.text)):
        found.append(cut)
    elif not found:
        if not cut.spans:
            found.append(cut)
    elif cut.spans:  # a lone stop: "<prosody …>now</prosody>."
        found[-1] = replace(found[-1], pause_s=max(found[-1].pause_s, cut.pause_s))
    elif found[-1].silence_s and cut.bookmarks:  # it is reached when the silence is over
        found.append(cut)
    else:
        last = found[-1]
        found[-1] = replace(last, silence_s=last.silence_s + cut.silence_s, bookmarks=last.bookmarks + cut.bookmarks)


def _split(spans: Sequence[Spoken], manner: Manner) -> list[Cut]:
    """Spans of one manner as pieces."""
    text = "".join(span.source for span in spans)
    masked, inside = _masked(spans)
    return [
        Cut(_sliced(spans, place.start, place.stop), manner, place.pause_s) for place in places(text, masked, inside)
    ]


def _masked(spans: Sequence[Spoken]) -> tuple[str, frozenset[int]]:
    """The text with a word in the place of each mark, and the positions inside marks, where no cut may be."""
    masked: list[str] = []
    inside: set[int] = set()
    at = 0
    for span in spans:
        if isinstance(span, Words):
            masked.append(span.source)
        else:
            shown = (span.word if isinstance(span, Pronounced) else span.source).strip()
            masked.append((shown[:1] or "字") + "x" * (len(span.source) - 1))
            inside.update(range(at + 1, at + len(span.source)))
        at += len(span.source)
    return "".join(masked), frozenset(inside)


def _sliced(spans: Sequence[Spoken], start: int, stop: int) -> tuple[Spoken, ...]:
    """The spans that lie between two positions of their joined text; words may be cut, marks are whole."""
    found: list[Spoken] = []
    at = 0
    for span in spans:
        low, high = max(start - at, 0), min(stop - at, len(span.source))
        if low < high:
            found.append(replace(span, source=span.source[low:high]) if isinstance(span, Words) else span)
        at += len(span.source)
    return tuple(found)
