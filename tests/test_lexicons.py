from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from edged import lexicon_file, lexicons
from edged.errors import Rejected, StorageFailed
from edged.lexicons import MAX_ENTRIES, LexiconStore
from edged.text.contract import Pronounced, Words
from edged.text.lexicon_entry import Entry, checked
from tests.fakes.manual_clock import ManualClock

CAT = Entry("cat", "en", ipa="kæt")
HAO = Entry("好", "zh", pinyin="hao4")
ODD = [
    Entry("no", "en", respell="number"),
    Entry("5", "en", respell="five"),
    Entry("null", "en", ipa="nʌl", case_sensitive=True),
    Entry("a: {b} #c", "en", respell="- 'x' \"y\" & *z"),
    Entry("1:30", "en", respell="true"),
]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> LexiconStore:
    return LexiconStore(tmp_path, clock)


def by_hand(store: LexiconStore, lang: str, content: str | bytes) -> Path:
    """Write a file as a person would."""
    store.directory.mkdir(exist_ok=True)
    path = store.directory / f"{lang}.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(store: LexiconStore, lang: str, content: str | bytes) -> str:
    """What is said about a file; what was in force before is in force still."""
    before = store.list()
    by_hand(store, lang, content)
    problem = store.problems()[lang]
    assert store.list() == before
    return problem


def test_without_a_directory_the_lexicon_is_empty(store: LexiconStore) -> None:
    assert store.list() == []
    assert store.current().entries == ()
    assert store.versions() == {}
    assert not store.directory.exists()


def test_what_is_put_is_listed_applied_and_found_again(store: LexiconStore, tmp_path: Path) -> None:
    assert [store.put(CAT), store.put(HAO), store.put(Entry("dog", "en", respell="hound"))] == [1, 1, 2]
    for one in (store, LexiconStore(tmp_path)):
        assert [entry.word for entry in one.list()] == ["cat", "dog", "好"]
        assert one.list("ZH") == [HAO]
        assert one.versions() == {"en": 2, "zh": 1}
    assert store.amend([Words("A cat")], "en") == [Words("A "), Pronounced("cat", "cat", "kæt")]


@pytest.mark.parametrize("entry", ODD, ids=lambda entry: entry.word)
def test_words_that_yaml_would_take_for_something_else_stay_words(
    store: LexiconStore, tmp_path: Path, entry: Entry
) -> None:
    store.put(entry)
    assert LexiconStore(tmp_path).list() == [entry]


def test_a_second_reading_of_a_word_takes_the_place_of_the_first(store: LexiconStore) -> None:
    store.put(CAT)
    store.put(Entry("CAT", "en", respell="C A T"))
    assert [entry.respell for entry in store.list()] == ["C A T"]
    store.put(Entry("CAT", "en", respell="x", case_sensitive=True))
    assert [(entry.respell, entry.case_sensitive) for entry in store.list()] == [("x", True)]


def test_what_is_deleted_is_gone(store: LexiconStore) -> None:
    store.put(CAT)
    assert store.delete("EN", "Cat") == 2
    assert store.list() == []
    assert store.put(CAT) == 3


@pytest.mark.parametrize(
    ("lang", "word", "field"), [("en", "dog", "word"), ("zh", "cat", "word"), ("?", "cat", "lang")]
)
def test_what_is_not_there_cannot_be_deleted(store: LexiconStore, lang: str, word: str, field: str) -> None:
    store.put(CAT)
    with pytest.raises(Rejected) as caught:
        store.delete(lang, word)
    assert caught.value.details["field"] == field
    assert store.list() == [CAT]


def test_a_change_by_hand_is_seen_within_a_second(store: LexiconStore, clock: ManualClock) -> None:
    before = store.current()
    by_hand(store, "en", "words:\n  cat: {respell: dog}\n  NO: {respell: number, case_sensitive: true}\n")
    assert store.current() is before
    clock.advance(1.0)
    after = store.current()
    assert [(entry.word, entry.respell, entry.case_sensitive) for entry in after.entries] == [
        ("cat", "dog", False),
        ("NO", "number", True),
    ]
    clock.advance(1.0)
    assert store.current() is after
    assert store.put(HAO) == 1
    assert store.put(CAT) == 1


def test_a_file_that_is_removed_is_forgotten(store: LexiconStore) -> None:
    store.put(CAT)
    store.put(HAO)
    (store.directory / "en.yaml").unlink()
    assert store.list() == [HAO]


@pytest.mark.parametrize("name", ["en.yaml~", ".en.yaml.swp", "README", "en.yml", "english.yaml"])
def test_other_files_are_none_of_ours(store: LexiconStore, name: str) -> None:
    store.directory.mkdir()
    (store.directory / name).write_text("{", encoding="utf-8")
    assert store.list() == []
    assert store.problems() == {}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("words: [", "line 1"),
        ("words: {", "parsing"),
        ("- a", "line 1"),
        ("a", "line 1"),
        ("words: [a]", "line 1"),
        ("words: a", "words with their readings"),
        ("entries: {}", "words with their readings"),
        ("version: x", "version"),
        ("version: {a: b}", "version"),
        ("version: &a 1\nwords: *a", "line 2"),
        ("version: " + "9" * 5000, "version"),
        ("words: {cat: dog}", "write it like"),
        ("words: {cat: {ipa: a, respell: b}}", "'cat'"),
        ("words: {cat: {respel: a}}", "respel"),
        ("words: {好: {pinyin: hxo4}}", "hxo4"),
        ("words: {cat: {ipa: a, case_sensitive: perhaps}}", "case_sensitive"),
        ("words: {cat: {ipa: a}, CAT: {ipa: b}}", "twice"),
        ("words:\n  cat: {ipa: a}\n  cat: {ipa: b}", "line 3"),
        ("words: {a: {ipa: {b: c}}}", "line 1"),
        ("words: {? [a] : {ipa: b}}", "line 1"),
        (b"words: {\xff: {ipa: a}}", "damaged"),
        (b"\x00", "damaged"),
        ("!!python/object/apply:os.system ['true']", "line 1"),
        ("[" * 200_000, "line 1"),
        ("{a: " * 200_000, "line 1"),
        ("a: " * 200_000, "damaged"),
        ("#" * (1 << 20) + "#", "larger"),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_a_damaged_file_is_reported_and_changes_nothing(
    store: LexiconStore, content: str | bytes, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    store.put(CAT)
    with caplog.at_level(logging.WARNING):
        problem = refusal(store, "en", content)
    assert says in problem
    assert "en.yaml" in problem
    assert len(caplog.records) == 1  # not once a second


def test_a_file_with_a_name_that_nobody_would_look_for_is_reported(store: LexiconStore) -> None:
    assert "en-GB.yaml" in refusal(store, "en-gb", "words: {a: {ipa: b}}")


def test_what_is_mended_is_in_force_again(store: LexiconStore) -> None:
    store.put(CAT)
    refusal(store, "en", "words: [")
    by_hand(store, "en", "version: 9\nwords: {dog: {respell: hound}}")
    assert [entry.word for entry in store.list()] == ["dog"]
    assert store.problems() == {}
    assert store.put(CAT) == 10


def test_a_damaged_file_is_never_written_over(store: LexiconStore) -> None:
    path = by_hand(store, "en", "words: [")
    with pytest.raises(Rejected, match="mend or remove") as caught:
        store.put(CAT)
    assert caught.value.details["field"] == "lang"
    with pytest.raises(Rejected, match="mend or remove"):
        store.delete("en", "cat")
    assert path.read_text(encoding="utf-8") == "words: ["
    path.unlink()
    assert store.put(CAT) == 1


def test_there_is_room_for_so_many_words(store: LexiconStore) -> None:
    full = "words:\n" + "".join(f"  w{number}: {{respell: a}}\n" for number in range(MAX_ENTRIES))
    by_hand(store, "en", full)
    assert len(store.list()) == MAX_ENTRIES
    with pytest.raises(Rejected, match="full"):
        store.put(HAO)
    assert store.put(Entry("w7", "en", respell="b")) == 1
    assert store.delete("en", "w0") == 2
    assert store.put(HAO) == 1
    assert "fit in" in refusal(store, "fr", "words: {a: {ipa: b}}")


def test_a_file_never_grows_too_large_to_be_read(store: LexiconStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon_file, "MAX_BYTES", 100)
    store.put(CAT)
    with pytest.raises(Rejected, match="larger than 100 bytes"):
        store.put(Entry("dog", "en", respell="x" * 100))
    assert store.list() == [CAT]


def test_there_is_room_for_so_many_languages(store: LexiconStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicons, "MAX_FILES", 1)
    store.put(CAT)
    with pytest.raises(Rejected) as caught:
        store.put(HAO)
    assert caught.value.details["field"] == "lang"


def test_a_disk_that_refuses_leaves_all_as_it_was(store: LexiconStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(CAT)
    written = (store.directory / "en.yaml").read_bytes()

    def refuse(_stream: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lexicon_file, "flush", refuse)
    with pytest.raises(StorageFailed, match="no space"):
        store.put(Entry("dog", "en", respell="x"))
    assert store.list() == [CAT]
    assert [path.name for path in store.directory.iterdir()] == ["en.yaml"]
    assert (store.directory / "en.yaml").read_bytes() == written


def test_a_directory_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "lexicon").write_text("", encoding="utf-8")
    with pytest.raises(StorageFailed, match="lexicon"):
        LexiconStore(tmp_path).put(CAT)


def test_another_process_is_waited_for_but_not_for_ever(store: LexiconStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon_file, "LOCK_WAIT_S", 0.1)
    with lexicon_file.locked(store.directory), pytest.raises(StorageFailed, match="another process"):
        store.put(CAT)
    assert store.put(CAT) == 1


def test_threads_lose_none_of_each_others_words(store: LexiconStore) -> None:
    def work(part: int) -> None:
        for number in range(10):
            store.put(checked({"word": f"w{part}x{number}", "lang": "en", "respell": "a"}))
            store.amend([Words("w0x0")], "en")

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.list()) == 40
    assert store.versions() == {"en": 40}


def test_processes_lose_none_of_each_others_words(store: LexiconStore, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom edged.lexicons import LexiconStore\n"
        "from edged.text.lexicon_entry import Entry\nstore = LexiconStore(Path(sys.argv[1]))\n"
        "for number in range(20): store.put(Entry(f'{sys.argv[2]}{number}', 'en', respell='a'))\n"
    )
    root = Path(__file__).parents[1]
    running = [subprocess.Popen([sys.executable, "-c", program, tmp_path, name], cwd=root) for name in ("a", "b")]
    assert [one.wait(60) for one in running] == [0, 0]
    assert len(store.list()) == 40
    assert store.versions() == {"en": 40}


def test_files_are_readable_for_everybody(store: LexiconStore) -> None:
    store.put(CAT)
    assert os.stat(store.directory / "en.yaml").st_mode & 0o777 == 0o644  # noqa: PTH116
