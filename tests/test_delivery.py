from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edged.clock import SystemClock
from edged.delivery import BLOCK_S, LAST_BLOCK_S, POLL_S, Delivery, Hooks, Playback, Stopped
from edged.errors import Fatal, Retryable
from edged.waveform import Samples
from tests.fakes.manual_output import PATIENCE_S, ManualOutput

RATE = 1000
"""Hertz: one sample a millisecond."""
BLOCK = int(BLOCK_S * RATE)
LAST = int(LAST_BLOCK_S * RATE)
WAIT_S = 10.0


class Listener:
    """Hooks that note what they are told, in order."""

    def __init__(self, output: ManualOutput) -> None:
        self.volume = 1.0
        self.told: list[Any] = []
        self.written_before_last: int | None = None
        self._output = output
        self.hooks = Hooks(
            volume=lambda: self.volume,
            started=lambda: self.told.append("started"),
            heard=self.told.append,
            before_last=self._before_last,
        )

    def _before_last(self) -> None:
        self.told.append("before_last")
        self.written_before_last = len(self._output.heard("u"))


@pytest.fixture
def output() -> ManualOutput:
    return ManualOutput()


@pytest.fixture
def listener(output: ManualOutput) -> Listener:
    return Listener(output)


@pytest.fixture
def delivery(output: ManualOutput) -> Iterator[Delivery]:
    delivery = Delivery(output, SystemClock(), 60.0, lambda: None)
    delivery.start()
    yield delivery
    output.play_freely()
    delivery.stop()


def make_playback(listener: Listener, ahead_s: float = 100.0) -> Playback:
    return Playback("u", RATE, ahead_s, listener.hooks)


def ramp(count: int, start: int = 0) -> Samples:
    return (np.arange(start, start + count) / 100_000).astype(np.float32)


def wait(playback: Playback) -> None:
    assert playback.wait(WAIT_S)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 250), max_size=8), st.lists(st.integers(1, 300), max_size=8))
def test_every_sample_is_written_once_and_in_order(sizes: list[int], breaks: list[int]) -> None:
    output = ManualOutput()
    output.play_freely()
    listener = Listener(output)
    delivery = Delivery(output, SystemClock(), 60.0, lambda: None)
    delivery.start()
    playback = make_playback(listener)
    delivery.play(playback)
    total = 0
    for number, size in enumerate(sizes):
        playback.put(ramp(size, total))
        total += size
        if number < len(breaks):
            playback.mark(number)
    playback.end()
    wait(playback)
    delivery.stop()
    assert np.array_equal(output.heard("u"), ramp(total))
    assert listener.told.count("before_last") == listener.told.count("started") == 1
    marks = [item for item in listener.told if isinstance(item, int)]
    assert marks == sorted(marks)
    # The last block is all that the device had not been given before.
    assert listener.written_before_last is not None
    assert min(total, 1) <= total - listener.written_before_last + (total == 0) <= max(LAST, 1)


def test_last_block_is_held_back_until_the_end_is_known(
    delivery: Delivery, output: ManualOutput, listener: Listener
) -> None:
    output.capacity_s = 10.0
    playback = make_playback(listener)
    delivery.play(playback)
    playback.put(ramp(500))
    output.capacity_s = 0.4
    output.wait_until_full()
    assert output.pending_s() == pytest.approx(0.4)  # 100 ms of the 500 are kept
    assert listener.told == ["started"]
    playback.end()
    output.hear(0.5)
    wait(playback)
    assert listener.told == ["started", "before_last"]
    assert np.array_equal(output.heard("u"), ramp(500))


def test_utterance_shorter_than_the_last_block_is_said_whole(
    delivery: Delivery, output: ManualOutput, listener: Listener
) -> None:
    playback = make_playback(listener)
    delivery.play(playback)
    for start in (0, 10, 20):
        playback.put(ramp(10, start))
        playback.mark(start)
    playback.end()
    output.hear(0.03)
    wait(playback)
    assert np.array_equal(output.heard("u"), ramp(30))
    assert listener.told[:2] == ["before_last", "started"]
    assert playback.first_accepted is not None
    assert playback.last_heard is not None
    assert playback.first_accepted <= playback.last_heard


def test_utterance_without_a_sample_ends(delivery: Delivery, output: ManualOutput, listener: Listener) -> None:
    playback = make_playback(listener)
    delivery.play(playback)
    playback.end()
    wait(playback)
    assert listener.told == ["before_last", "started"]
    assert len(output.heard("u")) == 0


def test_piece_is_reported_only_when_it_was_heard(delivery: Delivery, output: ManualOutput, listener: Listener) -> None:
    output.capacity_s = 0.1
    playback = make_playback(listener)
    delivery.play(playback)
    for number in range(3):
        playback.put(ramp(200, 200 * number))
        playback.mark(number)
    output.wait_until_full()
    assert 0 not in listener.told
    output.hear(0.19)
    output.wait_until_full()
    assert 0 not in listener.told
    output.hear(0.05)
    output.wait_until_full()
    until(lambda: 0 in listener.told)
    assert 1 not in listener.told
    playback.end()
    output.play_freely()
    wait(playback)
    assert listener.told[:2] == ["started", 0]


def test_what_stands_before_the_first_sound_is_reported_with_it(
    delivery: Delivery, output: ManualOutput, listener: Listener
) -> None:
    output.play_freely()
    playback = make_playback(listener)
    delivery.play(playback)
    playback.mark(0)
    time.sleep(1.5 * POLL_S)
    assert listener.told == []
    playback.put(ramp(500))
    playback.end()
    wait(playback)
    assert listener.told == ["started", 0, "before_last"]


def test_producer_is_held_up_by_a_slow_device(delivery: Delivery, output: ManualOutput, listener: Listener) -> None:
    playback = make_playback(listener, ahead_s=0.3)
    put: list[int] = []

    def produce() -> None:
        for number in range(20):
            playback.put(ramp(100))
            put.append(number)
        playback.end()

    delivery.play(playback)
    producer = threading.Thread(target=produce)
    producer.start()
    output.wait_until_full()
    until(lambda: playback._waiting > 300)
    assert len(put) * 100 <= 300 + 100 + 160  # ahead, the part that filled it up, what the device holds
    output.play_freely()
    producer.join()
    wait(playback)
    assert len(put) == 20
    assert len(output.heard("u")) == 2000


def test_stop_silences_what_the_device_holds(delivery: Delivery, output: ManualOutput, listener: Listener) -> None:
    playback = make_playback(listener)
    delivery.play(playback)
    playback.put(ramp(2000))
    output.wait_until_full()
    assert playback.stop()
    output.hear(2 * BLOCK_S)  # the block that is being written may go
    with pytest.raises(Stopped):
        playback.wait(WAIT_S)
    assert output.drops == 1
    assert len(output.heard("u")) <= 3 * BLOCK
    assert "before_last" not in listener.told


@pytest.mark.parametrize("blocked_in", ["put", "mark", "wait"])
def test_producer_learns_that_it_was_stopped(
    delivery: Delivery, output: ManualOutput, listener: Listener, blocked_in: str
) -> None:
    playback = make_playback(listener, ahead_s=0.3)
    delivery.play(playback)
    playback.put(ramp(400))
    output.wait_until_full()
    playback.stop()
    output.play_freely()
    assert playback.settled(WAIT_S)
    actions: dict[str, Callable[[], object]] = {
        "put": lambda: playback.put(ramp(400)),
        "mark": lambda: playback.mark(0),
        "wait": lambda: playback.wait(WAIT_S),
    }
    with pytest.raises(Stopped):
        actions[blocked_in]()


def test_producer_is_told_of_a_stop_only_when_the_output_has_let_go(
    delivery: Delivery, output: ManualOutput, listener: Listener
) -> None:
    playback = make_playback(listener)
    delivery.play(playback)
    playback.put(ramp(2000))
    output.wait_until_full()
    playback.stop()
    assert not playback.wait(0.05)  # the delivery thread is still inside a write
    output.play_freely()
    with pytest.raises(Stopped):
        playback.wait(WAIT_S)


def test_next_utterance_follows_a_stopped_one_at_once(
    delivery: Delivery, output: ManualOutput, listener: Listener
) -> None:
    output.play_freely()
    for _ in range(200):
        first, second = make_playback(listener), make_playback(listener)
        delivery.play(first)
        first.put(ramp(300))
        first.stop()
        with pytest.raises(Stopped):
            first.wait(WAIT_S)
        delivery.play(second)
        second.put(ramp(30))
        second.end()
        wait(second)


def test_stop_after_the_last_block_comes_too_late(delivery: Delivery, output: ManualOutput, listener: Listener) -> None:
    playback = make_playback(listener)
    stopped: list[bool] = []
    hooks = listener.hooks
    playback.hooks = Hooks(hooks.volume, hooks.started, hooks.heard, lambda: stopped.append(playback.stop()))
    delivery.play(playback)
    playback.put(ramp(500))
    playback.end()
    output.play_freely()
    wait(playback)
    assert stopped == [False]
    assert not playback.stop()
    assert len(output.heard("u")) == 500


@pytest.mark.parametrize("count", [10, 90, 110, 500])
def test_stop_at_any_moment_ends_in_all_or_stopped(count: int) -> None:
    for delay in range(20):
        output = ManualOutput()
        output.play_freely()
        listener = Listener(output)
        delivery = Delivery(output, SystemClock(), 60.0, lambda: None)
        delivery.start()
        playback = make_playback(listener)
        delivery.play(playback)
        playback.put(ramp(count))
        stopper = threading.Timer(delay / 10_000, playback.stop)
        stopper.start()
        playback.end()
        try:
            wait(playback)
        except Stopped:
            assert "before_last" not in listener.told
        else:
            assert len(output.heard("u")) == count
        stopper.join()
        delivery.stop()


def test_lost_device_is_told_to_the_producer_and_closed(
    delivery: Delivery, output: ManualOutput, listener: Listener
) -> None:
    playback = make_playback(listener, ahead_s=0.3)
    delivery.play(playback)
    playback.put(ramp(400))
    output.wait_until_full()
    output.unplug()

    def produce() -> None:
        for _ in range(3):  # the first may still find a place
            playback.put(ramp(400))

    with pytest.raises(Retryable) as lost:
        produce()
    assert lost.value.code == "audio_device"
    assert output.closes == 1
    output.plug_in()
    again = make_playback(listener)
    delivery.play(again)
    again.put(ramp(50))
    again.end()
    output.hear(0.05)
    wait(again)


def test_device_that_is_missing_from_the_start(delivery: Delivery, output: ManualOutput, listener: Listener) -> None:
    output.unplug()
    playback = make_playback(listener)
    delivery.play(playback)
    with pytest.raises(Retryable):
        playback.wait(WAIT_S)
    assert listener.told == []


def test_device_lost_while_it_is_silenced_still_ends_the_utterance(
    delivery: Delivery, output: ManualOutput, listener: Listener
) -> None:
    playback = make_playback(listener)
    delivery.play(playback)
    playback.put(ramp(50))
    output.wait_for_title("u")
    output.unplug()
    playback.stop()
    with pytest.raises(Stopped):
        playback.wait(WAIT_S)
    assert output.closes == 1


def test_output_that_refuses_an_utterance_is_told_to_the_producer() -> None:
    class Refusing(ManualOutput):
        def open(self, rate: int, title: str) -> None:
            raise Fatal("audio_device", f"{title}: never at {rate} Hz")

    output = Refusing()
    delivery = Delivery(output, SystemClock(), 60.0, lambda: None)
    delivery.start()
    playback = make_playback(Listener(output))
    delivery.play(playback)
    with pytest.raises(Fatal, match="never"):
        playback.wait(WAIT_S)
    delivery.stop()


def test_volume_moves_without_a_jump(delivery: Delivery, output: ManualOutput, listener: Listener) -> None:
    listener.volume = 0.5
    output.capacity_s = 0.1
    playback = make_playback(listener)
    delivery.play(playback)
    playback.put(np.ones(1000, np.float32))
    playback.end()
    output.wait_until_full()
    listener.volume = 0.0
    output.hear(0.5)
    listener.volume = 1.0
    output.hear(0.5)
    wait(playback)
    heard = output.heard("u")
    assert len(heard) == 1000
    assert np.all(heard[:80] == np.float32(0.5))
    assert np.min(heard) == 0.0
    assert np.max(heard) == 1.0
    assert np.abs(np.diff(heard)).max() < 2 / BLOCK


def test_idle_device_is_released_after_a_while(output: ManualOutput, listener: Listener) -> None:
    delivery = Delivery(output, SystemClock(), 0.0, lambda: None)
    delivery.start()
    playback = make_playback(listener)
    delivery.play(playback)
    playback.end()
    wait(playback)
    until(lambda: output.closes == 1)
    delivery.stop()
    assert output.closes == 2


def test_end_of_the_thread_stops_what_plays(output: ManualOutput, listener: Listener) -> None:
    delivery = Delivery(output, SystemClock(), 60.0, lambda: None)
    delivery.start()
    playback = make_playback(listener)
    delivery.play(playback)
    playback.put(ramp(50))
    output.wait_for_title("u")
    delivery.stop()
    with pytest.raises(Stopped):
        playback.wait(WAIT_S)
    assert output.closes == 1


def test_thread_tells_that_it_is_alive_while_it_waits_and_while_it_plays(
    output: ManualOutput, listener: Listener
) -> None:
    beats: list[bool] = []
    delivery = Delivery(output, SystemClock(), 60.0, lambda: beats.append(True))
    delivery.start()
    until(lambda: len(beats) > 1)
    playback = make_playback(listener)
    delivery.play(playback)
    playing = len(beats)
    until(lambda: len(beats) > playing + 1)  # a producer that brings nothing
    playback.end()
    wait(playback)
    delivery.stop()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE_S / 0.005)):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came to that")
