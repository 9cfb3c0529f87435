from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edged.errors import StorageFailed
from edged.lifecycle import IllegalTransition
from edged.message import Outbound
from edged.request import SpeechRequest
from edged.spool.records import Delivery, Entry
from edged.spool.schema import SCHEMA_VERSION
from edged.spool.store import Store

DELIVERY = Delivery("session-1", 7, "edged/kitchen/say", "f" * 64)
RESULT = b'{"id":"a"}'


def make_entry(request_id: str = "a", **facts: Any) -> Entry:
    plain: dict[str, Any] = {
        "seq": 0,
        "id": request_id,
        "body_sha256": "0" * 64,
        "lane": "room",
        "priority": "message",
        "request": SpeechRequest(text="The laundry is done.", id=request_id),
        "warnings": (),
        "reply_topic": None,
        "correlation": None,
        "accepted_wall": 1000.0,
        "boot": "boot-1",
        "received": 10.0,
        "expires": 3610.0,
        "expires_wall": 4600.0,
    }
    return Entry(**{**plain, **facts})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spool.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


# -- requests ----------------------------------------------------------------------------------------------------


def test_entry_comes_back_as_it_went_in(store: Store) -> None:
    request = SpeechRequest.model_validate(
        {
            "id": "full",
            "text": "日本 \n\t \x00 end",
            "deadline": "2026-11-22T18:00:00.25+08:00",
            "custom": {"k": [1, 2.5, None, "é"]},
            "output": {"publish": "whole", "format": "ogg"},
            "ttl_s": 0.1,
        }
    )
    warning = {"code": "unknown_field", "message": "m", "field": "\ud800"}
    entry = make_entry(
        "full", request=request, warnings=(warning,), reply_topic="hub/é", correlation=b"\x00\xff", lane="render"
    )
    stored = store.append(entry)
    assert stored.seq > 0
    assert store.load(stored.seq) == stored == replace(entry, seq=stored.seq)
    assert store.open_entries() == [stored]


def test_order_of_acceptance_is_kept(store: Store) -> None:
    seqs = [store.append(make_entry(f"r{number}")).seq for number in range(20)]
    assert seqs == sorted(set(seqs))
    assert [entry.id for entry in store.open_entries()] == [f"r{number}" for number in range(20)]


def test_unknown_request(store: Store) -> None:
    assert store.known("a") is None
    assert store.delivered_as(DELIVERY) is None
    with pytest.raises(KeyError):
        store.load(1)


def test_known_by_id(store: Store) -> None:
    entry = store.append(make_entry("a", reply_topic="hub/a", correlation=b"c"))
    known = store.known("a")
    assert known is not None
    assert (known.body_sha256, known.state, known.result) == (entry.body_sha256, "queued", None)
    store.conclude(entry.seq, "cancelled", ended_wall=2000.0, result=RESULT, messages=[])
    known = store.known("a")
    assert known is not None
    assert (known.state, known.result, known.reply_topic, known.correlation) == ("cancelled", RESULT, "hub/a", b"c")


def test_delivery_is_recognised_until_its_acknowledgement_is_known(store: Store) -> None:
    store.append(make_entry("a", delivery=DELIVERY))
    known = store.delivered_as(DELIVERY)
    assert known is not None
    assert known.id == "a"
    for other in (
        replace(DELIVERY, session="session-2"),
        replace(DELIVERY, packet_id=8),
        replace(DELIVERY, topic="edged/all/say"),
        replace(DELIVERY, payload_sha256="e" * 64),
    ):
        assert store.delivered_as(other) is None
    store.acknowledged([DELIVERY])
    assert store.delivered_as(DELIVERY) is None


def test_acknowledgement_of_an_older_message_leaves_a_newer_one_with_its_packet_id_alone(store: Store) -> None:
    newer = replace(DELIVERY, payload_sha256="e" * 64)
    store.append(make_entry("a", delivery=DELIVERY))
    store.append(make_entry("b", delivery=newer))
    store.acknowledged([DELIVERY])
    store.acknowledged([])
    assert store.delivered_as(DELIVERY) is None
    assert store.delivered_as(newer) is not None


def test_id_twice_is_refused_by_the_file_itself(store: Store) -> None:
    store.append(make_entry("a"))
    with pytest.raises(StorageFailed):
        store.append(make_entry("a"))
    assert len(store.open_entries()) == 1


def test_progress_is_recorded(store: Store) -> None:
    seq = store.append(make_entry()).seq
    store.record(seq, "synthesizing")
    assert store.load(seq).state == "synthesizing"
    store.progress(seq, 3)
    assert store.load(seq).spoken == 3
    store.record(seq, "queued", spoken=4)
    store.record(seq, "queued", crashed=True)
    entry = store.load(seq)
    assert (entry.state, entry.spoken, entry.crashes) == ("queued", 4, 1)


def test_outcome_is_decided_once(store: Store) -> None:
    seq = store.append(make_entry()).seq
    store.conclude(seq, "finished", ended_wall=2000.0, result=RESULT, messages=[Outbound("t", RESULT)])
    with pytest.raises(IllegalTransition):
        store.conclude(seq, "cancelled", ended_wall=2001.0, result=b"other", messages=[Outbound("t", b"other")])
    with pytest.raises(IllegalTransition):
        store.record(seq, "queued")
    known = store.known("a")
    assert known is not None
    assert (known.state, known.result) == ("finished", RESULT)
    assert [row.message.payload for row in store.outbox_after(0, 10)] == [RESULT]
    assert store.open_entries() == []


def test_two_threads_cannot_both_decide(store: Store) -> None:
    seqs = [store.append(make_entry(f"r{number}")).seq for number in range(30)]
    won: list[int] = []

    def decide() -> None:
        for seq in seqs:
            try:
                store.conclude(seq, "finished", ended_wall=1.0, result=RESULT, messages=[Outbound("t", RESULT)])
            except IllegalTransition:
                continue
            won.append(seq)

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == seqs
    assert store.outbox_size()[0] == len(seqs)


def test_reanchor(store: Store) -> None:
    entry = store.append(make_entry())
    anchored = store.reanchor(entry, "boot-2", -5.0, 40.0)
    assert store.load(entry.seq) == anchored
    assert (anchored.boot, anchored.received, anchored.expires, anchored.expires_wall) == ("boot-2", -5.0, 40.0, 4600.0)


def test_prune_forgets_what_ended_long_ago_and_nothing_else(store: Store) -> None:
    seqs = {name: store.append(make_entry(name)).seq for name in ("old", "new", "open")}
    store.conclude(seqs["old"], "finished", ended_wall=100.0, result=RESULT, messages=[])
    store.conclude(seqs["new"], "finished", ended_wall=200.0, result=RESULT, messages=[])
    assert store.prune(200.0) == 1
    assert store.known("old") is None
    assert store.known("new") is not None
    assert [entry.id for entry in store.open_entries()] == ["open"]
    assert store.append(make_entry("next")).seq > max(seqs.values())


# -- outbox ------------------------------------------------------------------------------------------------------


def test_outbox_keeps_messages_in_order_until_done(store: Store) -> None:
    messages = [
        Outbound("a", b"\x00\xff", content_type="audio/wav", correlation=b"\x01"),
        Outbound("b", b"", user_properties=(("last", "true"), ("é", "ü"))),
        Outbound("c", b"12345"),
    ]
    seqs = [store.post(message) for message in messages]
    assert [row.message for row in store.outbox_after(0, 10)] == messages
    assert [row.seq for row in store.outbox_after(seqs[0], 1)] == [seqs[1]]
    assert store.outbox_size() == (3, 7)
    store.outbox_done([seqs[0], seqs[2], 999])
    assert [row.message for row in store.outbox_after(0, 10)] == [messages[1]]
    store.outbox_done([])
    assert store.outbox_size() == (1, 0)


def test_outbox_never_gives_a_number_twice(store: Store) -> None:
    first = store.post(Outbound("a", b"1"))
    store.outbox_done([first])
    assert store.post(Outbound("a", b"2")) > first


# -- memory ------------------------------------------------------------------------------------------------------


def test_memory_is_kept(store: Store, path: Path) -> None:
    assert store.recall("k") is None
    store.remember("k", {"volume": 0.5})
    store.remember("k", {"volume": 0.25})
    other = Store(path)
    assert other.recall("k") == {"volume": 0.25}
    other.close()


def test_retained_message_is_new_once(store: Store) -> None:
    assert store.first_sight("t", "1")
    assert not store.first_sight("t", "1")
    assert store.first_sight("t", "2")
    assert store.first_sight("u", "1")


# -- transactions ------------------------------------------------------------------------------------------------


def test_transaction_is_all_or_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.append(make_entry("a"))
            with store.transaction():
                store.post(Outbound("t", b""))
            store.first_sight("t", "1")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert store.open_entries() == []
    assert store.outbox_size() == (0, 0)
    assert store.first_sight("t", "1")


def test_error_inside_that_is_dealt_with_leaves_the_rest_to_commit(store: Store, path: Path) -> None:
    with store.transaction():
        store.append(make_entry("a"))
        with pytest.raises(StorageFailed):
            store.append(make_entry("a"))
        store.append(make_entry("b"))
    reader = sqlite3.connect(path)
    assert reader.execute("SELECT id FROM requests").fetchall() == [("a",), ("b",)]
    reader.close()


def test_transaction_of_one_thread_is_not_seen_by_another_before_its_end(store: Store) -> None:
    seen: list[int] = []
    inside, look = threading.Event(), threading.Event()

    def write() -> None:
        with store.transaction():
            store.post(Outbound("t", b""))
            inside.set()
            look.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    inside.wait(10)
    reader = threading.Thread(target=lambda: seen.append(store.outbox_size()[0]))
    reader.start()
    look.set()
    writer.join()
    reader.join()
    assert seen == [1]


# -- the file ----------------------------------------------------------------------------------------------------

WRITER = """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[3])
    from edged.message import Outbound
    from edged.spool.store import Store
    from tests.spool.test_store import make_entry
    store = Store(Path(sys.argv[1]))
    for number in range(int(sys.argv[2]), 1000000):
        with store.transaction():
            seqs = [store.append(make_entry(f"{number}-{part}")).seq for part in range(3)]
        store.conclude(seqs[0], "finished", ended_wall=1.0, result=b"r", messages=[Outbound("t", b"r")])
        print(number, flush=True)
"""


def test_killed_in_mid_write_every_committed_row_is_there(path: Path) -> None:
    root = Path(__file__).parents[2]
    told = 0
    for _ in range(3):
        command = [sys.executable, "-c", textwrap.dedent(WRITER), str(path), str(told), str(root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(20)]
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.read().splitlines()
        told = int(lines[-1]) + 2  # the one after it may be there too
        store = Store(path)
        for number in (int(line) for line in lines):
            concluded, *others = [store.known(f"{number}-{part}") for part in range(3)]
            assert concluded is not None
            assert concluded.state == "finished"
            assert [other and other.state for other in others] == ["queued", "queued"]
        open_ids = [entry.id.split("-")[0] for entry in store.open_entries()]
        assert all(open_ids.count(number) in {2, 3} for number in set(open_ids))  # never half a transaction
        store.close()


def test_spool_of_a_newer_edged_is_refused(path: Path) -> None:
    Store(path).close()
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    database.commit()
    database.close()
    with pytest.raises(StorageFailed, match="newer edged"):
        Store(path)


def test_file_that_is_no_database_is_said(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageFailed):
        Store(path)


def test_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed):
        Store(tmp_path / "file" / "spool.sqlite3")


def test_closed_store_says_so(path: Path) -> None:
    store = Store(path)
    store.close()
    with pytest.raises(StorageFailed):
        store.post(Outbound("t", b""))


@pytest.fixture
def small_disk(path: Path) -> Iterator[int]:
    """Files of this process may not grow beyond this; the store meets it as a full disk."""
    Store(path).close()
    limit = 512 * 1024
    old_signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, old_signal)


def test_full_disk_loses_nothing_that_was_committed_and_passes(path: Path, small_disk: int) -> None:
    store = Store(path)
    stored: list[int] = []

    def fill() -> None:
        while len(stored) < 1000:
            stored.append(store.post(Outbound("t", os.urandom(small_disk // 16))))

    def accept() -> None:
        with store.transaction():
            store.append(make_entry("a"))
            store.post(Outbound("t", bytes(small_disk)))

    with pytest.raises(StorageFailed):
        fill()
    assert [row.seq for row in store.outbox_after(0, 1000)] == stored
    with pytest.raises(StorageFailed):
        accept()
    assert store.known("a") is None
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert store.append(make_entry("a")).id == "a"
    store.close()
    again = Store(path)
    assert len(again.outbox_after(0, 1000)) == len(stored)
    assert again.known("a") is not None
    again.close()


def test_a_problem_is_known_until_a_commit_succeeds(tmp_path: Path) -> None:
    store = Store(tmp_path / "spool.sqlite3")
    with pytest.raises(StorageFailed), store.transaction():
        raise sqlite3.OperationalError("database or disk is full")
    told = [store.problem]
    store.remember("key", 1)
    told.append(store.problem)
    assert told == ["database or disk is full", None]
    store.close()


def test_free_space_is_that_of_the_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "spool.sqlite3")
    found = os.statvfs(tmp_path)
    assert store.free_bytes() == pytest.approx(found.f_bavail * found.f_frsize, rel=0.1)
    store.close()
