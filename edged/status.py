"""What the node says of itself: availability, state, info and settings (retained), health (now and then)."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edged import __version__
from edged.account import engine_facts
from edged.announcer import Announcer, Snapshot
from edged.clock import Clock, rfc3339
from edged.engine.contract import ProviderReport
from edged.engine.memory import resident_mib
from edged.message import Outbound
from edged.mqtt.topics import Topics
from edged.outcome import encode
from edged.request import MAX_BODY, MAX_CORRELATION, MAX_CUSTOM, PRIORITIES, request_schema
from edged.settings import Live, Settings
from edged.site import Site
from edged.speech import LoadedVoice, VoiceLibrary
from edged.spool.store import Store
from edged.standby import Standby
from edged.statistics import Statistics
from edged.utterance import Speaker

SUPPORTED_VERBS = ("say", "synth", "cancel")
SUPPORTED_SETTINGS = ("volume", "mute", "voice", "speed")
SUPPORTED_OPERATIONS = (
    "failback",
    "health",
    "info",
    "lexicon/delete",
    "lexicon/list",
    "lexicon/put",
    "log_level",
    "normalize",
    "phonemize",
    "queue",
    "reload",
    "voices",
)


class Status:
    """Composes the node's own messages. Reads, never changes; every method may be called from any thread."""

    def __init__(
        self,
        live: Live,
        topics: Topics,
        *,
        store: Store,
        announcer: Announcer,
        library: VoiceLibrary,
        standby: Standby,
        site: Site,
        statistics: Statistics,
        clock: Clock,
        link: Callable[[], dict[str, Any]],
        underruns: Callable[[], int],
    ) -> None:
        self._live = live
        self.voice: LoadedVoice | None = None
        """The default voice; None while there is none."""
        self.voice_problem: str | None = None
        """Why there is no default voice, in words."""
        self._topics = topics
        self._store = store
        self._announcer = announcer
        self._library = library
        self._standby = standby
        self._site = site
        self._statistics = statistics
        self._clock = clock
        self._link = link
        self._underruns = underruns
        self._since = ("", 0.0)
        self._info_cache: tuple[object, bytes] | None = None
        self._started = clock.monotonic()
        self._schema = request_schema()
        self._settings_schema = Settings.model_json_schema()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._live.current

    # -- retained ----------------------------------------------------------------------------------------------

    def standing(self) -> list[Outbound]:
        """Everything retained, as it should stand at the broker now."""
        site = self._site.state
        values = {
            "volume": f"{site.volume:g}",
            "mute": "ON" if site.muted else "OFF",
            "voice": site.voice,
            "speed": f"{site.speed:g}",
        }
        return [
            _retained(self._topics.availability, b"online"),
            _retained(self._topics.info, self._info_payload(), "application/json"),
            _retained(self._topics.state, encode(self.state()), "application/json"),
            *(_retained(self._topics.setting(name), value.encode()) for name, value in values.items()),
        ]

    def _info_payload(self) -> bytes:
        """``info``, composed anew only when it can have changed: it carries two schemas and is asked for often."""
        key = (self._library.cards, self.voice, self.voice and self.voice.engine.provider, self._live.current)
        if self._info_cache is None or self._info_cache[0] != key:
            self._info_cache = (key, encode(self.info()))
        return self._info_cache[1]

    def state(self) -> dict[str, Any]:
        """The ``state`` object of the contract."""
        snapshot = self._announcer.snapshot()
        word = self._word(snapshot)
        if word != self._since[0]:
            self._since = (word, self._clock.wall())
        speaker = self._speaker()
        engine = speaker.voice.engine if speaker else None
        return {
            "state": word,
            "muted": self._site.state.muted,
            "degraded": self._degraded(snapshot),
            "current": snapshot.current,
            "queue": {
                "depth": snapshot.depth,
                "audio_s": snapshot.seconds,
                "by_priority": snapshot.by_priority,
                "scheduled": 0,
            },
            "engine": engine_facts(speaker) if speaker else None,
            "voice": self._site.state.voice,
            "loading": self._library.loading,
            "provider": engine.provider.obtained if engine else None,
            "variant": (engine.provider.variant or None) if engine else None,
            "model": engine.model if engine else None,
            "since": rfc3339(self._since[1]),
        }

    def _word(self, snapshot: Snapshot) -> str:
        if self.voice is None or snapshot.device_problem or self._store.problem:
            return "error"
        if self._library.loading and not snapshot.sounding:
            return "loading"
        return "speaking" if snapshot.current else "idle"

    def _speaker(self) -> Speaker | None:
        """Who says what comes next in the site's voice."""
        if self.voice is None:
            return None
        standing = self._standby.standing
        return Speaker(self._standby.stand_in or self.voice, standing.role, standing.reason)

    def _degraded(self, snapshot: Snapshot) -> dict[str, str] | None:
        if self.voice is None or self.voice_problem:
            return {"code": "unknown_voice", "reason": self.voice_problem or "no voice is loaded"}
        if self._store.problem:
            return {"code": "queue_full", "reason": f"nothing is accepted, the disk refuses: {self._store.problem}"}
        if snapshot.device_problem:
            return {"code": "audio_device", "reason": snapshot.device_problem}
        standing = self._standby.standing
        if standing.role == "backup":
            return {"code": "synth_failed", "reason": f"the backup speaks: {standing.reason}"}
        if self.voice.degraded:
            return {"code": "provider_failed", "reason": self.voice.degraded}
        return None

    def info(self) -> dict[str, Any]:
        """The ``info`` object: what this node is and can do; lists only what works."""
        cards = self._library.cards
        return {
            "node": self.settings.node,
            "version": __version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "voices": [asdict(card) for card in cards],
            "languages": sorted({language for card in cards for language in card.languages}),
            "styles": sorted(self.settings.styles),
            "formats": {"text": ["text", "plain", "ssml"], "audio": ["wav", "flac", "ogg", "pcm"]},
            "priorities": list(PRIORITIES),
            "verbs": list(SUPPORTED_VERBS),
            "settings": list(SUPPORTED_SETTINGS),
            "operations": list(SUPPORTED_OPERATIONS),
            "limits": {
                "text": self.settings.speech.max_length,
                "body_bytes": MAX_BODY,
                "correlation_bytes": MAX_CORRELATION,
                "custom_bytes": MAX_CUSTOM,
                "queue": self.settings.queue.limit,
                "important_reserve": self.settings.queue.important_reserve,
            },
            "providers": self._providers(),
            "request_schema": self._schema,
            "settings_schema": self._settings_schema,
        }

    def _providers(self) -> dict[str, Any]:
        report: ProviderReport | None = self.voice.engine.provider if self.voice else None
        return {
            "configured": list(self.settings.engine.providers),
            "obtained": report.obtained if report else None,
            "variant": (report.variant or None) if report else None,
            "failures": report.failures if report else {},
        }

    # -- health ------------------------------------------------------------------------------------------------

    def health_message(self) -> Outbound:
        """The periodic message, QoS 0."""
        return Outbound(self._topics.health, encode(self.health()), qos=0, content_type="application/json")

    def health(self) -> dict[str, Any]:
        """Load, memory, temperature, queue, speed: figures only."""
        snapshot = self._announcer.snapshot()
        outbox, outbox_bytes = self._store.outbox_size()
        load = os.getloadavg()
        return {
            "ts": rfc3339(self._clock.wall()),
            "healthy": self._word(snapshot) != "error",
            "uptime_s": round(self._clock.monotonic() - self._started),
            "load": [round(value, 2) for value in load],
            "memory": {
                "rss_mib": resident_mib(),
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            },
            "temperature_c": _temperature(),
            "queue": {"depth": snapshot.depth, "audio_s": snapshot.seconds},
            "outbox": {"messages": outbox, "bytes": outbox_bytes},
            "underruns": self._underruns(),
            "mqtt": self._link(),
            "engine": self._engine_health(),
            **self._statistics.summary(),
        }

    def _engine_health(self) -> dict[str, Any]:
        """Who speaks and why, and how often that has changed."""
        standing = self._standby.standing
        return {
            "role": standing.role,
            "reason": standing.reason,
            "failures": standing.failures,
            "good_probes": standing.successes,
            "switches": standing.switches,
        }


def _retained(topic: str, payload: bytes, content_type: str | None = None) -> Outbound:
    return Outbound(topic, payload, retain=True, content_type=content_type)


def _temperature() -> float | None:
    """The hottest thermal zone, in degrees Celsius; None where the machine tells nothing."""
    readings = []
    for zone in Path("/sys/class/thermal").glob("thermal_zone*/temp"):
        try:
            readings.append(int(zone.read_text(encoding="ascii")) / 1000)
        except (OSError, ValueError):
            continue
    return max(readings, default=None)
