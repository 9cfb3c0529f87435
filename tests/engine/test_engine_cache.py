from __future__ import annotations

from pathlib import Path

import pytest

from edged.engine.engine_cache import COMPLETE, finish, is_complete, prepare


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    return {"trt_engine_cache_path": str(tmp_path / "key"), "trt_timing_cache_path": str(tmp_path / "timing")}


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    return tmp_path / "key" / "decoder.192.abc.engine"


def test_engines_are_complete_once_the_graph_is_open(options: dict[str, str], engine: Path) -> None:
    prepare(options)
    engine.touch()
    assert not is_complete(options)
    finish(options)
    assert is_complete(options)
    prepare(options)
    assert engine.exists()


def test_what_was_interrupted_is_thrown_away(options: dict[str, str], engine: Path, tmp_path: Path) -> None:
    prepare(options)
    engine.touch()
    other = tmp_path / "timing" / "timing.cache"
    other.touch()
    prepare(options)
    assert not engine.exists()
    assert other.exists()


def test_nothing_is_complete_where_nothing_was_built(options: dict[str, str], engine: Path) -> None:
    prepare(options)
    finish(options)
    assert not is_complete(options)
    assert not (engine.parent / COMPLETE).exists()


def test_engines_that_somebody_deleted_are_missed(options: dict[str, str], engine: Path) -> None:
    prepare(options)
    engine.touch()
    finish(options)
    engine.unlink()
    assert not is_complete(options)


def test_a_provider_that_keeps_nothing_waits_for_nothing() -> None:
    prepare({})
    finish({})
    assert is_complete({})
