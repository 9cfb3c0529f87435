"""How much of a text was understood: word errors in English, character errors in Mandarin.

Both sides are first written alike, whoever spoke: figures as words, one spelling, simplified characters, no
punctuation. In Mandarin what sounds alike by rule, or is said one way or the other by taste, is the same:

* 她, 它 and 他; 两 and 二; 幺 and 一 in a string of figures;
* the 儿 that colours the word before it (一会儿), which a listener writes or leaves out;
* a long string of figures is written the same, whether it was said as a number or figure by figure (308): the reading
  that fits best counts.

Words that sound alike by chance, as 药 and 要, are errors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from quantize.compare.listeners import Language

SAME = {"okay": "ok", "neighbour": "neighbor", "a.m.": "am", "p.m.": "pm", "wifi": "wi fi", "programme": "program"}
CLOCK = re.compile(r"(?<![\d$.])(\d{1,2})[.:]([0-5]\d)(?!\d)")
"""A listener writes a time of day with a point or a colon."""
WEAK = frozenset({"and"})
"""Stands between figures or not, by taste: "one hundred and five"."""
CHINESE_CLOCK = re.compile(r"(?<![\d.])(\d{1,2})(?::([0-5]\d)分?|\.([0-5]\d)分)(?![\d钟])")
ZERO_MINUTES = re.compile(r"(?<=点)零(?=[一二三四五六七八九]分)")
"""Said or not."""
RANGE = re.compile(r"(?<![\d.-])(\d{1,3})[-~](\d{1,3})(?![\d.-])")
"""A listener writes 3-5 for three to five."""
DEGREES = re.compile(r"°C|摄氏度")
SAME_CHARACTERS = str.maketrans(
    {"两": "二", "幺": "一", "\N{IDEOGRAPHIC NUMBER ZERO}": "零", "她": "他", "它": "他", "妳": "你", "祂": "他"}
)
"""Said alike or by taste: two of something, one in a string of figures, and the pronouns that differ on paper only."""
COLOURING = re.compile(r"(?<=[会这那哪点事活玩])儿(?![童子女歌科])")
FIGURES = re.compile(r"(?<![\d.])\d{3,}(?![\d.])")
"""May be read as a number or figure by figure."""
NAMES = str.maketrans("0123456789", "零一二三四五六七八九")


def words(text: str) -> list[str]:
    """The words of an English text as one says them."""
    from edged.text.characters import clean  # noqa: PLC0415 - the front end and its lists take 28 MB, which
    from edged.text.normalize import normalize  # noqa: PLC0415 - should not count where memory is measured

    read = normalize(clean(CLOCK.sub(r"\1 \2", text))).lower().replace("o'clock", "")
    for written, same in SAME.items():
        read = read.replace(written, same)
    return [word for word in re.findall(r"[a-z']+", read.replace("-", " ")) if word not in WEAK]


def characters(text: str) -> list[str]:
    """The characters of a Mandarin text as one says them: simplified, figures read out, Latin words one each."""
    import cn2an  # noqa: PLC0415 - for Mandarin only

    text = _simplified().convert(unicodedata.normalize("NFKC", text))
    text = RANGE.sub(r"\1到\2", CHINESE_CLOCK.sub(_time_of_day, text))
    text = cn2an.transform(DEGREES.sub("度", text), "an2cn")
    return re.findall(
        r"[a-z]+|[^\W\d_a-z]|\d", COLOURING.sub("", ZERO_MINUTES.sub("", text)).translate(SAME_CHARACTERS).lower()
    )


def spoken_units(text: str, language: Language) -> list[str]:
    """What errors are counted in: words of English, characters of Mandarin."""
    return words(text) if language == "en" else characters(text)


def readings(text: str, language: Language) -> list[list[str]]:
    """The units of a text in each of the ways in which it may be said: its long figures as numbers, or one by one."""
    plain = spoken_units(text, language)
    if language == "en":
        return [plain]
    text = FIGURES.sub(lambda found: found[0].translate(NAMES), unicodedata.normalize("NFKC", text))
    one_by_one = spoken_units(text, language)
    return [plain] if plain == one_by_one else [plain, one_by_one]


def errors(expected: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, insertions and deletions that make the one the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(expected, 1):
        previous, row[0] = row[0], count
        for column, other in enumerate(heard, 1):
            previous, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, previous + (word != other))
    return row[-1]


def fewest_errors(text: str, heard: str, language: Language) -> tuple[int, int]:
    """Errors in what was heard, and units of the text, in those readings of both that fit best."""
    found = [
        (errors(expected, units), len(expected))
        for expected in readings(text, language)
        for units in readings(heard, language)
    ]
    return min(found, key=lambda one: one[0])


def error_rate(pairs: Iterable[tuple[str, str]], language: Language) -> float:
    """Errors over all pairs of (text, what was heard), as a share of the units of the texts: 0.05 is 5 %.

    Raises:
        ValueError: the texts hold nothing that is said.

    """
    wrong = total = 0
    for text, heard in pairs:
        more, units = fewest_errors(text, heard, language)
        wrong, total = wrong + more, total + units
    if not total:
        raise ValueError("the texts hold no words: there is no rate of errors")
    return wrong / total


def _time_of_day(found: re.Match[str]) -> str:
    minutes = int(found[2] or found[3])
    return f"{found[1]}点{minutes}分" if minutes else f"{found[1]}点"


@lru_cache(maxsize=1)
def _simplified() -> Any:
    """From traditional to simplified characters."""
    from opencc import OpenCC  # noqa: PLC0415 - for Mandarin only

    return OpenCC("t2s")
