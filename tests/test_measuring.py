from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edged.measuring import LIMIT_S, MAX_TRIES, NICENESS, IdleMeasuring, bench_command
from tests.brokers import until
from tests.fakes.manual_clock import ManualClock

SLEEPS = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"


class House:
    """What a daemon would tell it."""

    def __init__(self, program: str) -> None:
        self.clock = ManualClock()
        self.wanted: str | None = "heart"
        self.idle_s = 300.0
        self.busy = False
        self.measured = 0
        self.starts: list[str] = []
        self.program = program
        self.measuring = IdleMeasuring(
            self.clock,
            idle_s=lambda: self.idle_s,
            wanted=lambda: self.wanted,
            busy=lambda: self.busy,
            command=self._command,
            measured=self._measured,
        )

    def _command(self, what: str) -> list[str]:
        self.starts.append(what)
        return [sys.executable, "-c", self.program]

    def _measured(self) -> None:
        self.measured += 1
        self.wanted = None

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.measuring.look()

    @property
    def pid(self) -> int | None:
        child = self.measuring._child
        return None if child is None else child.pid

    def wait(self) -> None:
        """Until the child has ended and this was seen."""

        def ended() -> bool:
            self.measuring.look()
            return self.pid is None

        until(ended, "the child ends")


@pytest.fixture
def house() -> Iterator[House]:
    house = House(SLEEPS)
    yield house
    house.measuring.stop()


def alive(pid: int | None) -> bool:
    return pid is not None and Path(f"/proc/{pid}").exists()


def test_it_is_measured_once_after_a_time_of_quiet(house: House) -> None:
    house.program = "pass"
    house.pass_time(299)
    assert house.starts == []
    house.pass_time(1)
    assert house.starts == ["heart"]
    house.wait()
    assert house.measured == 1
    house.pass_time(10_000)
    assert house.starts == ["heart"]


def test_child_stands_behind_everything_else_and_apart(house: House) -> None:
    house.pass_time(300)
    assert house.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, house.pid) == NICENESS
    assert os.getsid(house.pid) == house.pid
    assert Path(f"/proc/{house.pid}/oom_score_adj").read_text().strip() == "1000"


def test_child_knows_nothing_of_the_service_manager(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/nothing")
    house.program = "import os, sys; sys.exit('NOTIFY_SOCKET' in os.environ)"
    house.pass_time(300)
    house.wait()
    assert house.measured == 1


def test_request_ends_it_at_once_and_the_quiet_begins_anew(house: House) -> None:
    house.pass_time(300)
    pid = house.pid
    house.measuring.interrupt()
    house.wait()
    assert not alive(pid)
    assert house.measured == 0
    house.pass_time(299)
    assert len(house.starts) == 1
    house.pass_time(600)
    assert len(house.starts) == 2


def test_child_that_does_not_listen_is_killed(house: House) -> None:
    house.program = STUBBORN
    house.pass_time(300)
    pid = house.pid
    assert pid is not None
    until(lambda: _ignores_sigterm(pid), "it does not listen")
    house.measuring.interrupt()
    house.pass_time(1)
    assert house.pid == pid
    house.pass_time(2)
    house.wait()
    assert not alive(pid)


def _ignores_sigterm(pid: int) -> bool:
    ignored = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigIgn"))
    return bool(int(ignored.split()[1], 16) & (1 << 14))


def test_something_to_be_said_puts_it_off(house: House) -> None:
    house.busy = True
    house.pass_time(1000)
    house.busy = False
    house.pass_time(299)
    assert house.starts == []
    house.pass_time(1)
    assert house.starts == ["heart"]


def test_it_takes_no_longer_than_its_limit(house: House) -> None:
    house.pass_time(300)
    pid = house.pid
    house.pass_time(LIMIT_S - 1)
    assert alive(pid)
    house.pass_time(1)
    house.wait()
    assert not alive(pid)
    assert house.measured == 0


def test_failure_is_tried_again_later_and_later_and_not_for_ever(house: House) -> None:
    house.program = "raise SystemExit(3)"
    at = []
    for second in range(0, 250_000, 100):
        before = len(house.starts)
        house.pass_time(100)
        if len(house.starts) > before:
            at.append(second)
            house.wait()
    assert len(at) == MAX_TRIES
    pauses = [late - early for early, late in itertools.pairwise(at)]
    assert pauses == [300 * 2**number for number in range(1, MAX_TRIES)]
    house.wanted = "another"
    house.pass_time(1)
    assert house.starts[-1] == "another"


def test_zero_seconds_mean_never(house: House) -> None:
    house.idle_s = 0
    house.pass_time(100_000)
    assert house.starts == []


def test_nothing_wanted_nothing_done(house: House) -> None:
    house.wanted = None
    house.pass_time(100_000)
    assert house.starts == []


def test_end_of_the_daemon_is_its_end(house: House) -> None:
    house.program = STUBBORN
    house.pass_time(300)
    pid = house.pid
    house.measuring.stop()
    assert not alive(pid)


def test_program_that_cannot_be_started_disturbs_nothing() -> None:
    clock = ManualClock()
    measuring = IdleMeasuring(
        clock,
        idle_s=lambda: 1.0,
        wanted=lambda: "x",
        busy=lambda: False,
        command=lambda _: ["/nosuch"],
        measured=lambda: None,
    )
    clock.advance(2)
    measuring.look()
    measuring.look()
    measuring.stop()


def test_command_names_settings_and_voice() -> None:
    assert bench_command(None, "heart")[1:3] == ["-m", "edged"]
    words = bench_command(Path("/etc/x.yaml"), "heart")
    assert words[words.index("--config") + 1] == "/etc/x.yaml"
    assert words[words.index("--voice") + 1] == "heart"
    assert "--choose" in words
