from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.characters import clean
from edged.text.contract import SayAsKind
from edged.text.english import say_as

KINDS: list[SayAsKind] = ["date", "time", "currency", "cardinal", "ordinal", "digits", "telephone", "spell"]


@pytest.mark.parametrize(
    ("kind", "text", "detail", "words"),
    [
        ("digits", "2024", None, "two zero two four"),
        ("digits", "12 34", None, "one two, three four"),
        ("digits", "-7", None, "dash seven"),
        ("spell", "USA", None, "U S A."),
        ("spell", "a1-b", None, "A. one dash B"),
        ("ordinal", "3", None, "third"),
        ("ordinal", "101st", None, "one hundred first"),
        ("cardinal", "1999", None, "one thousand nine hundred ninety nine"),
        ("cardinal", "12000000901", None, "twelve billion nine hundred one"),
        ("cardinal", "-1,250.50", None, "minus one thousand two hundred fifty point five zero"),
        ("date", "5/3/2026", "dmy", "March fifth, twenty twenty six"),
        ("date", "5/3/2026", "mdy", "May third, twenty twenty six"),
        ("date", "2026-03-05", "ymd", "March fifth, twenty twenty six"),
        ("date", "26-3-5", "ymd", "March fifth, twenty twenty six"),
        ("date", "5th Mar 1905", "dmy", "March fifth, nineteen oh five"),
        ("date", "03/2026", "my", "March twenty twenty six"),
        ("date", "12/25", "md", "December twenty fifth"),
        ("date", "1976", "y", "nineteen seventy six"),
        ("time", "19:30", "hms24", "nineteen thirty"),
        ("time", "7:05am", "hms12", "seven oh five A.M."),
        ("time", "7", None, "seven o'clock"),
        ("time", "1930", None, "nineteen thirty"),
        ("time", "7:00:05", None, "seven o'clock and five seconds"),
        ("currency", "$42.01", None, "forty two dollars and one cent"),
        ("currency", "42.01", "EUR", "forty two euros and one cent"),
        ("telephone", "+44 20 7946 0958", None, "plus four four, two zero, seven nine four six, zero nine five eight"),
        ("telephone", "555-0142 x12", None, "five five five, zero one four two, extension one two"),
    ],
)  # fmt: skip
def test_it_is_read_as_what_it_is(kind: SayAsKind, text: str, detail: str | None, words: str) -> None:
    assert say_as.read(kind, text, detail) == words


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("cardinal", "many", "many"),
        ("ordinal", "1.5", "one point five"),
        ("date", "soon", "soon"),
        ("time", "99:99", "ninety nine ninety nine"),
        ("currency", "5", "five"),
        ("spell", "...", "dot dot dot"),
    ],
)
def test_what_is_not_of_its_kind_is_read_as_it_stands(kind: SayAsKind, text: str, words: str) -> None:
    assert say_as.read(kind, text) == words


def test_a_briton_has_other_words() -> None:
    assert say_as.read("cardinal", "1,205", british=True) == "one thousand two hundred and five"
    assert say_as.read("date", "5/3/2026", british=True) == "the fifth of March, twenty twenty six"


@given(
    st.sampled_from(KINDS), st.text(max_size=60) | st.text("0123456789:/.,-+ aprx$", max_size=60), st.text(max_size=4)
)
def test_anything_can_be_said_as_anything(kind: SayAsKind, text: str, detail: str) -> None:
    words = say_as.read(kind, clean(text), detail)
    assert not any(char.isascii() and char.isdigit() for char in words)
