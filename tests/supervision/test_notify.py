from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edged.supervision import notify
from edged.supervision.notify import ServiceManager


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


def lines(listener: socket.socket) -> list[str]:
    return listener.recv(4096).decode().splitlines()


def test_ready_carries_the_status(heard: socket.socket) -> None:
    ServiceManager().ready("heart on CPU")
    assert lines(heard) == ["READY=1", "STATUS=heart on CPU"]


def test_status_unchanged_is_not_sent_again(heard: socket.socket) -> None:
    manager = ServiceManager()
    manager.ready("idle")
    manager.status("idle")
    manager.status("speaking")
    assert lines(heard)[1] == "STATUS=idle"
    assert lines(heard) == ["STATUS=speaking"]


def test_status_with_a_line_break_cannot_add_an_assignment(heard: socket.socket) -> None:
    ServiceManager().status("broker said\nMAINPID=1")
    assert lines(heard) == ["STATUS=broker said MAINPID=1"]


def test_reload_is_announced_with_its_moment(heard: socket.socket) -> None:
    manager = ServiceManager()
    manager.reloading()
    manager.ready("idle")
    first, moment = lines(heard)
    assert first == "RELOADING=1"
    assert int(moment.removeprefix("MONOTONIC_USEC=")) > 0
    assert lines(heard)[0] == "READY=1"


def test_watchdog_and_stopping(heard: socket.socket) -> None:
    manager = ServiceManager()
    manager.watchdog()
    manager.stopping()
    assert lines(heard) == ["WATCHDOG=1"]
    assert lines(heard)[0] == "STOPPING=1"


def test_abstract_socket_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("")  # the kernel chooses an abstract address
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + listener.getsockname()[1:].decode())
        ServiceManager().watchdog()
        assert lines(listener) == ["WATCHDOG=1"]


def test_dead_socket_is_a_warning_not_an_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    ServiceManager().ready("idle")
    assert "READY=1" in caplog.text


def test_started_by_hand_says_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    manager = ServiceManager()
    manager.ready("idle")
    manager.watchdog()
    assert not caplog.records


def test_missing_library_under_systemd_is_told(
    heard: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notify, "daemon", None)
    ServiceManager().ready("idle")
    assert "systemd-python is not installed" in caplog.text
    heard.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard.recv(1)


@pytest.mark.parametrize(
    ("usec", "pid", "expected"),
    [
        ("60000000", None, 30.0),
        ("60000000", "self", 30.0),
        ("60000000", "1", None),
        ("0", None, None),
        ("", None, None),
        ("soon", None, None),
    ],
)
def test_watchdog_interval(usec: str, pid: str | None, expected: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid is not None:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "self" else pid)
    assert ServiceManager().watchdog_interval_s == expected
