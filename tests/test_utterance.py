from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from edged.cards import VoiceCard
from edged.casting import Piece, Wish, cast
from edged.clock import SystemClock
from edged.engine.tone import Tone
from edged.errors import Fatal, Rejected
from edged.gate import EngineGate
from edged.packages import LoadedVoice, tone_card
from edged.solo import Soloists
from edged.text.contract import Format, FrontEnd
from edged.text.markup import parse
from edged.text.phonemes.letters import Letters
from edged.text.reader import Reader
from edged.utterance import Chunk, Ensemble, Prosody, Speaker, Utterance
from edged.waveform import Samples
from tests.fakes.household import UNREADABLE, FussyLetters

TEXT = "First sentence. Second sentence. Third one."


def reader(front_end: Callable[[], FrontEnd] = Letters) -> Reader:
    return Reader(dict.fromkeys(tone_card().languages, front_end))


VOICE = LoadedVoice("tone", Tone(), reader())


def pieces_of(text: str, form: Format = "text", cards: Sequence[VoiceCard] = (tone_card(),)) -> tuple[Piece, ...]:
    return cast(parse(text, form), Wish(cards[0].name), cards, {}).pieces


def make_utterance(
    text: str = TEXT,
    voice: LoadedVoice = VOICE,
    *,
    form: Format = "text",
    prosody: Prosody = Prosody(),  # noqa: B008 - frozen
    gate: EngineGate | None = None,
    ensemble: Ensemble | None = None,
) -> Utterance:
    return Utterance(
        pieces_of(text, form),
        ensemble or Soloists(lambda _: voice),
        prosody=prosody,
        gate=gate or EngineGate(1),
        lane="room",
        clock=SystemClock(),
    )


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
    slow, fast = (
        joined(list(make_utterance("One two three.", prosody=Prosody(speed)).chunks())) for speed in (0.5, 2.0)
    )
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
    assert utterance.telling.normalized == [piece.text for piece in utterance.pieces]
    assert [one.voice for one in utterance.telling.speakers] == [VOICE]
    assert len(utterance.telling.phonemes) == 3
    assert utterance.telling.text_s > 0
    assert utterance.telling.synth_s > 0


def test_text_is_read_piece_by_piece_as_late_as_possible() -> None:
    utterance = make_utterance(
        f"This is fine. This is {UNREADABLE}.", LoadedVoice("tone", Tone(), reader(FussyLetters))
    )
    chunks = utterance.chunks()
    while next(chunks).ends_piece != 0:
        pass
    with pytest.raises(Rejected):
        next(chunks)


def test_gate_is_free_between_chunks_and_held_while_the_engine_works() -> None:
    gate = EngineGate(1)
    held: list[bool] = []

    class Curious(Tone):
        def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
            for chunk in super().synthesize(phonemes, speed, pitch):
                held.append(gate._free == 0)
                yield chunk

    for _ in make_utterance(voice=LoadedVoice("tone", Curious(), reader()), gate=gate).chunks():
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
    assert utterance.pieces == ()
    assert list(utterance.chunks()) == []


# -- several manners and voices ----------------------------------------------------------------------------------------


class Lower(Tone):
    """Another voice at another rate."""

    rate = 16000


class Broken(Tone):
    """Gives up in the middle of a word."""

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        yield from list(super().synthesize(phonemes, speed, pitch))[:1]
        raise Fatal("synth_failed", "the sound is not plausible")


class Mute(Tone):
    """Gives up before the first sound."""

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:  # noqa: ARG002
        raise Fatal("synth_failed", "no sound")


class Understudies:
    """An ensemble whose first voice may fail, and a second one."""

    def __init__(self, first: LoadedVoice, second: LoadedVoice | None) -> None:
        self.first, self.second = first, second
        self.errors: list[str] = []

    def speaker(self, piece: Piece) -> Speaker:  # noqa: ARG002 - as the protocol says
        return Speaker(self.first)

    def understudy(self, piece: Piece, failed: Sequence[Speaker], error: Fatal) -> Speaker | None:  # noqa: ARG002
        self.errors.append(error.message)
        if self.second is None or len(failed) > 1:
            return None
        return Speaker(self.second, "backup", error.message)


def test_a_pause_of_the_text_is_silence_of_that_length() -> None:
    whole = make_utterance("One.[pause:1.5s]Two.")
    pauses = [chunk.samples for chunk in whole.chunks() if chunk.ends_piece == 0]
    assert [len(pause) / Tone.rate for pause in pauses] == [pytest.approx(1.5 + 0.25)]


def test_pauses_between_pieces_stretch_but_not_those_of_the_text() -> None:
    doubled = make_utterance("One. Two.[pause:2s]", prosody=Prosody(pauses=2.0))
    pauses = [len(chunk.samples) / Tone.rate for chunk in doubled.chunks() if chunk.ends_piece is not None]
    assert pauses == [pytest.approx(0.5), pytest.approx(2.0)]


def test_volume_and_speed_of_a_span_are_its_own() -> None:
    text = '<speak>one <prosody volume="50%" rate="200%">one</prosody></speak>'
    plain, soft = (
        joined([chunk for chunk in group if chunk.ends_piece is None])
        for group in by_piece(make_utterance(text, form="ssml"))
    )
    assert np.abs(soft).max() == pytest.approx(np.abs(plain).max() / 2, rel=0.05)
    assert len(soft) < 0.75 * len(plain)


def by_piece(utterance: Utterance) -> list[list[Chunk]]:
    groups: list[list[Chunk]] = [[]]
    for chunk in utterance.chunks():
        groups[-1].append(chunk)
        if chunk.ends_piece is not None:
            groups.append([])
    return groups[:-1]


def test_another_voice_is_brought_to_the_rate_of_the_first() -> None:
    low = LoadedVoice("low", Lower(), reader())
    tones = (tone_card(), replace(tone_card(), name="low", engine="other", package="low"))
    voices = {"tone": VOICE, "low": low}
    pieces = pieces_of("First. [voice:low]Second.", cards=tones)
    assert [piece.voice for piece in pieces] == ["tone", "low"]
    utterance = Utterance(
        pieces, Soloists(voices.__getitem__), prosody=Prosody(), gate=EngineGate(1), lane="room", clock=SystemClock()
    )
    seconds = [sum(len(chunk.samples) for chunk in group) / utterance.rate for group in by_piece(utterance)]
    assert utterance.rate == Tone.rate
    alone = sum(len(chunk) for chunk in low.engine.synthesize("Second")) / Lower.rate
    assert seconds[1] == pytest.approx(alone, abs=0.01)
    assert [one.voice.name for one in utterance.telling.speakers] == ["tone", "low"]


def test_a_piece_that_fails_is_said_whole_by_the_understudy() -> None:
    spare = LoadedVoice("spare", Tone(), reader())
    ensemble = Understudies(LoadedVoice("broken", Broken(), reader()), spare)
    utterance = make_utterance("One two.", ensemble=ensemble)
    made = joined(list(utterance.chunks()))
    expected = joined(list(make_utterance("One two.").chunks()))
    assert np.allclose(made[-len(expected) :], expected, atol=1e-6)
    assert [(one.voice.name, one.role) for one in utterance.telling.speakers] == [
        ("broken", "primary"),
        ("spare", "backup"),
    ]
    assert ensemble.errors == ["the sound is not plausible"]


def test_without_an_understudy_the_error_of_the_engine_travels() -> None:
    utterance = make_utterance("One two.", ensemble=Understudies(LoadedVoice("broken", Broken(), reader()), None))
    with pytest.raises(Fatal, match="not plausible"):
        list(utterance.chunks())


def test_a_failed_piece_is_told_once() -> None:
    spare = LoadedVoice("spare", Tone(), reader())
    utterance = make_utterance("One two. Three.", ensemble=Understudies(LoadedVoice("mute", Mute(), reader()), spare))
    list(utterance.chunks())
    assert utterance.telling.normalized == ["One two.", "Three."]
    assert len(utterance.telling.phonemes) == 2
    assert [one.voice.name for one in utterance.telling.speakers] == ["spare"]  # the other one made no sound


def test_an_understudy_that_cannot_read_the_piece_is_no_fault_of_the_caller() -> None:
    illiterate = LoadedVoice("illiterate", Tone(), reader(FussyLetters))
    ensemble = Understudies(LoadedVoice("broken", Broken(), reader()), illiterate)
    with pytest.raises(Fatal, match="not plausible"):
        list(make_utterance(f"This is {UNREADABLE}.", ensemble=ensemble).chunks())


def test_pitch_is_told_where_the_voice_has_none() -> None:
    utterance = make_utterance("One. Two.", replace(VOICE, has_pitch=False), prosody=Prosody(pitch=2.0))
    list(utterance.chunks())
    assert [(one.code, one.field) for one in utterance.telling.warnings] == [("pitch_ignored", "pitch")]
