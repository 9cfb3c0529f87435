from __future__ import annotations

import pytest

from edged.errors import Rejected
from edged.text.contract import Pause, Script, Words
from edged.text.markup import LONGEST_SILENCE_S, MOST_WARNINGS, parse


def test_plain_is_literal_whatever_stands_there() -> None:
    for text in ("[a](/b/) {hao4} [pause:1s]", "<speak>a &amp; b</speak>"):
        assert parse(text, "plain") == Script((Words(text),))
    assert parse("", "plain") == Script(())


def test_text_is_no_ssml_and_ssml_no_text() -> None:
    assert parse("<speak>a</speak>", "text") == Script((Words("<speak>a</speak>"),))
    assert parse("<speak>[pause:1s]</speak>", "ssml") == Script((Words("[pause:1s]"),))


@pytest.mark.parametrize(
    ("text", "form"), [("[pause:61s]a", "text"), ("<speak><break time='999999s'/>a</speak>", "ssml")]
)
def test_a_long_pause_is_shortened_and_told(text: str, form: str) -> None:
    script = parse(text, "ssml" if form == "ssml" else "text")
    assert [span.seconds for span in script.spans if isinstance(span, Pause)] == [60.0]
    assert [(one.code, one.field) for one in script.warnings] == [("out_of_range", "text")]


def test_a_pause_of_the_longest_length_is_no_cause_for_a_warning() -> None:
    assert parse("[pause:60s]", "text").warnings == ()


def test_all_pauses_together_are_bounded() -> None:
    script = parse("a[pause:50s]" * 100, "text")
    pauses = [span.seconds for span in script.spans if isinstance(span, Pause)]
    assert sum(pauses) == LONGEST_SILENCE_S
    assert pauses[:12] == [50.0] * 12
    assert [one.code for one in script.warnings] == ["out_of_range"]
    assert "".join(span.source for span in script.spans) == "a[pause:50s]" * 100


def test_warnings_are_bounded_and_the_last_one_says_so() -> None:
    some = parse("<speak>" + "<b/>" * MOST_WARNINGS + "</speak>", "ssml").warnings
    assert [one.code for one in some] == ["unknown_element"] * MOST_WARNINGS
    many = parse("<speak>" + "<b/>" * 200 + "</speak>", "ssml").warnings
    assert len(many) == MOST_WARNINGS
    assert many[-1].message == "137 more are not listed"


def test_malformed_ssml_is_refused_with_its_place() -> None:
    with pytest.raises(Rejected) as caught:
        parse("<speak>\n  <p>a</s>\n</speak>", "ssml")
    assert caught.value.code == "bad_request"
    assert caught.value.details == {"field": "text", "line": 2, "column": 9}
    assert "line 2 column 9" in caught.value.message
