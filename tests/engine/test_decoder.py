from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.engine import decoder
from edged.engine.decoder import HALVES, TAPS, TRANSPOSITION, Decoder, Layout, Score
from edged.engine.session import open_cpu_session
from edged.engine.spectrum import BINS, COLUMNS, HARMONICS, HOP, NOISE, audible
from edged.engine.student import Student
from edged.engine.trim import Stretch
from edged.errors import Fatal
from edged.waveform import Samples
from tests.engine.conftest import SENTENCE, Networks, joined

LONG = " ".join([SENTENCE] * 4)
NEVER = 1 << 30
LETTERS = st.text(" .abcdefghijk", min_size=1, max_size=40)


class Cut(Decoder):
    """A decoder whose stretches end where it is told."""

    borders: tuple[int, ...] = ()

    def _plan(self, total: int) -> Iterator[tuple[int, int]]:
        ends = [0, *(border for border in self.borders if border < total), total]
        return pairwise(ends)


def made(networks: Networks, phonemes: str, speed: float = 1.0) -> list[Stretch]:
    return list(networks.decoder.stretches(networks.score(phonemes, speed)))


def difference(one: list[Stretch], other: list[Stretch]) -> float:
    """The greatest of rows and pitch."""
    first, second = joined(one), joined(other)
    assert first.rows.shape == second.rows.shape
    return float(max(np.abs(first.rows - second.rows).max(), np.abs(first.pitch - second.pitch).max()))


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Every frame is made."""
    monkeypatch.setattr(decoder, "WORTH", NEVER)
    return monkeypatch


def at_once(patch: pytest.MonkeyPatch, networks: Networks, phonemes: str) -> list[Stretch]:
    with patch.context() as patched:
        patched.setattr(decoder, "FIRST", NEVER)
        stretches = made(networks, phonemes)
    assert len(stretches) == 1
    return stretches


@pytest.mark.parametrize(("first", "largest"), [(24, 320), (3, 280), (60, 400), (150, 2000)])
def test_stretches_of_the_float_networks_joined_equal_the_whole(
    floating: Networks, whole: pytest.MonkeyPatch, first: int, largest: int
) -> None:
    expected = at_once(whole, floating, LONG)
    whole.setattr(decoder, "FIRST", first)
    whole.setattr(decoder, "LARGEST", largest)
    stretches = made(floating, LONG)
    assert len(stretches) > 1
    assert difference(stretches, expected) <= 1e-5


@pytest.mark.parametrize("semitones", [-6.0, 6.0])
def test_stretches_at_another_pitch_joined_equal_the_whole(
    shipped: Networks, whole: pytest.MonkeyPatch, semitones: float
) -> None:
    score = shipped.score(LONG, semitones=semitones)
    stretches = list(shipped.decoder.stretches(score))
    assert len(stretches) > 1
    whole.setattr(decoder, "FIRST", NEVER)
    expected = list(shipped.decoder.stretches(score))
    assert len(expected) == 1
    assert difference(stretches, expected) <= 1e-5


@pytest.mark.parametrize("semitones", [-6.0, -0.5, 3.0, 6.0])
def test_semitones_raise_the_curve_and_change_the_spectrum(shipped: Networks, semitones: float) -> None:
    natural = joined(made(shipped, SENTENCE))
    raised = joined(list(shipped.decoder.stretches(shipped.score(SENTENCE, semitones=semitones))))
    assert np.allclose(raised.pitch, natural.pitch * 2 ** (semitones / 12), rtol=1e-6)
    assert np.abs(raised.rows - natural.rows).max() > 0.1


def test_graph_that_knows_no_other_pitch_speaks_as_ever(shipped: Networks, tmp_path: Path) -> None:
    model = onnx.load(str(shipped.decoder._session._inference._model_path))
    (node,) = (node for node in model.graph.node if TRANSPOSITION in node.input)
    node.input[list(node.input).index(TRANSPOSITION)] = "one"
    model.graph.input.remove(next(value for value in model.graph.input if value.name == TRANSPOSITION))
    onnx.save(model, str(tmp_path / "older.onnx"))
    older = Decoder(open_cpu_session(tmp_path / "older.onnx"))
    score = shipped.score(SENTENCE, semitones=4.0)
    assert difference(list(older.stretches(score)), made(shipped, SENTENCE)) == 0.0


@pytest.mark.parametrize("phonemes", [SENTENCE, LONG])
def test_stretches_of_the_shipped_networks_joined_equal_the_whole(
    shipped: Networks, whole: pytest.MonkeyPatch, phonemes: str
) -> None:
    assert difference(made(shipped, phonemes), at_once(whole, shipped, phonemes)) <= 1e-5


@given(phonemes=LETTERS, speed=st.sampled_from([0.5, 1.0, 1.3, 2.0]), data=st.data())
def test_borders_make_no_difference(tiny_networks: Networks, phonemes: str, speed: float, data: st.DataObject) -> None:
    score = tiny_networks.score(phonemes, speed)
    cut = Cut(tiny_networks.decoder._session)
    total, least = len(score.symbols), cut._layout.lag // HALVES + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder, "WORTH", NEVER)
        expected = list(cut.stretches(score))
        if total > least + 1:
            cut.borders = tuple(sorted(data.draw(st.sets(st.integers(least, total - 1), max_size=6))))
        stretches = list(cut.stretches(score))
    assert len(stretches) == len(cut.borders) + 1
    assert [stretch.last for stretch in stretches] == [False] * len(cut.borders) + [True]
    assert all(len(stretch.pitch) >= len(stretch.rows) for stretch in stretches)
    assert len(joined(stretches).rows) == score.frames
    assert difference(stretches, expected) <= 1e-5


def test_later_pitch_is_known_before_its_frames_are_made(tiny_networks: Networks) -> None:
    stretches = made(tiny_networks, "abcdefghijklmnop")
    pitch = joined(stretches).pitch
    start = 0
    for stretch in stretches:
        assert np.array_equal(stretch.pitch, pitch[start : start + len(stretch.pitch)])
        start += len(stretch.rows)
    assert len(stretches[0].pitch) > len(stretches[0].rows)


def test_first_stretch_is_short_however_long_the_sentence(shipped: Networks) -> None:
    for phonemes in (SENTENCE, LONG):
        assert len(made(shipped, phonemes)[0].rows) <= decoder.SILENT + decoder.FIRST + 1
    assert max(len(stretch.rows) for stretch in made(shipped, LONG)[1:]) <= decoder.LARGEST + 2


@pytest.mark.parametrize("speed", [0.7, 1.0, 1.4])
@pytest.mark.parametrize("phonemes", [SENTENCE, LONG, "hˈI.", "nˈO"])
def test_frames_at_the_ends_that_are_left_out_are_not_missed(
    heart: Student, monkeypatch: pytest.MonkeyPatch, phonemes: str, speed: float
) -> None:
    left_out = said(heart, phonemes, speed)
    monkeypatch.setattr(decoder, "WORTH", NEVER)
    assert np.array_equal(said(heart, phonemes, speed), left_out)


@given(phonemes=LETTERS, speed=st.sampled_from([0.3, 0.5, 1.0, 2.0]))
def test_frames_at_the_ends_are_left_out_only_in_silence(tiny_networks: Networks, phonemes: str, speed: float) -> None:
    brief = joined(made(tiny_networks, phonemes, speed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder, "WORTH", NEVER)
        every = joined(made(tiny_networks, phonemes, speed))
    left_out = Layout(tiny_networks.decoder._layout.reach).sound_reach
    missing = len(every.rows) - len(brief.rows)
    assert missing in {0, left_out, 2 * left_out}
    found = [start for start in (0, left_out) if close(brief, every, start)]
    assert found
    gone = np.ones(len(every.rows), np.bool_)
    gone[found[0] : found[0] + len(brief.rows)] = False
    assert not audible(every.rows, every.pitch)[gone].any()


def close(part: Stretch, every: Stretch, start: int) -> bool:
    rows, pitch = (what[start : start + len(part.rows)] for what in (every.rows, every.pitch))
    return len(rows) == len(part.rows) and np.allclose(rows, part.rows, atol=1e-5) and np.allclose(pitch, part.pitch)


def test_frames_at_the_ends_are_left_out_of_a_slow_sentence(tiny_networks: Networks) -> None:
    score = tiny_networks.score("abcdefgh", 0.25)
    frames = sum(len(stretch.rows) for stretch in tiny_networks.decoder.stretches(score))
    assert frames == score.frames - 2 * tiny_networks.decoder._layout.sound_reach


def test_frames_at_the_end_stay_if_it_is_not_known_what_they_belong_to(tiny_networks: Networks) -> None:
    known = tiny_networks.score("abcdefgh", 0.25)
    unknown = replace(known, last_sound=None)
    reach = tiny_networks.decoder._layout.sound_reach
    frames = [
        sum(len(stretch.rows) for stretch in tiny_networks.decoder.stretches(score)) for score in (known, unknown)
    ]
    assert frames[1] - frames[0] == reach


def test_a_last_sound_behind_a_pause_is_not_lost_however_fast(tiny: Student) -> None:
    with_it, without = (said(tiny, "b" * 25 + ending, 2.0) for ending in ("    a", "     "))
    assert len(with_it) >= len(without) + 16 * HOP  # four pauses of four frames and the sound
    assert np.abs(with_it[-10 * HOP :]).max() > 0.1


def said(engine: Student, phonemes: str, speed: float) -> Samples:
    return np.concatenate(list(engine.synthesize(phonemes, speed)))


def test_what_goes_in_is_recognised(tiny_networks: Networks) -> None:
    every = joined(made(tiny_networks, " abe "))
    middles = 8 * np.arange(7) + 4
    buzz, hiss = (every.rows[middles][:, columns][:, 0] > -10 for columns in (HARMONICS, NOISE))
    assert buzz.tolist() == [False, False, True, False, True, False, False]
    assert hiss.tolist() == [False, False, False, True, False, False, False]
    assert every.pitch[middles[[2, 4]]] == pytest.approx([105, 109], abs=6)


@given(durations=st.lists(st.integers(0, 4), min_size=1, max_size=8).filter(any), data=st.data())
def test_text_of_any_frames_equals_a_convolution(durations: list[int], data: st.DataObject) -> None:
    random = np.random.default_rng(len(durations))
    text = random.normal(size=(len(durations), TAPS * 3)).astype(np.float32)
    score = Score(np.array(durations), np.empty((len(durations), 2), np.float32), text)
    start = data.draw(st.integers(0, score.frames))
    stop = data.draw(st.integers(start, score.frames))
    expected = np.zeros((score.frames + TAPS - 1, 3))
    for frame, symbol in enumerate(np.repeat(score.symbols, HALVES)):
        # Frame + 6 of the margin: what the symbol gives to the frame 3 on stands first.
        expected[frame : frame + TAPS] += text[symbol].reshape(TAPS, 3)[::-1]
    assert np.allclose(score.text_rows(start, stop), expected[TAPS // 2 :][start:stop], atol=1e-5)


def test_layout_adds_up_what_the_layers_reach() -> None:
    layout = Layout({"prosody0": 3, "prosody1": 6, "pitch": 3, "sound0": 3, "sound1": 12})
    assert (layout.prosody_lag, layout.text_lag, layout.sound_reach, layout.lag) == (9, 21, 15, 36)
    assert (layout.end("prosody"), layout.end("pitch"), layout.end("sound")) == (6, 3, 12)
    assert layout.sound_layers == ("sound0", "sound1")


def test_graph_of_another_kind_is_refused(published: Path) -> None:
    with pytest.raises(Fatal, match="no decoder") as caught:
        Decoder(open_cpu_session(published))
    assert caught.value.code == "provider_failed"


def test_rows_of_another_width_are_refused(tiny_networks: Networks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "COLUMNS", COLUMNS + BINS)
    with pytest.raises(Fatal, match=f"rows of {COLUMNS} numbers, not {COLUMNS + BINS}") as caught:
        made(tiny_networks, "abc")
    assert caught.value.code == "synth_failed"
