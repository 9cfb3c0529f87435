"""Tones as they are spoken in a row: 不 and 一, third tones before third tones, verbs said twice.

The rules are those of the textbooks (黄伯荣, 廖序东: 现代汉语, chapter on 音变).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from edged.text.phonemes.mandarin_readings import Spoken, Syllable
from edged.text.pinyin import NEUTRAL

Known = Callable[[str], bool]
"""Whether something is a word."""

FIGURES = frozenset("零〇一二三四五六七八九十两幺")
ORDINAL_BEFORE = ("第", "初", "星期", "礼拜", "负")
ORDINAL_WITHIN = ("周", "之", "其")
"""Before a 一 in the same word: 周一 is a day, in 一周一次 it begins a word of its own."""
ORDINAL_AFTER = tuple("月 号 楼 等 级 年级 流 线 班 路公 路车 单元".split())
"""Behind 一 these make it the first of its kind; a measure that begins alike does not."""
COUNTED_AFTER = ("级棒", "班车", "班人", "线希")
ONE_LAST = frozenset("统一 唯一 单一 专一 逐一 万一 合一 归一 划一 不一".split())
"""Words in which 一 keeps its tone, whatever follows."""
FALLING, RISING, LOW = 4, 2, 3


def spoken(words: Sequence[Spoken], known: Known) -> list[Spoken]:
    """The words of one breath with their tones as they are said; given syllables stay as they are."""
    flat = [syllable for word in words for syllable in word.syllables]
    text = "".join(word.text for word in words)
    inside = [(word.text, place) for word in words for place in range(len(word.text))]
    flat = [_numeral(flat, at, text, *inside[at]) for at in range(len(flat))]
    flat = [_negated(flat, at) for at in range(len(flat))]
    flat = _low(flat, [foot for word in words for foot in feet(word.text, known)])
    return list(_regrouped(words, flat))


def feet(word: str, known: Known) -> list[int]:
    """Lengths of the parts of one or two syllables that a word is said in: 展览馆 2 + 1, 小雨伞 1 + 2."""
    if len(word) <= 2:  # noqa: PLR2004 - one foot
        return [len(word)]
    if len(word) % 2 and (known(word[1:]) or known(word[1:3])) and not known(word[:2]):
        return [1, *[2] * (len(word) // 2)]
    return [2] * (len(word) // 2) + [1] * (len(word) % 2)


def _numeral(syllables: list[Syllable], at: int, text: str, word: str, place: int) -> Syllable:
    """一: first tone in ordinals, in codes and at the end, else falling or rising by what follows."""
    one = syllables[at]
    if one.char != "一" or one.given or one.letters != "yi" or at + 1 == len(syllables):
        return one
    before, after = text[:at], text[at + 1 :]
    if before[-1:] and before[-1:] == after[:1] and before[-1:] not in FIGURES:
        return one._replace(tone=NEUTRAL)
    if word in ONE_LAST or _is_first(before, after, within=place > 0):
        return one
    following = syllables[at + 1]
    rising = following.tone == FALLING or (following.char == "个")
    return one._replace(tone=RISING if rising else FALLING)


def _is_first(before: str, after: str, *, within: bool) -> bool:
    if after[:1] in FIGURES or (after[:1] == "点" and after[1:2] in FIGURES - {"十"}):
        return True
    if before[-1:] in FIGURES or before.endswith(ORDINAL_BEFORE) or (within and before.endswith(ORDINAL_WITHIN)):
        return True
    if after[:1] == "日":
        return before.endswith("月")
    return after.startswith(ORDINAL_AFTER) and not after.startswith(COUNTED_AFTER)


def _negated(syllables: list[Syllable], at: int) -> Syllable:
    """不: rising before a falling tone, without a tone between a word said twice (好不好)."""
    one = syllables[at]
    if one.char != "不" or one.given or one.letters != "bu" or at + 1 == len(syllables):
        return one
    following = syllables[at + 1]
    if at and syllables[at - 1].char == following.char:
        return one._replace(tone=NEUTRAL)
    return one._replace(tone=RISING) if following.tone == FALLING and one.tone != NEUTRAL else one


def _low(syllables: list[Syllable], lengths: list[int]) -> list[Syllable]:
    """A third tone before a third tone rises: first within each foot, then between feet from the last to the first."""
    spoken = list(syllables)
    ends = list(accumulate(lengths))
    for end, length in zip(ends, lengths, strict=True):
        if length > 1:
            _raise(spoken, end - 2)
    for end in reversed(ends[:-1]):
        _raise(spoken, end - 1)
    return spoken


def _raise(syllables: list[Syllable], at: int) -> None:
    """Change one in place, if it is low before a low one and not given."""
    one, following = syllables[at], syllables[at + 1]
    if one.tone == LOW and following.tone == LOW and not one.given:
        syllables[at] = one._replace(tone=RISING)


def _regrouped(words: Sequence[Spoken], flat: list[Syllable]) -> list[Spoken]:
    grouped, at = [], 0
    for word in words:
        grouped.append(Spoken(word.text, tuple(flat[at : at + len(word.text)])))
        at += len(word.text)
    return grouped
