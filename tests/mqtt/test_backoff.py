from __future__ import annotations

from edged.mqtt.backoff import SHORT_LIVES, STABLE_S, Backoff


def test_delay_doubles_up_to_the_maximum() -> None:
    backoff = Backoff(0.5, 5.0, chance=lambda: 1.0)
    assert [backoff.delay(lasting=False) for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_jitter_takes_up_to_half() -> None:
    assert Backoff(2.0, 5.0, chance=lambda: 0.0).delay(lasting=False) == 1.0


def test_lasting_failure_waits_long_at_once() -> None:
    backoff = Backoff(0.5, 40.0, chance=lambda: 0.0)
    assert backoff.delay(lasting=True) == 30.0
    assert backoff.delay(lasting=False) == 0.25


def test_long_connection_makes_the_next_wait_short() -> None:
    backoff = Backoff(0.5, 64.0, chance=lambda: 1.0)
    for _ in range(3):
        backoff.delay(lasting=False)
    backoff.ended(STABLE_S)
    assert backoff.delay(lasting=False) == 0.5


def test_short_connection_keeps_the_wait() -> None:
    backoff = Backoff(0.5, 64.0, chance=lambda: 1.0)
    backoff.delay(lasting=False)
    backoff.ended(0.1)
    assert backoff.delay(lasting=False) == 1.0


def test_short_lives_in_a_row_look_like_a_takeover() -> None:
    backoff = Backoff(0.5, 64.0)
    for _ in range(SHORT_LIVES):
        assert not backoff.looks_taken_over
        backoff.ended(0.1)
        backoff.ended(None)
    assert backoff.looks_taken_over
    backoff.ended(STABLE_S)
    assert not backoff.looks_taken_over


def test_delay_after_very_many_attempts_is_the_maximum() -> None:
    backoff = Backoff(0.5, 30.0, chance=lambda: 1.0)
    assert {backoff.delay(lasting=False) for _ in range(5000)} >= {30.0}
