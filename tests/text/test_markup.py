from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import Rejected
from edged.text.markup import Phonemes, Words, parse

PIECES = st.sampled_from(
    ["[", "]", "(/", "/)", "{", "}", "a", "Worcester", "wˈʊ", "1", ":", "pause", " ", "\n", "ào", "hao4"]
)


def test_a_word_with_phonemes_is_a_span() -> None:
    assert parse("to [Worcester](/wˈʊstəɹ/) now", "text") == [
        Words("to "),
        Phonemes("[Worcester](/wˈʊstəɹ/)", "Worcester", "wˈʊstəɹ"),
        Words(" now"),
    ]


def test_plain_is_literal_whatever_stands_there() -> None:
    assert parse("[a](/b/) {hao4} [pause:1s]", "plain") == [Words("[a](/b/) {hao4} [pause:1s]")]


@pytest.mark.parametrize(
    "text",
    [
        "[h][ào]",
        "[zh][ōng]",
        "[l][ǜ]",
        "{hao4}",
        "{lü4}",
        "{nu:3}",
        "{an1}",
        "[pause:1.5s]",
        "[pause:300ms]",
        "[voice:heart]",
    ],
)
def test_a_mark_not_built_yet_is_refused_by_name(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse(f"Hello {text} there", "text")
    assert caught.value.code == "unsupported"
    assert caught.value.details["mark"] == text
    assert text in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "[low][battery]",
        "{item1}",
        "{hao}",
        "{hao9}",
        "{}",
        "[h][ao]",
        "[h][àò]",
        "[pause:abc]",
        "[pause:]",
        "[pause:1.5]",
        "[voice:]",
        "[voice:A B]",
        "[word](phonemes)",
        "[word](//)",
        "[word](/ /)",
        "[ ](/a/)",
        "[a\nb](/c/)",
        "[a](/b",
        "[" + "a" * 101 + "](/b/)",
        "[a](/" + "b" * 401 + "/)",
    ],
)
def test_what_is_not_well_formed_is_literal(text: str) -> None:
    assert parse(text, "text") == [Words(text)]


@given(st.lists(PIECES, max_size=40).map("".join))
def test_the_sources_joined_are_the_text_again(text: str) -> None:
    try:
        spans = parse(text, "text")
    except Rejected as refused:
        assert refused.details["mark"] in text  # noqa: PT017 - both ways are right, neither may lose text
        return
    assert "".join(span.source for span in spans) == text


@pytest.mark.parametrize("unit", ["[", "[a", "[a](/", "[a](/b", "{", "{hao", "[pause:", "[voice:a", "][", "[h][", "(/"])
def test_a_hostile_text_is_read_through(unit: str) -> None:
    text = (unit * 4096)[:4096]
    assert "".join(span.source for span in parse(text, "text")) == text
