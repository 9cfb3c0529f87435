from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.lifecycle import (
    OUTCOMES,
    STATUS_OF,
    TRANSITIONS,
    IllegalTransition,
    Outcome,
    State,
    Step,
    after,
    outcome_after,
)

STATES: tuple[State, ...] = get_args(State)
STEPS: tuple[Step, ...] = get_args(Step)


def test_table_knows_every_state_and_every_step() -> None:
    assert set(TRANSITIONS) == set(STATES)
    assert {step for row in TRANSITIONS.values() for step in row} == set(STEPS)


def test_outcomes_are_exactly_the_states_without_a_way_out() -> None:
    assert {state for state, row in TRANSITIONS.items() if not row} == OUTCOMES


def test_every_state_is_reached_and_reaches_an_outcome() -> None:
    reached: set[State] = {"queued"}
    edge: set[State] = {"queued"}
    while edge:
        edge = {target for state in edge for target in TRANSITIONS[state].values()} - reached
        reached |= edge
    assert reached == set(STATES)
    assert all(set(row.values()) & OUTCOMES for state, row in TRANSITIONS.items() if state not in OUTCOMES)


def test_what_is_ending_can_only_finish() -> None:
    assert TRANSITIONS["ending"] == {"finish": "finished"}


def test_expiry_is_checked_until_playback() -> None:
    assert {state for state, row in TRANSITIONS.items() if "expire" in row} == {"queued", "synthesizing"}


@given(st.sampled_from(STATES), st.sampled_from(STEPS))
def test_step_outside_the_table_raises(state: State, step: Step) -> None:
    if step in TRANSITIONS[state]:
        assert after(state, step) == TRANSITIONS[state][step]
    else:
        with pytest.raises(IllegalTransition, match=step):
            after(state, step)


@given(st.lists(st.sampled_from(STEPS), max_size=30))
def test_an_outcome_is_decided_once(steps: list[Step]) -> None:
    state: State = "queued"
    for step in steps:
        try:
            state = after(state, step)
        except IllegalTransition:
            continue
    if state in OUTCOMES:
        assert all(step not in TRANSITIONS[state] for step in STEPS)


def test_only_finished_is_ok() -> None:
    assert set(STATUS_OF) == set(get_args(Outcome)) == OUTCOMES
    assert [outcome for outcome, status in STATUS_OF.items() if status == "ok"] == ["finished"]
    assert {outcome for outcome, status in STATUS_OF.items() if status == "error"} == {"rejected", "failed"}


def test_step_that_ends_a_request_gives_its_outcome() -> None:
    assert outcome_after("queued", "expire") == "expired"
    with pytest.raises(IllegalTransition, match="does not end"):
        outcome_after("queued", "claim")
