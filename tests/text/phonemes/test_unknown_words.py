from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.phonemes.unknown_words import UnknownWords, base_letter, stretches


@given(st.text(alphabet=string.ascii_letters, max_size=300))
def test_stretches_hold_every_letter(word: str) -> None:
    parts = stretches(word, 24)
    assert "".join(parts) == word
    assert all(0 < len(part) <= 24 for part in parts)


@pytest.mark.parametrize(
    ("char", "plain"), [("ñ", "n"), ("ł", "l"), ("Ħ", "H"), ("ŧ", "t"), ("ễ", "e"), ("æ", "ae"), ("'", "'")]
)
def test_a_foreign_letter_has_a_base(char: str, plain: str) -> None:
    assert base_letter(char).lower() == plain.lower()


def test_the_network_never_sees_what_it_would_drop() -> None:
    seen: list[str] = []

    def network(part: str) -> str:
        seen.append(part)
        return part.lower()

    words = UnknownWords(network, frozenset(string.ascii_letters), 24, lambda _: "spelt")
    assert words("Ħ" + "a" * 60) == "h" + "a" * 60
    assert all(part.isascii() and len(part) <= 24 for part in seen)


def test_a_word_the_network_is_silent_about_is_spelt() -> None:
    words = UnknownWords(lambda _: "(1)", frozenset(string.ascii_letters), 24, lambda word: f"spelt {word}")
    assert words("xq") == "spelt xq"
