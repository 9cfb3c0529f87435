"""How long to wait before the next attempt to connect. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable

STABLE_S = 10.0
"""A connection that lived this long was a good one: the next wait is short again."""
SHORT_LIVES = 3
"""So many connections in a row that were accepted and died young look like a fight over the client id."""


class Backoff:
    """Waits that double from ``minimum`` to ``maximum`` seconds, with jitter so that a fleet does not move as one."""

    def __init__(self, minimum: float, maximum: float, chance: Callable[[], float] = random.random) -> None:
        self._minimum = minimum
        self._maximum = max(minimum, maximum)
        self._chance = chance
        self._attempt = 0
        self._short = 0

    def ended(self, lived_s: float | None) -> None:
        """A connection ended ``lived_s`` seconds after the broker accepted it; None: it never did."""
        if lived_s is None:
            return
        self._short = self._short + 1 if lived_s < STABLE_S else 0
        if lived_s >= STABLE_S:
            self._attempt = 0

    @property
    def looks_taken_over(self) -> bool:
        """Whether the last connections were all accepted and closed at once."""
        return self._short >= SHORT_LIVES

    def delay(self, *, lasting: bool) -> float:
        """Seconds to wait now: half to all of the doubled minimum; near the maximum for a ``lasting`` failure."""
        if lasting:
            return self._maximum * (0.75 + 0.25 * self._chance())
        ceiling = min(self._maximum, self._minimum * 2.0 ** min(self._attempt, 30))
        self._attempt += 1
        return ceiling * (0.5 + 0.5 * self._chance())
