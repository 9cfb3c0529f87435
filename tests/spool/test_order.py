from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edged.request import PRIORITIES, Priority
from edged.spool.order import Line, Waiting, has_room

TAGS = st.sampled_from([None, "a", "b"])


class LineAgainstSortedList(RuleBasedStateMachine):
    """The line does what a plain list, sorted by priority and order of acceptance, would do."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line()
        self.model: list[Waiting] = []
        self.served: list[Waiting] = []
        self.seq = 0
        self.now = 0.0

    def in_order(self) -> list[Waiting]:
        return sorted(self.model, key=lambda waiting: (PRIORITIES.index(waiting.priority), waiting.seq))

    @rule(priority=st.sampled_from(PRIORITIES), life=st.integers(0, 9), seconds=st.integers(0, 99), tag=TAGS)
    def accept(self, priority: Priority, life: int, seconds: int, tag: str | None) -> None:
        self.seq += 1
        waiting = Waiting(self.seq, f"r{self.seq}", priority, self.now + life, float(seconds), tag)
        self.line.add(waiting)
        self.model.append(waiting)

    @precondition(lambda self: self.model)
    @rule()
    def serve(self) -> None:
        first = self.line.first()
        assert first == self.in_order()[0]
        assert self.line.remove(first)
        assert not self.line.remove(first)
        self.model.remove(first)
        self.served.append(first)

    @precondition(lambda self: self.served)
    @rule(data=st.data(), longer=st.booleans())
    def requeue(self, data: st.DataObject, *, longer: bool) -> None:
        back = self.served.pop(data.draw(st.integers(0, len(self.served) - 1)))
        if longer:
            back = replace(back, expires=self.now + 5)
        self.line.add(back)
        self.model.append(back)

    @rule(seconds=st.integers(0, 4))
    def expire(self, seconds: int) -> None:
        self.now += seconds
        late = [waiting for waiting in self.model if waiting.expires <= self.now]
        assert sorted(self.line.take_expired(self.now), key=lambda one: one.seq) == sorted(
            late, key=lambda one: one.seq
        )
        self.model = [waiting for waiting in self.model if waiting not in late]

    @rule(tag=TAGS)
    def take_tag(self, tag: str | None) -> None:
        wanted = [waiting for waiting in self.in_order() if waiting.tag == tag]
        assert self.line.take_matching(lambda waiting: waiting.tag == tag) == wanted
        self.model = [waiting for waiting in self.model if waiting.tag != tag]

    @invariant()
    def agrees(self) -> None:
        assert list(self.line) == self.in_order()
        assert len(self.line) == len(self.model)
        assert self.line.seconds == sum(waiting.seconds for waiting in self.model)
        assert dict(self.line.counts()) == {
            priority: sum(waiting.priority == priority for waiting in self.model) for priority in PRIORITIES
        }


LineAgainstSortedList.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_line_agrees_with_a_sorted_list = LineAgainstSortedList.TestCase


def test_line_of_nobody() -> None:
    line = Line()
    assert line.first() is None
    assert list(line) == []
    assert line.take_expired(1e12) == []
    assert not line.remove(Waiting(1, "a", "text", 0, 1))


@pytest.mark.parametrize("count", [2, 50])
def test_flood_is_served_in_order(count: int) -> None:
    line = Line()
    for number in range(count):
        line.add(Waiting(number, f"m{number}", "message", 1e9, 1))
        line.add(Waiting(count + number, f"p{number}", "progress", 1e9, 1))
    line.add(Waiting(9999, "fire", "important", 1e9, 1))
    expected = ["fire", *(f"m{number}" for number in range(count)), *(f"p{number}" for number in range(count))]
    assert [waiting.id for waiting in line] == expected


def test_expired_one_that_was_served_and_came_back_later_counts_once() -> None:
    line = Line()
    waiting = Waiting(1, "a", "text", 10.0, 1)
    line.add(waiting)
    line.remove(waiting)
    assert line.take_expired(11) == []
    line.add(waiting)
    assert line.take_expired(11) == [waiting]
    assert line.take_expired(12) == []


@given(st.integers(0, 30), st.sampled_from(PRIORITIES), st.integers(1, 20), st.integers(0, 10))
def test_room(waiting: int, priority: Priority, limit: int, reserve: int) -> None:
    free = limit - waiting + (reserve if priority == "important" else 0)
    assert has_room(waiting, priority, limit=limit, reserve=reserve) == (free > 0)
