from __future__ import annotations

import json
from pathlib import Path

import pytest

from edged.cli import main
from edged.commands import doctor
from edged.commands.finding import Finding, error, ok, warning
from edged.settings import Settings, parse


def run(*words: str) -> int:
    return main(["doctor", *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    target = tmp_path / "edged.yaml"
    target.write_text(f"state_dir: {tmp_path}/state\n")
    return target


def healthy(_settings: Settings) -> Finding:
    return ok("ears", "two")


def limping(_settings: Settings) -> Finding:
    return warning("foot", "lame", "rest")


def dead(_settings: Settings) -> Finding:
    return error("tongue", "missing", "grow one")


def broken(_settings: Settings) -> Finding:
    raise ZeroDivisionError("oops")


@pytest.mark.parametrize(
    ("checks", "exit_code"), [([healthy], 0), ([healthy, limping], 0), ([dead, healthy], 1), ([broken], 1)]
)
def test_exit_code_says_whether_it_can_speak(
    checks: list[doctor.Check], exit_code: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "all_checks", lambda: checks)
    assert run("--config", str(file)) == exit_code


def test_check_that_breaks_is_a_finding_and_hides_no_other() -> None:
    found = list(doctor.examine(parse({}), [broken, healthy]))
    assert [finding.level for finding in found] == ["ok", "error", "ok"]
    assert "oops" in found[1].detail


def test_words_have_the_fix(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "all_checks", lambda: [dead])
    run("--config", str(file))
    out = capsys.readouterr().out
    assert "ERROR    tongue: missing" in out
    assert "-> grow one" in out


def test_json_is_one_array(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "all_checks", lambda: [limping])
    run("--config", str(file), "--json")
    assert json.loads(capsys.readouterr().out)[1] == {
        "level": "warning",
        "title": "foot",
        "detail": "lame",
        "fix": "rest",
    }


def test_wrong_settings_are_told_one_by_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("nod: x\nspeech: {speed: 9}\n")
    assert run("--config", str(file), "--json") == 78
    assert [finding["title"] for finding in json.loads(capsys.readouterr().out)] == ["settings", "settings"]


def test_every_check_has_a_name_and_is_there_once() -> None:
    names = [check.__name__ for check in doctor.all_checks()]
    assert names[:6] == ["python", "runtime", "state_directory", "memory", "clock", "service"]
    assert names[6:] == [
        "providers",
        "voice",
        "speech",
        "variant",
        "operators",
        "backup",
        "output",
        "broker",
    ]
