from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import needed

UNITS = Path(__file__).parents[2] / "systemd"
PROGRAM = "/opt/edged/.venv/bin/edged"
WORST_EXPOSURE = 20
"""Ten times the score of `systemd-analyze security`: 0 is a sealed box, 100 no protection at all."""


@pytest.fixture
def analyze() -> str:
    return needed("systemd-analyze")


def unit(directory: Path, drop_in: str | None = None) -> Path:
    """The unit with a program that exists; verify refuses it otherwise."""
    target = directory / "edged.service"
    text = (UNITS / "edged.service").read_text()
    assert PROGRAM in text
    target.write_text(text.replace(PROGRAM, "/bin/true"))
    if drop_in:
        (directory / "edged.service.d").mkdir()
        shutil.copy(UNITS / "drop-ins" / drop_in, directory / "edged.service.d")
    return target


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("drop_in", [None, *sorted(path.name for path in (UNITS / "drop-ins").iterdir())])
def test_unit_is_clean(drop_in: str | None, tmp_path: Path, analyze: str) -> None:
    done = run(analyze, "verify", str(unit(tmp_path, drop_in)))
    complaints = [line for line in done.stderr.splitlines() if "edged.service" in line]  # not the host's other units
    assert (done.returncode, complaints) == (0, [])


def test_misspelt_key_would_be_noticed(tmp_path: Path, analyze: str) -> None:
    target = unit(tmp_path)
    target.write_text(target.read_text().replace("WatchdogSec=", "WatchdogSecs="))
    assert "WatchdogSecs" in run(analyze, "verify", str(target)).stderr


def test_unit_is_well_sandboxed(tmp_path: Path, analyze: str) -> None:
    done = run(
        analyze, "security", "--offline=true", f"--threshold={WORST_EXPOSURE}", "--no-pager", str(unit(tmp_path))
    )
    assert done.returncode == 0, done.stdout


def test_configuration_error_is_not_restarted() -> None:
    assert "\nRestartPreventExitStatus=78\n" in (UNITS / "edged.service").read_text()


def test_units_folder_is_no_python_package() -> None:
    assert not list(UNITS.rglob("*.py"))  # it would shadow the library `systemd`
