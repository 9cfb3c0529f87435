"""The silence at both ends of what the network makes, left out while it is made.

The network puts about 0.3 s of silence before the first sound and 0.4 s behind the last. How long one pauses is decided
elsewhere, and somebody waits for the first sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edged.engine.spectrum import Real, audible

LEAD_IN = 2
"""Frames kept before the first audible one, for its onset."""
LEAD_OUT = 4
"""Frames kept after the last audible one, for its decay."""
SHORTEST = 3
"""Frames that come together first: below it the beginning cannot be reflected."""


@dataclass(frozen=True)
class Stretch:
    """Some frames of an utterance, the next ones after those before."""

    rows: Real
    """[n, COLUMNS], see `engine.spectrum`."""
    pitch: Real
    """Hertz of these frames and of those after them as far as it is known, [n or more]."""
    last: bool = False
    """The utterance ends with these frames; exactly one stretch of an utterance is the last."""


_SCAN = 12
"""Frames looked at together."""


def trimmed(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The same frames without the silence at both ends; nothing at all if nothing is audible.

    Frames are passed on as soon as they are known up to the last audible one, silent frames behind it when an audible
    one follows, or at the end as far as :data:`LEAD_OUT` reaches. Exactly one stretch is the last.
    """
    coming = iter(stretches)
    held = _beginning(coming)
    while held is not None:
        heard = _last_audible(held) + 1
        if held.last:
            yield _part(held, 0, min(heard + LEAD_OUT, len(held.rows)), last=True)
            return
        if heard:
            yield _part(held, 0, heard)
        held, following = _part(held, heard, len(held.rows)), next(coming)
        if len(held.rows) and _first_audible(following) is not None:
            yield _before(held, following)
            held = following
        else:
            held = _following(held, following)


def _beginning(coming: Iterator[Stretch]) -> Stretch | None:
    """The first stretch with an audible frame, from a little before that one on; None if there is none."""
    before: Stretch | None = None
    for stretch in coming:
        here = stretch if before is None else _following(before, stretch)
        first = _first_audible(here)
        if first is None:
            before = _part(here, max(len(here.rows) - LEAD_IN, 0), len(here.rows))
            continue
        here = _part(here, max(first - LEAD_IN, 0), len(here.rows))
        while len(here.rows) < SHORTEST and not here.last:
            here = _following(here, next(coming))
        return here
    return None


def _first_audible(stretch: Stretch) -> int | None:
    for start in range(0, len(stretch.rows), _SCAN):
        found = _found(stretch, start, min(start + _SCAN, len(stretch.rows)))
        if len(found):
            return int(found[0])
    return None


def _last_audible(stretch: Stretch) -> int:
    """-1 if no frame is audible."""
    for stop in range(len(stretch.rows), 0, -_SCAN):
        found = _found(stretch, max(stop - _SCAN, 0), stop)
        if len(found):
            return int(found[-1])
    return -1


def _found(stretch: Stretch, start: int, stop: int) -> NDArray[np.intp]:
    return np.flatnonzero(audible(stretch.rows[start:stop], stretch.pitch[start:stop])) + start


def _part(stretch: Stretch, start: int, stop: int, *, last: bool = False) -> Stretch:
    """Some of its frames; ``last``: the utterance ends with them. The end is kept if it is not cut off."""
    if last:
        return Stretch(stretch.rows[start:stop], stretch.pitch[start:stop], last=True)
    return Stretch(stretch.rows[start:stop], stretch.pitch[start:], stretch.last and stop == len(stretch.rows))


def _before(held: Stretch, following: Stretch) -> Stretch:
    """The frames held, now that more of the pitch is known."""
    return Stretch(held.rows, np.concatenate((held.pitch[: len(held.rows)], following.pitch)))


def _following(held: Stretch, stretch: Stretch) -> Stretch:
    """Both as one."""
    if not len(held.rows):
        return stretch
    return Stretch(np.concatenate((held.rows, stretch.rows)), _before(held, stretch).pitch, stretch.last)
