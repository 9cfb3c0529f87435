"""The default voice speaks; how it is reached stands here only."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import hibari
import numpy as np
import pytest

from edged.waveform import Samples
from quantize.compare import Remembering

SENTENCE = "The laundry is done and the door is open."


class Heart:
    """A ``Speaker``: the voice through its own package, with noise that is the same each time."""

    rate = hibari.SAMPLE_RATE

    def __init__(self, threads: int = 1) -> None:
        self._voice = hibari.Hibari(threads=threads)

    def say(self, text: str) -> Samples:
        return np.asarray(self._voice(text, seed=1), np.float32)


@pytest.fixture(scope="session")
def heart() -> Remembering:
    return Remembering(Heart())


@pytest.fixture(scope="session")
def needs() -> Callable[..., None]:
    """Skip without the packages that the test needs; those that `make setup-test` installs must be there in CI."""

    def check(*packages: str, in_ci: bool = True) -> None:
        missing = [package for package in packages if importlib.util.find_spec(package) is None]
        if missing and in_ci and os.environ.get("CI"):
            pytest.fail(f"not installed: {', '.join(missing)}")
        if missing:
            pytest.skip(f"not installed: {', '.join(missing)}: run `make setup-quantize`")

    return check


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where weights are joined and results kept."""
    return tmp_path_factory.mktemp("compare")
