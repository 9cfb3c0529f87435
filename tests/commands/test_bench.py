from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from edged.cli import main
from edged.commands import bench_choice
from edged.commands.speaking import TEXTS, programme
from edged.settings import parse
from edged.speech import VoiceLibrary
from tests.fakes.twin import TWIN, add_twin, break_twin


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "edged.yaml"
    file.write_text(f"state_dir: {tmp_path}\nengine: {{kind: tone}}\n", encoding="utf-8")
    return file


def test_json_has_every_figure(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "bench", "--json", "--rounds", "1"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures["providers"]) == ["none"]
    found = figures["providers"]["none"]
    assert found["model"].startswith("tone")
    assert found["rss_mib"] > 10
    for row in found["texts"].values():
        assert 0 < row["first_audio_ms"] <= min(row["whole_ms"], row["first_audio_p95_ms"])
        assert row["rtf"] == pytest.approx(row["whole_ms"] / 1000 / row["audio_s"], rel=0.2, abs=0.001)


def test_words_name_what_ran(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "bench", "--rounds", "1"]) == 0
    words = capsys.readouterr().out
    assert "tone" in words
    assert "real time" in words


@pytest.fixture
def twins(installed: Path, tmp_path: Path) -> Path:
    """Settings beside the default voice and a twin of its first variant, for the processor."""
    shutil.copytree(installed.parent / "voices", tmp_path / "voices")
    add_twin(tmp_path / "voices" / "heart")
    file = tmp_path / "edged.yaml"
    file.write_text(f"state_dir: {tmp_path}\nengine: {{providers: [CPUExecutionProvider]}}\n", encoding="utf-8")
    return file


def test_every_variant_of_a_provider_is_measured(twins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(twins), "bench", "--json", "--rounds", "1"]) == 0
    found = json.loads(capsys.readouterr().out)["providers"]["CPUExecutionProvider"]
    assert len(found["variants"]) >= 2
    assert list(found["variants"])[-1] == TWIN
    assert found["variant"] == next(iter(found["variants"]))
    assert found["texts"] == found["variants"][found["variant"]]["texts"]
    assert not (twins.parent / "measured.json").exists()


def test_choosing_measures_remembers_and_says_why(twins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(twins), "bench", "--choose", "--rounds", "1"]) == 0
    words = capsys.readouterr().out
    assert TWIN in words
    assert "best: " in words
    assert "sound begins after" in words
    library = VoiceLibrary(parse({"state_dir": str(twins.parent), "engine": {"providers": ["CPUExecutionProvider"]}}))
    standing = library.standing("heart")
    assert not standing.choice.undecided
    assert standing.measurement is not None
    assert f"best: {standing.choice.variants[0].name} on CPUExecutionProvider" in words


def test_choosing_as_json_has_every_figure(twins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(twins), "bench", "--choose", "--json", "--rounds", "1"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert {"machine", "versions", "threads", "rounds", "voice", "variants", "chosen", "file"} <= set(figures)
    for one in figures["variants"]:
        assert set(one["texts"]) == set(TEXTS)
        assert 0 < one["first_audio_ms"] < one["whole_ms"] * 1.001
    assert figures["chosen"]["variant"] in {one["variant"] for one in figures["variants"]}


def test_variant_that_does_not_run_is_told_and_hides_no_other(twins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    break_twin(twins.parent / "voices" / "heart")
    assert main(["--config", str(twins), "bench", "--choose", "--json", "--rounds", "1"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert "broken.onnx" in figures["variants"][-1]["unavailable"]
    assert figures["chosen"]["variant"] != TWIN
    assert main(["--config", str(twins), "bench", "--rounds", "1"]) == 0
    assert f"{TWIN}: does not run" in capsys.readouterr().out


def test_beeps_have_nothing_to_choose(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "bench", "--choose"]) == 1
    assert "no variants" in capsys.readouterr().err


def test_rounds_say_everything_in_changing_order_and_lengths() -> None:
    rounds = [list(programme(number)) for number in range(-1, 12)]
    everything = sorted((length, text) for length, texts in TEXTS.items() for text in texts)
    for said in rounds:
        assert sorted((length, text) for length, text, _ in said) == everything
        assert {length for length, *_ in said[:3]} == set(TEXTS)
    assert len({said[0][1] for said in rounds}) == len(everything)
    assert len({said[0][2] for said in rounds}) > 5
    assert len({len(texts) for texts in TEXTS.values()}) == 1


def test_table_of_one_variant_that_failed() -> None:
    figures = {
        "voice": "heart@1",
        "variants": [{"variant": "a", "provider": "CPUExecutionProvider", "unavailable": "it does not open"}],
        "chosen": {"variant": "b", "provider": "CUDAExecutionProvider", "because": "of this"},
        "first": "a",
        "file": "x",
    }
    lines = bench_choice.table(figures)
    assert "not measured: it does not open" in lines[1]
    assert "a first all the same" in lines[3]
