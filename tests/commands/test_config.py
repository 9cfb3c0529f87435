from __future__ import annotations

import json
from pathlib import Path

import pytest

from edged import settings
from edged.cli import main


def run(*words: str) -> int:
    return main(["config", *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "edged.yaml"


def test_check_of_a_good_file_says_so_on_stderr(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("node: kitchen\n")
    assert run("check", str(file)) == 0
    assert capsys.readouterr() == ("", f"ok: {file}\n")


def test_check_lists_every_error_one_a_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("nod: kitchen\nmqtt: {port: 0, hots: hub}\n")
    assert run("check", str(file)) == 78
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(":")[0] for line in err.splitlines()] == ["mqtt.port", "mqtt.hots", "nod"]


def test_check_reads_the_password_file_too(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f"mqtt: {{password_file: {file.parent}/none}}\n")
    assert run("check", str(file)) == 78
    assert "mqtt.password_file" in capsys.readouterr().err


def test_check_notices_a_password_without_a_user(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file.parent / "password").write_text("s3cret")
    file.write_text(f"mqtt: {{password_file: {file.parent}/password}}\n")
    assert run("check", str(file)) == 0
    told = capsys.readouterr().err
    assert "no mqtt.username" in told
    assert "s3cret" not in told


def test_missing_file_is_a_configuration_error(file: Path) -> None:
    assert run("check", str(file)) == 78
    assert run("show", str(file)) == 78


def test_file_can_be_given_as_for_other_commands(file: Path) -> None:
    file.write_text("speech: {speed: 9}\n")
    assert run("--config", str(file), "check") == 78


def test_no_file_at_all_means_the_defaults(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "DEFAULT_CONFIG", file)
    assert run("check") == 0
    assert "all defaults" in capsys.readouterr().err


def test_show_masks_the_user_name(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("mqtt: {username: hub-user}\nspeech: {speed: 1.5}\n")
    assert run("show", str(file)) == 0
    out = capsys.readouterr().out
    assert "hub-user" not in out
    assert json.loads(out)["speech"]["speed"] == 1.5


def test_schema_describes_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["properties"]) == set(settings.Settings.model_fields)
    assert schema["additionalProperties"] is False
