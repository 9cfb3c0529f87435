"""Which language each part of a text is in: by what the request says, else by its script.

Letters decide; figures, stops and signs go with the letters beside them. A single letter or a mixture of letters and
figures within Chinese (``A4``, ``B座``, ``5G``) stays with it: whoever speaks Chinese reads it without changing over.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from edged.errors import Rejected
from edged.text.characters import clean
from edged.text.contract import Run, Spoken, Words

SCRIPT_OF_NAME = {
    "CJK": "Han",
    "KANGXI": "Han",
    "IDEOGRAPHIC": "Han",
    "HANGUL": "Hangul",
    "HALFWIDTH": "Katakana",
    "KATAKANA-HIRAGANA": "Katakana",
    "MICRO": "Greek",
}
"""First word of a character's Unicode name → its script, where they differ."""
SCRIPTS = {
    "zh": frozenset({"Han"}),
    "yue": frozenset({"Han"}),
    "ja": frozenset({"Han", "Hiragana", "Katakana"}),
    "ko": frozenset({"Hangul", "Han"}),
    "gu": frozenset({"Gujarati"}),
    "kn": frozenset({"Kannada"}),
    "ml": frozenset({"Malayalam"}),
    "or": frozenset({"Oriya"}),
    "pa": frozenset({"Gurmukhi"}),
    "si": frozenset({"Sinhala"}),
    "ta": frozenset({"Tamil"}),
    "te": frozenset({"Telugu"}),
    "th": frozenset({"Thai"}),
    "am": frozenset({"Ethiopic"}),
    "chr": frozenset({"Cherokee"}),
    "ka": frozenset({"Georgian"}),
    "he": frozenset({"Hebrew"}),
    **dict.fromkeys(("hy", "hyw"), frozenset({"Armenian"})),
    **dict.fromkeys(("el", "grc"), frozenset({"Greek"})),
    **dict.fromkeys(("hi", "mr", "ne", "kok"), frozenset({"Devanagari"})),
    **dict.fromkeys(("bn", "as", "bpy"), frozenset({"Bengali"})),
    **dict.fromkeys(("my", "shn"), frozenset({"Myanmar"})),
    **dict.fromkeys(("ar", "fa", "ur", "sd", "ug"), frozenset({"Arabic"})),
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "kk", "ky", "sr", "tt", "ba", "cv", "nog"), frozenset({"Cyrillic"})),
}
"""Primary language → the scripts that it is written in; every other language is written in Latin letters."""
LATIN = frozenset({"Latin"})
GREEK_LETTER = re.compile(r"(?<![\u0370-\u03ff])[\u0370-\u03ff](?![\u0370-\u03ff])")
"""A Greek letter on its own is a sign (Ω, π, the μ of μg) with a name, not a word of Greek."""
IDEOGRAPHS = r"\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Ideographs, kana and Hangul, as a class of a regular expression."""
SIGN = rf"[^\W_{IDEOGRAPHS}]"
TOKEN = re.compile(
    rf"(?P<dense>[{IDEOGRAPHS}]+)"
    rf"|(?P<figure>\d(?:[\d.,:/-]*\d)?)(?!{SIGN})"
    rf"|(?P<word>{SIGN}(?:{SIGN}|['’](?={SIGN}))*)|(?P<rest>.)",
    re.DOTALL,
)
"""A stretch of ideographs, a figure, a word or a mixture of letters and figures, any other character."""
CODE_LETTERS = 3
"""Letters beside figures up to which a token is a code (``G1234``, ``MP3``) and not a word."""
UNIT = re.compile(
    r"(?:[\d.]*\d)?(?:[kcmdnμ]?m[²³23]?|[kmµμn]?g|[mcdk]?l|k?wh|[km]?w|[km]?v|m?a|[kmg]?hz|[kmgt]i?b|[kmg]bps|[kh]?pa|mmhg"
    r"|db|bpm|ppm|km/h|h|min|s|ms|kcal|mmol)",
    re.IGNORECASE,
)
"""The sign of a unit, its figure before it or not: read in the language of the sentence."""
AFTER_FIGURE = re.compile(r"\d ?/?\Z")


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """The script of a letter, from its Unicode name: ``Latin``, ``Greek``, ``Cyrillic``, ``Han``."""
    first = unicodedata.name(letter, "UNKNOWN").split(" ")[0]
    return SCRIPT_OF_NAME.get(first, first.title())


def primary(tag: str) -> str:
    """The language of a BCP 47 tag without region and script: ``en`` of ``en-GB``."""
    return tag.partition("-")[0].lower()


def writes(language: str, script: str) -> bool:
    """Whether words of this language stand in this script."""
    return script in SCRIPTS.get(primary(language), LATIN)


def runs(spans: Sequence[Spoken], wanted: str | None, readable: Sequence[str]) -> tuple[Run, ...]:
    """The spans of one piece, language by language, in order; words are cut where the language changes.

    ``wanted`` is the language that the request names, ``readable`` those that can be read, the preferred first; both
    BCP 47. Raises :class:`edged.errors.Rejected` (``unsupported``) for a script that nobody reads, naming it and the
    first letter of it.
    """
    tagged = list(_tagged(spans, wanted, readable))
    found: list[Run] = []
    for language, group in itertools.groupby(_settled(tagged, wanted, readable), key=lambda item: item[0]):
        found.append(Run(language, _joined(span for _, span in group)))
    return tuple(found)


_Tagged = tuple["str | None", Spoken, bool]
"""Language, or None if the neighbours decide; the span; whether it is a figure."""


def _tagged(spans: Sequence[Spoken], wanted: str | None, readable: Sequence[str]) -> Iterator[_Tagged]:
    """Each word by itself with its language."""
    kana = any(script_of(c) in {"Hiragana", "Katakana"} for span in spans for c in span.source if c.isalpha())
    asian = _first("ja", readable) if kana else None
    for span in spans:
        given = span.manner.lang or wanted
        if not isinstance(span, Words):
            yield _of_mark(span, given, readable), span, False
            continue
        for token in TOKEN.finditer(span.source):
            language = _of_token(token, span.manner.lang, [asian, given, *readable])
            yield language, replace(span, source=token[0]), token["figure"] is not None


def _of_token(token: re.Match[str], own: str | None, candidates: Sequence[str | None]) -> str | None:
    """The language of a token; ``own`` is the one that it is marked with."""
    letter = _first_letter(GREEK_LETTER.sub(" ", token[0]))
    if letter is None:
        return own
    script = script_of(letter)
    if script == "Latin" and own is None and _is_code(token):
        return None
    found = next((tag for tag in candidates if tag is not None and writes(tag, script)), None)
    if found is None:
        words = f"no installed voice reads {script} ({letter})"
        raise Rejected("unsupported", words, script=script, character=letter, field="text")
    return found


def _first_letter(text: str) -> str | None:
    """The first letter, as a plain one."""
    return next((c for char in text if char.isalpha() for c in clean(char) if c.isalpha()), None)


def _is_code(token: re.Match[str]) -> bool:
    """Whether every language reads this by itself, letter by letter or as a unit: ``A``, ``G1234``, ``5kg``, ``km``."""
    letters = sum(char.isalpha() for char in token[0])
    figures = len(token[0]) - letters
    if letters == 1 or (figures and letters <= CODE_LETTERS):
        return True
    after_figure = figures or AFTER_FIGURE.search(token.string[max(token.start() - 3, 0) : token.start()])
    return bool(after_figure) and UNIT.fullmatch(token[0]) is not None


def _of_mark(span: Spoken, given: str | None, readable: Sequence[str]) -> str | None:
    """The language of a span that is given as a whole: pinyin is Chinese, phonemes go with their neighbours."""
    if getattr(span, "alphabet", None) == "pinyin":
        return _first("zh", readable) or "zh"
    letter = _first_letter(getattr(span, "word", span.source))
    if letter is None:
        return None
    candidates = [given, *readable]
    return next((tag for tag in candidates if tag is not None and writes(tag, script_of(letter))), None)


def _first(language: str, readable: Iterable[str]) -> str | None:
    return next((tag for tag in readable if primary(tag) == language), None)


def _settled(tagged: Sequence[_Tagged], wanted: str | None, readable: Sequence[str]) -> Iterator[tuple[str, Spoken]]:
    """Those without a language of their own with that of the letters before and behind them."""
    base = _base(tagged, wanted, readable)
    behind: list[str | None] = []
    following: str | None = None
    for language, _, _ in reversed(tagged):
        behind.append(following)
        following = language or following
    before: str | None = None
    for (language, span, figure), after in zip(tagged, reversed(behind), strict=True):
        settled = language or _between(before, after, base, reads_alone=figure or _has_letter(span))
        yield settled, span
        before = settled


def _between(before: str | None, after: str | None, base: str, *, reads_alone: bool) -> str:
    """The language of what stands between two others.

    If they are the same, that one. Else figures and letters go with the sentence, signs with what is before them.
    """
    if before is not None and before == after:
        return before
    return base if reads_alone else before or after or base


def _has_letter(span: Spoken) -> bool:
    return any(char.isalpha() for char in span.source)


def _base(tagged: Sequence[_Tagged], wanted: str | None, readable: Sequence[str]) -> str:
    """The language of the sentence: the one with the most words, an ideograph counting as one."""
    counts: Counter[str] = Counter()
    for language, span, _ in tagged:
        if language is not None:
            counts[language] += len(span.source) if writes(language, "Han") and not writes(language, "Latin") else 1
    if counts:
        return counts.most_common(1)[0][0]
    return next((tag for tag in (wanted, *readable) if tag), "en")


def _joined(spans: Iterable[Spoken]) -> tuple[Spoken, ...]:
    """The spans with neighbouring words of one manner in one span again."""
    found: list[Spoken] = []
    for span in spans:
        last = found[-1] if found else None
        if isinstance(span, Words) and isinstance(last, Words) and last.manner == span.manner:
            found[-1] = replace(last, source=last.source + span.source)
        else:
            found.append(span)
    return tuple(found)
