from __future__ import annotations

import json
import math

import pytest

from edged.errors import Rejected
from edged.text.contract import Format, Manner, Pause, Pronounced, Script, Span
from edged.text.cuts import cuts
from edged.text.markup import LONGEST_PAUSE_S, LONGEST_SILENCE_S, MOST_WARNINGS, parse
from tests.text.hostile import LONGEST, texts

ALL = list(texts())


def outcome(form: Format, text: str) -> Script | Rejected:
    """What becomes of a text; anything but these two is a failure of the test."""
    try:
        return parse(text, form)
    except Rejected as refused:
        return refused


def manner_of(span: Span) -> Manner | None:
    return getattr(span, "manner", None)


def check_script(script: Script) -> None:
    pauses = [span.seconds for span in script.spans if isinstance(span, Pause)]
    assert all(0 <= seconds <= LONGEST_PAUSE_S for seconds in pauses)
    assert sum(pauses) <= LONGEST_SILENCE_S + 1e-6
    assert len(script.warnings) <= MOST_WARNINGS
    assert all(len(one.message) < 300 for one in script.warnings)
    for manner in filter(None, map(manner_of, script.spans)):
        assert 0.5 <= manner.speed <= 2.0
        assert -6.0 <= manner.pitch <= 6.0
        assert 0.0 <= manner.volume <= 2.0
        assert all(map(math.isfinite, (manner.speed, manner.pitch, manner.volume)))
    assert all(span.phonemes and span.source for span in script.spans if isinstance(span, Pronounced))


def test_there_are_enough_and_none_is_too_long() -> None:
    assert len(set(ALL)) >= 1000
    assert max(len(text) for _, text in ALL) == LONGEST


@pytest.mark.parametrize("part", range(14))
def test_every_hostile_text_has_a_result(part: int) -> None:
    for form, text in ALL[part::14]:
        found = outcome(form, text)
        if isinstance(found, Script):
            check_script(found)
            cuts(found)
            if form == "text":
                assert "".join(span.source for span in found.spans) == text
        else:
            assert form == "ssml"
            assert found.code == "bad_request"
            assert found.details["line"] >= 1
            assert found.details["column"] >= 1
            json.dumps(found.as_result()).encode("ascii")
            assert len(found.message) < 300


def test_both_outcomes_are_frequent() -> None:
    refused = [form for form, text in ALL if isinstance(outcome(form, text), Rejected)]
    assert 200 < len(refused) < len(ALL) - 200
