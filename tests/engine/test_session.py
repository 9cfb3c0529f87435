from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edged.engine import engine_cache
from edged.engine.decoder import LAYOUT
from edged.engine.fingerprint import of_graph
from edged.engine.providers import CPU, CUDA, TENSORRT, options, why_not
from edged.engine.session import Session, inspect_machine, is_built, open_cpu_session, open_on, open_session
from edged.errors import Fatal
from edged.settings import Engine

FAKES = Path(__file__).parents[1] / "fakes"
TINY, DECODER = FAKES / "tiny_encoder.onnx", FAKES / "tiny_decoder.onnx"
FEEDS: dict[str, NDArray[Any]] = {"ids": np.array([[0, 5, 6, 0]], np.int64), "speed": np.ones(1, np.float32)}


@pytest.fixture
def no_cuda() -> None:
    if why_not(CUDA, inspect_machine()) is None:
        pytest.skip("CUDA works on this machine")


def test_session_runs_like_the_runtime_s_own() -> None:
    session = open_cpu_session(TINY)
    assert session.input_names == ("ids", "speed")
    outputs = session.run(None, FEEDS)
    assert [len(output.shape) for output in outputs] == [1, 2, 2]
    (text,) = session.run(["text"], FEEDS)
    assert np.array_equal(text, outputs[session.output_names.index("text")])


def test_session_tells_what_the_model_says_of_itself() -> None:
    session = open_cpu_session(DECODER)
    assert session.input_shapes["sound0_state"] == ["sound0_state_rows", 2]
    assert set(session.metadata) == {LAYOUT}


def test_long_input_gives_its_memory_back_and_the_same_answer() -> None:
    session = open_cpu_session(TINY)
    long = {**FEEDS, "ids": np.full((1, 300), 5, np.int64)}
    (short,) = session.run(["text"], {**FEEDS, "ids": long["ids"][:, :4]})
    assert np.array_equal(session.run(["text"], long)[0][:4], short)


@pytest.mark.parametrize("bounded", [False, True])
def test_memory_is_given_back_only_where_inputs_grow(monkeypatch: pytest.MonkeyPatch, *, bounded: bool) -> None:
    session = here(TINY, bounded=bounded)
    given: list[Any] = []
    plain = session._inference.run

    def run(*arguments: Any) -> Any:
        given.append(arguments[2])
        return plain(*arguments)

    monkeypatch.setattr(session._inference, "run", run)
    for symbols in (4, 300):
        session.run(None, {**FEEDS, "ids": np.full((1, symbols), 5, np.int64)})
    assert [options is not None for options in given] == [False, not bounded]


def here(path: Path, *, bounded: bool = False) -> Session:
    return open_on(path, CPU, Engine(providers=(CPU,)), None, inspect_machine(), bounded=bounded)


def test_session_on_one_provider_is_on_that_one() -> None:
    report = here(TINY).provider
    assert (report.obtained, report.wanted, report.degraded) == (CPU, CPU, None)


def test_session_on_one_provider_tells_why_not(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(TINY.read_bytes()[:1000])
    missing = tmp_path / "none.onnx"
    for path, words in ((missing, "edged voices install"), (broken, r"broken\.onnx does not open on CPU")):
        with pytest.raises(Fatal, match=words) as caught:
            here(path)
        assert caught.value.code == "provider_failed"


@pytest.mark.usefixtures("no_cuda")
def test_session_on_a_provider_that_is_not_there_is_refused() -> None:
    with pytest.raises(Fatal) as caught:
        open_on(TINY, CUDA, Engine(providers=(CPU,)), None, inspect_machine())
    assert caught.value.code == "provider_failed"
    assert caught.value.message == why_not(CUDA, inspect_machine())


def test_only_tensorrt_builds_and_only_once(tmp_path: Path) -> None:
    engine, machine = Engine(), inspect_machine()
    assert is_built(TINY, CPU, engine, tmp_path, machine)
    assert is_built(TINY, TENSORRT, engine, None, machine)
    assert not is_built(TINY, TENSORRT, engine, tmp_path, machine)
    chosen = options(TENSORRT, engine, tmp_path, of_graph(TINY), machine.fingerprint)
    engine_cache.prepare(chosen)
    (Path(chosen["trt_engine_cache_path"]) / "anything.engine").touch()
    assert not is_built(TINY, TENSORRT, engine, tmp_path, machine)
    engine_cache.finish(chosen)
    assert is_built(TINY, TENSORRT, engine, tmp_path, machine)
    assert not is_built(DECODER, TENSORRT, engine, tmp_path, machine)


def test_chosen_cpu_is_not_degraded() -> None:
    report = open_session(TINY, Engine(providers=(CPU,))).provider
    assert (report.obtained, report.wanted, report.degraded, report.failures) == (CPU, CPU, None, {})


@pytest.mark.usefixtures("no_cuda")
def test_cuda_before_cpu_runs_on_cpu_and_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    report = open_session(TINY, Engine(providers=(CUDA, CPU))).provider
    assert (report.obtained, report.wanted) == (CPU, CUDA)
    assert report.degraded is not None
    assert report.failures[CUDA] in report.degraded
    assert not capfd.readouterr().out


@pytest.mark.usefixtures("no_cuda")
def test_cuda_alone_fails_with_what_to_do() -> None:
    with pytest.raises(Fatal, match="adding CPUExecutionProvider") as caught:
        open_session(TINY, Engine(providers=(CUDA,)))
    assert caught.value.code == "provider_failed"
    assert set(caught.value.details["failures"]) == {CUDA}


def test_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="edged voices install") as caught:
        open_cpu_session(tmp_path / "none.onnx")
    assert caught.value.code == "provider_failed"


def test_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(TINY.read_bytes()[:1000])
    with pytest.raises(Fatal, match=r"broken\.onnx cannot be read as a model"):
        open_cpu_session(broken)


@pytest.mark.parametrize(
    "feeds",
    [{}, {**FEEDS, "ids": np.zeros((1, 3), np.float32)}, {**FEEDS, "ids": np.zeros((2, 2, 2), np.int64)}],
    ids=["missing", "type", "rank"],
)
def test_runtime_error_while_running_is_ours(feeds: dict[str, NDArray[Any]]) -> None:
    with pytest.raises(Fatal) as caught:
        open_cpu_session(TINY).run(None, feeds)
    assert caught.value.code == "synth_failed"


def test_gpu_is_seen_by_its_device(tmp_path: Path) -> None:
    assert inspect_machine(tmp_path).gpu is None
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvidia0").touch()
    assert inspect_machine(tmp_path).gpu == "/dev/nvidia0"
