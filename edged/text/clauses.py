"""Where a text is cut into pieces spoken one after the other: at its sentences, and long sentences at their clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

LONGEST = 200
"""Characters of a piece. Up to here a sentence is spoken in one breath; longer ones are cut at clauses."""
LONGEST_DENSE = 66
"""The same where a character is a syllable or more: Chinese, Japanese, Korean."""
DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
DENSE_PART = 0.3
"""Part of such characters from which a sentence counts as dense."""

LINE = re.compile(r"[^\n]+")
SENTENCE_END = re.compile(
    r"(?<![.!?…])([.!?…]+)([\"'”’»)\]]*)\s+(?=\S)"
    r"|(?<![。！？｡])[。！？｡][。！？｡…!?]*[”’」』）】》\"')]*\s*(?=\S)"
)
CLAUSE_END = re.compile(r"[;:—]\s+|\s—\s*|(?<=\w)—(?=\w)|[,–)]\s+|[，；：、）](?!\d)|——")
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


@dataclass(frozen=True)
class Place:
    """Where a piece stands in its text."""

    start: int
    stop: int
    pause_s: float
    """Seconds of silence that its end asks for."""


def places(text: str, masked: str, inside: frozenset[int]) -> list[Place]:
    """The pieces of a text, each at most :data:`LONGEST` characters, or one mark where a mark is longer.

    ``masked`` is the text with a plain word of the same length in the place of each mark; ``inside`` are the positions
    within marks, where no cut may be. Nothing is lost but white space between pieces.
    """
    found: list[Place] = []
    end = 0
    for line in LINE.finditer(masked):
        if found:
            found[-1] = replace(found[-1], pause_s=_pause_at_line(masked.count("\n", end, line.start())))
        end = line.end()
        for start, stop in _sentences(masked, line.start(), line.end()):
            found += [
                Place(first, last, pause_after(text[first:last]))
                for first, last in _parts(text, masked, start, stop, inside)
            ]
    if found and (lines := masked.count("\n", end)):
        found[-1] = replace(found[-1], pause_s=_pause_at_line(lines))
    return found


def pause_after(piece: str) -> float:
    """Seconds of silence that belong after a piece, by how it ends."""
    last = piece.rstrip().rstrip("\"'”’»)]」』）】》")[-1:]
    if last and last in ".!?…。！？｡":
        return PAUSE_S["sentence"]
    return PAUSE_S["clause"] if last and last in ",;:—–，；：、" else PAUSE_S["cut"]


def _pause_at_line(lines: int) -> float:
    """Seconds of silence where a line ends, by the number of line ends."""
    return PAUSE_S["paragraph"] if lines > 1 else PAUSE_S["sentence"]


def _sentences(masked: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Start and end of every sentence of one line."""
    for found in SENTENCE_END.finditer(masked, start, stop):
        if found[1] is None or _ends(masked[start : found.start()], found[1], found[2], masked[found.end()]):
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


def _parts(text: str, masked: str, start: int, stop: int, inside: frozenset[int]) -> Iterator[tuple[int, int]]:
    """One sentence, cut until every part is short enough: start and end of each; parts of spaces alone vanish."""
    stop = start + len(text[start:stop].rstrip())
    start += len(text[start:stop]) - len(text[start:stop].lstrip())
    longest = _longest(masked[start:stop])
    while stop - start > longest:
        cut = _cut(text, masked, range(start, stop), inside, longest)
        if cut >= stop:
            break
        yield start, start + len(text[start:cut].rstrip())
        start = cut + len(text[cut:stop]) - len(text[cut:stop].lstrip())
    if start < stop:
        yield start, stop


def _longest(sentence: str) -> int:
    """Characters that a part of this sentence may have."""
    return LONGEST_DENSE if len(DENSE.findall(sentence)) > DENSE_PART * len(sentence) else LONGEST


def _cut(text: str, masked: str, sentence: range, inside: frozenset[int], longest: int) -> int:
    """Where to cut a sentence that is too long: the best place near an even share of its length."""
    start, stop = sentence.start, sentence.stop
    share = (stop - start) / -(-(stop - start) // longest)
    for place in (CLAUSE_END, CALM_SPACE, SPACE):
        found = (match.end() for match in place.finditer(masked, start + 1, min(stop, start + longest + 1)))
        fitting = [at for at in found if start < at < stop and len(text[start:at].rstrip()) <= longest]
        if place is not SPACE:
            fitting = [at for at in fitting if at - start >= longest // 4]
        if fitting:
            return min(fitting, key=lambda at: abs(at - start - share))
    return (
        _cut_word(text, range(start + longest, start, -1), inside)
        or _cut_word(text, range(start + longest + 1, stop), inside)
        or stop
    )


def _cut_word(text: str, places: Iterable[int], inside: frozenset[int]) -> int | None:
    """The first place that is neither inside a mark nor before an accent of the letter it follows."""
    return next((at for at in places if at not in inside and not unicodedata.combining(text[at])), None)
