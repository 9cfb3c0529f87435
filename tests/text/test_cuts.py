from __future__ import annotations

import pytest

from edged.text.clauses import PAUSE_S
from edged.text.contract import Bookmark, Manner, Pause, Pronounced, Script, Words
from edged.text.cuts import Cut, cuts
from edged.text.markup import parse

SLOW = Manner(speed=0.5)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ((Words("One."), Pause(1.0), Words("Two.")), [("One.", 1.0, ()), ("Two.", 0.0, ())]),
        ((Pause(1.0), Pause(0.5), Words("Two.")), [("", 1.5, ()), ("Two.", 0.0, ())]),
        ((Words("One "), Bookmark("a"), Pause(1.0), Words("two.")), [("One", 1.0, ("a",)), ("two.", 0.0, ())]),
        (
            (Words("One"), Pause(1.0), Bookmark("a"), Words("two")),
            [("One", 1.0, ()), ("", 0.0, ("a",)), ("two", 0, ())],
        ),
        ((Bookmark("a"), Words("One.")), [("", 0.0, ("a",)), ("One.", 0.0, ())]),
        ((Words("One", SLOW), Words(".")), [("One", 0.0, ())]),
        ((Words("好"), Pronounced("{hao4}", "", "hao4", "pinyin"), Words("。")), [("好{hao4}。", 0.0, ())]),
        ((Words("…"), Words("!", SLOW)), []),
    ],
)
def test_pauses_bookmarks_and_manners_end_a_piece(
    spans: tuple[Words | Pause | Bookmark | Pronounced, ...], expected: list[tuple[str, float, tuple[str, ...]]]
) -> None:
    found = [(cut.text, cut.silence_s, cut.bookmarks) for cut in cuts(Script(spans))]
    assert found == expected


def test_a_lone_stop_gives_its_pause_to_the_words_before_it() -> None:
    (cut,) = cuts(Script((Words("now", SLOW), Words("."))))
    assert cut == Cut((Words("now", SLOW),), SLOW, PAUSE_S["sentence"])


def test_the_language_may_change_within_a_piece() -> None:
    spans = (Words("Say "), Words("bonjour", Manner(lang="fr")), Words(" now."))
    (cut,) = cuts(Script(spans))
    assert cut.spans == spans


def test_marks_are_handed_on_whole_and_words_are_cut() -> None:
    script = parse("Go to [Bath](/bˈæθ/). Then rest.", "text")
    first, second = cuts(script)
    assert [span.source for span in first.spans] == ["Go to ", "[Bath](/bˈæθ/)", "."]
    assert [span.source for span in second.spans] == ["Then rest."]
