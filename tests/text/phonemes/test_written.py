from __future__ import annotations

import pytest

from edged.errors import Rejected
from edged.text.contract import Pronounced, SayAs, Spoken, Words
from edged.text.phonemes.written import WrittenText


def said(*spans: Spoken) -> str:
    front_end = WrittenText("es")
    front_end.load()
    return front_end.read(spans).phonemes


def test_text_goes_through_with_its_language() -> None:
    assert said(Words("Hola,\n  el Sr. García 😀: 21 °C")) == "[es] Hola, el señor García : 21 °C"


def test_brackets_mark_no_language() -> None:
    assert said(Words("a [en] b [[x]]")) == "[es] a (en) b ((x))"


def test_a_given_word_is_read_as_written() -> None:
    assert said(Words("Di "), Pronounced("[x](/y/)", "equis", "y")) == "[es] Di equis"
    with pytest.raises(Rejected, match="hao4"):
        said(Pronounced("{hao4}", "", "hao4", "pinyin"))


def test_one_by_one() -> None:
    assert said(Words("Piso"), SayAs("B-12", "spell")) == "[es] Piso B, 1, 2"


@pytest.mark.parametrize("text", ["", " ?! ", "😀"])
def test_nothing_to_say(text: str) -> None:
    assert said(Words(text)) == ""
