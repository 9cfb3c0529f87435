"""The life of a request as a table. Every change of state goes through :func:`after`.

Theory of operation
-------------------
A request enters as ``queued`` in the transaction that accepts it and leaves in exactly one terminal state.
``synthesizing`` and ``speaking`` are claims of the running process: a crash or a passing fault sends them back
to ``queued`` (``requeue``), and the next attempt starts at the sentence that was cut. ``ending`` is committed
before the last buffer goes to the sound device; from there the request counts as spoken whatever happens, so
that a crash never says it twice (after a crash it is finished with the warning ``tail_unconfirmed``).
Terminal states have no way out: an outcome is decided once.
"""

from __future__ import annotations

from typing import Literal, get_args

State = Literal[
    "queued",
    "synthesizing",
    "speaking",
    "ending",
    "finished",
    "cancelled",
    "superseded",
    "expired",
    "rejected",
    "failed",
]
Step = Literal["claim", "start", "end", "finish", "requeue", "cancel", "supersede", "expire", "reject", "fail"]
Outcome = Literal["finished", "cancelled", "superseded", "expired", "rejected", "failed"]
Status = Literal["ok", "dropped", "error"]

OUTCOMES: frozenset[str] = frozenset(get_args(Outcome))

TRANSITIONS: dict[State, dict[Step, State]] = {
    "queued": {
        "claim": "synthesizing",
        "cancel": "cancelled",
        "supersede": "superseded",
        "expire": "expired",
        "reject": "rejected",
        "fail": "failed",
    },
    "synthesizing": {
        "start": "speaking",
        "end": "ending",
        "finish": "finished",
        "requeue": "queued",
        "cancel": "cancelled",
        "supersede": "superseded",
        "expire": "expired",
        "reject": "rejected",
        "fail": "failed",
    },
    "speaking": {
        "end": "ending",
        "finish": "finished",
        "requeue": "queued",
        "cancel": "cancelled",
        "supersede": "superseded",
        "reject": "rejected",
        "fail": "failed",
    },
    "ending": {"finish": "finished"},
    "finished": {},
    "cancelled": {},
    "superseded": {},
    "expired": {},
    "rejected": {},
    "failed": {},
}

STATUS_OF: dict[Outcome, Status] = {
    "finished": "ok",
    "cancelled": "dropped",
    "superseded": "dropped",
    "expired": "dropped",
    "rejected": "error",
    "failed": "error",
}
"""The ``status`` word of a result, by outcome: ``ok`` only for ``finished``."""


class IllegalTransition(RuntimeError):
    """A step that the table does not know from this state: a bug of ours, never a caller's fault."""


def outcome_after(state: State, step: Step) -> Outcome:
    """The outcome that ``step`` decides; raises :class:`IllegalTransition` if it does not end the request."""
    result = after(state, step)
    if result not in OUTCOMES:
        raise IllegalTransition(f"step {step!r} from state {state!r} does not end a request")
    return result  # type: ignore[return-value]  # narrowed by the check above


def after(state: State, step: Step) -> State:
    """The state that ``step`` leads to from ``state``; raises :class:`IllegalTransition` if there is none."""
    try:
        return TRANSITIONS[state][step]
    except KeyError:
        raise IllegalTransition(f"no step {step!r} from state {state!r}") from None
