from __future__ import annotations

import json
from pathlib import Path

import pytest

from edged.cli import main


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
