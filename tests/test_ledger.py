from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest

from edged.errors import Rejected
from edged.ledger import correlation_of
from edged.lifecycle import OUTCOMES, TRANSITIONS, IllegalTransition, Outcome, State, Step
from edged.outcome import Report
from edged.request import Envelope
from tests.fakes.household import BASE, Household
from tests.fakes.manual_clock import ManualClock


@pytest.fixture
def house(make_household: Callable[..., Household]) -> Household:
    return make_household(clock=ManualClock())


def test_outcome_is_stored_and_told_to_everybody_and_to_who_asked(house: Household) -> None:
    woken: list[bool] = []
    house.ledger.wake = lambda: woken.append(True)
    entry = house.entry(id="a", source="hub", custom={"k": 1})
    entry = house.store.append(replace(entry, reply_topic="hub/a", correlation=b"\x00\xff"))
    house.ledger.conclude(replace(entry, state="ending"), "finish", Report("finished"))

    event, public, private = house.messages()
    assert (event.topic, public.topic, private.topic) == (f"{BASE}/event", f"{BASE}/result", "hub/a")
    assert json.loads(event.payload)["event_type"] == "finished"
    assert public.payload == private.payload
    assert public.correlation == private.correlation == b"\x00\xff"
    result = json.loads(public.payload)
    assert (result["id"], result["node"], result["source"], result["custom"]) == ("a", "kitchen", "hub", {"k": 1})
    assert woken


@pytest.mark.parametrize("state", TRANSITIONS)
@pytest.mark.parametrize("step", get_args(Step))
def test_only_what_the_table_allows_ends_a_request(house: Household, state: State, step: Step) -> None:
    entry = replace(house.store.append(house.entry()), state=state)
    for outcome in get_args(Outcome):
        if TRANSITIONS[state].get(step) == outcome:
            continue
        with pytest.raises(IllegalTransition):
            house.ledger.conclude(entry, step, Report(outcome))
    assert house.messages() == []
    allowed = TRANSITIONS[state].get(step)
    if allowed in OUTCOMES:
        house.ledger.conclude(entry, step, Report(allowed))  # type: ignore[arg-type]  # it is an outcome
        assert house.results()[entry.id]["outcome"] == allowed


def test_second_outcome_is_refused_and_not_told(house: Household) -> None:
    entry = house.store.append(house.entry())
    house.ledger.conclude(entry, "cancel", Report("cancelled"))
    told = house.messages()
    with pytest.raises(IllegalTransition):
        house.ledger.conclude(entry, "expire", Report("expired"))
    assert house.messages() == told


def test_refusal_is_told_where_the_sender_listens(house: Household) -> None:
    sender = Envelope(id="a", source="hub", correlation="é", custom=7)
    error = Rejected("too_long", "too long", max_length=4)
    assert house.ledger.refuse(sender, error, delivery_key="k", reply=("hub/a", None)) == "a"
    event, public, private = house.messages()
    assert json.loads(event.payload)["reason"] == "too_long"
    result = json.loads(public.payload)
    assert (result["outcome"], result["error"]) == (
        "rejected",
        {"code": "too_long", "message": "too long", "max_length": 4},
    )
    assert (result["source"], result["custom"], result["correlation"]) == ("hub", 7, "é")
    assert (private.topic, private.payload, private.correlation) == ("hub/a", public.payload, "é".encode())


def test_refusal_without_an_id_has_the_same_id_when_it_comes_again(house: Household) -> None:
    def refuse(key: str) -> str:
        return house.ledger.refuse(Envelope(), Rejected("bad_request", "m"), delivery_key=key, reply=(None, None))

    assert refuse("session/1") == refuse("session/1")
    assert refuse("session/1") != refuse("session/2")
    copies = [message.payload for message in house.messages() if message.topic == f"{BASE}/result"]
    assert copies[0] == copies[1] == copies[2] != copies[3]


def test_decided_outcome_is_repeated_byte_for_byte(house: Household) -> None:
    entry = house.store.append(replace(house.entry(id="a"), reply_topic="hub/a", correlation=b"c"))
    before = house.store.known("a")
    assert before is not None
    house.ledger.repeat(before)
    assert house.messages() == []  # not decided yet: it will be told when it is

    house.ledger.conclude(entry, "cancel", Report("cancelled", reason="cancel"))
    told = [message for message in house.messages() if message.topic != f"{BASE}/event"]
    known = house.store.known("a")
    assert known is not None
    house.ledger.repeat(known)
    assert house.messages()[-len(told) :] == told


def test_event_is_told_at_once_and_not_kept(house: Household) -> None:
    house.ledger.event("accepted", "a", source="hub")
    assert house.events == [{"event_type": "accepted", "id": "a", "ts": "2026-11-22T07:05:00.000Z", "source": "hub"}]
    assert house.messages() == []


def test_correlation_data_goes_before_its_json_twin() -> None:
    assert correlation_of(b"a", Envelope(correlation="b")) == b"a"
    assert correlation_of(b"", Envelope(correlation="b")) == b""
    assert correlation_of(None, Envelope(correlation="b")) == b"b"
    assert correlation_of(None, Envelope(correlation="\ud800")) == b"?"
    assert correlation_of(None, Envelope()) is None
