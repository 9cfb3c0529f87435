from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edged.engine.kokoro_style import COLUMNS, ROWS, blended, read, row
from edged.errors import Fatal


def test_a_style_is_read_from_raw_numbers(tmp_path: Path) -> None:
    values = np.arange(ROWS * COLUMNS, dtype="<f4")
    (tmp_path / "style.bin").write_bytes(values.tobytes())
    style = read(tmp_path / "style.bin")
    assert style.shape == (ROWS, COLUMNS)
    np.testing.assert_array_equal(row(style, 3)[0], style[3])
    assert row(style, 3).shape == (1, COLUMNS)
    np.testing.assert_array_equal(row(style, 510)[0], style[-1])


@pytest.mark.parametrize("content", [b"", b"\0" * 4, b"\xff" * 4 * ROWS * COLUMNS])
def test_what_is_no_style_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "style.bin").write_bytes(content)
    with pytest.raises(Fatal, match=r"is no style"):
        read(tmp_path / "style.bin")
    with pytest.raises(Fatal, match=r"cannot be read"):
        read(tmp_path / "none.bin")


def test_a_blend_lies_between_its_parts() -> None:
    first, second = np.zeros((ROWS, COLUMNS), np.float32), np.ones((ROWS, COLUMNS), np.float32)
    np.testing.assert_allclose(blended([(first, 0.25), (second, 0.75)]), 0.75)
    np.testing.assert_array_equal(blended([(second, 1.0)]), second)
