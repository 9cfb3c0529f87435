"""A claimed request and the stage it is performed on."""

from __future__ import annotations

from dataclasses import dataclass, field

from edged.clock import Clock
from edged.delivery import Delivery, Playback
from edged.gate import EngineGate
from edged.ledger import Ledger
from edged.lifecycle import State, Step, after
from edged.settings import Live, Settings
from edged.site import Site
from edged.speech import VoiceLibrary
from edged.spool.records import Entry
from edged.spool.store import Store
from edged.standby import Standby

SHUTDOWN = "shutdown"
"""``Job.stop`` with this word puts the request back into the queue instead of ending it."""


@dataclass
class Job:
    """A claimed request. ``stop`` may be called from any thread; the rest belongs to the thread of its lane."""

    entry: Entry
    state: State
    stopped_by: str | None = None
    """Who or what stopped it, in a word; None while it runs."""
    playback: Playback | None = None
    spoken: int = 0
    """Pieces heard to their end."""
    pieces: int = 0
    marks: dict[str, float] = field(default_factory=dict)
    """Monotonic times: claimed, first_audio."""

    def step(self, step: Step) -> State:
        """Take a step of the lifecycle; the new state."""
        self.state = after(self.state, step)
        return self.state

    def stop(self, by: str) -> bool:
        """Silence it; False if it is already over. A request that was cancelled stays so when the daemon stops."""
        if self.stopped_by in {None, SHUTDOWN}:
            self.stopped_by = by
        playback = self.playback  # read after the word is set: the lane sets the one and then reads the other
        return playback is None or playback.stop()

    @property
    def cancelled(self) -> bool:
        """Whether it was stopped for good."""
        return self.stopped_by not in {None, SHUTDOWN}


@dataclass(frozen=True)
class Stage:
    """What a performance needs of the rest of the daemon."""

    live: Live
    store: Store
    ledger: Ledger
    library: VoiceLibrary
    standby: Standby
    site: Site
    gate: EngineGate
    delivery: Delivery
    clock: Clock

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.live.current
