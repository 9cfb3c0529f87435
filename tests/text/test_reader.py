from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from edged.errors import Fatal, Rejected
from edged.text.contract import Reading, Run, Spoken, Word, Words
from edged.text.reader import Reader


@dataclass
class Loud:
    """A front end that shouts; it counts how often it was loaded."""

    language: str
    problem: Fatal | None = None
    loads: list[str] = field(default_factory=list)

    def load(self) -> None:
        self.loads.append(self.language)
        if self.problem is not None:
            raise self.problem

    def read(self, spans: Sequence[Spoken]) -> Reading:
        text = "".join(span.source for span in spans).strip()
        return Reading(text.lower(), text.upper(), (Word(text, text.upper()),))


@dataclass
class Shelf:
    """Front ends for three languages, one of which needs what is missing."""

    made: list[Loud] = field(default_factory=list)
    problem: Fatal | None = field(default_factory=lambda: Fatal("unsupported", "jieba is not installed: pip install"))

    def make(self, language: str) -> Loud:
        self.made.append(Loud(language, self.problem if language == "zh" else None))
        return self.made[-1]

    def reader(self, longest: int = 400) -> Reader:
        tags = ("en-US", "en-GB", "zh")
        return Reader({tag: lambda tag=tag: self.make(tag) for tag in tags}, longest=longest)  # type: ignore[misc]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def run(lang: str, text: str) -> Run:
    return Run(lang, (Words(text),))


@pytest.mark.parametrize(
    ("asked", "tag"),
    [("en-US", "en-US"), ("EN-gb", "en-GB"), ("en", "en-US"), ("en-AU", "en-US"), ("zh-TW", "zh"), ("de", None)],
)
def test_a_language_is_read_by_itself_or_by_another_region_of_it(shelf: Shelf, asked: str, tag: str | None) -> None:
    assert shelf.reader().tag_of(asked) == tag
    assert shelf.made == []


def test_a_front_end_is_loaded_once_and_when_first_wanted(shelf: Shelf) -> None:
    reader = shelf.reader()
    assert not reader.is_loaded(["en"])
    reader.read("One", [run("en-US", "One")])
    reader.read("Two", [run("en", "Two")])
    reader.load(["en-US"])
    assert [(one.language, one.loads) for one in shelf.made] == [("en-US", ["en-US"])]
    assert reader.is_loaded(["en"])
    assert not reader.is_loaded(["en", "en-GB"])


def test_runs_are_read_each_in_its_language_and_joined(shelf: Shelf) -> None:
    clause = shelf.reader().read("One two", [run("en-US", "One "), run("en-GB", "two"), run("en", " … ")])
    assert (clause.text, clause.normalized, clause.phonemes) == ("One two", "one two …", ("ONE TWO …",))
    assert [reading.lang for reading in clause.readings] == ["en-US", "en-GB", "en-US"]
    assert clause.readings[0].words == (Word("One", "ONE"),)


def test_what_has_no_sound_leaves_no_gap(shelf: Shelf) -> None:
    clause = shelf.reader().read("", [run("en", " "), run("en", "One"), run("en", " ")])
    assert (clause.normalized, clause.phonemes) == ("one", ("ONE",))
    assert shelf.reader().read("", [run("en", " ")]).phonemes == ()


def test_more_than_the_engine_takes_is_cut_and_nothing_lost(shelf: Shelf) -> None:
    text = "one two three, four five six seven"
    clause = shelf.reader(longest=16).read(text, [run("en", text)])
    assert all(len(part) <= 16 for part in clause.phonemes)
    assert " ".join(clause.phonemes) == text.upper()


def test_the_lexicon_of_the_site_comes_before_the_front_end() -> None:
    asked: list[str] = []

    def amend(spans: Sequence[Spoken], lang: str) -> Sequence[Spoken]:
        asked.append(lang)
        return [Words(span.source.replace("NYC", "New York")) for span in spans]

    reader = Reader({"en-US": lambda: Loud("en-US")}, amend)
    clause = reader.read("NYC", [run("en-GB", "NYC")])
    assert (clause.text, clause.normalized) == ("NYC", "new york")
    assert asked == ["en-US"]  # the language that really reads it


def test_a_language_that_the_voice_does_not_read_is_refused(shelf: Shelf) -> None:
    with pytest.raises(Rejected, match="does not read de") as refused:
        shelf.reader().read("Hallo", [run("de", "Hallo")])
    assert (refused.value.code, refused.value.details["field"]) == ("unsupported", "lang")


def test_what_is_missing_is_named_and_tried_again_later(shelf: Shelf) -> None:
    reader = shelf.reader()
    for _ in range(2):
        with pytest.raises(Rejected, match="jieba is not installed: pip install") as refused:
            reader.load(["zh"])
        assert refused.value.code == "unsupported"
    assert len(shelf.made) == 2
    shelf.problem = None  # it was installed meanwhile
    reader.load(["zh"])
    assert reader.is_loaded(["zh"])


def test_a_front_end_that_breaks_is_fatal(shelf: Shelf) -> None:
    shelf.problem = Fatal("provider_failed", "the lexicon is damaged")
    with pytest.raises(Fatal, match="damaged"):
        shelf.reader().load(["zh"])


def test_many_threads_load_it_once(shelf: Shelf) -> None:
    reader = shelf.reader()
    together = threading.Barrier(8)

    def read() -> None:
        together.wait(10)
        reader.read("One", [run("en", "One")])

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(shelf.made) == 1
