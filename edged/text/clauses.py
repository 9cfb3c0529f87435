"""A text cut into pieces that are spoken one after the other: sentences, and long sentences at their clauses.

Nothing is lost: the pieces joined are the text again but for the white space between them. A piece keeps one line end
at its end where a line ended, two where a paragraph did, so that :func:`pause_after` can tell. Marks are never cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from edged.text.contract import Format
from edged.text.markup import Phonemes, parse

LONGEST = 200
"""Characters of a piece. Up to here a sentence is spoken in one breath; longer ones are cut at clauses."""

LINE = re.compile(r"[^\n]+")
SENTENCE_END = re.compile(r"(?<![.!?…])([.!?…]+)([\"'”’»)\]]*)\s+(?=\S)")
CLAUSE_END = re.compile(r"[;:—]\s+|\s—\s*|(?<=\w)—(?=\w)|[,–)]\s+")
CALM_SPACE = re.compile(r"(?<![\d.])\s+(?!\d)")
"""A space that does not stand beside a figure: "5 km" stays together."""
SPACE = re.compile(r"\s+")
INITIALS = re.compile(r"(?:[A-Z]\.)+[A-Z]")
LONGEST_ABBREVIATION = 64

NEVER_LAST = frozenset(
    "mr mrs ms dr prof st mt ft gen gov sen rep capt lt col sgt cmdr rev hon pres supt cpl maj adm fr msgr messrs vs "
    "cf e.g i.e viz approx ca fig figs no nos nr vol ch pp p ed eds al tel ext temp hum avg incl excl resp max "
    "min".split()
)
"""What an abbreviation's full stop never ends a sentence after, lower case, without that full stop.

``no``, ``fig``, ``min`` … are words too: there the next character decides, see :data:`WORDS_TOO`.
"""
WORDS_TOO = frozenset("no nos fig figs ch ed eds al p max min temp hum ca gen rep fr col ext tel vol st hon".split())
BEFORE_DIGIT = frozenset("no nos nr fig figs ch p pp vol ext tel ca approx max min temp avg hum".split())
SOMETIMES_LAST = frozenset(
    "st rd ave blvd ln hwy pkwy ste apt bldg ltd inc corp co bros dept univ assn govt etc jr sr hr hrs mins sec secs "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun".split()
)
"""These end a sentence unless a small letter follows."""

PAUSE_S = {"paragraph": 0.45, "sentence": 0.25, "clause": 0.12, "cut": 0.0}
"""Seconds of silence after a piece, beyond the edges of its sound: with ``heart`` 0.04 s before and 0.12 s after it."""


def split(text: str, form: Format) -> list[str]:
    """The pieces of a text, each at most :data:`LONGEST` characters, or one mark where a mark is longer."""
    masked, inside = _masked(text, form)
    pieces: list[str] = []
    end = 0
    for line in LINE.finditer(masked):
        if pieces:
            pieces[-1] += "\n\n" if masked.count("\n", end, line.start()) > 1 else "\n"
        end = line.end()
        for start, stop in _sentences(masked, line.start(), line.end()):
            pieces += _parts(text, masked, start, stop, inside)
    return pieces


def pause_after(piece: str) -> float:
    """Seconds of silence that belong after a piece, by how it ends."""
    if piece.endswith("\n\n"):
        return PAUSE_S["paragraph"]
    last = piece.rstrip().rstrip("\"'”’»)]")[-1:]
    if piece.endswith("\n") or last in {".", "!", "?", "…"}:
        return PAUSE_S["sentence"]
    return PAUSE_S["clause"] if last in {",", ";", ":", "—", "–"} else PAUSE_S["cut"]


def _masked(text: str, form: Format) -> tuple[str, frozenset[int]]:
    """The text with a word in the place of each mark, and the positions inside marks, where no cut may be."""
    masked: list[str] = []
    inside: set[int] = set()
    at = 0
    for span in parse(text, form):
        if isinstance(span, Phonemes):
            masked.append(span.word.lstrip()[0] + "x" * (len(span.source) - 1))
            inside.update(range(at + 1, at + len(span.source)))
        else:
            masked.append(span.source)
        at += len(span.source)
    return "".join(masked), frozenset(inside)


def _sentences(masked: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Start and end of every sentence of one line."""
    for found in SENTENCE_END.finditer(masked, start, stop):
        if _ends(masked[start : found.start()], found[1], found[2], masked[found.end()]):
            yield start, found.end()
            start = found.end()
    yield start, stop


def _ends(before: str, marks: str, closers: str, following: str) -> bool:
    """Whether a sentence ends here, given what stands before and after the full stop."""
    if marks in {"...", "…"} or (closers and marks != "."):
        return not following.islower()
    if marks != ".":
        return True
    words = before[-LONGEST_ABBREVIATION:].split()
    word = words[-1].lstrip("(\"'“‘[") if words and not before[-1:].isspace() else ""
    if not word or (word.isdigit() and len(word) == len(before.strip())):
        return False  # a lone stop, or "1." at the head of a list
    return not _abbreviates(word, following)


def _abbreviates(word: str, following: str) -> bool:
    """Whether the full stop after ``word`` belongs to an abbreviation or an initial."""
    low = word.lower()
    if low in NEVER_LAST:
        if following.isdigit():
            return low in BEFORE_DIGIT or low not in WORDS_TOO
        return low not in WORDS_TOO or (word[0].isupper() and low not in BEFORE_DIGIT) or low == "min"
    if len(word) == 1 and word.isalpha():
        return word.isupper() and word != "I"
    if INITIALS.fullmatch(word) and low not in {"a.m", "p.m"}:
        return True
    return following.islower() and (low in SOMETIMES_LAST or "." in word or len(word) < 3)  # noqa: PLR2004 - "st. mary", "a.m. tomorrow"


def _parts(text: str, masked: str, start: int, stop: int, inside: frozenset[int]) -> Iterator[str]:
    """One sentence, cut until every part is short enough; parts without any character but spaces vanish."""
    stop = start + len(text[start:stop].rstrip())
    start += len(text[start:stop]) - len(text[start:stop].lstrip())
    while stop - start > LONGEST:
        cut = _cut(text, masked, start, stop, inside)
        if cut >= stop:
            break
        yield text[start:cut].rstrip()
        start = cut + len(text[cut:stop]) - len(text[cut:stop].lstrip())
    if start < stop:
        yield text[start:stop]


def _cut(text: str, masked: str, start: int, stop: int, inside: frozenset[int]) -> int:
    """Where to cut a sentence that is too long: the best place near an even share of its length."""
    share = (stop - start) / -(-(stop - start) // LONGEST)
    for place in (CLAUSE_END, CALM_SPACE, SPACE):
        found = (match.end() for match in place.finditer(masked, start + 1, min(stop, start + LONGEST + 1)))
        fitting = [at for at in found if start < at < stop and len(text[start:at].rstrip()) <= LONGEST]
        if place is not SPACE:
            fitting = [at for at in fitting if at - start >= LONGEST // 4]
        if fitting:
            return min(fitting, key=lambda at: abs(at - start - share))
    return (
        _cut_word(text, range(start + LONGEST, start, -1), inside)
        or _cut_word(text, range(start + LONGEST + 1, stop), inside)
        or stop
    )


def _cut_word(text: str, places: Iterable[int], inside: frozenset[int]) -> int | None:
    """The first place that is neither inside a mark nor before an accent of the letter it follows."""
    return next((at for at in places if at not in inside and not unicodedata.combining(text[at])), None)
