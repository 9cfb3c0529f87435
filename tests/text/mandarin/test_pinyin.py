from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.pinyin import SYLLABLES, from_marks, is_syllable, parse_syllable, with_mark


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("hao4", ("hao", 4)),
        ("HAO4", ("hao", 4)),
        ("lv4", ("lv", 4)),
        ("lü4", ("lv", 4)),
        ("lu\u03084", ("lv", 4)),
        ("lu:4", ("lv", 4)),
        ("lüe4", ("lve", 4)),
        ("ju2", ("ju", 2)),
        ("jü2", ("ju", 2)),
        ("ma5", ("ma", 5)),
        ("ma0", ("ma", 5)),
        ("zhuang1", ("zhuang", 1)),
        ("er2", ("er", 2)),
        ("hao", None),
        ("hao6", None),
        ("hao44", None),
        ("4", None),
        ("", None),
        ("bong1", None),
        ("xx1", None),
        ("hao 4", None),
        ("x" * 5000 + "4", None),
    ],
)
def test_a_syllable_is_taken_apart(text: str, parsed: tuple[str, int] | None) -> None:
    assert parse_syllable(text) == parsed
    assert is_syllable(text) == (parsed is not None)


@pytest.mark.parametrize(
    ("initial", "final", "syllable"),
    [
        ("h", "ào", "hao4"),
        ("h", "a\u0300o", "hao4"),
        ("zh", "ī", "zhi1"),
        ("l", "ǜ", "lv4"),
        ("q", "ú", "qu2"),
        ("q", "ǘ", "qu2"),
        ("x", "ìng", "xing4"),
        ("", "ài", "ai4"),
        ("", "hǎo", "hao3"),
        ("h", "ăo", "hao3"),
        ("d", "e", "de5"),
        ("h", "àò", None),
        ("h", "x", None),
        ("", "", None),
        ("bath", "x", None),
        ("pause", ":2s", None),
        ("h" * 5000, "ào", None),
    ],
)
def test_a_final_with_a_mark_gives_the_tone(initial: str, final: str, syllable: str | None) -> None:
    assert from_marks(initial, final) == syllable


@pytest.mark.parametrize(
    ("syllable", "printed"),
    [("hao4", "hào"), ("gui4", "guì"), ("liu2", "liú"), ("dou1", "dōu"), ("nve4", "nüè"), ("lv3", "lǚ"), ("ma5", "ma")],
)
def test_a_syllable_is_printed_with_its_mark(syllable: str, printed: str) -> None:
    assert with_mark(syllable[:-1], int(syllable[-1])) == printed


@given(st.sampled_from(sorted(SYLLABLES)), st.integers(1, 5))
def test_what_is_printed_can_be_read_again(letters: str, tone: int) -> None:
    assert from_marks("", with_mark(letters, tone)) == f"{letters}{tone}"


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_a_syllable_or_none(initial: str, final: str) -> None:
    found = from_marks(initial, final)
    assert found is None or is_syllable(found)
