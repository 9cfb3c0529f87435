from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edged.announcer import MAX_ERRANDS
from edged.errors import Rejected, StorageFailed
from edged.lifecycle import State
from edged.request import PRIORITIES, OutputChoice
from edged.spool.order import Waiting
from tests.fakes.household import BASE, BREAKS, UNREADABLE, Household
from tests.fakes.manual_clock import ManualClock
from tests.fakes.manual_output import ManualOutput

RENDER = OutputChoice(play=False, publish="whole")
THREE = "First sentence. Second sentence. Third sentence."
Make = Callable[..., Household]


def manual(house: Household) -> ManualOutput:
    assert isinstance(house.output, ManualOutput)
    return house.output


def everything(_: Waiting) -> bool:
    return True


def speaking(make: Make, text: str = THREE, **sections: Any) -> tuple[Household, str]:
    """A household in the middle of a request."""
    house = make(**sections)
    house.start()
    request_id = house.say(text)
    manual(house).wait_until_full()
    house.wait_for_event("started", request_id)
    return house, request_id


# -- order ---------------------------------------------------------------------------------------------------------


def test_requests_are_said_by_priority_and_first_in_first_out(make_household: Make) -> None:
    house = make_household()
    ids = [
        house.say(id=f"{priority}-{number}", priority=priority) for number in range(3) for priority in PRIORITIES[::-1]
    ]
    manual(house).play_freely()
    house.start()
    for request_id in ids:
        assert house.result(request_id)["outcome"] == "finished"
    wanted = [f"{priority}-{number}" for priority in PRIORITIES for number in range(3)]
    assert manual(house).titles == wanted


def test_each_request_has_one_result_and_its_events_in_order(make_household: Make) -> None:
    house = make_household()
    manual(house).play_freely()
    house.start()
    request_id = house.say("Hello there.", source="hub", custom={"k": 1})
    result = house.result(request_id)
    assert (result["outcome"], result["status"], result["spoken_fraction"]) == ("finished", "ok", 1.0)
    assert (result["source"], result["custom"], result["voice"]) == ("hub", {"k": 1}, "tone")
    assert (result["audio"]["rate"], result["audio"]["topic"]) == (24000, None)
    assert result["audio"]["ms"] * 24 == pytest.approx(len(manual(house).heard(request_id)), abs=24)
    assert set(result["timing_ms"]) == {"queue", "text", "synth", "first_audio", "play"}
    assert [event["event_type"] for event in house.events] == ["synthesizing", "started"]
    assert [message.topic for message in house.messages()] == [f"{BASE}/event", f"{BASE}/result"]
    assert house.statistics.summary()["outcomes"] == {"finished": 1}


def test_render_goes_on_beside_playback(make_household: Make) -> None:
    house, spoken = speaking(make_household)
    rendered = house.say("Only for the hub.", output=RENDER)
    assert house.result(rendered)["outcome"] == "finished"
    assert spoken not in house.results()
    assert [message.topic for message in house.messages()].count(f"{BASE}/audio/{rendered}") == 1
    manual(house).play_freely()
    assert house.result(spoken)["outcome"] == "finished"


def test_snapshot_tells_what_waits_and_what_is_said(make_household: Make) -> None:
    house, spoken = speaking(make_household)
    house.say("x" * 30, priority="important")
    house.say("x" * 15, priority="progress", tag="t")
    snapshot = house.announcer.snapshot()
    assert snapshot.current == {"id": spoken, "priority": "message", "source": None}
    assert (snapshot.depth, snapshot.seconds, snapshot.device_problem) == (2, 3.0, None)
    assert (snapshot.by_priority["important"], snapshot.by_priority["message"]) == (1, 0)
    assert [waiting.priority for waiting in house.announcer.waiting(10)] == ["important", "progress"]
    assert len(house.announcer.waiting(1)) == 1
    assert house.announcer.current_id() == spoken


def test_room_for_more(make_household: Make) -> None:
    house = make_household(queue={"limit": 2, "important_reserve": 1})
    assert house.announcer.has_room("message", staged=1)
    assert not house.announcer.has_room("message", staged=2)
    house.say()
    house.say()
    assert not house.announcer.has_room("message")
    assert house.announcer.has_room("important")
    assert not house.announcer.has_room("important", staged=1)


def test_each_lane_beats_for_itself(make_household: Make) -> None:
    house = make_household()
    manual(house).play_freely()
    house.start()
    house.result(house.say("Only for the hub. And once more.", output=RENDER))
    house.stop()
    assert house.beats.count("render") > 3
    assert house.beats.count("room") < 3


# -- errors in the middle ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outcome", "code"),
    [
        (f"This is fine. This is {UNREADABLE}.", "rejected", "bad_request"),
        (f"This is fine. This {BREAKS} it.", "failed", "synth_failed"),
        (f"It {BREAKS} at once.", "failed", "synth_failed"),
        ("?!", "rejected", "bad_request"),
    ],
)
def test_request_that_fails_in_the_middle_leaves_the_room_to_the_next(
    make_household: Make, text: str, outcome: str, code: str
) -> None:
    house = make_household()
    house.start()
    bad, good = house.say(text), house.say("And this is fine too.")
    manual(house).play_freely()
    result = house.result(bad)
    assert (result["outcome"], result["error"]["code"]) == (outcome, code)
    assert house.result(good)["outcome"] == "finished"


def test_render_that_fails_leaves_its_lane_to_the_next(make_household: Make) -> None:
    house = make_household()
    house.start()
    bad, good = house.say(f"It {BREAKS}.", output=RENDER), house.say(output=RENDER)
    assert house.result(bad)["outcome"] == "failed"
    assert house.result(good)["outcome"] == "finished"


def test_full_outbox_after_the_last_word_does_not_undo_what_was_said(
    make_household: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_household(outbox={"max_mib": 1})
    manual(house).play_freely()
    monkeypatch.setattr(house.store, "outbox_size", lambda: (1, 1024 * 1024))
    house.start()
    first = house.say(output=OutputChoice(publish="whole"))
    result = house.result(first)
    assert (result["outcome"], result["warnings"][0]["code"]) == ("finished", "audio_unpublished")
    refused = house.result(house.say(output=RENDER))
    assert (refused["outcome"], refused["error"]["code"]) == ("failed", "queue_full")


# -- cancel --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selects", "gone"),
    [
        (lambda waiting: waiting.id == "a", {"a"}),
        (lambda waiting: waiting.tag == "t", {"a", "c"}),
        (lambda waiting: waiting.source == "hub", {"b"}),
        (lambda waiting: waiting.priority == "progress", {"c"}),
        (lambda waiting: waiting.id == "nobody", set()),
        (everything, {"a", "b", "c", "d"}),
    ],
)
def test_cancel_takes_exactly_those_that_wait_and_match(
    make_household: Make, selects: Callable[[Waiting], bool], gone: set[str]
) -> None:
    house = make_household()
    house.say(id="a", tag="t")
    house.say(id="b", source="hub")
    house.say(id="c", tag="t", priority="progress")
    house.say(id="d", output=RENDER)
    assert set(house.announcer.cancel(selects, "cancel")) == gone
    assert {request_id: result["outcome"] for request_id, result in house.results().items()} == dict.fromkeys(
        gone, "cancelled"
    )
    assert all(result["reason"] == "cancel" for result in house.results().values())
    manual(house).play_freely()
    house.start()
    for request_id in {"a", "b", "c", "d"} - gone:
        assert house.result(request_id)["outcome"] == "finished"


def test_cancel_of_the_current_one_silences_it_and_the_next_follows(make_household: Make) -> None:
    house, current = speaking(make_household)
    following = house.say("What comes next.")
    assert house.announcer.cancel(lambda waiting: waiting.id == current, "cancel") == [current]
    manual(house).hear(0.05)  # the write that is going on comes to its end
    result = house.result(current)
    assert (result["outcome"], result["status"], result["reason"]) == ("cancelled", "dropped", "cancel")
    assert manual(house).drops == 1
    manual(house).play_freely()
    assert house.result(following)["outcome"] == "finished"


def test_cancel_of_a_flood_is_one_commit(make_household: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    house = make_household()
    with house.store.transaction():
        for _ in range(300):
            house.say()
    commits: list[str] = []
    house.store._db.set_trace_callback(lambda statement: commits.append(statement) if "COMMIT" in statement else None)
    assert len(house.announcer.cancel(everything, "cancel")) == 300
    assert len(commits) == 1
    assert len(house.results()) == 300
    assert house.statistics.summary()["outcomes"] == {"cancelled": 300}


def test_cancel_in_the_last_words_comes_too_late(make_household: Make) -> None:
    house = make_household()
    house.start()
    request_id = house.say("A.")  # less than the device holds
    house.wait_for(lambda: [entry.state for entry in house.store.open_entries()] == ["ending"])
    assert house.announcer.cancel(everything, "cancel") == []
    manual(house).play_freely()
    assert house.result(request_id)["outcome"] == "finished"


@pytest.mark.parametrize("text", ["A.", "Hello.", THREE])
def test_cancel_at_any_moment_gives_one_outcome_and_the_room_goes_on(make_household: Make, text: str) -> None:
    house = make_household()
    manual(house).play_freely()
    house.start()
    for number in range(40):
        request_id = house.say(text)
        timer = threading.Timer(number / 4000, house.announcer.cancel, (lambda _: True, "cancel"))
        timer.start()
        outcome = house.result(request_id)["outcome"]
        timer.join()
        assert outcome in {"finished", "cancelled"}
    last = house.say()
    assert house.result(last)["outcome"] == "finished"


def test_cancel_that_the_disk_refuses_leaves_everybody_in_place(
    make_household: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_household()
    ids = [house.say() for _ in range(3)]
    with monkeypatch.context() as patched:
        patched.setattr(house.store, "conclude", full_disk)
        with pytest.raises(StorageFailed):
            house.announcer.cancel(everything, "cancel")
    assert [waiting.id for waiting in house.announcer.waiting(10)] == ids
    assert house.messages() == []
    assert house.announcer.cancel(everything, "cancel") == ids
    assert len(house.results()) == 3


def full_disk(*_: object, **__: object) -> None:
    raise StorageFailed("no space left")


# -- expiry --------------------------------------------------------------------------------------------------------


def test_expiry_while_it_waits(make_household: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock()
    house = make_household(clock=clock)
    short, long = house.say(ttl_s=10.0), house.say(ttl_s=100.0)
    rendered = house.say(ttl_s=10.0, output=RENDER)
    clock.advance(9.9)
    house.announcer.expire_due()
    assert house.results() == {}
    clock.advance(0.1)
    with monkeypatch.context() as patched:
        patched.setattr(house.store, "conclude", full_disk)
        with pytest.raises(StorageFailed):
            house.announcer.expire_due()
    house.announcer.expire_due()
    results = house.results()
    assert set(results) == {short, rendered}
    assert (results[short]["outcome"], results[short]["reason"]) == ("expired", "ttl")
    assert [waiting.id for waiting in house.announcer.waiting(10)] == [long]


def test_expired_request_is_not_synthesised(make_household: Make) -> None:
    clock = ManualClock()
    house = make_household(clock=clock)
    late = house.say(ttl_s=10.0)
    clock.advance(10)
    manual(house).play_freely()
    house.start()
    assert house.result(late)["outcome"] == "expired"
    assert house.events == []
    assert manual(house).titles == []


def test_request_that_expires_while_it_is_synthesised_is_not_heard(make_household: Make) -> None:
    clock = ManualClock()
    house = make_household(clock=clock)
    late = house.say(ttl_s=10.0)
    with house.gate.turn("room"):
        house.start()
        house.wait_for_event("synthesizing", late)
        clock.advance(10)
    assert house.result(late)["outcome"] == "expired"
    assert manual(house).titles == []


def test_request_muted_while_it_waited_is_rejected_unless_important(make_household: Make) -> None:
    house = make_household()
    ordinary, important = house.say(), house.say(priority="important")
    house.site.change(muted=True)
    manual(house).play_freely()
    house.start()
    result = house.result(ordinary)
    assert (result["outcome"], result["error"]["code"]) == ("rejected", "muted")
    assert house.result(important)["outcome"] == "finished"
    assert manual(house).titles == [important]


# -- the device is lost --------------------------------------------------------------------------------------------


def test_lost_device_fails_the_request_where_the_settings_say_so(make_household: Make) -> None:
    house, request_id = speaking(make_household, sound={"on_device_loss": "fail"})
    manual(house).unplug()
    result = house.result(request_id)
    assert (result["outcome"], result["error"]["code"]) == ("failed", "audio_device")
    assert result["spoken_fraction"] < 1
    manual(house).plug_in()
    manual(house).play_freely()
    assert house.result(house.say())["outcome"] == "finished"


def test_lost_device_is_waited_for_and_the_cut_sentence_is_said_again(make_household: Make) -> None:
    house, request_id = speaking(make_household, sound={"on_device_loss": "wait"})
    manual(house).hear(1.2)  # the first sentence takes 0.98 s with its pause
    house.wait_for(lambda: house.store.open_entries()[0].spoken == 1)
    manual(house).unplug()
    house.wait_for(lambda: house.announcer.snapshot().device_problem is not None)
    assert house.results() == {}
    manual(house).plug_in()
    before = len(manual(house).heard(request_id))
    manual(house).play_freely()
    result = house.result(request_id)
    assert (result["outcome"], result["spoken_fraction"]) == ("finished", 1.0)
    whole = house.result(house.say(THREE))
    heard_again = len(manual(house).heard(request_id)) - before
    assert heard_again / 24 == pytest.approx(whole["audio"]["ms"] - first_piece_ms(house), abs=30)
    assert house.announcer.snapshot().device_problem is None


def first_piece_ms(house: Household) -> float:
    one = house.result(house.say("First sentence. A."))["audio"]["ms"]
    other = house.result(house.say("A."))["audio"]["ms"]
    return float(one - other)


def test_request_that_waits_for_the_device_publishes_nothing_meanwhile(make_household: Make) -> None:
    house = make_household()
    manual(house).unplug()
    house.start()
    request_id = house.say(output=OutputChoice(publish="chunks"))
    house.wait_for(lambda: [event["event_type"] for event in list(house.events)].count("synthesizing") == 2)
    assert house.messages() == []
    manual(house).plug_in()
    manual(house).play_freely()
    assert house.result(request_id)["outcome"] == "finished"
    topics = [message.topic for message in house.messages() if "/audio/" in message.topic]
    assert topics == [f"{BASE}/audio/{request_id}/{number}" for number in range(len(topics))]


def test_request_that_waits_for_the_device_can_be_cancelled(make_household: Make) -> None:
    house, request_id = speaking(make_household)
    manual(house).unplug()
    house.wait_for(lambda: house.announcer.snapshot().device_problem is not None)
    house.announcer.cancel(everything, "cancel")
    assert house.result(request_id)["outcome"] == "cancelled"
    manual(house).plug_in()
    manual(house).play_freely()
    assert house.result(house.say())["outcome"] == "finished"


def test_request_cancelled_on_its_way_back_into_the_queue_stays_cancelled(
    make_household: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, request_id = speaking(make_household)
    record = house.store.record

    def cancel_meanwhile(seq: int, state: State, **facts: Any) -> None:
        if state == "queued":
            assert house.announcer.cancel(everything, "cancel") == [request_id]
        record(seq, state, **facts)

    monkeypatch.setattr(house.store, "record", cancel_meanwhile)
    manual(house).unplug()
    result = house.result(request_id)
    assert (result["outcome"], result["reason"]) == ("cancelled", "cancel")
    assert house.announcer.snapshot().depth == 0


# -- shutdown and crash --------------------------------------------------------------------------------------------


def test_shutdown_keeps_what_is_being_said_for_the_next_start(make_household: Make) -> None:
    house, request_id = speaking(make_household)
    waiting = house.say("What waits.")
    threading.Timer(0.05, manual(house).play_freely).start()
    house.announcer.stop()
    house.delivery.stop()
    house._running = False
    assert house.results() == {}
    assert [(entry.id, entry.state, entry.crashes) for entry in house.store.open_entries()] == [
        (request_id, "queued", 0),
        (waiting, "queued", 0),
    ]
    again = make_household()
    again.announcer.recover()
    manual(again).play_freely()
    again.start()
    assert again.result(request_id)["outcome"] == "finished"
    assert again.result(waiting)["outcome"] == "finished"


def test_request_that_is_next_when_the_daemon_stops_is_not_begun(
    make_household: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_household()
    house.start()
    load = house.store.load
    stopper, taken = threading.Thread(target=house.announcer.stop), threading.Event()

    def stop_meanwhile(seq: int) -> Any:
        taken.set()
        house.wait_for(lambda: house.announcer._stopping)
        return load(seq)

    monkeypatch.setattr(house.store, "load", stop_meanwhile)
    house.say(THREE)
    assert taken.wait(20)
    stopper.start()
    stopper.join()
    assert manual(house).titles == []
    assert [entry.state for entry in house.store.open_entries()] == ["queued"]


def test_cancel_before_a_shutdown_is_not_forgotten(make_household: Make) -> None:
    house, request_id = speaking(make_household)
    house.announcer.cancel(everything, "cancel")  # the output is in a write and learns of it later
    threading.Timer(0.05, manual(house).play_freely).start()
    house.announcer.stop()
    assert house.result(request_id)["outcome"] == "cancelled"


def crash(house: Household, state: State, *, spoken: int = 0, crashes: int = 0) -> str:
    """Leave a request behind as a process that died in this state would."""
    entry = house.store.append(house.entry(THREE))
    for _ in range(crashes):
        house.store.record(entry.seq, state, crashed=True)
    house.store.record(entry.seq, state, spoken=spoken)
    return entry.id


def test_crash_in_the_last_words_counts_as_finished(make_household: Make) -> None:
    house = make_household()
    request_id = crash(house, "ending")
    house.announcer.recover()
    result = house.results()[request_id]
    assert (result["outcome"], result["warnings"][0]["code"]) == ("finished", "tail_unconfirmed")
    assert result["spoken_fraction"] == 1.0
    assert house.announcer.snapshot().depth == 0


@pytest.mark.parametrize("state", ["synthesizing", "speaking"])
def test_crash_in_the_middle_goes_on_at_the_sentence_that_was_cut(make_household: Make, state: State) -> None:
    house = make_household()
    request_id = crash(house, state, spoken=2)
    house.announcer.recover()
    assert [(entry.state, entry.crashes, entry.spoken) for entry in house.store.open_entries()] == [("queued", 1, 2)]
    manual(house).play_freely()
    house.start()
    assert house.result(request_id)["outcome"] == "finished"
    alone = house.result(house.say("Third sentence."))
    assert len(manual(house).heard(request_id)) == pytest.approx(alone["audio"]["ms"] * 24, abs=24)


def test_request_in_flight_at_two_crashes_fails(make_household: Make) -> None:
    house = make_household()
    poison, victim = crash(house, "synthesizing", crashes=1), crash(house, "speaking")
    house.announcer.recover()
    result = house.results()
    assert (result[poison]["outcome"], result[poison]["error"]["code"]) == ("failed", "synth_failed")
    assert set(result) == {poison}
    assert [entry.id for entry in house.store.open_entries()] == [victim]


@pytest.mark.parametrize("off_s", [5.0, 3599.0, 3601.0])
def test_waiting_goes_on_over_a_reboot(make_household: Make, off_s: float) -> None:
    clock = ManualClock()
    house = make_household(clock=clock)
    request_id = house.say(ttl_s=3600.0)
    clock.reboot(off_s)
    again = make_household(clock=clock)
    again.announcer.recover()
    [entry] = again.store.open_entries()
    assert entry.boot == "boot-2"
    assert clock.monotonic() - entry.received == pytest.approx(off_s)
    assert entry.expires - clock.monotonic() == pytest.approx(3600 - off_s)
    again.announcer.expire_due()
    assert set(again.results()) == ({request_id} if off_s > 3600 else set())


def test_clock_that_was_set_back_over_a_reboot_lengthens_nothing(make_household: Make) -> None:
    clock = ManualClock()
    house = make_household(clock=clock)
    house.say(ttl_s=3600.0)
    house.store.remember("wall", clock.wall() + 600)
    clock.reboot(-1_000_000)
    again = make_household(clock=clock)
    again.announcer.recover()
    [entry] = again.store.open_entries()
    assert entry.expires - clock.monotonic() == pytest.approx(3000)


def test_outcome_waits_for_the_disk_and_is_told_once(make_household: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    house = make_household()
    manual(house).play_freely()
    conclude, refused = house.store.conclude, threading.Event()

    def refuse_once(*arguments: Any, **facts: Any) -> None:
        if not refused.is_set():
            refused.set()
            raise StorageFailed("no space left")
        conclude(*arguments, **facts)

    monkeypatch.setattr(house.store, "conclude", refuse_once)
    house.start()
    request_id = house.say()
    assert refused.wait(20)
    assert house.result(request_id)["outcome"] == "finished"
    assert manual(house).titles == [request_id]


def test_queue_that_cannot_be_read_waits(make_household: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    house = make_household()
    manual(house).play_freely()
    load, refused = house.store.load, threading.Event()

    def refuse_once(seq: int) -> Any:
        if not refused.is_set():
            refused.set()
            raise StorageFailed("input/output error")
        return load(seq)

    monkeypatch.setattr(house.store, "load", refuse_once)
    house.start()
    assert house.result(house.say())["outcome"] == "finished"
    assert refused.is_set()


def test_queue_is_asked_while_the_store_is_held_without_a_deadlock(make_household: Make) -> None:
    house = make_household()
    manual(house).play_freely()
    house.start()
    for _ in range(100):
        with house.store.transaction():  # as intake does
            entry = house.store.append(house.entry("A."))
            assert house.announcer.has_room("message")
        house.announcer.enqueue(entry)
    assert house.result(entry.id)["outcome"] == "finished"


# -- errands -------------------------------------------------------------------------------------------------------


def test_errands_run_in_the_render_lane_before_its_requests(make_household: Make) -> None:
    house = make_household()
    done: list[str] = []
    house.say(output=RENDER)
    for number in range(3):
        house.announcer.run_errand(lambda number=number: done.append(f"{number} in {threading.current_thread().name}"))  # type: ignore[misc]
    house.start()
    house.wait_for(lambda: len(house.results()) == 1)
    assert done == ["0 in render", "1 in render", "2 in render"]


def test_too_many_errands_are_refused(make_household: Make) -> None:
    house = make_household()
    for _ in range(MAX_ERRANDS):
        house.announcer.run_errand(lambda: None)
    with pytest.raises(Rejected) as refused:
        house.announcer.run_errand(lambda: None)
    assert refused.value.code == "rate_limited"


# -- all of it -----------------------------------------------------------------------------------------------------


def test_storm_gives_everybody_exactly_one_outcome(make_household: Make, tmp_path: Path) -> None:
    house = make_household(sound={"on_device_loss": "wait"})
    output = manual(house)
    output.play_freely()
    house.start()
    ids: list[str] = []
    done = threading.Event()

    def disturb() -> None:
        while not done.wait(0.004):
            house.announcer.cancel(lambda waiting: waiting.tag == "x", "cancel")
            house.announcer.expire_due()
            house.announcer.snapshot()

    disturber = threading.Thread(target=disturb)
    disturber.start()
    for number in range(60):
        fields: dict[str, Any] = {"priority": PRIORITIES[number % 5], "tag": "x" if number % 3 == 0 else None}
        if number % 4 == 0:
            fields["output"] = RENDER
        text = f"Say {UNREADABLE}. Now." if number % 7 == 0 else f"Number {number}. Done."
        ids.append(house.say(text, ttl_s=0.001 if number % 11 == 0 else 60.0, **fields))
        if number == 30:
            output.unplug()
        if number == 32:
            output.plug_in()
    for request_id in ids:
        assert house.result(request_id)["outcome"] in {"finished", "cancelled", "expired", "rejected"}
    done.set()
    disturber.join()
    assert set(house.results()) == set(ids)
    assert house.store.open_entries() == []
    assert sum(house.statistics.summary()["outcomes"].values()) == len(ids)


def test_entry_keeps_its_warnings_to_its_end(make_household: Make) -> None:
    house = make_household()
    warning = {"code": "unknown_field", "message": "m", "field": "f"}
    for request_id in ("a", "b"):
        entry = house.store.append(replace(house.entry(id=request_id), warnings=(warning,)))
        house.announcer.enqueue(entry)
    house.announcer.cancel(lambda waiting: waiting.id == "a", "cancel")
    manual(house).play_freely()
    house.start()
    assert house.result("a")["warnings"] == house.result("b")["warnings"] == [warning]
