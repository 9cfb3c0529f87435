from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from edged.outcome import Report
from edged.recovery import recovered
from edged.spool.records import Entry
from tests.fakes.household import Household


def test_a_request_of_another_version_fails_and_the_others_go_on(make_household: Callable[..., Household]) -> None:
    household = make_household()
    for name in ("old", "new"):
        household.say("One.", id=name)
    path = household.live.current.state_dir / "spool.sqlite3"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE requests SET request = ? WHERE id = 'old'", ('{"v": 2, "words": []}',))
    concluded: list[tuple[str, Report]] = []

    def conclude(entry: Entry, _step: str, report: Report) -> None:
        concluded.append((entry.id, report))

    assert [entry.id for entry in recovered(household.stage, conclude)] == ["new"]
    assert [(known, report.outcome) for known, report in concluded] == [("old", "failed")]
