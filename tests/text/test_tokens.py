from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import Rejected
from edged.text.tokens import LONGEST, require_known, within


@given(st.text(alphabet="aɪ ,.—", max_size=3000))
def test_only_spaces_at_the_cuts_are_lost(phonemes: str) -> None:
    parts = within(phonemes)
    assert all(0 < len(part) <= LONGEST for part in parts)
    assert "".join("".join(parts).split()) == "".join(phonemes.split())


def test_a_stop_is_the_best_place_for_a_cut() -> None:
    assert within("aa aa, aa aa aa", 12) == ("aa aa,", "aa aa aa")
    assert within("aa aa aa aa aa", 12) == ("aa aa aa aa", "aa")
    assert within("a" * 25, 12) == ("a" * 12, "a" * 12, "a")
    assert within("") == ()


def test_an_unknown_symbol_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        require_known("aʘ", "word", frozenset("a"))
    assert caught.value.code == "bad_request"
    assert caught.value.details["phoneme"] == "ʘ"
    assert "word" in caught.value.message
