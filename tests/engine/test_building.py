"""What is built in the background never holds up what speaks. Slow variants on the processor stand for TensorRT's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edged.engine import opening
from edged.engine.fixed_decoder import decoding
from edged.engine.opening import Candidate, Opening
from edged.engine.providers import CPU
from edged.engine.session import Session, open_on
from edged.engine.student import Student
from edged.errors import Fatal
from edged.settings import Engine
from tests.engine.conftest import TINY_SYMBOLS
from tests.fakes.make_tiny_student import DECODER, ENCODER

SECONDS = 30


class Site:
    """Where variants are built: begun one by one, each ended by whoever watches."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.begun: list[str] = []
        self.errors: dict[str, Exception] = {}
        self._may_end: dict[str, threading.Event] = {}
        self._folder = folder
        patch.setattr(opening, "open_on", self._open)
        patch.setattr(opening, "is_built", lambda path, *_: path.parent.name not in self._may_end)

    def slow(self, name: str) -> Candidate:
        self._may_end[name] = threading.Event()
        return self.quick(name)

    def quick(self, name: str) -> Candidate:
        folder = self._folder / name
        folder.mkdir()
        (folder / "decoder.onnx").write_bytes(DECODER.read_bytes())
        return Candidate(name, CPU, ENCODER, (folder / "decoder.onnx",))

    def end(self, name: str, error: Exception | None = None) -> None:
        if error is not None:
            self.errors[name] = error
        self._may_end[name].set()

    def end_all(self) -> None:
        for name in self._may_end:
            self.end(name)
        for thread in builders():
            thread.join(SECONDS)

    def _open(self, path: Path, *arguments: Any, **named: Any) -> Session:
        name = path.parent.name
        if name in self._may_end:
            self.begun.append(name)
            assert self._may_end[name].wait(SECONDS)
            if name in self.errors:
                raise self.errors[name]
        return open_on(path, *arguments, **named)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    made = Site(monkeypatch, tmp_path)
    yield made
    made.end_all()


def builders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine-build"]


def loaded(*candidates: Candidate) -> Student:
    engine = Student(candidates, "tiny@1", TINY_SYMBOLS, sha256="0" * 64, settings=Engine(providers=(CPU,)))
    engine.load()
    return engine


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def said(engine: Student) -> int:
    return len(np.concatenate(list(engine.synthesize("abc def"))))


def test_requests_are_served_while_something_is_built(site: Site) -> None:
    engine = loaded(site.slow("best"), site.quick("second"))
    until(lambda: site.begun == ["best"])
    assert said(engine) > 0
    assert engine.provider.variant == "second"
    assert "best is being built" in str(engine.provider.degraded)
    site.end("best")
    until(lambda: engine.provider.variant == "best")
    assert engine.provider.degraded is None
    assert said(engine) > 0


@pytest.mark.parametrize(
    "error", [MemoryError("no room"), Fatal("provider_failed", "no room"), OSError("no room")], ids=type
)
def test_whatever_goes_wrong_is_told_and_the_other_speaks_on(site: Site, error: Exception) -> None:
    engine = loaded(site.slow("best"), site.quick("second"))
    site.end("best", error)
    until(lambda: "being built" not in str(engine.provider.degraded))
    assert engine.provider.variant == "second"
    assert "best" in engine.provider.failures[CPU]
    assert "no room" in engine.provider.failures[CPU]
    assert said(engine) > 0


def test_after_a_failure_the_next_is_built(site: Site) -> None:
    engine = loaded(site.slow("best"), site.slow("second"), site.quick("third"))
    site.end("best", Fatal("provider_failed", "no room"))
    until(lambda: site.begun == ["best", "second"])
    assert engine.provider.variant == "third"
    site.end("second")
    until(lambda: engine.provider.variant == "second")


def test_nothing_more_is_built_once_the_engine_is_closed(site: Site) -> None:
    engine = loaded(site.slow("best"), site.slow("second"), site.quick("third"))
    until(lambda: site.begun == ["best"])
    engine.close()
    site.end("best", Fatal("provider_failed", "no room"))
    until(lambda: not builders())
    assert site.begun == ["best"]
    with pytest.raises(RuntimeError, match="not loaded"):
        _ = engine.provider


def test_one_thing_is_built_at_a_time(site: Site) -> None:
    one = loaded(site.slow("one"), site.quick("one-now"))
    until(lambda: site.begun == ["one"])
    other = loaded(site.slow("other"), site.quick("other-now"))
    time.sleep(0.1)
    assert site.begun == ["one"]
    site.end("one")
    until(lambda: site.begun == ["one", "other"])
    site.end("other")
    until(lambda: (one.provider.variant, other.provider.variant) == ("one", "other"))


def test_what_must_be_built_is_not_built_where_something_else_opens(site: Site) -> None:
    broken, slow, last = site.quick("broken"), site.slow("slow"), site.quick("last")
    broken.decoders[0].write_bytes(b"no model")
    assert loaded(broken, slow, last).provider.variant == "last"
    assert site.begun == []


def test_a_variant_is_built_when_all_its_graphs_are(site: Site, tmp_path: Path) -> None:
    slow, quick = site.slow("slow"), site.quick("quick")
    both = Candidate("both", CPU, ENCODER, (*quick.decoders, *slow.decoders))
    found = Opening((both, quick), Engine(providers=(CPU,)), None, lambda _: None, decoding).to_build()
    assert found == (both,)
