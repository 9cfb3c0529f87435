from __future__ import annotations

import ctypes
import platform
import subprocess
import sys

import pytest

from edged.engine.memory import tune_allocator


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt belongs to glibc")
def test_allocator_is_tuned_without_loading_anything_heavy() -> None:
    code = (
        "import sys; from edged.engine.memory import tune_allocator; assert tune_allocator();"
        "assert not {'numpy', 'onnxruntime'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_missing_mallopt_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert tune_allocator() is False
