from __future__ import annotations

from typing import Any

import pytest

from edged.errors import Rejected
from edged.text.lexicon_entry import Entry, checked, checked_language


def test_an_entry_is_written_in_one_way() -> None:
    entry = checked({"word": " New\n York ", "lang": "EN-us", "respell": "the  Big Apple"})
    assert entry == Entry("New York", "en-US", respell="the Big Apple")
    assert checked(entry.as_data()) == entry


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("chong2 qing4", "chong2 qing4"),
        ("lü4 se4", "lv4 se4"),
        ("Chong2  Qing4", "chong2 qing4"),
        ("ma0 ma0", "ma5 ma5"),
    ],
)
def test_pinyin_is_checked_syllable_by_syllable(written: str, plain: str) -> None:
    assert checked({"word": "重庆", "lang": "zh", "pinyin": written}).pinyin == plain


def test_only_chinese_words_have_a_syllable_for_each_character() -> None:
    assert checked({"word": "K歌", "lang": "zh", "pinyin": "kei4 ge1"}).pinyin == "kei4 ge1"


@pytest.mark.parametrize(
    ("tag", "plain"), [("ZH", "zh"), ("en-gb", "en-GB"), ("zh-hant-tw", "zh-Hant-TW"), ("sl-ROZAJ", "sl-rozaj")]
)
def test_languages_are_written_as_usual(tag: str, plain: str) -> None:
    assert checked_language(tag) == plain


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"word": None}, "word"),
        ({"word": ""}, "word"),
        ({"word": " \n"}, "word"),
        ({"word": "-"}, "word"),
        ({"word": 5}, "word"),
        ({"word": "a" * 101}, "word"),
        ({"word": "a\x00b"}, "word"),
        ({"word": "a\ud800"}, "word"),
        ({"lang": None}, "lang"),
        ({"lang": "english"}, "lang"),
        ({"lang": ["en"]}, "lang"),
        ({"lang": "en_GB"}, "lang"),
        ({"ipa": None}, "respell"),
        ({"respell": "b"}, "ipa"),
        ({"pinyin": "a1"}, "pinyin"),
        ({"ipa": ""}, "ipa"),
        ({"ipa": "a" * 401}, "ipa"),
        ({"ipa": "a\u200bb"}, "ipa"),
        ({"ipa": {}}, "ipa"),
        ({"ipa": None, "pinyin": "hxo4"}, "pinyin"),
        ({"ipa": None, "pinyin": "hao"}, "pinyin"),
        ({"ipa": None, "pinyin": "hao4", "word": "你好", "lang": "zh"}, "pinyin"),
        ({"case_sensitive": "yes"}, "case_sensitive"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as caught:
        checked({"word": "a", "lang": "en", "ipa": "b", **changes})
    assert caught.value.code == "bad_request"
    assert caught.value.details["field"] == field
    assert caught.value.message.startswith(f"{field}: ")
