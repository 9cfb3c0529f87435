"""The network over fixed numbers of frames makes what the one over any number makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from edged.engine import decoder as any_number
from edged.engine import fixed_decoder
from edged.engine.decoder import FIRST, LAYOUT, SILENT, Decoder, Layout, layout_of
from edged.engine.fixed_decoder import FixedDecoder, decoding
from edged.engine.opening import Candidate
from edged.engine.providers import CPU
from edged.engine.session import Session, open_cpu_session
from edged.engine.spectrum import COLUMNS
from edged.engine.student import Student
from edged.engine.trim import Stretch
from edged.errors import Fatal
from edged.settings import Engine
from quantize.student import weights
from quantize.student.decoder import decoder
from tests.engine.conftest import SENTENCE, Networks, joined

SIZES = (64, 192, 384)
LONG = " ".join([SENTENCE] * 4)
ROWS_APART, HERTZ_APART = 1e-4, 1e-3
"""Sums in another order, of numbers around 20 and of some 200 Hz."""


@pytest.fixture(scope="module")
def paths(published_in_float: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("fixed")
    parameters = weights.read(onnx.load(published_in_float))
    made = {size: folder / f"decoder.{size}.onnx" for size in SIZES}
    for size, path in made.items():
        onnx.save(decoder(parameters, size), path)
    return made


@pytest.fixture(scope="module")
def sessions(paths: dict[int, Path]) -> dict[int, Session]:
    return {size: open_cpu_session(path) for size, path in paths.items()}


@pytest.fixture
def whole(floating: Networks, monkeypatch: pytest.MonkeyPatch) -> Networks:
    """Every frame is made, those of the silence too."""
    monkeypatch.setattr(any_number, "WORTH", 1 << 30)
    return floating


@pytest.mark.parametrize("phonemes", ["ˈI.", "hˈI.", SENTENCE, LONG])
@pytest.mark.parametrize("sizes", [(64,), (384,), (192, 384), (64, 192, 384)])
def test_frames_are_those_of_any_number(
    whole: Networks, sessions: dict[int, Session], phonemes: str, sizes: tuple[int, ...]
) -> None:
    score = whole.score(phonemes)
    expected = joined(list(whole.decoder.stretches(score)))
    stretches = list(decoding([sessions[size] for size in sizes]).stretches(score))
    assert [stretch.last for stretch in stretches] == [False] * (len(stretches) - 1) + [True]
    made = joined(stretches)
    assert made.rows.shape == expected.rows.shape
    assert np.abs(made.rows - expected.rows).max() < ROWS_APART
    assert np.abs(made.pitch - expected.pitch).max() < HERTZ_APART


@pytest.mark.parametrize("semitones", [-6.0, 5.0])
def test_frames_at_another_pitch_are_those_of_any_number(
    whole: Networks, sessions: dict[int, Session], semitones: float
) -> None:
    score = whole.score(SENTENCE, semitones=semitones)
    expected = joined(list(whole.decoder.stretches(score)))
    made = joined(list(FixedDecoder([sessions[192], sessions[384]]).stretches(score)))
    assert np.abs(made.rows - expected.rows).max() < ROWS_APART
    assert np.abs(made.pitch - expected.pitch).max() < HERTZ_APART


def test_the_size_of_the_runs_changes_nothing(whole: Networks, sessions: dict[int, Session]) -> None:
    score = whole.score(LONG)
    made = [joined(list(FixedDecoder([sessions[size]]).stretches(score))) for size in SIZES]
    assert all(np.array_equal(one.rows, made[0].rows) for one in made)
    assert all(np.array_equal(one.pitch, made[0].pitch) for one in made)


def test_the_pitch_is_known_ahead_of_the_rows(whole: Networks, sessions: dict[int, Session]) -> None:
    score = whole.score(LONG)
    first, *_ = FixedDecoder([sessions[192]]).stretches(score)
    layout = layout_of(sessions[192])
    assert len(first.rows) == 192 - layout.lag
    assert len(first.pitch) == 192 - 2 * layout.prosody_lag


def test_there_is_sound_after_one_run(whole: Networks, sessions: dict[int, Session]) -> None:
    lag = layout_of(sessions[192]).lag
    first = next(iter(decoding([sessions[192], sessions[384]]).stretches(whole.score(LONG))))
    assert SILENT + FIRST <= len(first.rows) == 192 - lag


def test_a_student_speaks_with_it_as_with_the_other(
    paths: dict[int, Path], split_heart: tuple[Path, Path], vocabulary: dict[str, int]
) -> None:
    encoder, plain = split_heart
    spoken = []
    for decoders in ((plain,), (paths[192], paths[384])):
        candidate = Candidate("variant", CPU, encoder, decoders)
        engine = Student([candidate], "heart@1", vocabulary, sha256="", settings=Engine(providers=(CPU,)))
        engine.load()
        spoken.append(np.concatenate(list(engine.synthesize(LONG))))
    assert len(spoken[0]) == len(spoken[1])
    assert np.abs(spoken[0] - spoken[1]).max() < 1e-3


def test_graphs_say_themselves_what_they_are_for(floating: Networks, sessions: dict[int, Session]) -> None:
    assert isinstance(decoding(list(sessions.values())), FixedDecoder)
    assert isinstance(floating.decoder, Decoder)
    plain = floating.decoder._session
    with pytest.raises(Fatal, match="one is enough"):
        decoding([plain, plain])
    with pytest.raises(Fatal, match="not those of one voice"):
        decoding([plain, sessions[64]])


def test_graphs_of_two_voices_are_refused(sessions: dict[int, Session], monkeypatch: pytest.MonkeyPatch) -> None:
    other = open_cpu_session(Path(sessions[64]._inference._model_path))
    other.metadata[LAYOUT] = '{"pitch": 3, "sound0": 3}'
    with pytest.raises(Fatal, match="not those of one voice"):
        decoding([sessions[192], other])


def test_rows_of_another_width_are_refused(
    whole: Networks, sessions: dict[int, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(any_number, "COLUMNS", COLUMNS + 1)
    with pytest.raises(Fatal, match=f"rows of {COLUMNS} numbers") as caught:
        next(iter(FixedDecoder([sessions[64]]).stretches(whole.score(SENTENCE))))
    assert caught.value.code == "synth_failed"


def test_rows_outside_the_utterance_are_dropped() -> None:
    rows = np.arange(10)
    assert fixed_decoder._inside(rows, -4, 3).tolist() == [4, 5, 6]
    assert fixed_decoder._inside(rows, 2, 5).tolist() == [0, 1, 2]
    assert fixed_decoder._inside(rows, -20, 5).tolist() == []
    assert fixed_decoder._mask(-2, 3, 2)[:, 0].tolist() == [0, 0, 1, 1, 0]


def test_layout_knows_how_late_each_layer_is() -> None:
    layout = Layout({"prosody0": 3, "prosody1": 6, "pitch": 3, "sound0": 3, "sound1": 12})
    lags = {name: layout.lag_before(name) for name in layout.reach}
    assert lags == {"prosody0": 0, "prosody1": 3, "pitch": 18, "sound0": 21, "sound1": 24}


def test_nothing_comes_twice(whole: Networks, sessions: dict[int, Session]) -> None:
    stretches: list[Stretch] = list(FixedDecoder([sessions[64]]).stretches(whole.score(SENTENCE)))
    assert sum(len(stretch.rows) for stretch in stretches) == whole.score(SENTENCE).frames
