from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.characters import clean, one_line, speakable


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Ｈｅｌｌｏ　１２", "Hello 12"),
        ("“it’s” ‘so’", "\"it's\" 'so'"),
        ("a\tb\x00c\x7fd\u200be\u00adf", "a b c def"),
        ("e\u0301tude", "étude"),
        ("Z\u0351\u0363a", "Za"),
        ("5℃ ㎏ ①", "5°C kg 1"),
        ("1½", "1 1/2"),
        ("٣٤", "34"),
        ("𝐁𝐨𝐥𝐝 ﬁne", "Bold fine"),
        ("m² −5", "m² -5"),
        ("👍🏽 ok ❤️ 🇩🇪", "   ok    "),
        ("a\ud83db", "a b"),
        ("\ue000", " "),
    ],
)
def test_characters_become_harmless(text: str, cleaned: str) -> None:
    assert one_line(clean(text)) == one_line(cleaned)


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    categories = {unicodedata.category(char) for char in clean(text) if char != "\n"}
    assert not categories & {"Cc", "Cf", "Cn", "Co", "Cs", "So", "Sk", "Mn", "Me", "Zl", "Zp"} - {"So", "Sk"}


@pytest.mark.parametrize("text", ["", " ", "...", "—", "😀🎉", "\u200b", "!?", "()"])
def test_there_is_nothing_to_say(text: str) -> None:
    assert not speakable(text)


@pytest.mark.parametrize("text", ["a", "5", "é", "&", "½", "你", "5%"])
def test_there_is_something_to_say(text: str) -> None:
    assert speakable(text)
