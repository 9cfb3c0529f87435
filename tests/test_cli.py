from __future__ import annotations

from pathlib import Path

import pytest

from edged import __version__
from edged.cli import COMMANDS, build_parser, main


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_every_command_of_the_contract_is_there() -> None:
    names = {command.__name__.rpartition(".")[2] for command in COMMANDS}
    assert names == {"run", "say", "send", "voices", "lexicon", "phonemize", "doctor", "bench", "config"}


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--config", "a.yaml", "voices", "list"],
        ["voices", "--config", "a.yaml", "list"],
        ["voices", "list", "--config", "a.yaml"],
        ["run", "--config", "a.yaml"],
    ],
)
def test_config_may_stand_anywhere(arguments: list[str]) -> None:
    assert build_parser().parse_args(arguments).config == Path("a.yaml")


def test_bad_settings_are_listed_and_exit_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "edged.yaml"
    config.write_text("spech: {}\nqueue: {limit: 0}\n", encoding="utf-8")
    assert main(["--config", str(config), "voices", "list"]) == 78
    words = capsys.readouterr()
    assert "did you mean 'speech'?" in words.err
    assert "queue.limit" in words.err
    assert words.out == ""


def test_an_error_of_edged_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "edged.yaml"
    config.write_text(f"state_dir: {tmp_path}\n", encoding="utf-8")
    assert main(["--config", str(config), "say", "Hello", "--out", str(tmp_path / "x.wav")]) == 1
    words = capsys.readouterr().err
    assert words.startswith("edged: ")
    assert "heart" in words
    assert "Traceback" not in words
