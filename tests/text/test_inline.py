from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.contract import PLAIN, Manner, Pause, Pronounced, Script, Span, Words
from edged.text.inline import parse

PIECES = st.sampled_from(
    [
        "[",
        "]",
        "(/",
        "/)",
        "{",
        "}",
        "a",
        "Worcester",
        "wˈʊ",
        "1",
        ":",
        "pause",
        "voice:",
        " ",
        "\n",
        "ào",
        "hao4",
        "好",
    ]
)


def spans(text: str) -> list[Span]:
    return list(parse(text).spans)


def test_a_word_with_phonemes_is_a_span() -> None:
    assert spans("to [Worcester](/wˈʊstəɹ/) now") == [
        Words("to "),
        Pronounced("[Worcester](/wˈʊstəɹ/)", "Worcester", "wˈʊstəɹ"),
        Words(" now"),
    ]


@pytest.mark.parametrize(
    ("mark", "syllable"),
    [
        ("[h][ào]", "hao4"),
        ("[h][a\u0300o]", "hao4"),
        ("[zh][ōng]", "zhong1"),
        ("[l][ǜ]", "lv4"),
        ("[w][ǒ]", "wo3"),
        ("[x][ué]", "xue2"),
        ("{hao4}", "hao4"),
        ("{lü4}", "lv4"),
        ("{lu\u03084}", "lv4"),
        ("{nu:3}", "nv3"),
        ("{an1}", "an1"),
        ("{ma5}", "ma5"),
        ("{ma0}", "ma5"),
    ],
)
def test_pinyin_is_a_syllable_without_a_word(mark: str, syllable: str) -> None:
    assert spans(f"x {mark}y") == [Words("x "), Pronounced(mark, "", syllable, "pinyin"), Words("y")]


def test_marks_may_stand_beside_each_other() -> None:
    assert spans("{chong2}{qing4}[h][ào]") == [
        Pronounced("{chong2}", "", "chong2", "pinyin"),
        Pronounced("{qing4}", "", "qing4", "pinyin"),
        Pronounced("[h][ào]", "", "hao4", "pinyin"),
    ]


@pytest.mark.parametrize(("mark", "syllable"), [("[ài]", "ai4"), ("[ér]", "er2"), ("[m][a]", "ma5")])
def test_short_pinyin_is_only_for_texts_with_chinese(mark: str, syllable: str) -> None:
    assert spans(f"我{mark}") == [Words("我"), Pronounced(mark, "", syllable, "pinyin")]
    assert spans(f"moi {mark}") == [Words(f"moi {mark}")]


@pytest.mark.parametrize(
    ("mark", "seconds"),
    [("[pause:1.5s]", 1.5), ("[pause:300ms]", 0.3), ("[pause:0s]", 0.0), ("[pause:0.25s]", 0.25), ("[pause:60s]", 60)],
)
def test_a_pause_has_its_length(mark: str, seconds: float) -> None:
    assert spans(f"a{mark}b") == [Words("a"), Pause(seconds, mark), Words("b")]


@pytest.mark.parametrize("voice", ["heart", "male", "female", "zf_xiaoxiao:0.7+zf_xiaobei:0.3", "a+b", "en_US-joe"])
@pytest.mark.parametrize("back", ["[voice:]", "[voice:default]"])
def test_a_voice_holds_until_the_next_mark(voice: str, back: str) -> None:
    assert spans(f"a[voice:{voice}]b{{hao4}}{back}c") == [
        Words("a"),
        Pause(0.0, f"[voice:{voice}]"),
        Words("b", Manner(voice=voice)),
        Pronounced("{hao4}", "", "hao4", "pinyin", Manner(voice=voice)),
        Pause(0.0, back),
        Words("c", PLAIN),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[low][battery]",
        "{item1}",
        "{hao}",
        "{hao9}",
        "{HAO4}",
        "{hao 4}",
        "{}",
        "{HH AH0 L OW1}",
        "[h][ao]",
        "[h][àò]",
        "[b][é]",
        "[zz][ào]",
        "[où]",
        "[pause:abc]",
        "[pause:]",
        "[pause:1.5]",
        "[pause:-1s]",
        "[pause:١s]",
        "[pause:1e9s]",
        "[voice:A B]",
        "[voice:a:b]",
        "[voice:a+]",
        "[voice:" + "a" * 65 + "]",
        "[word](phonemes)",
        "[word](//)",
        "[word](/ /)",
        "[ ](/a/)",
        "[a\nb](/c/)",
        "[a](/b",
        "[" + "a" * 101 + "](/b/)",
        "[a](/" + "b" * 401 + "/)",
    ],
)
def test_what_is_not_well_formed_is_literal(text: str) -> None:
    assert parse(text) == Script((Words(text),))


def test_what_only_looks_like_a_mark_hides_none_behind_it() -> None:
    assert spans("[b][zh][ōng][a[pause:1s]") == [
        Words("[b]"),
        Pronounced("[zh][ōng]", "", "zhong1", "pinyin"),
        Words("[a"),
        Pause(1.0, "[pause:1s]"),
    ]


@given(st.lists(PIECES, max_size=40).map("".join))
def test_the_sources_joined_are_the_text_again(text: str) -> None:
    assert "".join(span.source for span in spans(text)) == text
