"""Who speaks: the first engine, or the backup in its place. A state machine without a clock, a thread or an effect.

A primary is probed with a test sentence at an interval; the probe must end within its limit and its sound must be
plausible. What the project promises of it: after three failures in a row, or when it is overloaded, the backup speaks,
with an alert; the primary speaks again after ten good probes in a row, with nothing in flight, and after ten minutes or
the operator's word. All of these numbers are `settings.Failover`.

======== ================================= =====================================================
role     on                                then
======== ================================= =====================================================
primary  a good probe, a spoken request    failures = 0
primary  a failed probe or request         failures + 1; at `failures` of them: backup, alert
primary  a median speed above the limit    backup, alert
backup   a good probe                      successes + 1
backup   a failed probe or request         successes = 0
backup   the operator's word               the wait of `hold_s` is waived, the good probes are not
backup   `successes` good probes, nothing  primary
         in flight, and `hold_s` or word
======== ================================= =====================================================

So nothing flaps: the backup speaks for `hold_s` at least, and only somebody's word makes it shorter. What is asked of
the backup never counts here: these are the primary's figures.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import Literal

from edged.settings import Failover

Role = Literal["primary", "backup"]
Kind = Literal["failed", "to_backup", "to_primary"]


@dataclass(frozen=True)
class Event:
    """Something that others want to hear of."""

    kind: Kind
    """``failed``: the primary failed, which did not change who speaks; ``to_backup``: an alert."""
    reason: str
    """Why, in words."""
    at: float


@dataclass(frozen=True)
class Standing:
    """Where one primary stands. Times are seconds on a clock that never goes back, the same in every call."""

    since: float
    """When the role was taken."""
    next_probe: float
    """When the primary is to be probed."""
    role: Role = "primary"
    reason: str | None = None
    """Why the backup speaks; None while the primary does."""
    failures: int = 0
    """Of the primary, in a row."""
    successes: int = 0
    """Good probes in a row since the backup speaks."""
    speeds: tuple[float, ...] = ()
    """Real-time factors of the latest utterances of the primary, oldest first."""
    asked: bool = False
    """The operator wants the primary back."""
    switches: int = 0
    """Changes of role so far."""


Changed = tuple[Standing, tuple[Event, ...]]


def started(now: float, rules: Failover) -> Standing:
    """The standing of a primary that has just been loaded."""
    return Standing(since=now, next_probe=now + rules.probe_interval_s)


def probe_due(state: Standing, now: float) -> bool:
    """Whether it is time for a test sentence."""
    return now >= state.next_probe


def after_probe(state: Standing, *, ok: bool, seconds: float, reason: str, now: float, rules: Failover) -> Changed:
    """The primary has been probed; ``seconds`` is how long that took, ``reason`` why it failed, if it did.

    A probe that takes longer than its limit has failed, whatever became of it.
    """
    state = replace(state, next_probe=now + rules.probe_interval_s)
    if seconds > rules.probe_limit_s:
        return _failed(state, f"a probe took {seconds:.1f} s, more than {rules.probe_limit_s:g} s", now, rules)
    if not ok:
        return _failed(state, reason, now, rules)
    if state.role == "backup":
        return replace(state, failures=0, successes=state.successes + 1), ()
    return replace(state, failures=0), ()


def after_request(state: Standing, *, ok: bool, rtf: float | None, reason: str, now: float, rules: Failover) -> Changed:
    """A request has been spoken by the primary, or not; ``rtf`` is its work in seconds per second of sound, if known.

    One that is spoken stands for a probe, and the next of these is put off: a busy primary is not made busier. On the
    backup it proves less than ten probes over minutes, so it does not count among them.
    """
    if not ok:
        return _failed(state, reason, now, rules)
    if state.role == "backup":
        return replace(state, failures=0), ()
    speeds = (*state.speeds, *([] if rtf is None else [rtf]))[-rules.overload_window :]
    state = replace(state, failures=0, speeds=speeds, next_probe=now + rules.probe_interval_s)
    if not rules.overload_rtf or len(speeds) < rules.overload_window:
        return state, ()
    median = statistics.median(speeds)
    if median <= rules.overload_rtf:
        return state, ()
    return _to_backup(state, f"overload: {median:.2f} s of work per second of sound", now)


def asked_back(state: Standing) -> Standing:
    """The operator's word: the primary may speak again without the wait, but not without its good probes.

    It holds until the primary speaks; while it does, there is nothing to ask for.
    """
    return state if state.role == "primary" else replace(state, asked=True)


def settled(state: Standing, *, in_flight: int, now: float, rules: Failover) -> Changed:
    """Whether the primary speaks again; to be asked after every probe, word and end of a request.

    ``in_flight`` counts the requests that are being spoken or rendered, by whomever.
    """
    waited = state.asked or now - state.since >= rules.hold_s
    if state.role == "primary" or in_flight or not waited or state.successes < rules.successes:
        return state, ()
    why = f"{state.successes} good probes in a row" + (" and the operator's word" if state.asked else "")
    back = Standing(since=now, next_probe=state.next_probe, switches=state.switches + 1)
    return back, (Event("to_primary", why, now),)


def _failed(state: Standing, reason: str, now: float, rules: Failover) -> Changed:
    state = replace(state, failures=state.failures + 1, successes=0)
    if state.role == "backup" or state.failures < rules.failures:
        return state, (Event("failed", reason, now),)
    return _to_backup(state, f"{state.failures} failures in a row, the last: {reason}", now)


def _to_backup(state: Standing, reason: str, now: float) -> Changed:
    """The failures stay as they are: they are still in a row until the primary succeeds."""
    spoken = Standing(
        since=now,
        next_probe=state.next_probe,
        role="backup",
        reason=reason,
        failures=state.failures,
        switches=state.switches + 1,
    )
    return spoken, (Event("to_backup", reason, now),)
