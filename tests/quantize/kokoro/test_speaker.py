from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edged.engine.kokoro_style import COLUMNS, ROWS
from edged.errors import InstallFailed
from quantize.kokoro.speaker import feed, read_style, read_vocabulary


@pytest.fixture
def style(tmp_path: Path) -> Path:
    path = tmp_path / "style.bin"
    path.write_bytes(np.repeat(np.arange(ROWS, dtype="<f4"), COLUMNS).tobytes())
    return path


def test_a_run_has_noughts_at_its_ends_and_the_row_of_its_length(style: Path) -> None:
    given = feed("ab?a", {"a": 5, "b": 7}, read_style(style))
    assert given["tokens"].tolist() == [[0, 5, 7, 5, 0]]
    assert given["style"].shape == (1, COLUMNS)
    assert given["style"][0, 0] == 3
    assert given["speed"].tolist() == [1.0]


def test_the_longest_run_takes_the_last_row(style: Path) -> None:
    given = feed("a" * ROWS, {"a": 5}, read_style(style))
    assert given["tokens"].shape == (1, ROWS + 2)
    assert given["style"][0, 0] == ROWS - 1


def test_what_is_no_style_is_refused(style: Path) -> None:
    style.write_bytes(style.read_bytes()[:-4])
    with pytest.raises(InstallFailed, match="510 rows"):
        read_style(style)
    style.write_bytes(np.full(ROWS * COLUMNS, np.nan, "<f4").tobytes())
    with pytest.raises(InstallFailed, match="no style"):
        read_style(style)


def test_a_vocabulary_may_stand_in_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.json"
    for content in ({"a": 1}, {"vocab": {"a": 1}}):
        path.write_text(json.dumps(content), encoding="utf-8")
        assert read_vocabulary(path) == {"a": 1}
