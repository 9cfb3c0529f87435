"""Which variant speaks. What TensorRT does on a machine that has it, CPU variants stand for here."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edged.engine import opening
from edged.engine.decoder import Decoding
from edged.engine.fixed_decoder import decoding
from edged.engine.opening import Candidate, Opened, Opening
from edged.engine.providers import CPU, CUDA, why_not
from edged.engine.session import inspect_machine
from edged.engine.student import Student
from edged.errors import Fatal
from edged.settings import Engine, Provider
from tests.engine.conftest import DECODER, ENCODER, TINY_SYMBOLS

Make = Callable[..., Candidate]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A variant in a folder of its own, with other graphs than the tiny ones if wanted."""

    def candidate(name: str, provider: Provider = CPU, decoder: Path = DECODER, encoder: Path = ENCODER) -> Candidate:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(encoder, folder / "encoder.onnx")
        shutil.copy(decoder, folder / "decoder.onnx")
        return Candidate(name, provider, folder / "encoder.onnx", (folder / "decoder.onnx",))

    return candidate


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.onnx"
    path.write_bytes(DECODER.read_bytes()[:1000])
    return path


@pytest.fixture
def no_cuda() -> None:
    if why_not(CUDA, inspect_machine()) is None:
        pytest.skip("CUDA works on this machine")


def loaded(*candidates: Candidate, providers: tuple[Provider, ...] = (CPU,)) -> Student:
    engine = Student(candidates, "tiny@1", TINY_SYMBOLS, sha256="0" * 64, settings=Engine(providers=providers))
    engine.load()
    return engine


def refused(*candidates: Candidate, providers: tuple[Provider, ...] = (CPU,)) -> Fatal:
    with pytest.raises(Fatal, match="no execution provider can run the voice") as caught:
        loaded(*candidates, providers=providers)
    assert caught.value.code == "provider_failed"
    return caught.value


def test_the_first_variant_is_taken(make: Make) -> None:
    report = loaded(make("best"), make("second")).provider
    assert (report.obtained, report.wanted, report.variant, report.degraded) == (CPU, CPU, "best", None)
    assert report.failures == {}


def test_a_variant_that_does_not_open_makes_room_for_the_next(make: Make, broken: Path) -> None:
    report = loaded(make("best", decoder=broken), make("second")).provider
    assert (report.obtained, report.variant) == (CPU, "second")


def test_a_graph_of_another_kind_makes_room_for_the_next(make: Make, published: Path) -> None:
    assert loaded(make("best", decoder=published), make("second")).provider.variant == "second"


def test_nothing_that_opens_is_told_with_every_reason(make: Make, broken: Path) -> None:
    error = refused(make("best", decoder=broken))
    assert set(error.details["failures"]) == {CPU}
    assert "best: decoder.onnx does not open on CPUExecutionProvider" in error.message
    assert "adding" not in error.message


def test_an_encoder_that_is_missing_says_how_to_get_it(make: Make) -> None:
    candidate = make("best")
    candidate.encoder.unlink()
    assert "edged voices install" in refused(candidate).message


@pytest.mark.usefixtures("no_cuda")
def test_a_provider_that_is_not_there_is_told_and_the_next_runs(make: Make) -> None:
    report = loaded(make("gpu", CUDA), make("cpu"), providers=(CUDA, CPU)).provider
    assert (report.obtained, report.wanted, report.variant) == (CPU, CUDA, "cpu")
    assert report.degraded is not None
    assert report.failures[CUDA] in report.degraded


@pytest.mark.usefixtures("no_cuda")
def test_a_provider_that_was_not_chosen_is_not_taken(make: Make) -> None:
    error = refused(make("gpu", CUDA), make("cpu"), providers=(CUDA,))
    assert set(error.details["failures"]) == {CUDA}
    assert "adding CPUExecutionProvider" in error.message


def test_a_voice_without_a_variant_for_the_provider_says_so(make: Make) -> None:
    error = refused(make("gpu", CUDA))
    assert error.details["failures"] == {CPU: "the voice has no variant for it"}


def test_the_order_of_the_providers_goes_before_that_of_the_variants(make: Make) -> None:
    assert loaded(make("gpu", CUDA), make("cpu"), providers=(CPU, CUDA)).provider.variant == "cpu"


def test_what_must_be_built_comes_first_and_only_up_to_what_runs_at_once(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, second, third, last = (make(name) for name in ("best", "second", "third", "last"))
    unbuilt(monkeypatch, best, second, last)
    found = Opening((best, second, third, last), Engine(providers=(CPU,)), None, no_warmth, decoding).to_build()
    assert found == (best, second)


def unbuilt(monkeypatch: pytest.MonkeyPatch, *candidates: Candidate) -> None:
    """These variants take minutes to build, as TensorRT's do."""
    paths = {path for candidate in candidates for path in candidate.decoders}
    monkeypatch.setattr(opening, "is_built", lambda path, *_: path not in paths)


def no_warmth(_: Opened[Decoding]) -> None:
    """Nothing is run."""


class Workshop:
    """Holds back what is being built until it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on, self.done = threading.Event(), threading.Event()
        built = Opening.built

        def waiting(opening: Opening[Decoding], *arguments: Any) -> Opened[Decoding] | None:
            assert self.go_on.wait(30)
            made = built(opening, *arguments)
            self.done.set()
            return made

        monkeypatch.setattr(Opening, "built", waiting)

    def finish(self) -> None:
        self.go_on.set()
        assert self.done.wait(30)
        for thread in threading.enumerate():
            if thread.name == "engine-build":
                thread.join(30)


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(monkeypatch)


def test_what_runs_at_once_speaks_until_the_better_one_is_built(
    make: Make, monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    best, second = make("best"), make("second")
    unbuilt(monkeypatch, best)
    engine = loaded(best, second)
    report = engine.provider
    assert report.variant == "second"
    assert report.degraded is not None
    assert "best is being built" in report.degraded
    before = np.concatenate(list(engine.synthesize("abc")))
    speaking = engine.synthesize("abc")
    first = next(speaking)
    workshop.finish()
    assert (engine.provider.variant, engine.provider.degraded) == ("best", None)
    assert np.array_equal(np.concatenate([first, *speaking]), before)
    assert np.array_equal(np.concatenate(list(engine.synthesize("abc"))), before)


def test_what_cannot_be_built_is_told_and_the_other_goes_on(
    make: Make, monkeypatch: pytest.MonkeyPatch, workshop: Workshop, broken: Path
) -> None:
    best, second = make("best", decoder=broken), make("second")
    unbuilt(monkeypatch, best)
    engine = loaded(best, second)
    workshop.finish()
    deadline = time.monotonic() + 10
    while "being built" in str(engine.provider.degraded) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert engine.provider.variant == "second"
    assert "being built" not in str(engine.provider.degraded)
    assert "best: decoder.onnx does not open" in engine.provider.failures[CPU]


def test_what_must_be_built_is_built_at_once_where_nothing_else_runs(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = make("only")
    unbuilt(monkeypatch, only)
    assert loaded(only).provider.variant == "only"


def test_a_closed_engine_stays_closed_when_the_building_ends(
    make: Make, monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    best = make("best")
    unbuilt(monkeypatch, best)
    engine = loaded(best, make("second"))
    engine.close()
    workshop.finish()
    with pytest.raises(RuntimeError, match="not loaded"):
        _ = engine.provider
