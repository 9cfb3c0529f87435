from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edged.errors import Rejected
from edged.text.contract import Manner, Pronounced, SayAs, Words
from edged.text.phonemes.mandarin import MandarinFrontEnd
from tests.text.mandarin.reading import SYMBOLS, front_end, heard, read

MANDARIN = Path(__file__).parents[1] / "mandarin"
POLYPHONES = [line.split("\t") for line in (MANDARIN / "polyphones.txt").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("text", "expected"), POLYPHONES, ids=[text for text, _ in POLYPHONES])
def test_a_character_of_several_readings_is_read_as_it_is_meant(text: str, expected: str) -> None:
    assert f" {expected} " in f" {heard(read(text))} "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好", "ni2 hao3"),
        ("我很好", "wo3 hen2 hao3"),
        ("我也很好", "wo2 ye3 hen2 hao3"),
        ("展览馆", "zhan2 lan2 guan3"),
        ("小老虎", "xiao3 lao2 hu3"),
        ("洗手间", "xi2 shou3 jian1"),
        ("请打开", "qing2 da3 kai1"),
        ("雨伞", "yu2 san3"),
        ("五米", "wu2 mi3"),
        ("你好，我走", "ni2 hao3 wo2 zou3"),
        ("不要", "bu2 yao4"),
        ("不好", "bu4 hao3"),
        ("不对", "bu2 dui4"),
        ("不吃", "bu4 chi1"),
        ("好不好", "hao3 bu5 hao3"),
        ("我不", "wo3 bu4"),
        ("一个", "yi2 ge4"),
        ("一天", "yi4 tian1"),
        ("一年", "yi4 nian2"),
        ("一起", "yi4 qi3"),
        ("一样", "yi2 yang4"),
        ("看一看", "kan4 yi5 kan4"),
        ("第一", "di4 yi1"),
        ("第一次", "di4 yi1 ci4"),
        ("星期一", "xing1 qi1 yi1"),
        ("星期一下午", "xing1 qi1 yi1 xia4 wu3"),
        ("一月一号", "yi1 yue4 yi1 hao4"),
        ("一楼", "yi1 lou2"),
        ("统一", "tong3 yi1"),
        ("统一管理", "tong3 yi1 guan2 li3"),
        ("万一下雨", "wan4 yi1 xia4 yu3"),
        ("每周一次", "mei3 zhou1 yi2 ci4"),
        ("周一下午", "zhou1 yi1 xia4 wu3"),
        ("十月一日", "shi2 yue4 yi1 ri4"),
        ("一月份", "yi1 yue4 fen4"),
        ("一年级", "yi1 nian2 ji2"),
        ("原因之一是", "yuan2 yin1 zhi1 yi1 shi4"),
        ("菜单一共", "cai4 dan1 yi2 gong4"),
        ("一万一千", "yi2 wan4 yi4 qian1"),
        ("一百一十一", "yi4 bai3 yi1 shi2 yi1"),
        ("一千", "yi4 qian1"),
        ("一万", "yi2 wan4"),
        ("二十一天", "er4 shi2 yi1 tian1"),
        ("1998年", "yi1 jiu2 jiu3 ba1 nian2"),
        ("百分之一", "bai3 fen1 zhi1 yi1"),
        ("1.5米", "yi1 dian3 wu2 mi3"),
        ("1:30", "yi4 dian3 ban4"),
        ("每一天", "mei3 yi4 tian1"),
        ("妈妈", "ma1 ma5"),
        ("看看", "kan4 kan5"),
        ("孩子们", "hai2 zi5 men5"),
        ("我们的", "wo3 men5 de5"),
        ("石头", "shi2 tou5"),
        ("电子", "dian4 zi3"),
        ("好吗", "hao3 ma5"),
        ("哪儿", "nar3"),
        ("一点儿", "yi4 dianr3"),
        ("女儿", "nv3 er2"),
        ("儿子", "er2 zi5"),
        ("门锁得很紧", "men2 suo3 de5 hen2 jin3"),
        ("銀行還開著嗎", "yin2 hang2 hai2 kai1 zhe5 ma5"),
    ],
)
def test_tones_are_those_that_are_spoken(text: str, expected: str) -> None:
    assert heard(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("请重复一遍。", "ʨʰi↓ŋ ꭧʰʊ↗ŋfu↘ i↗pjɛ↘n."),
        ("你好，世界！", "ni↗xau↓, ʂɨ↘ʨje↘!"),
        ("“好”（对）……是：走；吗？", "“xau↓” (twei↘)… ʂɨ↘: ʦou↓; ma?"),
        ("A4纸", "ˈA sɨ↘ꭧɨ↓"),
        ("打开WiFi", "ta↓kʰai→ dˈʌbᵊlju ˈI ˈɛf ˈI"),
        ("女儿", "ny↓ɚ↗"),
        ("这儿", "ꭧɤ↘ɚ"),
        ("，。", ""),
        ("😀", ""),
    ],
)
def test_it_sounds_like(text: str, phonemes: str) -> None:
    assert read(text).phonemes == phonemes


def test_a_reading_shows_what_is_said() -> None:
    reading = read("现在是8:30。")
    assert reading.normalized == "现在是八点半。"
    assert [(word.text, word.pinyin) for word in reading.words][:2] == [("现在", "xian4 zai4"), ("是", "shi4")]
    assert " ".join(word.phonemes for word in reading.words) + "." == reading.phonemes


def test_phonemes_of_the_voice_are_said_as_they_are() -> None:
    reading = read("打开", Pronounced("[客厅](/kʰɤ↘tʰi→ŋ/)", "客厅", "kʰɤ↘tʰi→ŋ"), "的灯")
    assert reading.phonemes == "ta↓kʰai→ kʰɤ↘tʰi→ŋ tɤ tə→ŋ"
    assert reading.normalized == "打开客厅的灯"


def test_an_unknown_phoneme_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        read(Pronounced("[x](/ʘ/)", "x", "ʘ"))
    assert caught.value.details["phoneme"] == "ʘ"


@pytest.mark.parametrize(
    ("kind", "detail", "text", "shown"),
    [
        ("date", None, "2026-11-25", "二零二六年十一月二十五日"),
        ("date", "mdy", "11/25/2026", "二零二六年十一月二十五日"),
        ("date", "dmy", "5/6/2026", "二零二六年六月五日"),
        ("date", "md", "5/6", "五月六日"),
        ("date", None, "20261125", "二零二六年十一月二十五日"),
        ("date", None, "明天", "明天"),
        ("time", None, "8:05", "八点零五分"),
        ("time", "hms24", "20:30:15", "二十点三十分十五秒"),
        ("currency", None, "12.50", "十二点五元"),
        ("currency", None, "$12.50", "十二点五美元"),
        ("cardinal", None, "2026", "两千零二十六"),
        ("ordinal", None, "2", "第二"),
        ("digits", None, "110", "一一零"),
        ("telephone", None, "110", "幺幺零"),
        ("telephone", None, "+86 10", "加八六，幺零"),
        ("spell", None, "A1b", "A 一 B"),
    ],
)
def test_text_of_a_given_kind(kind: str, detail: str | None, text: str, shown: str) -> None:
    assert read(SayAs(text, kind, detail)).normalized == shown  # type: ignore[arg-type]


def test_manner_is_not_the_business_of_the_reading() -> None:
    assert front_end().read([Words("请重", Manner(speed=2)), Words("复")]) == read("请重复")


def test_a_character_without_a_reading_is_named() -> None:
    with pytest.raises(Rejected, match="兙"):
        read("好兙")


def test_a_voice_with_other_symbols_is_not_given_these() -> None:
    with pytest.raises(Rejected, match="ꭧ"):
        MandarinFrontEnd(SYMBOLS - {"ꭧ"}).read([Words("中")])


@given(st.text(max_size=60) | st.text(st.sampled_from("一不了得儿行你好3:5A.%{}，。 -月￥"), max_size=60))
@settings(max_examples=200)
def test_any_text_is_read_in_the_voices_alphabet(text: str) -> None:
    try:
        reading = read(text)
    except Rejected as refused:
        assert refused.code == "bad_request"  # noqa: PT017 - a letter of another script may come up
        return
    assert set(reading.phonemes) <= SYMBOLS
    assert not re.search(r"\d|[A-Za-z]{2}|[a-z]", reading.normalized)
    assert bool(reading.phonemes) == bool(reading.words)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["一", "不", "你好", "龘", "3", "3个", "得", "儿", "A", "，", "8:30", "请重复一遍。"])
def test_the_longest_text_is_read_to_its_end(unit: str) -> None:
    text = (unit * 4096)[:4090] + "完了"
    assert heard(read(text)).endswith("wan2 le5")


def test_any_thread_may_load_and_read() -> None:
    seen: list[str] = []

    def run() -> None:
        opened = MandarinFrontEnd(SYMBOLS)
        opened.load()
        seen.append(heard(opened.read([Words("请重复一遍")])))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["qing3 chong2 fu4 yi2 bian4"] * 4


def test_it_tells_its_language() -> None:
    assert MandarinFrontEnd(SYMBOLS).language == "zh"
    assert MandarinFrontEnd(SYMBOLS, "zh-CN").language == "zh-CN"
