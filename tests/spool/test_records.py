from __future__ import annotations

import json
from typing import Any

from edged.request import SpeechRequest
from edged.spool.records import entry_from, known_from, outbox_row_from

REQUEST_ROW: dict[str, Any] = {
    "seq": 4,
    "id": "a",
    "body_sha256": "0" * 64,
    "lane": "render",
    "priority": "text",
    "state": "speaking",
    "request": '{"text":"Hello.","output":{"play":false,"publish":"whole"}}',
    "warnings": '[{"code":"unknown_field","message":"m","field":"f"}]',
    "reply_topic": "hub/a",
    "correlation": b"\x00",
    "accepted_wall": 1.0,
    "boot": "b",
    "received": 2.0,
    "expires": 3.0,
    "expires_wall": 4.0,
    "crashes": 1,
    "spoken": 2,
    "result": b"{}",
}


def test_entry_is_read_from_its_row() -> None:
    entry = entry_from(REQUEST_ROW)
    assert entry.request == SpeechRequest.model_validate(json.loads(REQUEST_ROW["request"]))
    assert entry.warnings == ({"code": "unknown_field", "message": "m", "field": "f"},)
    same = ("seq", "id", "lane", "priority", "state", "reply_topic", "correlation", "boot", "crashes", "spoken")
    assert {name: getattr(entry, name) for name in same} == {name: REQUEST_ROW[name] for name in same}
    assert entry.delivery is None


def test_entry_of_a_row_that_holds_no_request_says_so() -> None:
    entry = entry_from({**REQUEST_ROW, "request": '{"text":""}'})
    assert not entry.readable
    assert entry.id == "a"
    assert entry_from(REQUEST_ROW).readable


def test_known_is_read_from_its_row() -> None:
    known = known_from(REQUEST_ROW)
    assert (known.id, known.state, known.result, known.reply_topic) == ("a", "speaking", b"{}", "hub/a")


def test_outbox_message_is_read_from_its_row() -> None:
    row = {
        "seq": 9,
        "topic": "t",
        "payload": b"\xff",
        "content_type": None,
        "correlation": b"c",
        "user_properties": '[["last", "true"]]',
    }
    found = outbox_row_from(row)
    assert (found.seq, found.message.topic, found.message.payload) == (9, "t", b"\xff")
    assert found.message.user_properties == (("last", "true"),)
    assert (found.message.qos, found.message.retain) == (1, False)
