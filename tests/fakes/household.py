"""Everything between the spool and the output, on the tone engine: what the daemon composes, without a broker."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from edged.announcer import Announcer
from edged.clock import Clock, SystemClock
from edged.delivery import Delivery
from edged.engine.tone import Tone
from edged.errors import Fatal, Rejected
from edged.gate import EngineGate
from edged.job import Stage
from edged.ledger import Ledger
from edged.message import Outbound
from edged.output.contract import Output
from edged.packages import OpenPackage, tone_card
from edged.request import SpeechRequest
from edged.settings import Live, parse
from edged.site import Site
from edged.speech import VoiceLibrary
from edged.spool.records import Entry
from edged.spool.store import Store
from edged.standby import Standby
from edged.statistics import Statistics
from edged.text.contract import Reading, Spoken
from edged.text.phonemes.letters import Letters
from edged.text.reader import Reader
from edged.waveform import Samples
from tests.fakes.manual_output import PATIENCE_S, ManualOutput

NODE = "kitchen"
BASE = f"edged/{NODE}"
UNREADABLE = "unreadable"
"""A sentence with this word is refused by the front end."""
BREAKS = "breaks"
"""A sentence with this word breaks the engine."""


class FussyLetters(Letters):
    """Letters, but one word is unknown."""

    def read(self, spans: Sequence[Spoken]) -> Reading:
        if any(UNREADABLE in span.source for span in spans):
            raise Rejected(
                "bad_request", f"text: {UNREADABLE!r} has a phoneme that the voice does not know", field="text"
            )
        return super().read(spans)


class FragileTone(Tone):
    """Beeps, but one word breaks it."""

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        for number, chunk in enumerate(super().synthesize(phonemes, speed, pitch)):
            if BREAKS in phonemes and number > 0:
                raise Fatal("synth_failed", "the sound is not plausible")
            yield chunk


class Voices(VoiceLibrary):
    """The tone voice that can be made to fail."""

    def _opened(self, name: str) -> OpenPackage:
        engine, reader = FragileTone(), Reader(dict.fromkeys(tone_card().languages, FussyLetters))
        return OpenPackage(name, engine, reader, engine_of=lambda _: engine, gain_of=lambda _: 0.0)


class Household:
    """One node without its broker. Nothing runs before :meth:`start`."""

    def __init__(
        self, folder: Path, output: Output | None = None, clock: Clock | None = None, **sections: dict[str, Any]
    ) -> None:
        plain = {"node": NODE, "state_dir": str(folder), "engine": {"kind": "tone"}, **sections}
        self.live = Live(parse(plain))
        self.clock = clock or SystemClock()
        self.output = output or ManualOutput()
        self.store = Store(folder / "spool.sqlite3")
        self.library = Voices(self.live.current)
        self.site = Site(self.store, self.live.current.speech)
        self.events: list[dict[str, Any]] = []
        self._told = threading.Event()
        self.ledger = Ledger(self.store, NODE, BASE, self.clock, self._tell)
        self.ledger.wake = self._wake
        self.delivery = Delivery(self.output, self.clock, self.live.current.sound.idle_close_s, lambda: None)
        self.gate = EngineGate(1)
        self.standby = Standby(self.live, self.library, self.site, clock=self.clock, announce=self._announce)
        self.stage = Stage(
            live=self.live,
            store=self.store,
            ledger=self.ledger,
            library=self.library,
            standby=self.standby,
            site=self.site,
            gate=self.gate,
            delivery=self.delivery,
            clock=self.clock,
        )
        self.statistics = Statistics()
        self.beats: list[str] = []
        self.announcer = Announcer(
            self.stage,
            self.statistics,
            {"room": lambda: self.beats.append("room"), "render": lambda: self.beats.append("render")},
            self._wake,
        )
        self._numbers = itertools.count(1)
        self._running = False

    # -- life --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Both lanes and the delivery thread."""
        self.delivery.start()
        self.announcer.start()
        self._running = True

    def stop(self) -> None:
        """In the order of the daemon. Whatever the output held is heard."""
        if isinstance(self.output, ManualOutput):
            self.output.play_freely()
        if self._running:
            self._running = False
            self.announcer.stop()
            self.delivery.stop()

    def close(self) -> None:
        self.stop()
        self.store.close()

    # -- requests ----------------------------------------------------------------------------------------------

    def entry(self, text: str = "Hello.", *, ttl_s: float = 3600.0, lane: Any = None, **fields: Any) -> Entry:
        """An accepted request as intake would store it; not stored yet."""
        request = SpeechRequest(text=text, **fields)
        now, wall = self.clock.monotonic(), self.clock.wall()
        return Entry(
            seq=0,
            id=request.id or f"r{next(self._numbers)}",
            body_sha256="0" * 64,
            lane=lane or ("room" if request.output.play else "render"),
            priority=request.priority,
            request=request,
            warnings=(),
            reply_topic=None,
            correlation=None,
            accepted_wall=wall,
            boot=self.clock.boot_id(),
            received=now,
            expires=now + ttl_s,
            expires_wall=wall + ttl_s,
        )

    def say(self, text: str = "Hello.", **fields: Any) -> str:
        """Accept a request; its id."""
        entry = self.store.append(self.entry(text, **fields))
        self.announcer.enqueue(entry)
        return entry.id

    # -- what is told ------------------------------------------------------------------------------------------

    def messages(self) -> list[Outbound]:
        """The outbox, oldest first."""
        return [row.message for row in self.store.outbox_after(0, 100_000)]

    def results(self) -> dict[str, dict[str, Any]]:
        """Result by id; fails where a request has two."""
        found: dict[str, dict[str, Any]] = {}
        for message in self.messages():
            if message.topic == f"{BASE}/result":
                result = json.loads(message.payload)
                assert result["id"] not in found, f"two results for {result['id']}"
                found[result["id"]] = result
        return found

    def result(self, request_id: str) -> dict[str, Any]:
        """The result of a request; waits for it."""
        self.wait_for(lambda: request_id in self.results())
        return self.results()[request_id]

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Until something is so; it is looked at whenever the node tells something."""
        for _ in range(int(PATIENCE_S / 0.05)):
            if condition():
                return
            self._told.wait(0.05)
            self._told.clear()
        raise AssertionError("it never came to that")

    def wait_for_event(self, event_type: str, request_id: str) -> None:
        """Until a passing event has been told."""
        wanted = (event_type, request_id)
        self.wait_for(lambda: wanted in [(event["event_type"], event["id"]) for event in list(self.events)])

    def _announce(self, *, role: str, reason: str) -> None:
        self.ledger.event("engine_switched", None, role=role, reason=reason)

    def _tell(self, message: Outbound) -> None:
        self.events.append(json.loads(message.payload))
        self._wake()

    def _wake(self) -> None:
        self._told.set()
