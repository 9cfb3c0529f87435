"""What the people of the house have set: volume, mute, voice, speed. Kept over restarts."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace

from edged.request import Priority
from edged.settings import Speech
from edged.spool.store import Store

_KEY = "site"


@dataclass(frozen=True)
class SiteState:
    """The values in force."""

    volume: float
    """0 to 1."""
    muted: bool
    voice: str
    speed: float
    """0.5 to 2.0."""


def loudness(state: SiteState, priority: Priority, wanted: float | None, important_volume: float) -> float:
    """The volume at which a request is heard, 0 to 1: the site's times its own.

    ``important`` ignores mute and is never softer than ``important_volume``; muting silences everything else.
    """
    volume = state.volume * (1.0 if wanted is None else wanted)
    if priority == "important":
        return max(volume, important_volume)
    return 0.0 if state.muted else volume


class Site:
    """The values in force, kept in the spool. Thread-safe."""

    def __init__(self, store: Store, defaults: Speech) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._state = SiteState(volume=defaults.volume, muted=False, voice=defaults.voice, speed=defaults.speed)
        kept = store.recall(_KEY)
        if isinstance(kept, dict):
            known = {key: value for key, value in kept.items() if key in asdict(self._state)}
            self._state = replace(self._state, **known)

    @property
    def state(self) -> SiteState:
        """The values in force."""
        return self._state

    def change(self, **values: float | bool | str) -> SiteState:
        """Set and keep new values; raises ``StorageFailed``: then nothing has changed."""
        with self._lock:
            state = replace(self._state, **values)  # type: ignore[arg-type]  # the callers name the fields
            self._store.remember(_KEY, asdict(state))
            self._state = state
            return state
