from __future__ import annotations

from pathlib import Path

import hibari
import onnx
import pytest


@pytest.fixture(scope="session")
def heart() -> onnx.ModelProto:
    """The default voice as it is published, in dynamic INT8."""
    return onnx.load(Path(hibari.__file__).parent / "assets" / "hibari.onnx")
