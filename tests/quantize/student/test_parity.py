"""Both halves of the voice, run as the engine runs them, against the graph that was published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from edged.engine import decoder
from edged.engine.decoder import Decoder, Score
from edged.engine.session import Session, open_cpu_session
from edged.engine.spectrum import FREE, HARMONICS, NOISE, PHI, THETA
from edged.engine.student import ENCODED

PARTS = {"lh": HARMONICS, "theta": THETA, "ln": NOISE, "lr": FREE, "phi": PHI}
HERTZ = 0.02
"""By which the pitch may differ."""
PUBLISHED = (*PARTS, "f0", "durations")
CLAUSES = {
    "long": "ðə lˈɔndɹi ɪz dˈʌn ænd ðə dˈɔɹ ɪz ˈOpᵊn. " * 4,
    "short": "nˈO!",
    "nothing": "",
}


@pytest.fixture(params=CLAUSES)
def ids(request: pytest.FixtureRequest, published: Path) -> NDArray[np.int64]:
    vocabulary: dict[str, int] = json.loads(published.with_name("vocab.json").read_text(encoding="utf-8"))
    return np.array([[0, *(vocabulary[symbol] for symbol in CLAUSES[request.param]), 0]], np.int64)


@pytest.fixture
def every_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is left out at the ends."""
    monkeypatch.setattr(decoder, "WORTH", 1 << 30)


@pytest.fixture(scope="module")
def whole(published_in_float: Path) -> Session:
    """The published graph in float, which tells the durations too."""
    model = onnx.load(str(published_in_float))
    durations = next(node.input[0] for node in model.graph.node if node.op_type == "CumSum")
    model.graph.node.append(onnx.helper.make_node("Identity", [durations], ["durations"]))
    model.graph.output.append(onnx.helper.make_tensor_value_info("durations", onnx.TensorProto.INT64, None))
    path = published_in_float.with_name("whole.onnx")
    onnx.save(model, str(path))
    return open_cpu_session(path)


@pytest.fixture(scope="module")
def halves(split_heart: tuple[Path, Path]) -> tuple[Session, Decoder]:
    return open_cpu_session(split_heart[0]), Decoder(open_cpu_session(split_heart[1]))


@pytest.mark.usefixtures("every_frame")
@pytest.mark.parametrize("speed", [0.5, 1.0, 1.7])
def test_halves_say_what_the_whole_says(
    whole: Session,
    halves: tuple[Session, Decoder],
    ids: NDArray[np.int64],
    speed: float,
) -> None:
    feeds: dict[str, NDArray[Any]] = {"ids": ids, "speed": np.array([speed], np.float32)}
    expected = dict(zip(PUBLISHED, whole.run(PUBLISHED, feeds), strict=True))
    encoder, frames = halves
    durations, prosody, text = encoder.run(ENCODED, feeds)
    score = Score(durations, prosody, text)
    stretches = list(frames.stretches(score))
    rows = np.concatenate([stretch.rows for stretch in stretches])
    pitch = np.concatenate([stretch.pitch[: len(stretch.rows)] for stretch in stretches])
    assert np.array_equal(score.durations, expected["durations"].reshape(-1))
    for name, columns in PARTS.items():
        assert apart(rows[:, columns].T, expected[name][0]) <= 2e-4, name
    assert apart(pitch, expected["f0"][0]) <= HERTZ


def apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    assert one.shape == other.shape
    return float(np.abs(one - other).max())
