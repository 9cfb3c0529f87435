from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edged.errors import StorageFailed
from edged.message import Outbound
from edged.reporter import IN_FLIGHT, MAX_EVENTS, Reporter
from edged.spool.records import OutboxRow
from edged.spool.store import Store
from tests.fakes.manual_clock import ManualClock
from tests.fakes.manual_output import PATIENCE_S


class FakeLink:
    """A connection whose acknowledgements are given by hand, or at once from a thread of their own."""

    def __init__(self) -> None:
        self.connected = True
        self.sent: list[Outbound] = []
        self.tokens: list[int] = []
        self.room = 1_000_000
        self.on_acknowledge: Callable[[int], None] | None = None
        """Set: every message is acknowledged at once by a thread."""
        self.threads: list[threading.Thread] = []

    def publish(self, message: Outbound) -> int | None:
        if not self.connected or len(self.sent) >= self.room:
            return None
        self.sent.append(message)
        self.tokens.append(len(self.tokens) + 1)
        token = self.tokens[-1]
        if self.on_acknowledge is not None:
            self.threads.append(threading.Thread(target=self.on_acknowledge, args=(token,)))
            self.threads[-1].start()
        return token

    def topics(self) -> list[str]:
        return [message.topic for message in self.sent]


class Desk:
    """A reporter and what it reports."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "spool.sqlite3")
        self.clock = ManualClock()
        self.link = FakeLink()
        self.standing: list[Outbound] = []
        self.beats = 0
        self.reporter = Reporter(
            self.store,
            self.clock,
            standing=lambda: self.standing,
            health=lambda: Outbound("health", b"{}", qos=0),
            health_interval_s=lambda: 30.0,
            beat=self._beat,
        )
        self._started = False

    def _beat(self) -> None:
        self.beats += 1

    def start(self) -> None:
        self._started = True
        self.reporter.start(self.link)

    def stop(self) -> None:
        if self._started:
            self._started = False
            self.reporter.stop()

    def post(self, *payloads: bytes) -> list[int]:
        seqs = [self.store.post(Outbound("result", payload)) for payload in payloads]
        self.reporter.wake()
        return seqs

    def results(self) -> list[bytes]:
        return [message.payload for message in self.link.sent if message.topic == "result"]

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(int(PATIENCE_S / 0.005)):
            if condition():
                return
            threading.Event().wait(0.005)
        raise AssertionError("it never came to that")

    def settle(self) -> None:
        """Until the reporter has been round twice."""
        for _ in range(2):
            before = self.beats
            self.reporter.wake()
            self.until(lambda before=before: self.beats > before)  # type: ignore[misc]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.stop()
    for thread in desk.link.threads:
        thread.join()
    desk.store.close()


def token_of(desk: Desk, payload: bytes) -> int:
    return desk.link.tokens[[message.payload for message in desk.link.sent].index(payload)]


def test_outbox_is_told_in_order_and_kept_until_acknowledged(desk: Desk) -> None:
    desk.post(b"1", b"2", b"3")
    desk.start()
    desk.until(lambda: desk.results() == [b"1", b"2", b"3"])
    assert desk.store.outbox_size()[0] == 3
    desk.reporter.acknowledged(token_of(desk, b"2"))
    desk.until(lambda: desk.store.outbox_size()[0] == 2)
    assert [row.message.payload for row in desk.store.outbox_after(0, 10)] == [b"1", b"3"]
    desk.settle()
    assert desk.results() == [b"1", b"2", b"3"]


def test_what_was_not_acknowledged_is_told_again_after_a_restart_byte_for_byte(desk: Desk, tmp_path: Path) -> None:
    messages = [
        Outbound("result", b"\x00", content_type="audio/wav", correlation=b"c", user_properties=(("a", "b"),))
    ] * 2
    for message in messages:
        desk.store.post(message)
    desk.start()
    desk.until(lambda: len(desk.results()) == 2)
    desk.reporter.acknowledged(desk.link.tokens[desk.link.topics().index("result")])
    desk.until(lambda: desk.store.outbox_size()[0] == 1)
    first = [message for message in desk.link.sent if message.topic == "result"]
    desk.stop()
    again = Desk(tmp_path)
    again.start()
    again.until(lambda: len(again.results()) == 1)
    again.stop()
    assert [message for message in again.link.sent if message.topic == "result"] == [first[1]]
    again.store.close()


def test_outbox_waits_for_the_broker(desk: Desk) -> None:
    desk.link.connected = False
    desk.start()
    desk.post(b"1")
    desk.settle()
    assert desk.link.sent == []
    desk.link.connected = True
    desk.reporter.connected()
    desk.until(lambda: desk.results() == [b"1"])


def test_message_that_the_link_has_no_room_for_is_told_later_in_its_place(desk: Desk) -> None:
    desk.link.room = 3  # health and two results
    desk.clock.advance(0)
    desk.post(b"1", b"2", b"3", b"4")
    desk.start()
    desk.until(lambda: len(desk.link.sent) == 3)
    desk.settle()
    desk.link.room = 100
    desk.until(lambda: desk.results() == [b"1", b"2", b"3", b"4"])


def test_no_more_than_a_few_are_in_flight(desk: Desk) -> None:
    payloads = [str(number).encode() for number in range(3 * IN_FLIGHT)]
    desk.post(*payloads)
    desk.start()
    desk.until(lambda: len(desk.results()) == IN_FLIGHT)
    desk.settle()
    assert len(desk.results()) == IN_FLIGHT
    for payload in payloads:
        desk.until(lambda payload=payload: payload in desk.results())  # type: ignore[misc]
        desk.reporter.acknowledged(token_of(desk, payload))
    desk.until(lambda: desk.store.outbox_size()[0] == 0)
    assert desk.results() == payloads


def test_acknowledgement_that_comes_at_once_is_not_missed(desk: Desk) -> None:
    desk.link.on_acknowledge = desk.reporter.acknowledged
    payloads = [str(number).encode() for number in range(300)]
    desk.start()
    desk.post(*payloads)
    desk.until(lambda: desk.store.outbox_size()[0] == 0)
    assert desk.results() == payloads


def test_acknowledgements_of_events_are_not_collected(desk: Desk) -> None:
    desk.link.on_acknowledge = desk.reporter.acknowledged
    desk.start()
    for _ in range(100):
        desk.reporter.tell(Outbound("event", b"{}"))
    desk.until(lambda: desk.link.topics().count("event") == 100)
    desk.settle()
    for thread in desk.link.threads:
        thread.join()
    sizes = [len(value) for value in vars(desk.reporter).values() if isinstance(value, (set, dict, list))]
    assert max(sizes) == 0


def test_confirmation_that_the_disk_refuses_is_recorded_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done, refused = desk.store.outbox_done, threading.Event()

    def refuse_once(seqs: Any) -> None:
        if not refused.is_set():
            refused.set()
            raise StorageFailed("no space left")
        done(seqs)

    monkeypatch.setattr(desk.store, "outbox_done", refuse_once)
    desk.post(b"1")
    desk.start()
    desk.until(lambda: desk.results() == [b"1"])
    desk.reporter.acknowledged(token_of(desk, b"1"))
    desk.until(lambda: desk.store.outbox_size()[0] == 0)
    assert refused.is_set()


def test_what_stands_is_told_only_when_it_changes_and_again_to_a_new_connection(desk: Desk) -> None:
    idle, speaking = Outbound("state", b"idle", retain=True), Outbound("state", b"speaking", retain=True)
    desk.standing = [Outbound("availability", b"online", retain=True), idle]
    desk.start()
    desk.until(lambda: desk.link.topics()[:2] == ["availability", "state"])
    desk.settle()
    assert desk.link.topics().count("state") == 1
    desk.standing = [desk.standing[0], speaking]
    desk.reporter.wake()
    desk.until(lambda: speaking in desk.link.sent)
    desk.reporter.connected()
    desk.until(lambda: desk.link.sent.count(speaking) == 2)
    assert desk.link.topics().count("availability") == 2
    assert desk.link.sent.count(idle) == 1


def test_events_are_told_in_order_and_before_the_outcomes_behind_them(desk: Desk) -> None:
    desk.link.connected = False
    desk.start()
    for number in range(3):
        desk.reporter.tell(Outbound("event", str(number).encode()))
    desk.post(b"outcome")
    desk.settle()
    desk.link.connected = True
    desk.reporter.connected()
    desk.until(lambda: len(desk.link.sent) >= 4)
    assert [message.payload for message in desk.link.sent[:4]] == [b"0", b"1", b"2", b"outcome"]


def test_event_told_while_the_outbox_is_emptied_goes_before_the_outcome_behind_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = desk.store.outbox_after

    def meanwhile(seq: int, limit: int) -> list[OutboxRow]:
        monkeypatch.setattr(desk.store, "outbox_after", look)
        desk.reporter.tell(Outbound("event", b"started"))
        desk.store.post(Outbound("result", b"outcome"))
        return look(seq, limit)

    monkeypatch.setattr(desk.store, "outbox_after", meanwhile)
    desk.start()
    desk.until(lambda: b"outcome" in [message.payload for message in desk.link.sent])
    told = [message.payload for message in desk.link.sent if message.topic != "health"]
    assert told == [b"started", b"outcome"]


def test_events_are_bounded_while_the_broker_is_away(desk: Desk) -> None:
    desk.link.connected = False
    for number in range(MAX_EVENTS + 5):
        desk.reporter.tell(Outbound("event", str(number).encode()))
    assert desk.reporter.events_lost == 5
    desk.link.connected = True
    desk.start()
    desk.until(lambda: desk.link.topics().count("event") == MAX_EVENTS)
    assert desk.link.sent[0].payload == b"5"


def test_health_is_told_at_its_interval(desk: Desk) -> None:
    desk.start()
    desk.until(lambda: desk.link.topics().count("health") == 1)
    desk.settle()
    desk.clock.advance(29.9)
    desk.settle()
    assert desk.link.topics().count("health") == 1
    desk.clock.advance(0.1)
    desk.reporter.wake()
    desk.until(lambda: desk.link.topics().count("health") == 2)


def test_stop_tells_what_can_still_be_told(desk: Desk) -> None:
    desk.start()
    desk.settle()
    desk.store.post(Outbound("result", b"last"))
    desk.reporter.tell(Outbound("event", b"last"))
    desk.stop()
    assert desk.results() == [b"last"]
    assert desk.link.topics().count("event") == 1
