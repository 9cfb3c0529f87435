from __future__ import annotations

import pytest

from edged.errors import Rejected
from edged.text.language import require_readable

LATIN = frozenset({"Latin"})


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
        require_readable(text, LATIN)
    assert caught.value.code == "unsupported"
    assert caught.value.details == {"script": script, "character": character, "field": "text"}


@pytest.mark.parametrize(
    "text", ["café Łódź Ørsted İstanbul", "Ｆｕｌｌ", "4.7 kΩ, π, 12 μg", "😀 → ½ €", "1ª 2º", "𝐁old", ""]
)
def test_latin_and_signs_are_readable(text: str) -> None:
    require_readable(text, LATIN)
