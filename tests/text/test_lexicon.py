from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.contract import Manner, Pronounced, SayAs, Spoken, Words
from edged.text.lexicon import Lexicon
from edged.text.lexicon_entry import Entry, checked

LOUD = Manner(volume=2.0)


def lexicon(lang: str = "en", **respelt: str) -> Lexicon:
    """Words of one language and what is read for them; an underscore in a word is a space."""
    return Lexicon(
        checked({"word": word.replace("_", " "), "lang": lang, "respell": other}) for word, other in respelt.items()
    )


def read(words: Lexicon, text: str, lang: str = "en") -> str:
    """A text with its words replaced."""
    return "".join(span.source for span in words.apply([Words(text)], lang))


def test_words_become_words_or_pronounced_and_keep_their_manner() -> None:
    words = Lexicon(
        [
            Entry("Worcester", "en", ipa="wˈʊstəɹ"),
            Entry("重庆", "en", pinyin="chong2 qing4"),
            Entry("Dr", "en", respell="doctor"),
        ]
    )
    assert words.apply([Words("The Dr of WORCESTER, 重庆!", LOUD)], "en") == [
        Words("The doctor of ", LOUD),
        Pronounced("WORCESTER", "WORCESTER", "wˈʊstəɹ", "ipa", LOUD),
        Words(", ", LOUD),
        Pronounced("重庆", "重庆", "chong2 qing4", "pinyin", LOUD),
        Words("!", LOUD),
    ]


def test_what_its_author_marked_stays() -> None:
    spans: list[Spoken] = [Pronounced("[a](/b/)", "a", "b"), SayAs("a", "spell"), Words("b")]
    assert lexicon(a="x").apply(spans, "en") == spans


def test_an_empty_lexicon_and_one_of_another_language_change_nothing() -> None:
    spans: list[Spoken] = [Words("a"), Words("b")]
    assert Lexicon().apply(spans, "en") == spans
    assert lexicon(a="x").apply(spans, "fr") == spans


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("cat", "dog"),
        ("Cat, CAT. cat's", "dog, dog. dog's"),
        ("concat cats cat5 5cat catø", "concat cats cat5 5cat catø"),
        ("cat\u0301 ca\u0301t", "cat\u0301 c\u00e1t"),
        ("打开cat吧", "打开dog吧"),
        ("_cat_ (cat)-cat", "_dog_ (dog)-dog"),
        ("cat cat\ncat", "dog dog\ndog"),
    ],
)
def test_whole_words_only(text: str, becomes: str) -> None:
    words = lexicon(cat="dog")
    assert read(words, text) == becomes.replace("c\u00e1t", "ca\u0301t")


def test_chinese_has_no_borders() -> None:
    words = lexicon("zh", 重庆="A", 庆="B")
    assert read(words, "去重庆市，国庆节", "zh") == "去A市，国B节"


def test_the_longest_word_wins_and_each_place_is_read_once() -> None:
    words = lexicon(New="a", New_York="b", New_York_City="c", b="d", c="e")
    assert read(words, "New New York New York City b") == "a b c d"


def test_several_words_and_apostrophes_match_however_they_are_written() -> None:
    words = Lexicon([Entry("O'Hare Field", "en", respell="x")])
    assert read(words, "O’Hare\u00a0Field o'hare\nfield") == "x x"


def test_letters_of_two_characters_are_one() -> None:
    words = lexicon(Café="x")
    assert read(words, "cafe\u0301 CAFÉ") == "x x"


def test_case_counts_where_asked_for() -> None:
    words = Lexicon([Entry("US", "en", respell="United States", case_sensitive=True), Entry("us", "en", respell="we")])
    assert read(words, "US us Us") == "United States we we"


def test_a_language_has_the_words_of_its_region_and_its_own() -> None:
    words = Lexicon(
        [Entry("lift", "en", respell="a"), Entry("lift", "en-GB", respell="b"), Entry("tap", "en-GB", respell="c")]
    )
    assert read(words, "lift tap", "en-gb") == "b c"
    assert read(words, "lift tap", "en-US") == "a tap"
    assert read(words, "lift tap", "en") == "a c"
    assert read(lexicon("zh-CN", 好="x"), "好", "zh") == "x"


def test_the_later_entry_for_a_word_counts() -> None:
    words = Lexicon([Entry("cat", "en", respell="a"), Entry("Cat", "en", respell="b")])
    assert [entry.respell for entry in words.entries] == ["b"]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=5).filter(lambda text: text.strip()), max_size=8
    ),
    st.text(max_size=60),
)
def test_any_text_goes_through_and_what_is_around_words_stays(found: list[str], text: str) -> None:
    words = Lexicon(Entry(" ".join(word.split()), "en", ipa="x") for word in found)
    spans = words.apply([Words(text)], "en")
    joined = "".join(span.source for span in spans)
    if not any(isinstance(span, Pronounced) for span in spans):
        assert joined == text
    assert all(span.source for span in spans) or not text


def test_many_long_words_with_the_same_beginning_are_no_burden() -> None:
    words = Lexicon(
        Entry("a" * length + f" {number}", "en", ipa="x") for number in range(50) for length in range(1, 98)
    )
    text = ("a" * 97 + " ") * 42
    assert read(words, text) == text
