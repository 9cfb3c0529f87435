from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.clauses import LONGEST, PAUSE_S, pause_after, split

WORD = st.sampled_from(
    [
        "The",
        "door",
        "Dr.",
        "e.g.",
        "3.5",
        "a.m.",
        "no.",
        "U.S.",
        "J.",
        "wait...",
        "end.",
        "why?",
        "So,",
        "one;",
        "two:",
        "—",
        "(in)",
        '"said."',
        "x" * 250,
        "…",
        "7:30",
        "http://a.b/c",
        "\n",
        "\n\n",
        "[Bath](/bˈæθ/)",
        "ok!",
        "Étude",
        "😀",
    ]
)
TEXT = st.lists(WORD, max_size=120).map(" ".join)


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(TEXT | st.text(max_size=600))
def test_nothing_is_lost_and_nothing_is_too_long(text: str) -> None:
    pieces = split(text, "plain")
    assert squeezed("".join(pieces)) == squeezed(text)
    assert all(len(piece.rstrip("\n")) <= LONGEST for piece in pieces)
    assert all(piece.strip() for piece in pieces)


@given(st.lists(WORD, max_size=60).map(" ".join))
def test_words_stay_whole_unless_they_are_monsters(text: str) -> None:
    words = [word for piece in split(text, "plain") for word in piece.split()]
    assert [word for word in words if set(word) != {"x"}] == [word for word in text.split() if set(word) != {"x"}]


@given(
    st.lists(
        st.sampled_from(["[Bath](/bˈæθ/)", "[New York](/nˈu. jˈɔɹk/)", "word", "x" * 190, ", ", ". "]), max_size=80
    )
)
def test_a_mark_is_never_cut(parts: list[str]) -> None:
    text = " ".join(parts)
    marks = re.findall(r"\[[^\]]+\]\(/[^/]+/\)", text)
    assert [mark for piece in split(text, "text") for mark in re.findall(r"\[[^\]]+\]\(/[^/]+/\)", piece)] == marks


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Dinner is ready. Come down.", ["Dinner is ready.", "Come down."]),
        ("Dr. Smith is here. He waits.", ["Dr. Smith is here.", "He waits."]),
        ("Fruit, e.g. apples. Bread.", ["Fruit, e.g. apples.", "Bread."]),
        ("It is 3.5 degrees. Cold!", ["It is 3.5 degrees.", "Cold!"]),
        ("At 7 p.m. tomorrow. At 7 p.m. We eat.", ["At 7 p.m. tomorrow.", "At 7 p.m.", "We eat."]),
        ("J. R. Smith called. Call back.", ["J. R. Smith called.", "Call back."]),
        ("The U.S. Army. Yes.", ["The U.S. Army.", "Yes."]),
        ("Room no. 5 is free. The answer is no. Go.", ["Room no. 5 is free.", "The answer is no.", "Go."]),
        ("See example.com/a.b? Now.", ["See example.com/a.b?", "Now."]),
        ("Wait... what? Well... Yes.", ["Wait... what?", "Well...", "Yes."]),
        ('"Stop!" he said. "Why?" She left.', ['"Stop!" he said.', '"Why?"', "She left."]),
        ("Really?! Yes!!! ok", ["Really?!", "Yes!!!", "ok"]),
        ("the door is open. please close it.", ["the door is open.", "please close it."]),
        ("1. Buy milk\n2. Buy eggs", ["1. Buy milk\n", "2. Buy eggs"]),
        ("First.\n\nSecond.\nThird.", ["First.\n\n", "Second.\n", "Third."]),
        ("In 5 min. we leave. Elm St. tomorrow.", ["In 5 min. we leave.", "Elm St. tomorrow."]),
        ("  \n\n ", []),
        ("", []),
    ],
)
def test_sentences(text: str, pieces: list[str]) -> None:
    assert split(text, "text") == pieces


def test_a_sentence_of_one_breath_is_not_cut_at_its_commas() -> None:
    text = "One, two, three; four: five, " + "and so on " * 15 + "to the end."
    assert len(text) <= LONGEST
    assert split(text, "text") == [text]


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    clause = "the washing machine has finished its programme and wants to be emptied"
    pieces = split(", ".join([clause] * 5) + ".", "text")
    assert all(piece.endswith((",", ".")) for piece in pieces)
    assert len(pieces) > 1


def test_a_figure_stays_with_its_unit() -> None:
    pieces = split("we walked on for 5 km and " * 20, "text")
    assert not any(re.search(r"\d$", piece) or re.match(r"km", piece) for piece in pieces)


@pytest.mark.parametrize(
    "text", ["a" * 4096, "." * 4096, "a. " * 1365, ". " * 2048, " " * 4095 + "a", "A.B" * 1365, '."' * 2048]
)
def test_a_hostile_text_is_cut_without_loss(text: str) -> None:
    assert squeezed("".join(split(text, "text"))) == squeezed(text)


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        ("Done.", "sentence"),
        ('"Done."', "sentence"),
        ("Done.\n\n", "paragraph"),
        ("a list\n", "sentence"),
        ("and so,", "clause"),
        ("and so", "cut"),
        ("What?!", "sentence"),
        ("then —", "clause"),
    ],
)
def test_the_pause_follows_from_the_end(piece: str, kind: str) -> None:
    assert pause_after(piece) == PAUSE_S[kind]
