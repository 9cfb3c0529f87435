from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.text.clauses import LONGEST, LONGEST_DENSE, PAUSE_S, pause_after
from edged.text.contract import Format
from edged.text.cuts import cuts
from edged.text.markup import parse

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


def split(text: str, form: Format) -> list[str]:
    """The texts of the pieces."""
    return [cut.text for cut in cuts(parse(text, form))]


def sounding(text: str) -> str:
    """What of a text is neither space nor a lone sign."""
    return "".join(char for char in text if char.isalnum())


@given(TEXT | st.text(max_size=600))
def test_nothing_is_lost_and_nothing_is_too_long(text: str) -> None:
    pieces = split(text, "plain")
    assert sounding("".join(pieces)) == sounding(text)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert all(piece.strip() for piece in pieces)


@given(st.lists(WORD, max_size=60).map(" ".join))
def test_words_stay_whole_unless_they_are_monsters(text: str) -> None:
    words = [word for piece in split(text, "plain") for word in piece.split() if sounding(word)]
    wanted = [word for word in text.split() if sounding(word)]
    assert [word for word in words if set(word) != {"x"}] == [word for word in wanted if set(word) != {"x"}]


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
        ("1. Buy milk\n2. Buy eggs", ["1. Buy milk", "2. Buy eggs"]),
        ("First.\n\nSecond.\nThird.", ["First.", "Second.", "Third."]),
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
    assert sounding("".join(split(text, "text"))) == sounding(text)


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        ("Done.", "sentence"),
        ('"Done."', "sentence"),
        ("好了。", "sentence"),
        ("真的？”", "sentence"),
        ("先这样，", "clause"),
        ("一、", "clause"),
        ("and so,", "clause"),
        ("and so", "cut"),
        ("What?!", "sentence"),
        ("then —", "clause"),
    ],
)
def test_the_pause_follows_from_the_end(piece: str, kind: str) -> None:
    assert pause_after(piece) == PAUSE_S[kind]


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("First.\n\nSecond.\nThird", ["paragraph", "sentence", "cut"]),
        ("a list\n", ["sentence"]),
        ("One, two.", ["sentence"]),
    ],
)
def test_the_ends_of_lines_are_heard(text: str, pauses: list[str]) -> None:
    assert [cut.pause_s for cut in cuts(parse(text, "text"))] == [PAUSE_S[kind] for kind in pauses]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("水开了。请关火！", ["水开了。", "请关火！"]),
        ("他说：“好的。”然后走了。", ["他说：“好的。”", "然后走了。"]),
        ("请打开 Netflix，然后 say hello。", ["请打开 Netflix，然后 say hello。"]),
        ("真的吗？！是的……好。", ["真的吗？！", "是的……好。"]),
        ("温度 36.5 度。Good night. 晚安", ["温度 36.5 度。", "Good night.", "晚安"]),
    ],
)
def test_chinese_sentences_end_without_a_space(text: str, pieces: list[str]) -> None:
    assert split(text, "text") == pieces


def test_a_long_chinese_sentence_is_cut_at_its_commas() -> None:
    pieces = split("请把客厅的窗户关上，再把厨房的灯打开，" * 8 + "谢谢。", "text")
    assert all(len(piece) <= LONGEST_DENSE for piece in pieces)
    assert all(piece.endswith(("，", "。")) for piece in pieces)


def test_chinese_without_any_stop_is_cut_all_the_same() -> None:
    pieces = split("药" * 500, "text")
    assert "".join(pieces) == "药" * 500
    assert all(len(piece) <= LONGEST_DENSE for piece in pieces)
