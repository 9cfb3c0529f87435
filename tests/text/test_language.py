from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import Rejected
from edged.text.contract import Manner, Pronounced, SayAs, Spoken, Words
from edged.text.language import runs

BOTH = ["en-US", "zh"]


def spoken(text: str, wanted: str | None = None, readable: list[str] = BOTH) -> list[tuple[str, str]]:
    return of_spans([Words(text)], wanted, readable)


def of_spans(spans: list[Spoken], wanted: str | None = None, readable: list[str] = BOTH) -> list[tuple[str, str]]:
    found = runs(spans, wanted, readable)
    return [(run.lang, "".join(span.source for span in run.spans)) for run in found]


@pytest.mark.parametrize(
    ("text", "script", "character"),
    [
        ("Say 你好 now", "Han", "你"),
        ("Привет", "Cyrillic", "П"),
        ("Αθήνα", "Greek", "Α"),
        ("مرحبا", "Arabic", "م"),
        ("שלום", "Hebrew", "ש"),
        ("こんにちは", "Hiragana", "こ"),
        ("한국어", "Hangul", "한"),
        ("नमस्ते", "Devanagari", "न"),
        ("สวัสดี", "Thai", "ส"),
    ],
)
def test_a_script_nobody_reads_is_refused_by_name(text: str, script: str, character: str) -> None:
    with pytest.raises(Rejected) as caught:
        spoken(text, readable=["en-US"])
    assert caught.value.code == "unsupported"
    assert caught.value.details == {"script": script, "character": character, "field": "text"}


@pytest.mark.parametrize(
    "text", ["café Łódź Ørsted İstanbul", "Ｆｕｌｌ", "4.7 kΩ, π, 12 μg", "😀 → ½ €", "1ª 2º", "𝐁old", "12:30", "?"]
)
def test_latin_and_signs_are_one_run(text: str) -> None:
    assert spoken(text, readable=["en-US"]) == [("en-US", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请打开 Netflix，然后 say hello", ["zh 请打开 ", "en-US Netflix，", "zh 然后 ", "en-US say hello"]),
        ("Please say 你好 at 7:30.", ["en-US Please say ", "zh 你好 ", "en-US at 7:30."]),
        ("iPhone 15 有货", ["en-US iPhone ", "zh 15 有货"]),
        ("Windows 11 Pro 更新了。", ["en-US Windows 11 Pro ", "zh 更新了。"]),
        ("我买了 iPhone 15。", ["zh 我买了 ", "en-US iPhone ", "zh 15。"]),
        ("A4纸在B座，5G信号", ["zh A4纸在B座，5G信号"]),
        ("HU7605 航班在 B12 登机口", ["zh HU7605 航班在 B12 登机口"]),
        ("体重 70 kg，血压 120/80 mmHg。", ["zh 体重 70 kg，血压 120/80 mmHg。"]),
        ("每天 500mg，时速 5km/h", ["zh 每天 500mg，时速 5km/h"]),
        ("温度是 25℃", ["zh 温度是 25℃"]),
        ("He took 5 km and I ran.", ["en-US He took 5 km and I ran."]),
        ("Plan A is on", ["en-US Plan A is on"]),
    ],
)
def test_each_word_goes_to_its_language(text: str, expected: list[str]) -> None:
    assert [" ".join(run) for run in spoken(text)] == expected


def test_figures_alone_are_in_the_language_asked_for_else_in_that_of_the_voice() -> None:
    assert spoken("12:30", "zh") == [("zh", "12:30")]
    assert spoken("12:30") == [("en-US", "12:30")]
    assert spoken("12:30", readable=["zh", "en-US"]) == [("zh", "12:30")]


def test_a_language_that_shares_the_script_is_taken_from_the_request() -> None:
    readable = ["en-US", "fr-FR", "zh"]
    assert spoken("Bonjour 12", "fr", readable) == [("fr", "Bonjour 12")]
    assert spoken("你好 bonjour", "fr", readable) == [("zh", "你好 "), ("fr", "bonjour")]


def test_a_language_of_the_markup_goes_before_that_of_the_request() -> None:
    spans: list[Spoken] = [Words("Say "), Words("12 oui", Manner(lang="fr")), Words(" now")]
    assert of_spans(spans, "en", ["en-US", "fr-FR"]) == [("en", "Say "), ("fr", "12 oui "), ("en", "now")]


def test_kana_make_ideographs_japanese_where_it_is_read() -> None:
    assert spoken("今日は晴れ", readable=["zh", "ja"]) == [("ja", "今日は晴れ")]
    assert spoken("今日天晴", readable=["zh", "ja"]) == [("zh", "今日天晴")]


def test_marks_go_with_their_language() -> None:
    hao = Pronounced("{hao4}", "", "hao4", "pinyin")
    assert of_spans([Words("她"), hao, Words("干净")]) == [("zh", "她{hao4}干净")]
    assert of_spans([hao]) == [("zh", "{hao4}")]
    bath = Pronounced("[Bath](/b/)", "Bath", "b")
    assert of_spans([Words("去 "), bath, Words(" 吧")]) == [("zh", "去 "), ("en-US", "[Bath](/b/) "), ("zh", "吧")]
    assert of_spans([Words("房间 "), SayAs("302", "digits")]) == [("zh", "房间 302")]


@given(st.text(alphabet="ab 12,。你好é-A", max_size=60))
def test_nothing_is_lost(text: str) -> None:
    assert "".join(part for _, part in spoken(text)) == text
