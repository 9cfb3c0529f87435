from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import Rejected
from edged.text.contract import FrontEnd, Pronounced, SayAs, SayAsKind, Spoken, Words

LATIN = st.characters(exclude_categories=["Lo", "Lm"], max_codepoint=0x24F)
KINDS: list[SayAsKind] = ["date", "time", "currency", "cardinal", "ordinal", "digits", "telephone", "spell"]
FRAGMENTS = (
    "5 10-15 21.5 °C % $ £3 7:30 am kWh/day 1/2 2026-11-22 No. Dr. v2.1 a@b.com + - = 's XIV read Live close ' , ."
)
TEXT = st.text(max_size=40) | st.text(LATIN, max_size=40) | st.lists(st.sampled_from(FRAGMENTS.split())).map(" ".join)
SPANS: st.SearchStrategy[list[Spoken]] = st.lists(
    st.builds(Words, TEXT)
    | st.builds(Pronounced, st.text(max_size=5), st.text(max_size=8), st.text("aɪˈbz(/) ʘ", max_size=5))
    | st.builds(Pronounced, st.just("{x1}"), st.just(""), st.just("x1"), st.just("pinyin"))
    | st.builds(SayAs, TEXT, st.sampled_from(KINDS), st.none() | st.text(max_size=4)),
    max_size=6,
)


@given(SPANS)
def test_any_spans_are_read_in_the_voices_alphabet_or_refused(
    front_end: FrontEnd, alphabet: frozenset[str], spans: list[Spoken]
) -> None:
    try:
        reading = front_end.read(spans)
    except Rejected as refused:
        assert refused.code in {"bad_request", "unsupported"}  # noqa: PT017 - either may come up
        return
    assert set(reading.phonemes) <= alphabet
    assert bool(reading.phonemes) == bool(reading.words)
    assert reading.normalized == " ".join(reading.normalized.split())


@given(st.text(LATIN, max_size=60))
def test_a_latin_text_is_never_silent(front_end: FrontEnd, text: str) -> None:
    try:
        reading = front_end.read([Words(text)])
    except Rejected as refused:
        assert refused.code == "unsupported"  # noqa: PT017 - a word of Greek may come up
        return
    assert reading.phonemes or not any(char.isascii() and char.isalnum() for char in reading.normalized)
    assert all(word.phonemes for word in reading.words if any(map(str.isalpha, word.text)))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    ["read ", "close ", "the ", "12/", "XIV ", "Part I ", "a-", "No. ", "Dr. ", "A ", "5'", '5" ', "$1", "1,", "-"],
)
def test_a_long_text_of_one_thing_is_read_in_time(front_end: FrontEnd, unit: str) -> None:
    assert unit == "-" or front_end.read([Words((unit * 2000)[:2000])]).normalized


def test_more_marks_than_there_are_letters_for_them_are_refused(front_end: FrontEnd) -> None:
    with pytest.raises(Rejected, match="marks"):
        front_end.read([Pronounced("[a](/a/)", "a", "a")] * 1200)
