from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from edged.engine.failover import (
    Event,
    Standing,
    after_probe,
    after_request,
    asked_back,
    probe_due,
    settled,
    started,
)
from edged.settings import Failover

RULES = Failover()


class Story(NamedTuple):
    """What became of a primary, and what was told on the way."""

    state: Standing
    events: list[Event]
    now: float


def probed(state: Standing, results: Iterable[bool], now: float = 0.0, rules: Failover = RULES) -> Story:
    """Probes at their interval, nothing in flight."""
    told: list[Event] = []
    for ok in results:
        now += rules.probe_interval_s
        assert probe_due(state, now)
        state, events = after_probe(state, ok=ok, seconds=0.2, reason="silence", now=now, rules=rules)
        told += events
        state, events = settled(state, in_flight=0, now=now, rules=rules)
        told += events
    return Story(state, told, now)


def kinds(events: Iterable[Event]) -> list[str]:
    return [event.kind for event in events]


def requested(state: Standing, *, ok: bool, rtf: float | None = 0.1, now: float = 1.0) -> tuple[Standing, list[str]]:
    state, events = after_request(state, ok=ok, rtf=rtf, reason="the network made silence", now=now, rules=RULES)
    return state, kinds(events)


def on_backup(now: float = 0.0) -> Story:
    return probed(started(now, RULES), [False] * RULES.failures, now)


def test_first_probe_comes_after_the_interval() -> None:
    state = started(100.0, RULES)
    assert [probe_due(state, now) for now in (100.0, 129.9, 130.0)] == [False, False, True]


def test_good_probes_change_nothing() -> None:
    state, events, _ = probed(started(0.0, RULES), [True] * 50)
    assert (state.role, state.switches, events) == ("primary", 0, [])


def test_three_failed_probes_in_a_row_lead_to_the_backup_with_an_alert_that_says_why() -> None:
    state, events, now = on_backup()
    assert kinds(events) == ["failed", "failed", "to_backup"]
    assert (state.role, state.since, now, state.switches) == ("backup", 90.0, 90.0, 1)
    assert state.reason == events[-1].reason == "3 failures in a row, the last: silence"


def test_a_success_between_starts_the_count_anew() -> None:
    state, events, _ = probed(started(0.0, RULES), [False, False, True, False, False])
    assert (state.role, state.failures, kinds(events)) == ("primary", 2, ["failed"] * 4)


def test_a_probe_beyond_its_limit_has_failed() -> None:
    state = started(0.0, RULES)
    state, events = after_probe(state, ok=True, seconds=5.1, reason="", now=30.0, rules=RULES)
    assert (state.failures, events[0].reason) == (1, "a probe took 5.1 s, more than 5 s")
    state, events = after_probe(state, ok=True, seconds=5.0, reason="", now=60.0, rules=RULES)
    assert (state.failures, events) == (0, ())


def test_failed_requests_count_like_probes_and_good_ones_too() -> None:
    state, _, now = probed(started(0.0, RULES), [False, False])
    better, _ = requested(state, ok=True, now=now)
    assert better.failures == 0
    worse, told = requested(state, ok=False, now=now)
    assert (worse.role, told) == ("backup", ["to_backup"])


def test_a_spoken_request_puts_the_next_probe_off_a_failed_one_does_not() -> None:
    state = started(0.0, RULES)
    assert requested(state, ok=True, now=20.0)[0].next_probe == 50.0
    assert requested(state, ok=False, now=20.0)[0].next_probe == 30.0


def test_overload_leads_to_the_backup_by_the_median() -> None:
    state = started(0.0, RULES)
    told: list[str] = []
    for rtf in (0.2, 1.4, 0.2, 1.3, 0.9, 1.2):
        assert told == []
        state, told = requested(state, ok=True, rtf=rtf)
    assert (state.role, told) == ("backup", ["to_backup"])
    assert state.reason == "overload: 1.20 s of work per second of sound"


def test_speeds_that_are_not_known_do_not_count() -> None:
    state = started(0.0, RULES)
    for _ in range(9):
        state, told = requested(state, ok=True, rtf=None)
    assert (state.speeds, told) == ((), [])


def test_overload_can_be_ignored() -> None:
    rules, state = Failover(overload_rtf=0), started(0.0, RULES)
    for now in range(9):
        state, events = after_request(state, ok=True, rtf=9.0, reason="", now=now, rules=rules)
        assert not events
    assert len(state.speeds) == rules.overload_window


def test_primary_returns_after_ten_good_probes_and_ten_minutes() -> None:
    state, _, now = on_backup()
    waiting = probed(state, [True] * 19, now)
    assert (waiting.state.role, waiting.state.successes) == ("backup", 19)
    back = probed(waiting.state, [True], waiting.now)
    assert kinds(back.events) == ["to_primary"]
    assert back.events[0].reason == "20 good probes in a row"
    assert (back.state.role, back.state.reason, back.state.switches) == ("primary", None, 2)
    assert back.now - state.since == RULES.hold_s


@pytest.mark.parametrize("by_request", [False, True])
def test_a_failure_starts_the_ten_anew(*, by_request: bool) -> None:
    state, _, now = probed(on_backup().state, [True] * 15, 90.0)
    if by_request:
        state, told = requested(state, ok=False, now=now)
        assert told == ["failed"]
    else:
        state, events, now = probed(state, [False], now)
        assert kinds(events) == ["failed"]
    assert state.successes == 0
    story = probed(state, [True] * 10, now)
    assert kinds(story.events) == ["to_primary"]
    assert story.now - state.since >= RULES.hold_s


def test_requests_that_somebody_wants_from_the_primary_are_no_probes() -> None:
    state, _, now = on_backup()
    for _ in range(20):
        state, _ = requested(state, ok=True, now=now)
    assert (state.successes, state.failures) == (0, 0)


def test_operator_waives_the_wait_but_not_the_probes() -> None:
    state, _, now = on_backup()
    early = asked_back(state)
    assert kinds(probed(early, [True] * 9, now).events) == []
    story = probed(early, [True] * 10, now)
    assert kinds(story.events) == ["to_primary"]
    assert story.events[0].reason == "10 good probes in a row and the operator's word"
    assert not story.state.asked
    ready = probed(state, [True] * 10, now)
    assert ready.state.role == "backup"
    assert settled(asked_back(ready.state), in_flight=0, now=ready.now, rules=RULES)[0].role == "primary"


def test_operator_has_nothing_to_ask_for_while_the_primary_speaks() -> None:
    state = started(0.0, RULES)
    assert asked_back(state) == state


def test_nothing_is_switched_back_under_a_request() -> None:
    state, _, now = on_backup()
    for _ in range(25):
        now += 30.0
        state, _ = after_probe(state, ok=True, seconds=0.1, reason="", now=now, rules=RULES)
        state, _ = settled(asked_back(state), in_flight=1, now=now, rules=RULES)
    assert state.role == "backup"
    assert settled(state, in_flight=0, now=now, rules=RULES)[0].role == "primary"


def test_reloaded_rules_hold_at_once() -> None:
    state, _, now = probed(on_backup().state, [True] * 4, 90.0)
    assert settled(state, in_flight=0, now=now, rules=Failover(successes=4, hold_s=100))[0].role == "primary"
    failing = probed(started(0.0, RULES), [False]).state
    eager = Failover(failures=1)
    assert after_probe(failing, ok=False, seconds=0.1, reason="", now=60.0, rules=eager)[0].role == "backup"


class AnyDay(RuleBasedStateMachine):
    """Whatever happens in whatever order, against what is known without the machine."""

    @initialize(
        rules=st.builds(
            Failover,
            failures=st.integers(1, 4),
            successes=st.integers(1, 5),
            hold_s=st.sampled_from([0.0, 60.0, 600.0]),
            overload_window=st.integers(1, 3),
        )
    )
    def start(self, rules: Failover) -> None:
        self.limits = rules
        self.now = 0.0
        self.state = started(self.now, rules)
        self.in_flight = 0
        self.bad_in_a_row = 0
        self.good_probes = 0
        self.asked = False
        self.left_at: float | None = None

    @rule(seconds=st.floats(0.0, 700.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(ok=st.booleans(), seconds=st.sampled_from([0.1, 4.9, 5.1]), count=st.integers(1, 5))
    def probes(self, *, ok: bool, seconds: float, count: int) -> None:
        for _ in range(count):
            self.now += self.limits.probe_interval_s
            self._take(after_probe(self.state, ok=ok, seconds=seconds, reason="r", now=self.now, rules=self.limits))
            good = ok and seconds <= self.limits.probe_limit_s
            self.bad_in_a_row = 0 if good else self.bad_in_a_row + 1
            self.good_probes = self.good_probes + 1 if good else 0
            self._checked()

    @rule(ok=st.booleans(), rtf=st.none() | st.floats(0.0, 3.0))
    def request(self, *, ok: bool, rtf: float | None) -> None:
        was = self.state
        self._take(after_request(was, ok=ok, rtf=rtf, reason="r", now=self.now, rules=self.limits))
        self.bad_in_a_row = 0 if ok else self.bad_in_a_row + 1
        self.good_probes = self.good_probes if ok else 0
        if was.role == "primary" and self.state.role == "backup" and ok:
            assert rtf is not None
            assert len(was.speeds) >= self.limits.overload_window - 1
        self._checked()

    @rule()
    def word(self) -> None:
        self.asked = self.state.role == "backup"
        self.state = asked_back(self.state)

    @rule(count=st.integers(0, 2))
    def flying(self, count: int) -> None:
        self.in_flight = count

    @rule()
    def settle(self) -> None:
        self._take(settled(self.state, in_flight=self.in_flight, now=self.now, rules=self.limits))

    def _take(self, changed: tuple[Standing, tuple[Event, ...]]) -> None:
        before, (self.state, events) = self.state, changed
        switched = [event for event in events if event.kind != "failed"]
        assert len(switched) == self.state.switches - before.switches == int(self.state.role != before.role)
        if before.role == self.state.role:
            return
        assert switched[0].kind == f"to_{self.state.role}"
        assert switched[0].reason
        assert switched[0].at == self.state.since == self.now
        if self.state.role == "primary":
            self._came_back()
        else:
            self.left_at, self.asked = self.now, False
            self.good_probes = 0

    def _came_back(self) -> None:
        """Nothing flaps: never before its time, never unproven, never under somebody's words."""
        assert self.left_at is not None
        assert self.asked or self.now - self.left_at >= self.limits.hold_s
        assert self.good_probes >= self.limits.successes
        assert self.in_flight == 0
        assert self.bad_in_a_row == 0
        self.asked = False

    def _checked(self) -> None:
        if self.bad_in_a_row >= self.limits.failures:
            assert self.state.role == "backup"

    @invariant()
    def figures_agree(self) -> None:
        state = self.state
        assert state.failures == self.bad_in_a_row
        assert state.successes == (self.good_probes if state.role == "backup" else 0)
        assert (state.reason is None) == (state.role == "primary")
        assert len(state.speeds) <= self.limits.overload_window
        assert state.asked == self.asked


AnyDay.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestAnyDay = AnyDay.TestCase
