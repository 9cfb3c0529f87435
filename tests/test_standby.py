from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edged.cards import VoiceCard
from edged.casting import Piece, Wish, cast
from edged.engine.tone import Tone
from edged.errors import Fatal, Rejected
from edged.gate import EngineGate
from edged.packages import OpenPackage
from edged.settings import Live, parse
from edged.site import Site
from edged.speech import VoiceLibrary
from edged.spool.store import Store
from edged.standby import Part, Standby
from edged.text.contract import Script, Words
from edged.text.phonemes.letters import Letters
from edged.text.reader import Reader
from edged.utterance import Prosody, Utterance
from edged.waveform import Samples
from tests.fakes.manual_clock import ManualClock

RULES = {"backup": ["two", "three"], "probe_interval_s": 30, "failures": 3, "successes": 10, "hold_s": 600}


class Ailing(Tone):
    """Speaks while it is well; takes its time on a clock that stands still otherwise."""

    def __init__(self, clock: ManualClock) -> None:
        self.well = True
        self.slow_s = 0.0
        self._clock = clock

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        self._clock.advance(self.slow_s)
        if not self.well:
            raise Fatal("synth_failed", "the engine made silence")
        yield from super().synthesize(phonemes, speed, pitch)


class Voices(VoiceLibrary):
    """Three packages: *one* and *two* read English, *three* German as well."""

    def __init__(self, live: Live, clock: ManualClock) -> None:
        self.engines = {name: Ailing(clock) for name in ("one", "two", "three")}
        self.missing: set[str] = set()
        super().__init__(live.current)

    def rescan(self) -> None:
        languages = {"one": ("en", "de"), "two": ("en",), "three": ("en", "de")}
        self._cards = tuple(VoiceCard(name, tags, None, name, package=name) for name, tags in languages.items())

    def _opened(self, name: str) -> OpenPackage:
        if name in self.missing:
            raise Fatal("provider_failed", f"{name} does not open")
        engine, reader = self.engines[name], Reader({"en": Letters, "de": Letters})
        return OpenPackage(name, engine, reader, engine_of=lambda _: engine, gain_of=lambda _: 0.0)


class Scene:
    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.live = Live(parse({"state_dir": str(folder), "failover": RULES, "speech": {"voice": "one"}}))
        self.store = Store(folder / "spool.sqlite3")
        self.voices = Voices(self.live, self.clock)
        self.told: list[tuple[str, str]] = []
        self.gate = EngineGate(1)
        self.standby = Standby(
            self.live,
            self.voices,
            Site(self.store, self.live.current.speech),
            clock=self.clock,
            announce=lambda **facts: self.told.append((facts["role"], facts["reason"])),
        )
        self.standby.watch()

    @property
    def engines(self) -> dict[str, Ailing]:
        return self.voices.engines

    def pieces(self, text: str = "Hello there.", lang: str | None = None) -> tuple[Piece, ...]:
        return cast(Script((Words(text),)), Wish("one", lang), self.voices.cards, {}).pieces

    def say(self, part: Part = "auto", lang: str | None = None, pieces: tuple[Piece, ...] | None = None) -> Any:
        """Who spoke: voice and role of each."""
        utterance = Utterance(
            pieces or self.pieces(lang=lang),
            self.standby.ensemble(part),
            prosody=Prosody(),
            gate=self.gate,
            lane="room",
            clock=self.clock,
        )
        assert sum(len(chunk.samples) for chunk in utterance.chunks()) > 0
        self.standby.spoke(utterance.telling)
        return [(one.voice.name, one.role) for one in utterance.telling.speakers]

    def probe(self, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance(30)
            assert self.standby.probe_due()
            assert not self.standby.probe_due()  # not twice
            self.standby.probe()
            self.standby.settle(0)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.store.close()


def test_the_voice_of_the_house_speaks_while_it_is_well(scene: Scene) -> None:
    assert scene.say() == [("one", "primary")]
    scene.probe(3)
    assert (scene.standby.standing.role, scene.told, scene.standby.stand_in) == ("primary", [], None)


def test_the_first_request_that_fails_is_said_by_the_backup(scene: Scene) -> None:
    scene.engines["one"].well = False
    assert scene.say() == [("two", "backup")]
    assert scene.standby.standing.role == "primary"  # one failure is no illness
    assert scene.standby.standing.failures == 1


def test_the_backup_after_the_backup_speaks_if_that_fails_too(scene: Scene) -> None:
    scene.engines["one"].well = scene.engines["two"].well = False
    assert scene.say()[-1] == ("three", "backup")
    scene.engines["three"].well = False
    with pytest.raises(Fatal, match="silence"):
        scene.say()


def test_a_backup_must_read_the_language(scene: Scene) -> None:
    scene.engines["one"].well = False
    assert scene.say(lang="de")[-1] == ("three", "backup")


def test_a_voice_that_does_not_open_is_stood_in_for(scene: Scene) -> None:
    scene.voices.missing |= {"one", "two", "three"}
    with pytest.raises(Fatal, match="one does not open"):
        scene.say()
    scene.voices.missing.remove("three")
    assert scene.say() == [("three", "backup")]


def test_three_failures_in_a_row_change_over_and_are_told(scene: Scene) -> None:
    scene.engines["one"].well = False
    for _ in range(3):
        scene.say()
    assert [role for role, _ in scene.told] == ["backup"]
    assert "the engine made silence" in scene.told[0][1]
    scene.engines["one"].well = True
    assert scene.say() == [("two", "backup")]  # it is not even tried
    stand_in = scene.standby.stand_in
    assert stand_in is not None
    assert stand_in.name == "two"


def test_probes_find_an_engine_that_nobody_asks(scene: Scene) -> None:
    scene.engines["one"].well = False
    scene.probe(3)
    assert scene.standby.standing.role == "backup"


def test_a_probe_that_takes_too_long_has_failed(scene: Scene) -> None:
    scene.engines["one"].slow_s = 6.0
    scene.probe(3)
    assert "took" in scene.told[0][1]


def test_an_overloaded_engine_is_relieved(scene: Scene) -> None:
    scene.engines["one"].slow_s = 4.0
    for _ in range(5):
        scene.say()
    assert scene.standby.standing.role == "backup"
    assert "overload" in scene.told[0][1]


def test_the_first_engine_comes_back_when_it_is_well_again(scene: Scene) -> None:
    scene.engines["one"].well = False
    scene.probe(3)
    scene.engines["one"].well = True
    scene.probe(19)
    assert scene.standby.standing.role == "backup"
    scene.clock.advance(30)
    scene.standby.settle(1)
    assert scene.standby.standing.role == "backup"  # something is still being said
    scene.standby.settle(0)
    assert [role for role, _ in scene.told] == ["backup", "primary"]
    assert scene.say() == [("one", "primary")]


def test_the_operators_word_makes_the_wait_shorter_but_not_the_proof(scene: Scene) -> None:
    scene.engines["one"].well = False
    scene.probe(3)
    scene.engines["one"].well = True
    scene.probe(9)
    assert scene.standby.fail_back().role == "backup"
    scene.standby.settle(0)
    assert len(scene.told) == 1
    scene.probe()
    assert [role for role, _ in scene.told] == ["backup", "primary"]


def test_a_request_may_insist_on_either(scene: Scene) -> None:
    assert scene.say("backup") == [("two", "backup")]
    scene.engines["one"].well = False
    with pytest.raises(Fatal, match="silence"):
        scene.say("primary")
    scene.live.current = parse({"failover": {**RULES, "backup": []}, "speech": {"voice": "one"}})
    with pytest.raises(Rejected, match="no backup") as refused:
        scene.say("backup")
    assert refused.value.code == "unsupported"


def test_another_voice_of_the_house_begins_anew(scene: Scene) -> None:
    scene.engines["one"].well = False
    scene.probe(3)
    scene.standby._site.change(voice="two")
    scene.standby.watch()
    assert scene.standby.standing.role == "primary"


def test_a_probe_for_which_there_is_no_room_is_due_again(scene: Scene) -> None:
    scene.clock.advance(30)
    assert scene.standby.probe_due()
    scene.standby.not_probed()
    assert scene.standby.probe_due()


def test_the_chain_is_opened_beforehand_and_kept(scene: Scene) -> None:
    scene.voices.missing.add("two")
    scene.standby.warm()
    assert set(scene.voices._open) == {"three"}
    assert set(scene.voices.kept()) == {"one", "two", "three"}
