"""Who is next, and whether there is room: the whole queueing policy, without effects.

Higher priorities go first, strictly; within one priority, first in is first out. ``limit`` places are for
everybody, ``reserve`` further places only for ``important``, so that a flood of chatter cannot shut out an alarm.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from edged.request import PRIORITIES, Priority


@dataclass(frozen=True)
class Waiting:
    """What the queue knows of a request that waits."""

    seq: int
    id: str
    priority: Priority
    expires: float
    """Monotonic seconds; from then on it is not spoken any more."""
    seconds: float
    """Estimated length when spoken."""
    tag: str | None = None
    source: str | None = None


def has_room(waiting: int, priority: Priority, *, limit: int, reserve: int) -> bool:
    """Whether one more request of this priority may join ``waiting`` others."""
    return waiting < limit + (reserve if priority == "important" else 0)


class Line:
    """The requests that wait for one lane. Not thread-safe: its owner holds a lock."""

    def __init__(self) -> None:
        self._lines: dict[Priority, OrderedDict[int, Waiting]] = {priority: OrderedDict() for priority in PRIORITIES}
        self._expiry: list[tuple[float, int, Priority]] = []
        self.seconds = 0.0
        """Estimated length of everything that waits."""

    def __len__(self) -> int:
        return sum(len(line) for line in self._lines.values())

    def __iter__(self) -> Iterator[Waiting]:
        """In the order in which they will be served."""
        for priority in PRIORITIES:
            yield from self._lines[priority].values()

    def add(self, waiting: Waiting) -> None:
        """Join; one that returns to the queue takes its old place (by ``seq``) among its equals."""
        line = self._lines[waiting.priority]
        returns = bool(line) and next(reversed(line)) > waiting.seq
        line[waiting.seq] = waiting
        if returns:
            self._lines[waiting.priority] = OrderedDict(sorted(line.items()))
        self.seconds += waiting.seconds
        heapq.heappush(self._expiry, (waiting.expires, waiting.seq, waiting.priority))

    def first(self) -> Waiting | None:
        """Who is served next."""
        return next(iter(self), None)

    def remove(self, waiting: Waiting) -> bool:
        """Leave; False if it was not here."""
        present = self._lines[waiting.priority].pop(waiting.seq, None)
        if present is not None:
            self.seconds -= present.seconds
        return present is not None

    def take_expired(self, now: float) -> list[Waiting]:
        """Those whose time has passed, removed from the line."""
        expired = []
        while self._expiry and self._expiry[0][0] <= now:
            _, seq, priority = heapq.heappop(self._expiry)
            waiting = self._lines[priority].get(seq)
            if waiting is not None and waiting.expires <= now:
                self.remove(waiting)
                expired.append(waiting)
        return expired

    def take_matching(self, matches: Callable[[Waiting], bool]) -> list[Waiting]:
        """Those that match, removed from the line, in the order of service."""
        found = [waiting for waiting in self if matches(waiting)]
        for waiting in found:
            self.remove(waiting)
        return found

    def counts(self) -> Mapping[Priority, int]:
        """How many wait, by priority."""
        return {priority: len(line) for priority, line in self._lines.items()}
