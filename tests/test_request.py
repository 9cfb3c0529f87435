from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import Rejected
from edged.request import (
    MAX_BODY,
    MAX_CORRELATION,
    MAX_CUSTOM,
    MAX_DEPTH,
    PRIORITIES,
    Accepted,
    Envelope,
    SpeechRequest,
    envelope,
    read_body,
    request_schema,
    validate,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(sorted(SpeechRequest.model_fields))


def parse(body: dict[str, Any] | bytes, **options: Any) -> Accepted:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return validate(read_body(payload), **{"max_length": 4096, **options})


def refused(body: dict[str, Any] | bytes, **options: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        parse(body, **options)
    return caught.value


def attempt(body: dict[str, Any] | bytes) -> Accepted | Rejected:
    try:
        return parse(body)
    except Rejected as error:
        return error


# -- bodies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b"The laundry is done.", "The laundry is done."),
        (b"\xef\xbb\xbfThe laundry", "The laundry"),
        (b"{hao4} is a mark", "{hao4} is a mark"),
        (b"{", "{"),
        (b"{ 'text': 'x' }", "{ 'text': 'x' }"),
        (b'["text"]', '["text"]'),
        (b'"text"', '"text"'),
        (b"  indented", "  indented"),
        ("烧水壶好了".encode(), "烧水壶好了"),
    ],
)
def test_body_that_is_text(payload: bytes, text: str) -> None:
    assert read_body(payload) == text


@pytest.mark.parametrize(
    "payload",
    [
        b'{"text":"x"}',
        b' \t\r\n{"text":"x"}',
        b'\xef\xbb\xbf{"text":"x"}',
        b'\xef\xbb\xbf \n{"text":"x"}',
        b'{\n  "text": "x"\n}\n',
    ],
)
def test_body_that_is_json(payload: bytes) -> None:
    assert read_body(payload) == {"text": "x"}


def test_body_with_nothing_in_it_is_json() -> None:
    assert read_body(b"{}") == {}
    assert read_body(b" { } ") == {}


def test_body_with_a_key_twice_means_the_last() -> None:
    assert read_body(b'{"text":"first","text":"last"}') == {"text": "last"}


def test_nulls_are_dropped_first() -> None:
    assert read_body(b'{"text":"x","voice":null,"unheard_of":null}') == {"text": "x"}
    accepted = parse({"text": "x", "output": {"publish": None, "play": None, "sample_rate": None}}, strict_fields=True)
    assert accepted.request == SpeechRequest(text="x")


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (b'{"text": ', "Expecting value at line 1 column 10"),
        (b'{"text":"x"} trailing', "Extra data"),
        (b'{"text":"x","custom":NaN}', "NaN is not JSON"),
        (b'{"text":"x","custom":-Infinity}', "-Infinity is not JSON"),
        (b'{"text":"x","custom":1e999}', "too large"),
        (b'{"text":"x","custom":' + b"9" * 5000 + b"}", "digits"),
        (b'{"text":"\xff"}', "not UTF-8"),
        (b'{"text":"\xed\xa0\x80"}', "not UTF-8"),
        (b"caf\xe9", "not UTF-8: unexpected end of data at byte 3"),
    ],
)
def test_body_that_cannot_be_read(payload: bytes, complaint: str) -> None:
    with pytest.raises(Rejected, match=complaint) as caught:
        read_body(payload)
    assert caught.value.code == "bad_request"


@pytest.mark.parametrize("levels", [MAX_DEPTH, 201, 254, 900, 5000, 30_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_body_nested_too_deep(levels: int, opening: str, closing: str) -> None:
    nested = opening * levels + "1" + closing * levels
    with pytest.raises(Rejected, match=r"deep|recursion|body of") as caught:
        read_body(b'{"text":"x","custom":' + nested.encode() + b"}")
    assert caught.value.code == "bad_request"


def test_body_nested_just_deep_enough() -> None:
    nested = "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)
    accepted = parse(b'{"text":"x","custom":' + nested.encode() + b"}")
    assert SpeechRequest.model_validate_json(accepted.request.model_dump_json()) == accepted.request


def test_body_size() -> None:
    assert read_body(b"x" * MAX_BODY) == "x" * MAX_BODY
    error = refused(b"x" * (MAX_BODY + 1))
    assert (error.code, error.details["max_bytes"]) == ("bad_request", MAX_BODY)


@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda tail: b'{"text":"x","custom":' + tail))
def test_any_bytes_are_accepted_or_rejected(payload: bytes) -> None:
    found = attempt(payload)
    assert json.dumps(found.as_result()) if isinstance(found, Rejected) else found.request.text.strip()


@given(st.dictionaries(FIELDS | st.text(max_size=12), JSON, max_size=8))
def test_any_json_is_accepted_or_rejected_and_what_is_accepted_can_be_kept(body: dict[str, Any]) -> None:
    found = attempt({"text": "Hello.", **body})
    if isinstance(found, Rejected):
        assert found.code in {"bad_request", "unsupported", "too_long"}
        json.dumps(found.as_result())
        return
    kept = found.request.model_dump_json(exclude_defaults=True)
    assert SpeechRequest.model_validate_json(kept) == found.request


@given(FIELDS, JSON)
def test_any_value_in_any_field_is_accepted_or_rejected_by_name(name: str, value: Any) -> None:
    found = attempt({"text": "Hello.", name: value})
    if isinstance(found, Rejected):
        assert found.code == "too_long" or found.details.get("field", name).startswith(name)
        return
    kept = found.request.model_dump_json(exclude_defaults=True)
    assert SpeechRequest.model_validate_json(kept) == found.request


@given(st.dictionaries(st.sampled_from(["id", "reply_to", "correlation", "source", "custom"]) | st.text(), JSON))
def test_envelope_of_anything_is_usable(body: dict[str, Any]) -> None:
    found = envelope(body)
    assert found.id is None or validate({"text": "x", "id": found.id}, max_length=10).request.id == found.id
    assert found.correlation is None or len(found.correlation.encode("utf-8", "replace")) <= MAX_CORRELATION


def test_envelope_of_a_wrong_request_is_still_read() -> None:
    body = {"id": "a", "reply_to": "hub/a", "correlation": "c", "source": "hub", "custom": {"k": 1}, "text": 5}
    assert envelope(body) == Envelope("a", "hub/a", "c", "hub", {"k": 1})
    assert envelope({"id": "with space", "reply_to": "", "source": "s" * 257, "custom": "x" * 5000}) == Envelope()
    assert envelope("text") == Envelope()


# -- fields ----------------------------------------------------------------------------------------------------


def test_defaults() -> None:
    request = parse(b"Hello.").request
    assert request == SpeechRequest(text="Hello.")
    assert (request.v, request.id, request.priority, request.format) == (1, None, "message", "text")
    assert (request.output.play, request.output.publish) == (True, "none")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("id", ["a", "A-z_0.9", "x" * 64]),
        ("format", ["text", "plain"]),
        ("lang", ["en", "en-GB", "zh-Hans-CN"]),
        ("voice", ["heart", "male"]),
        ("speed", [0.5, 1, 2.0]),
        ("pitch", [0, -0.0]),
        ("volume", [0, 0.5, 1]),
        ("engine", ["auto", "primary"]),
        ("priority", list(PRIORITIES)),
        ("ttl_s", [0.001, 3600, 31_536_000]),
        ("deadline", ["2026-11-22T18:00:00Z", "2026-11-22T18:00:00.5+08:00"]),
        ("replace", ["none"]),
        ("tag", ["t", "x" * 128]),
        ("cache", ["auto", "off"]),
        ("override_quiet", [False]),
        ("reply_to", ["hub/answers"]),
        ("correlation", ["", "c" * MAX_CORRELATION]),
        ("source", ["", "x" * 256]),
        ("custom", [{"k": [1, None]}, "text", 0, False, "é" * (MAX_CUSTOM // 2 - 1)]),
        ("output", [{}, {"play": False, "publish": "whole", "format": "flac", "sample_rate": 8000}]),
        ("output", [{"publish": "chunks"}, {"publish": "chunks", "format": "pcm", "sample_rate": 48000}]),
    ],
)
def test_field_takes_its_range(field: str, values: list[Any]) -> None:
    for value in values:
        accepted = parse({"text": "Hello.", field: value}, strict_fields=True)
        assert accepted.warnings == ()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("v", [0, 2, "1"]),
        ("id", ["", "x" * 65, "a b", "a\n", "a/b", "ä", 5]),
        ("text", ["", "  \n\t", 5, ["x"], "\ud800"]),
        ("format", ["markdown", ""]),
        ("lang", ["english", "e", "en_GB", ""]),
        ("voice", ["", "x" * 257, 5]),
        ("speed", [0.49, 2.01, "fast", []]),
        ("pitch", [-6.1, 6.1]),
        ("style", ["", "x" * 65]),
        ("volume", [-0.01, 1.01, "loud"]),
        ("engine", ["tertiary"]),
        ("priority", ["urgent", "", 1]),
        ("on_interrupt", ["continue"]),
        ("ttl_s", [0, -1, 31_536_001]),
        ("deadline", ["tomorrow", "2026-11-22T18:00:00", "2026-11-22", {}]),
        ("play_at", ["2026-11-22T18:00:00"]),
        ("tag", ["", "x" * 129]),
        ("replace", ["all"]),
        ("chime", ["", "x" * 65]),
        ("cache", ["on"]),
        ("override_quiet", ["perhaps"]),
        ("reply_to", ["", "x" * 1025]),
        ("correlation", ["c" * (MAX_CORRELATION + 1), "é" * 129, 5]),
        ("source", ["x" * 257, "\udfff"]),
        ("custom", ["x" * MAX_CUSTOM, "\ud800", {"\ud800": 1}, ["é" * MAX_CUSTOM]]),
    ],
)
def test_field_beyond_its_range_is_named(field: str, values: list[Any]) -> None:
    for value in values:
        error = refused({"text": "Hello.", field: value})
        assert (error.code, error.details["field"]) == ("bad_request", field), value
        assert error.message.startswith(f"{field}:")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"output": {"sample_rate": 7999}}, "output.sample_rate"),
        ({"output": {"sample_rate": 48001}}, "output.sample_rate"),
        ({"output": {"publish": "half"}}, "output.publish"),
        ({"output": {"format": "mp3"}}, "output.format"),
        ({"output": {"publish": "chunks", "format": "wav"}}, "output"),
        ({"output": {"loud": True}}, "output.loud"),
        ({"output": "play"}, "output"),
        ({"repeat": {"count": 0, "every_s": 5}}, "repeat.count"),
        ({"repeat": {"count": 21, "every_s": 5}}, "repeat.count"),
        ({"repeat": {"count": 2}}, "repeat.every_s"),
    ],
)
def test_nested_field_beyond_its_range_is_named(body: dict[str, Any], field: str) -> None:
    assert refused({"text": "Hello.", **body}).details["field"] == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"on_interrupt": "resume"}, "on_interrupt"),
        ({"play_at": "2026-11-22T18:00:00Z"}, "play_at"),
        ({"repeat": {"count": 2, "every_s": 60}}, "repeat"),
        ({"tag": "t", "replace": "queued"}, "replace"),
        ({"chime": "bell"}, "chime"),
        ({"output": {"device": "hw:1"}}, "output.device"),
        ({"cache": "pin"}, "cache"),
        ({"override_quiet": True}, "override_quiet"),
    ],
)
def test_field_that_is_not_built_yet_is_refused_by_name(body: dict[str, Any], field: str) -> None:
    error = refused({"text": "Hello.", **body})
    assert (error.code, error.details["field"]) == ("unsupported", field)


# -- length, unknown fields --------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(0, 60))
def test_text_is_taken_up_to_its_length_in_characters(limit: int, length: int) -> None:
    text = "啊" * length
    if 0 < length <= limit:
        assert parse({"text": text}, max_length=limit).request.text == text
    elif length > limit:
        for body in ({"text": text}, text.encode()):
            error = refused(body, max_length=limit)
            assert (error.code, error.details) == ("too_long", {"max_length": limit})


def test_unknown_field_is_spoken_with_a_warning_and_a_suggestion() -> None:
    accepted = parse({"text": "Hello.", "volumme": 1, "zzzz": 2})
    assert accepted.request == SpeechRequest(text="Hello.")
    assert [notice.as_result() for notice in accepted.warnings] == [
        {"code": "unknown_field", "message": "unknown field 'volumme'; did you mean 'volume'?", "field": "volumme"},
        {"code": "unknown_field", "message": "unknown field 'zzzz'", "field": "zzzz"},
    ]


def test_unknown_field_is_rejected_where_fields_are_strict() -> None:
    error = refused({"text": "Hello.", "volumme": 1}, strict_fields=True)
    assert (error.code, error.details["field"]) == ("bad_request", "volumme")
    assert "did you mean 'volume'?" in error.message


def test_unknown_fields_without_number_give_few_warnings() -> None:
    accepted = parse({"text": "Hello.", **{f"field{number}": 1 for number in range(1000)}})
    assert len(accepted.warnings) == 16


def test_schema_tells_every_field() -> None:
    assert set(request_schema()["properties"]) == set(SpeechRequest.model_fields)
