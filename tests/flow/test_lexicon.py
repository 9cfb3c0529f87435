"""How words are said here, changed while the node runs: over MQTT, by the command line, by hand."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.appliance import Appliance, Listener, house
from tests.brokers import until

TEXT = "The Gastmeier family has arrived."


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, voices: Path) -> Iterator[tuple[Appliance, Listener]]:
    with house(tmp_path_factory.mktemp("lexicon"), voices) as pair:
        yield pair


@pytest.fixture(scope="module")
def node(running: tuple[Appliance, Listener]) -> Appliance:
    return running[0]


@pytest.fixture
def listener(running: tuple[Appliance, Listener]) -> Iterator[Listener]:
    """The hub; the lexicon is empty again after each test."""
    listener = running[1]
    yield listener
    for entry in ask(listener, "lexicon/list")["entries"]:
        ask(listener, "lexicon/delete", word=entry["word"], lang=entry["lang"])


def ask(listener: Listener, operation: str, **body: Any) -> Any:
    answer = listener.ask(operation, body)
    assert answer["status"] == "ok", answer
    return answer["data"]


def refused(listener: Listener, operation: str, **body: Any) -> dict[str, Any]:
    answer = listener.ask(operation, body)
    assert (answer["status"], answer["error"]["code"]) == ("error", "bad_request"), answer
    error: dict[str, Any] = answer["error"]
    return error


NUMBERS = itertools.count()


def said(listener: Listener, text: str = TEXT) -> dict[str, Any]:
    """The result of saying it."""
    request_id = f"said-{next(NUMBERS)}"
    listener.say(text, id=request_id)
    listener.finished(request_id)
    return listener.result(request_id)


def previewed(listener: Listener, text: str = TEXT) -> str:
    """The phonemes that it would be said with."""
    (piece,) = ask(listener, "phonemize", text=text)
    return str(piece["phonemes"])


def edged(node: Appliance, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edged", "--config", str(node.config), "lexicon", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_entry_is_in_force_for_the_next_request_until_it_is_deleted(listener: Listener) -> None:
    plain = said(listener)
    assert previewed(listener) == plain["phonemes"]
    put = ask(listener, "lexicon/put", word="Gastmeier", lang="en", ipa="ɡˈæstmˌIəɹ")
    assert put == {"word": "Gastmeier", "lang": "en", "ipa": "ɡˈæstmˌIəɹ", "version": put["version"]}
    assert "ɡˈæstmˌIəɹ" in previewed(listener)
    changed = said(listener)
    assert "ɡˈæstmˌIəɹ" in changed["phonemes"]
    assert changed["phonemes"] != plain["phonemes"]
    listed = ask(listener, "lexicon/list")
    assert [entry["word"] for entry in listed["entries"]] == ["Gastmeier"]
    assert listed["versions"] == {"en": put["version"]}
    assert listed["problems"] == {}
    assert ask(listener, "lexicon/list", lang="zh")["entries"] == []
    gone = ask(listener, "lexicon/delete", word="Gastmeier", lang="en")
    assert gone["version"] == put["version"] + 1
    assert said(listener)["phonemes"] == plain["phonemes"]


def test_respelling_is_shown_by_normalize_and_heard(listener: Listener) -> None:
    ask(listener, "lexicon/put", word="NYC", lang="en", respell="New York City", case_sensitive=True)
    (piece,) = ask(listener, "normalize", text="We fly to NYC at 7:30.")
    assert piece["normalized"] == "We fly to New York City at seven thirty."
    assert set(piece) == {"text", "normalized", "voice", "spans"}
    assert said(listener, "We fly to NYC at 7:30.")["normalized"] == "We fly to New York City at seven thirty."
    (other,) = ask(listener, "normalize", text="We fly to nyc today.")
    assert "New York" not in other["normalized"]


def test_new_entry_takes_the_place_of_the_old_one(listener: Listener) -> None:
    first = ask(listener, "lexicon/put", word="Gastmeier", lang="en", respell="guest mire")
    second = ask(listener, "lexicon/put", word="gastmeier", lang="en", respell="gust mayor")
    assert second["version"] == first["version"] + 1
    (entry,) = ask(listener, "lexicon/list", lang="en")["entries"]
    assert entry["respell"] == "gust mayor"
    assert "gust mayor" in said(listener)["normalized"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"word": "x", "lang": "en"}, "respell"),
        ({"word": "x", "lang": "en", "respell": "a", "ipa": "b"}, "ipa"),
        ({"word": "", "lang": "en", "respell": "a"}, "word"),
        ({"word": "x", "lang": "english language", "respell": "a"}, "lang"),
        ({"word": "x", "lang": "en", "respell": "a", "colour": "red"}, "colour"),
        ({"word": "重庆", "lang": "zh", "pinyin": "chong2"}, "pinyin"),
        ({"lang": "en", "respell": "a"}, "word"),
    ],
)
def test_bad_entry_is_refused_by_field(listener: Listener, body: dict[str, Any], field: str) -> None:
    assert refused(listener, "lexicon/put", **body)["field"] == field
    assert ask(listener, "lexicon/list")["entries"] == []


def test_word_that_is_not_there_cannot_be_deleted(listener: Listener) -> None:
    assert refused(listener, "lexicon/delete", word="nothing", lang="en")["field"] == "word"
    assert refused(listener, "lexicon/delete", lang="en")["field"] == "word"
    assert refused(listener, "lexicon/list", lang=7)["field"] == "lang"


def test_phonemes_that_the_voice_does_not_have_are_named_when_the_word_is_said(listener: Listener) -> None:
    ask(listener, "lexicon/put", word="Gastmeier", lang="en", ipa="ɡæ☃st")
    answer = listener.ask("phonemize", {"text": TEXT})
    assert answer["error"]["code"] == "bad_request"
    assert "☃" in answer["error"]["message"]
    listener.say(TEXT, id="snowman")
    assert "☃" in listener.refused("snowman", "bad_request")["message"]
    listener.say("Another text.", id="another")
    listener.finished("another")


def test_command_line_is_obeyed_by_the_running_node(node: Appliance, listener: Listener) -> None:
    plain = said(listener)["phonemes"]
    done = edged(node, "put", "Gastmeier", "--lang", "en", "--respell", "guest mire")
    assert done.returncode == 0, done.stderr
    until(lambda: "guest mire" in said(listener)["normalized"], "the node takes it over")
    shown = edged(node, "list")
    assert shown.stdout.split() == ["en", "Gastmeier", "respell", "guest", "mire"]
    assert edged(node, "delete", "Gastmeier", "--lang", "en").returncode == 0
    until(lambda: said(listener)["phonemes"] == plain, "the node takes that over, too")


def test_damaged_file_is_reported_and_the_old_readings_stay(node: Appliance, listener: Listener) -> None:
    ask(listener, "lexicon/put", word="Gastmeier", lang="en", respell="guest mire")
    path = node.state_dir / "lexicon" / "en.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text("words: [", encoding="utf-8")
    until(lambda: ask(listener, "lexicon/list")["problems"], "it is noticed")
    assert "en" in ask(listener, "lexicon/list")["problems"]
    assert "guest mire" in said(listener)["normalized"]
    assert "mend" in refused(listener, "lexicon/put", word="x", lang="en", respell="y")["message"]
    path.write_text(good.replace("guest mire", "gust mayor"), encoding="utf-8")
    until(lambda: "gust mayor" in said(listener)["normalized"], "it is well again")
    assert ask(listener, "lexicon/list")["problems"] == {}
