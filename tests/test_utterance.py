from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from edged.clock import SystemClock
from edged.engine.tone import Tone
from edged.errors import Rejected
from edged.gate import EngineGate
from edged.speech import LoadedVoice
from edged.text.contract import Format
from edged.text.phonemes.letters import Letters
from edged.utterance import Chunk, Utterance
from edged.waveform import Samples
from tests.fakes.household import UNREADABLE, FussyLetters

TEXT = "First sentence. Second sentence. Third one."
VOICE = LoadedVoice("tone", Tone(), Letters())


def make_utterance(
    text: str = TEXT,
    voice: LoadedVoice = VOICE,
    *,
    form: Format = "text",
    speed: float = 1.0,
    gate: EngineGate | None = None,
) -> Utterance:
    return Utterance(voice, text, form, speed=speed, gate=gate or EngineGate(1), lane="room", clock=SystemClock())


def joined(chunks: list[Chunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


def test_every_piece_ends_with_one_chunk_that_says_so() -> None:
    utterance = make_utterance()
    assert len(utterance.pieces) == 3
    chunks = list(utterance.chunks())
    assert [chunk.ends_piece for chunk in chunks if chunk.ends_piece is not None] == [0, 1, 2]
    assert chunks[-1].ends_piece == 2
    assert len(chunks[-1].samples) == 0  # no pause behind the last words


def test_pause_between_pieces_is_silence() -> None:
    pauses = [chunk.samples for chunk in make_utterance().chunks() if chunk.ends_piece is not None]
    assert all(len(pause) > 0 for pause in pauses[:-1])
    assert not np.any(np.concatenate(pauses))


@pytest.mark.parametrize("first", [1, 2])
def test_sound_from_a_later_piece_is_the_rest_of_the_whole(first: int) -> None:
    whole = list(make_utterance().chunks())
    start = 1 + next(index for index, chunk in enumerate(whole) if chunk.ends_piece == first - 1)
    assert np.array_equal(joined(list(make_utterance().chunks(first))), joined(whole[start:]))


def test_sound_is_the_same_each_time() -> None:
    assert np.array_equal(joined(list(make_utterance().chunks())), joined(list(make_utterance().chunks())))


def test_speed_reaches_the_engine() -> None:
    slow, fast = (joined(list(make_utterance("One two three.", speed=speed).chunks())) for speed in (0.5, 2.0))
    assert len(slow) / len(fast) == pytest.approx(4, rel=0.1)


def test_gain_of_the_voice_is_applied() -> None:
    plain = joined(list(make_utterance().chunks()))
    softer = joined(list(make_utterance(voice=replace(VOICE, gain_db=-6.0)).chunks()))
    assert softer == pytest.approx(plain * 10 ** (-6 / 20), abs=1e-4)


def test_telling_counts_what_was_made() -> None:
    utterance = make_utterance()
    assert (utterance.telling.audio_s, utterance.telling.normalized) == (0.0, [])
    samples = joined(list(utterance.chunks()))
    assert utterance.telling.audio_s == pytest.approx(len(samples) / Tone.rate)
    assert utterance.telling.normalized == utterance.pieces
    assert len(utterance.telling.phonemes) == 3
    assert utterance.telling.text_s > 0
    assert utterance.telling.synth_s > 0


def test_text_is_read_piece_by_piece_as_late_as_possible() -> None:
    utterance = make_utterance(f"This is fine. This is {UNREADABLE}.", LoadedVoice("tone", Tone(), FussyLetters()))
    chunks = utterance.chunks()
    while next(chunks).ends_piece != 0:
        pass
    with pytest.raises(Rejected):
        next(chunks)


def test_gate_is_free_between_chunks_and_held_while_the_engine_works() -> None:
    gate = EngineGate(1)
    held: list[bool] = []

    class Curious(Tone):
        def synthesize(self, phonemes: str, speed: float = 1.0) -> Iterator[Samples]:
            for chunk in super().synthesize(phonemes, speed):
                held.append(gate._free == 0)
                yield chunk

    for _ in make_utterance(voice=LoadedVoice("tone", Curious(), Letters()), gate=gate).chunks():
        assert gate._free == 1
    assert held
    assert all(held)


def test_abandoned_utterance_leaves_the_gate_free() -> None:
    gate = EngineGate(1)
    chunks = make_utterance(gate=gate).chunks()
    next(chunks)
    del chunks
    passed = threading.Event()

    def pass_through() -> None:
        with gate.turn("render"):
            passed.set()

    threading.Thread(target=pass_through, daemon=True).start()
    assert passed.wait(20)


def test_text_without_words_has_no_pieces() -> None:
    utterance = make_utterance("?! …")
    assert utterance.pieces == []
    assert list(utterance.chunks()) == []
