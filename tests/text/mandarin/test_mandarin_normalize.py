from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import Rejected
from edged.text.mandarin.calendar import clock, date
from edged.text.mandarin.characters import STAND_IN, clean
from edged.text.mandarin.normalize import normalize
from edged.text.mandarin.numerals import cardinal, code, digits
from tests.text.mandarin.reading import optional

TABLE = (Path(__file__).parent / "normalization.txt").read_text(encoding="utf-8").splitlines()
SENTENCES = (Path(__file__).parents[2] / "asr" / "mandarin_sentences.txt").read_text(encoding="utf-8").splitlines()
CASES = [line.split("\t") for line in TABLE + SENTENCES]
FRAGMENTS = (
    "5 10-15 -21.5 ℃ % ¥ $3 7:30 pm kWh/天 μg/m³ 1/2 2026-11-22 No. v2.1 192.168.1.10 a@b.com #3 + - = 0 00 , . / "
    "CO2 个 点 年 月 日 第 到 ~ — 号 房间 电话 比分 × x 2 万 13812345678 次 G12 A 度 （ ） “ … 😀 。"
)
UNITS = (
    "1 1, 1. 1/ -1 1: 1- 1~ a a. a@ $ ¥1 x1 5km +1 http:// 第1 点 1点 1年 1:30 0 10-11 （ … A1 电话 电话1 12月 1+ 1×1 "
    "#1 = 1h 1/1 1= *1 1x ~ 1到 血压1/"
)
FRAGMENT = st.sampled_from(FRAGMENTS.split(" "))
ASCII = re.compile(r"[!-@\[-`{-~]|[A-Za-z]{2}|[a-z]")


def read(text: str) -> str:
    return normalize(clean(text))


def test_there_are_cases_enough() -> None:
    assert len(TABLE) >= 150
    assert len(SENTENCES) >= 60


@pytest.mark.parametrize(("written", "expected"), CASES, ids=[written for written, _ in CASES])
def test_it_is_read_as(written: str, expected: str) -> None:
    assert read(written) == expected


@pytest.mark.parametrize("written", ["3个", "8:30", "第3名", "-5℃", "¥12.5", "13812345678", "A4纸", "3-5天"])
def test_what_stands_around_changes_nothing(written: str) -> None:
    assert read(f"你好，{written}。") == f"你好，{read(written)}。"


@pytest.mark.parametrize("number", [0, 9, 10, 11, 19, 20, 99, 100, 10**4, 10**8, 10**12, 10**16 - 1])
def test_a_whole_number_is_read_as_the_library_reads_it(number: int) -> None:
    cn2an = optional("cn2an")
    expected = re.sub("^一十", "十", cn2an.an2cn(str(number)))
    assert cardinal(str(number)).replace("两", "二") == expected


@given(st.integers(0, 10**16 - 1) | st.integers(0, 99999))
def test_a_whole_number_can_be_told_from_how_it_is_read(number: int) -> None:
    values = {figure: value for value, figure in enumerate("零一二三四五六七八九")} | {"两": 2}
    places = {"十": 10, "百": 100, "千": 1000}
    total = section = figure = 0
    for char in cardinal(str(number)):
        if char in values:
            figure = values[char]
        elif char in places:
            section, figure = section + (figure or 1) * places[char], 0
        elif char == "万":
            section, figure = (section + figure) * 10**4, 0
        else:
            total, section, figure = (total + section + figure) * 10**8, 0, 0
    assert total + section + figure == number


def test_codes_and_years_differ_in_their_one() -> None:
    assert (code("2110"), digits("2110")) == ("二幺幺零", "二一一零")


def test_what_is_no_day_or_time_is_none() -> None:
    assert date("2026", "13", "1") is None
    assert clock("25", "00") is None
    assert clock("8", "61") is None


def test_stand_ins_stay_where_they_are() -> None:
    mark = chr(STAND_IN + 3)
    assert normalize(f"有2{mark}和3个{mark}") == f"有二{mark}和三个{mark}"


@pytest.mark.parametrize("text", ["Привет", "ひらがな", "한국어", "ㄅㄆ", "ꀀ"])
def test_a_script_without_a_reading_is_named(text: str) -> None:
    with pytest.raises(Rejected, match=text[0]) as caught:
        clean(text)
    assert caught.value.code == "bad_request"


@pytest.mark.parametrize("text", ["", " ", "😀🎉", "\u200b", "，。", "\U000f0000"])
def test_what_has_no_sound_leaves_nothing(text: str) -> None:
    assert read(text).strip("，。") == ""


@given(st.lists(FRAGMENT, max_size=20).map(" ".join) | st.lists(FRAGMENT, max_size=20).map("".join))
def test_no_figure_word_or_sign_of_ascii_is_left(text: str) -> None:
    assert not ASCII.search(read(text))


@given(st.text(alphabet=st.characters(max_codepoint=0x24F) | st.characters(min_codepoint=0x2000, max_codepoint=0x32FF)))
def test_any_text_is_read_or_rejected(text: str) -> None:
    try:
        assert not ASCII.search(read(text))
    except Rejected as refused:
        assert refused.code == "bad_request"  # noqa: PT017 - a letter of another script may come up


@pytest.mark.timeout(20)  # a rule that is not linear does not come back; these take a few milliseconds
@pytest.mark.parametrize("unit", UNITS.split(" "))
def test_the_longest_text_of_one_kind_is_read(unit: str) -> None:
    text = (unit * 4096)[:4096]
    assert not ASCII.search(read(text))
