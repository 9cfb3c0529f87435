from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edged.errors import Unavailable
from edged.settings import load
from tests.benchmarks.intelligibility import Wish, listen, summary

Understood = Callable[[Wish], dict[str, Any]]
"""What is to be said → the summary of what Whisper base understood of it."""


@pytest.fixture(scope="session")
def understood(installed_kokoro: Path, tmp_path_factory: pytest.TempPathFactory) -> Understood:
    """By the package `kokoro`, as it is installed; nothing is said twice."""
    folder = tmp_path_factory.mktemp("understood")
    known: dict[Wish, dict[str, Any]] = {}

    def measured(wish: Wish) -> dict[str, Any]:
        if wish not in known:
            rows = listen(wish, load(installed_kokoro), folder)
            known[wish] = summary(rows)
            print(wish, known[wish], *(row for row in rows if row.errors), sep="\n")
        return known[wish]

    def measured_where_it_can_be(wish: Wish) -> dict[str, Any]:
        try:
            return measured(wish)
        except Unavailable as error:  # `make setup-test` does not bring Whisper base
            pytest.skip(error.message)
        except ImportError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"misaki is not installed: {error}")

    return measured_where_it_can_be
