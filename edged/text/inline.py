"""Inline marks of the ``text`` format.

::

    [Worcester](/wˈʊstəɹ/)          the word is said with these phonemes
    [h][ào]   {hao4}                a syllable of Mandarin, by its pinyin
    [ài]   [m][a]                   without initial, or in the neutral tone: only in a text with Chinese characters,
                                    because other languages put such letters in brackets, too
    [pause:1.5s]   [pause:300ms]    silence
    [voice:name]                    another voice from here on: a name, male, female or a blend, a:0.7+b:0.3
    [voice:]   [voice:default]      back to the voice of the request

A mark that is not well-formed is literal text: ``[low][battery]`` are two words, ``{item1}`` is no pinyin syllable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from edged.text import pinyin
from edged.text.contract import PLAIN, Manner, Pause, Pronounced, Script, Span, Words

NAME = r"[A-Za-z0-9_-]{1,64}"
WEIGHT = r"[0-9]{1,3}(?:\.[0-9]{1,6})?"
VOICE = rf"{NAME}(?::{WEIGHT})?(?:\+{NAME}(?::{WEIGHT})?){{0,7}}"
"""What names a voice: a name, ``male``, ``female``, or up to eight names with weights."""
OWN_VOICE = "default"
"""Instead of a name: the voice that the request asks for."""

MARK = re.compile(
    r"\[(?P<word>[^\[\]\n]{1,100})\]\(/(?P<phonemes>[^/()\[\]\n]{1,400})/\)"
    r"|\[(?P<initial>[zcs]h|[bpmfdtnlgkhjqxrzcsyw])\]\[(?P<final>[^\[\]\s]{1,7})\]"
    r"|\{(?P<syllable>[a-zêü:\u0308]{1,8}[0-5])\}"
    r"|\[pause:(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)(?P<unit>m?s)\]"
    rf"|\[voice:(?P<voice>(?:{VOICE})?)\]"
    r"|\[(?P<bare>[^\[\]\s]{1,6})\]"
)
"""Candidates; every repetition is bounded, so that no text makes the search slow."""
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def parse(text: str) -> Script:
    """The spans of a text, in order; their sources joined are the text again.

    A mark that changes the voice is a pause of no length: what counts is the manner of the spans behind it.
    """
    spans: list[Span] = []
    manner = PLAIN
    chinese = CHINESE.search(text) is not None
    end = at = 0
    while found := MARK.search(text, at):
        span = _span(found, manner, chinese=chinese)
        if span is None:
            at = found.start() + 1
            continue
        if found.start() > end:
            spans.append(Words(text[end : found.start()], manner))
        spans.append(span)
        if found["voice"] is not None:
            manner = _manner(found["voice"])
        end = at = found.end()
    if end < len(text):
        spans.append(Words(text[end:], manner))
    return Script(tuple(spans))


def _span(found: re.Match[str], manner: Manner, *, chinese: bool) -> Span | None:
    """What a candidate is, or None if it is only text that looks like a mark."""
    kind = found.lastgroup or ""
    if kind == "voice":
        return Pause(0.0, found[0])
    if kind == "unit":
        return Pause(float(found["number"]) / (1000.0 if found["unit"] == "ms" else 1.0), found[0])
    if kind == "phonemes":
        word, phonemes = found["word"], found["phonemes"].strip()
        return Pronounced(found[0], word, phonemes, "ipa", manner) if word.strip() and phonemes else None
    syllable = _SYLLABLES[kind](found, chinese)
    return Pronounced(found[0], "", syllable, "pinyin", manner) if syllable else None


def _manner(voice: str) -> Manner:
    return PLAIN if voice in {"", OWN_VOICE} else Manner(voice=voice)


def _numbered(found: re.Match[str], _chinese: bool) -> str | None:  # noqa: FBT001 - one shape for all of them
    parsed = pinyin.parse_syllable(found["syllable"])
    return f"{parsed[0]}{parsed[1]}" if parsed else None


def _with_initial(found: re.Match[str], chinese: bool) -> str | None:  # noqa: FBT001
    final = found["final"]
    return pinyin.from_marks(found["initial"], final) if chinese or _is_toned(final) else None


def _without_initial(found: re.Match[str], chinese: bool) -> str | None:  # noqa: FBT001
    final = found["bare"]
    starts_with_vowel = unicodedata.normalize("NFD", final)[0] in "aoe"
    return pinyin.from_marks("", final) if chinese and starts_with_vowel and _is_toned(final) else None


def _is_toned(final: str) -> bool:
    return any(char in pinyin.TONE_OF_MARK for char in unicodedata.normalize("NFD", final))


_SYLLABLES: dict[str, Callable[[re.Match[str], bool], str | None]] = {
    "syllable": _numbered,
    "final": _with_initial,
    "bare": _without_initial,
}
