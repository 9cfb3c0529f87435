from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from edged.cli import main


@pytest.fixture
def config(installed: Path) -> str:
    return str(installed)


def test_every_piece_is_shown_as_written_as_read_and_as_it_sounds(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["phonemize", "It is 5 km. [Bath](/bˈɑθ/) is near.", "--json", "--config", config]) == 0
    first, second = json.loads(capsys.readouterr().out)["pieces"]
    spans = first.pop("spans")
    assert first == {
        "text": "It is 5 km.",
        "normalized": "It is five kilometers.",
        "phonemes": "ˌɪt ɪz fˈIv kəlˈɑməTəɹz.",
        "voice": "heart",
    }
    assert [(span["lang"], span["normalized"]) for span in spans] == [("en-US", "It is five kilometers.")]
    assert spans[0]["words"][2] == {"text": "five", "phonemes": "fˈIv"}
    assert (second["normalized"], second["phonemes"]) == ("Bath is near.", "bˈɑθ ɪz nˌɪɹ.")


def test_standard_input_is_read_literally_if_wanted(
    config: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("{hao4} at 7:30"))
    assert main(["phonemize", "-", "--format", "plain", "--config", config]) == 0
    out = capsys.readouterr().out
    assert "read as  hao four at seven thirty" in out


@pytest.mark.parametrize(
    ("words", "named"), [(["[x](/ʘ/)"], "ʘ"), (["Привет"], "Cyrillic"), (["Hi", "--voice", "nobody"], "nobody")]
)
def test_what_cannot_be_read_is_said_on_stderr(
    config: str, capsys: pytest.CaptureFixture[str], words: list[str], named: str
) -> None:
    assert main(["phonemize", *words, "--config", config]) == 1
    captured = capsys.readouterr()
    assert named in captured.err
    assert captured.out == ""
