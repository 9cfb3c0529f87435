from __future__ import annotations

import threading

import pytest

from edged.supervision.heartbeat import Heartbeat


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_late_names_only_threads_beyond_their_own_limit() -> None:
    time = Time()
    heartbeat = Heartbeat(time)
    heartbeat.register("room", 5)
    heartbeat.register("mqtt", 20)
    time.now += 5
    assert heartbeat.late() == []
    time.now += 0.1
    assert heartbeat.late() == ["room"]
    time.now += 20
    assert heartbeat.late() == ["room", "mqtt"]


def test_beat_forgives_the_past() -> None:
    time = Time()
    heartbeat = Heartbeat(time)
    heartbeat.register("room", 5)
    time.now += 60
    heartbeat.beat("room")
    assert heartbeat.late() == []


def test_unregistered_thread_is_not_expected() -> None:
    time = Time()
    heartbeat = Heartbeat(time)
    heartbeat.register("room", 5)
    heartbeat.unregister("room")
    heartbeat.unregister("room")
    time.now += 60
    assert heartbeat.late() == []


def test_beat_of_a_stranger_is_a_bug() -> None:
    with pytest.raises(KeyError, match="nobody"):
        Heartbeat().beat("nobody")


def test_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="room"):
        Heartbeat().register("room", 0)


def test_real_threads_beat_while_others_come_and_go() -> None:
    heartbeat = Heartbeat()

    def live(name: str) -> None:
        for _ in range(500):
            heartbeat.register(name, 1e6)
            heartbeat.beat(name)
            heartbeat.late()
            heartbeat.unregister(name)
        heartbeat.register(name, 1e-9)

    threads = [threading.Thread(target=live, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heartbeat.late()) == ["t0", "t1", "t2", "t3"]
