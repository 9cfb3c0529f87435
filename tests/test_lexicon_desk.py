from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edged.errors import Rejected
from edged.lexicon_desk import LexiconDesk
from edged.lexicons import LexiconStore


@pytest.fixture
def store(tmp_path: Path) -> LexiconStore:
    return LexiconStore(tmp_path)


@pytest.fixture
def desk(store: LexiconStore) -> LexiconDesk:
    return LexiconDesk(store)


def test_what_is_put_is_listed_until_it_is_deleted(desk: LexiconDesk) -> None:
    assert desk.list({}) == {"entries": [], "versions": {}, "problems": {}}
    assert desk.put({"word": "重庆", "lang": "zh", "pinyin": "chong2 qing4"}) == {
        "word": "重庆",
        "lang": "zh",
        "pinyin": "chong2 qing4",
        "version": 1,
    }
    put = desk.put({"word": "NYC", "lang": "en", "respell": "New York", "case_sensitive": True, "transaction": 7})
    assert put == {"word": "NYC", "lang": "en", "respell": "New York", "case_sensitive": True, "version": 1}
    listed = desk.list({})
    assert [entry["word"] for entry in listed["entries"]] == ["NYC", "重庆"]
    assert listed["versions"] == {"en": 1, "zh": 1}
    assert [entry["word"] for entry in desk.list({"lang": "zh"})["entries"]] == ["重庆"]
    assert desk.delete({"word": "重庆", "lang": "zh"}) == {"word": "重庆", "lang": "zh", "version": 2}
    assert desk.list({"lang": "zh"})["entries"] == []


def test_a_question_may_carry_a_transaction(desk: LexiconDesk) -> None:
    assert desk.list({"transaction": "a"})["entries"] == []


def test_a_damaged_file_is_reported(desk: LexiconDesk, store: LexiconStore) -> None:
    desk.put({"word": "x", "lang": "en", "respell": "y"})
    (store.directory / "en.yaml").write_text("words: [", encoding="utf-8")
    listed = desk.list({})
    assert [entry["word"] for entry in listed["entries"]] == ["x"]  # what it held before stays in force
    assert "damaged" in listed["problems"]["en"]
    with pytest.raises(Rejected, match="mend or remove"):
        desk.put({"word": "y", "lang": "en", "respell": "z"})


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("list", {"lang": 7}, "lang"),
        ("list", {"lang": "no language"}, "lang"),
        ("put", {}, "word"),
        ("put", {"word": "x"}, "lang"),
        ("put", {"word": "x", "lang": "en"}, "respell"),
        ("put", {"word": "x", "lang": "en", "respell": ["y"]}, "respell"),
        ("put", {"word": "x", "lang": "en", "respell": "y", "case_sensitive": "no"}, "case_sensitive"),
        ("put", {"word": "x", "lang": "en", "respell": "y", "colour": "red"}, "colour"),
        ("delete", {}, "lang"),
        ("delete", {"lang": "en"}, "word"),
        ("delete", {"lang": "en", "word": "x"}, "word"),
    ],
)
def test_what_is_wrong_is_refused_by_field(desk: LexiconDesk, verb: str, body: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        getattr(desk, verb)(body)
    assert (refused.value.code, refused.value.details["field"]) == ("bad_request", field)
