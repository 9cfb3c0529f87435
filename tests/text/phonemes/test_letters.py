from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edged.text.contract import Pronounced, SayAs, Word, Words
from edged.text.phonemes.letters import Letters


def test_words_are_read_by_their_letters() -> None:
    reading = Letters().read([Words("It's 5, "), Pronounced("[x](/y/)", "Wörd", "y"), SayAs(" 你!", "spell")])
    assert reading.normalized == "It's 5, Wörd 你!"
    assert reading.phonemes == "Its 5 Wörd 你"
    assert reading.words[0] == Word("It's", "Its")


@given(st.text())
def test_nothing_but_letters_and_figures_is_said(text: str) -> None:
    assert all(char.isalnum() or char == " " for char in Letters().read([Words(text)]).phonemes)
