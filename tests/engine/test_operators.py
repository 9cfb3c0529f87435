from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edged.engine.operators import FLOATING, INTEGER, look_into
from edged.engine.providers import CPU
from edged.errors import Fatal
from edged.settings import Engine, parse
from edged.variants import operators_of
from edged.voices.store import VoiceStore
from tests.engine.conftest import TINY

IDS = np.array([[0, 3, 4, 5, 6, 7, 8, 0]], np.int64)


def test_kinds_of_products_are_apart() -> None:
    assert not INTEGER & FLOATING


def test_float_graphs_show_float_products_and_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = look_into(TINY, IDS, Engine(), None)
    assert list(found.nodes) == [CPU]
    assert found.integer[CPU] == 0
    assert 0 < found.floating[CPU] < found.nodes[CPU]
    assert sum(found.names(FLOATING, CPU).values()) == found.floating[CPU]
    assert list(tmp_path.iterdir()) == []


def test_variants_of_the_default_voice_are_what_they_are_called(installed: Path) -> None:
    voice = VoiceStore(installed.parent).get("heart")
    settings = parse({"state_dir": str(installed.parent)})
    for variant in voice.manifest.variants:
        if variant.provider == CPU:
            found = operators_of(voice, variant, settings, "həlˈO.")
            assert (found.integer[CPU] > 0) == (variant.build.precision == "int8"), variant.name


def test_graph_that_does_not_open_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"???")
    with pytest.raises(Fatal, match=r"broken\.onnx cannot be looked into"):
        look_into(replace(TINY, encoder=broken), IDS, Engine(), None)
