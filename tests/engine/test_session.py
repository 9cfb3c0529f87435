from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edged.engine.providers import CPU, CUDA, why_not
from edged.engine.session import inspect_machine, open_cpu_session, open_session
from edged.errors import Fatal
from edged.settings import Engine

TINY = Path(__file__).parents[1] / "fakes" / "tiny_student.onnx"
FEEDS: dict[str, NDArray[Any]] = {"ids": np.array([[0, 5, 6, 0]], np.int64), "speed": np.ones(1, np.float32)}


@pytest.fixture
def no_cuda() -> None:
    if why_not(CUDA, inspect_machine()) is None:
        pytest.skip("CUDA works on this machine")


def test_session_runs_like_the_runtime_s_own() -> None:
    session = open_cpu_session(TINY)
    assert session.input_names == ("ids", "speed")
    outputs = session.run(None, FEEDS)
    assert [len(output.shape) for output in outputs] == [3, 3, 3, 3, 3, 2]
    (f0,) = session.run(["f0"], FEEDS)
    assert np.array_equal(f0, outputs[session.output_names.index("f0")])


def test_long_input_gives_its_memory_back_and_the_same_answer() -> None:
    session = open_cpu_session(TINY)
    long = {**FEEDS, "ids": np.full((1, 300), 5, np.int64)}
    assert np.array_equal(
        session.run(["lh"], long)[0][..., :32], session.run(["lh"], {**FEEDS, "ids": long["ids"][:, :4]})[0]
    )


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
