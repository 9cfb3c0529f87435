from __future__ import annotations

from pathlib import Path

import pytest

from edged.commands import check_machine as machine
from edged.settings import parse

MIB = 1 << 20


def test_this_interpreter_is_supported() -> None:
    assert machine.python(parse({})).level == "ok"


def test_exactly_one_runtime_is_installed_here() -> None:
    finding = machine.runtime(parse({}))
    assert (finding.level, finding.detail.split()[0].startswith("onnxruntime")) == ("ok", True)


def test_two_runtimes_are_an_error_with_the_cure() -> None:
    finding = machine.judge_runtimes(["onnxruntime-gpu 1.23.0", "onnxruntime 1.23.0"])
    assert finding.level == "error"
    assert "pip uninstall onnxruntime onnxruntime-gpu" in str(finding.fix)


def test_no_runtime_is_an_error() -> None:
    assert machine.judge_runtimes([]).level == "error"


@pytest.mark.parametrize(("free", "level"), [(199, "error"), (200, "warning"), (2047, "warning"), (2048, "ok")])
def test_free_space(free: int, level: str) -> None:
    assert machine.judge_free(Path("/state"), free * MIB).level == level


def test_state_directory_is_looked_at_and_not_made(tmp_path: Path) -> None:
    finding = machine.state_directory(parse({"state_dir": str(tmp_path / "a" / "b")}))
    assert finding.level != "error"
    assert list(tmp_path.iterdir()) == []


def test_state_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = machine.state_directory(parse({"state_dir": str(tmp_path / "file" / "state")}))
    assert (finding.level, "Not a directory" in finding.detail) == ("error", True)


MEMINFO = (
    "MemTotal: 1000000 kB\nMemAvailable: {available} kB\nSwapTotal: 0 kB\nSwapFree: {swap} kB\nHugePages_Total: 0\n"
)


@pytest.mark.parametrize(
    ("available", "swap", "level"), [(400_000, 0, "ok"), (200_000, 0, "warning"), (200_000, 200_000, "ok")]
)
def test_memory(available: int, swap: int, level: str) -> None:
    assert machine.judge_memory(MEMINFO.format(available=available, swap=swap)).level == level


def test_memory_of_this_machine_is_read() -> None:
    assert "MiB available" in machine.memory(parse({})).detail


@pytest.mark.parametrize(("state", "level"), [(0, "ok"), (machine.TIME_ERROR, "warning")])
def test_clock(state: int, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_clock_state", lambda: state)
    assert machine.clock(parse({})).level == level


def test_clock_state_of_the_kernel_is_read() -> None:
    assert machine._clock_state() in range(6)  # TIME_OK to TIME_ERROR of adjtimex(2)


def unit(**changed: str) -> dict[str, str]:
    healthy = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "Result": "success"}
    return {**healthy, "NRestarts": "0", "StatusText": "idle", **changed}


@pytest.mark.parametrize(
    ("shown", "level", "word"),
    [
        (unit(), "ok", "idle"),
        (unit(LoadState="not-found"), "ok", "not installed"),
        (unit(ActiveState="failed", Result="exit-code"), "error", "exit-code"),
        (unit(ActiveState="inactive", SubState="dead"), "warning", "inactive"),
        (unit(NRestarts="17"), "warning", "17 restarts"),
    ],
)
def test_service(shown: dict[str, str], level: str, word: str) -> None:
    finding = machine.judge_service(shown)
    assert (finding.level, word in finding.detail) == (level, True)


def test_service_of_this_machine_is_asked() -> None:
    assert machine.service(parse({})).title == "service"
