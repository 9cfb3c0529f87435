"""What the people of the house have set: volume, mute, voice, speed. Kept over restarts."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Any

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


def first_state(defaults: Speech) -> SiteState:
    """The values of the settings, before anybody has set one."""
    return SiteState(volume=defaults.volume, muted=False, voice=defaults.voice, speed=defaults.speed)


def loudness(state: SiteState, priority: Priority, wanted: float | None, important_volume: float) -> float:
    """The volume at which a request is heard, 0 to 1: the site's times its own.

    ``important`` ignores mute and is never softer than ``important_volume``; muting silences everything else.
    """
    volume = state.volume * (1.0 if wanted is None else wanted)
    if priority == "important":
        return max(volume, important_volume)
    return 0.0 if state.muted else volume


class Site:
    """The values in force: the settings', and over them what was set since, kept in the spool. Thread-safe."""

    def __init__(self, store: Store, defaults: Speech) -> None:
        self._store = store
        self._lock = threading.Lock()
        kept = store.recall(_KEY)
        self._kept: dict[str, Any] = kept if isinstance(kept, dict) else {}
        self._state = self._composed(defaults)

    def _composed(self, defaults: Speech) -> SiteState:
        state = first_state(defaults)
        return replace(state, **{key: value for key, value in self._kept.items() if key in asdict(state)})

    def use(self, defaults: Speech) -> None:
        """Take over reloaded settings for whatever nobody has set."""
        with self._lock:
            self._state = self._composed(defaults)

    def stand_in(self, voice: str) -> None:
        """Speak with another voice while the one that was set is not there; forgotten at the next start or reload."""
        with self._lock:
            self._state = replace(self._state, voice=voice)

    @property
    def state(self) -> SiteState:
        """The values in force."""
        return self._state

    def change(self, **values: float | bool | str) -> SiteState:
        """Set and keep new values; raises ``StorageFailed``: then nothing has changed."""
        with self._lock:
            state = replace(self._state, **values)  # type: ignore[arg-type]  # the callers name the fields
            kept = {**self._kept, **values}
            self._store.remember(_KEY, kept)
            self._kept, self._state = kept, state
            return state
