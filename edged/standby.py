"""Who speaks when an engine fails: the backup at once, and for good when the first engine stays unwell.

The policy is `engine.failover`, without effects; here are the effects: voices are opened, the first engine is probed
with a real sentence, and every change of role is told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from edged.blends import find
from edged.casting import Piece
from edged.clock import Clock
from edged.engine import failover
from edged.engine.failover import Changed, Event, Standing
from edged.errors import Fatal, Rejected
from edged.probing import say_probe
from edged.settings import Failover, Live
from edged.site import Site
from edged.speech import LoadedVoice, VoiceLibrary
from edged.utterance import Ensemble, Speaker, Telling

log = logging.getLogger(__name__)

Part = Literal["auto", "primary", "backup"]


class Announce(Protocol):
    """Tells the house of a change of engines."""

    def __call__(self, *, role: str, reason: str) -> None:
        """``role``: who speaks from now on; ``reason``: why."""


class Standby:
    """Gives out speakers. Thread-safe; what takes time runs in the thread that asks."""

    def __init__(
        self,
        live: Live,
        library: VoiceLibrary,
        site: Site,
        *,
        clock: Clock,
        announce: Announce,
    ) -> None:
        self._live = live
        self._library = library
        self._site = site
        self._clock = clock
        self._announce = announce
        self._lock = threading.Lock()
        self._package = ""
        self._standing = failover.started(clock.monotonic(), live.current.failover)
        self._probing = False
        self._stand_in: LoadedVoice | None = None
        library.kept = self._kept

    @property
    def standing(self) -> Standing:
        """Where the first engine stands."""
        return self._standing

    @property
    def stand_in(self) -> LoadedVoice | None:
        """The voice that speaks in place of the site's; None while the first engine speaks."""
        return self._stand_in if self._standing.role == "backup" else None

    def ensemble(self, part: Part) -> Ensemble:
        """The speakers for a request that asks for this engine."""
        return _Ensemble(self, part)

    def _kept(self) -> list[str]:
        return [self._site.state.voice, *self._ready()]

    def _ready(self) -> list[str]:
        """Voices that are to begin at once whenever they are wanted: the chain, and those of the other languages."""
        return [*self._rules.backup, *self._live.current.speech.voices.values()]

    @property
    def _rules(self) -> Failover:
        return self._live.current.failover

    # -- who speaks --------------------------------------------------------------------------------------------

    def first(self, piece: Piece, part: Part) -> Speaker:
        """Who begins with a piece; raises ``Rejected`` or ``Fatal`` if nobody can say it."""
        if part == "backup":
            return self._chosen_backup(piece)
        if part == "auto" and self._on_backup(piece.voice):
            speaker = self.backup(piece, (piece.voice,), self._standing.reason or "")
            if speaker is not None:
                return speaker
        try:
            return Speaker(self._library.get(piece.voice))
        except Fatal as error:
            self.failed(piece.voice, error)
            speaker = self.backup(piece, (piece.voice,), error.message) if part == "auto" else None
            if speaker is None:
                raise
            return speaker

    def backup(self, piece: Piece, failed: Sequence[str], reason: str) -> Speaker | None:
        """The first voice of the chain that can say the piece and shares no package with those that failed."""
        return next(self._backups(piece, failed, reason), None)

    def _backups(self, piece: Piece, failed: Sequence[str], reason: str) -> Iterator[Speaker]:
        cards = self._library.cards
        packages = {card.package for name in failed if (card := find(cards, name)) is not None}
        for name in self._rules.backup:
            card = find(cards, name)
            if card is None or card.package in packages or not all(card.reads(one) for one in piece.languages):
                continue
            try:
                voice = self._library.get(name)
            except (Fatal, Rejected) as error:
                log.error("the backup %s does not open: %s", name, error.message)  # noqa: TRY400 - its cause is the sentence
                continue
            self._stand_in = voice
            yield Speaker(voice, "backup", reason)

    def _chosen_backup(self, piece: Piece) -> Speaker:
        speaker = self.backup(piece, (piece.voice,), "the request asks for it")
        if speaker is None:
            languages = ", ".join(piece.languages)
            raise Rejected("unsupported", f"engine: there is no backup that reads {languages}", field="engine")
        return speaker

    def _on_backup(self, voice: str) -> bool:
        card = find(self._library.cards, voice)
        return self._standing.role == "backup" and card is not None and card.package == self._package

    # -- how it went -------------------------------------------------------------------------------------------

    def failed(self, voice: str, error: Fatal) -> None:
        """A voice could not speak; if it is of the first engine that counts."""
        log.warning("%s cannot speak: %s", voice, error.message)
        if self._is_first(voice):
            self._change(
                lambda state, now: failover.after_request(
                    state, ok=False, rtf=None, reason=error.message, now=now, rules=self._rules
                )
            )

    def spoke(self, telling: Telling) -> None:
        """A request was spoken to its end."""
        own = [one for one in telling.speakers if one.role == "primary" and self._is_first(one.voice.name)]
        if not own or any(one.role == "backup" for one in telling.speakers):
            return
        rtf = telling.synth_s / telling.audio_s if telling.audio_s else None
        self._change(
            lambda state, now: failover.after_request(state, ok=True, rtf=rtf, reason="", now=now, rules=self._rules)
        )

    def fail_back(self) -> Standing:
        """The operator's word; what follows from it at once is in the answer."""
        with self._lock:
            self._standing = failover.asked_back(self._standing)
        return self._standing

    def settle(self, in_flight: int) -> None:
        """Whether the first engine speaks again."""
        self._change(lambda state, now: failover.settled(state, in_flight=in_flight, now=now, rules=self._rules))

    def warm(self) -> None:
        """Open the chain and the voices of the other languages, so that they begin at once."""
        for name in self._ready():
            if find(self._library.cards, name) is not None:
                try:
                    self._library.get(name)
                except (Fatal, Rejected) as error:
                    log.error("the voice %s does not open: %s", name, error.message)  # noqa: TRY400 - said in words

    def watch(self) -> None:
        """Follow the site's voice: the engine behind it is the first one."""
        card = find(self._library.cards, self._site.state.voice)
        package = card.package if card else ""
        with self._lock:
            if package != self._package:
                self._package = package
                self._standing = failover.started(self._clock.monotonic(), self._rules)

    def probe_due(self) -> bool:
        """Whether :meth:`probe` is to be run; once asked it stays due until it has run."""
        with self._lock:
            due = not self._probing and bool(self._package) and failover.probe_due(self._standing, self._now())
            self._probing = self._probing or due
        return due

    def probe(self) -> None:
        """Have the first engine say a real sentence, unheard. Takes as long as that takes."""
        problem, seconds = "", 0.0
        try:
            seconds = say_probe(self._library, self._site.state.voice, self._clock)
        except (Fatal, Rejected) as error:
            problem = error.message
        finally:
            with self._lock:
                self._probing = False
        self._change(
            lambda state, now: failover.after_probe(
                state, ok=not problem, seconds=seconds, reason=problem, now=now, rules=self._rules
            )
        )

    def not_probed(self) -> None:
        """There was no room for the probe: it is due again."""
        with self._lock:
            self._probing = False

    # -- changes -----------------------------------------------------------------------------------------------

    def _is_first(self, voice: str) -> bool:
        card = find(self._library.cards, voice)
        return card is not None and card.package == self._package

    def _now(self) -> float:
        return self._clock.monotonic()

    def _change(self, step: Callable[[Standing, float], Changed]) -> None:
        with self._lock:
            self._standing, events = step(self._standing, self._now())
        for event in events:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        if event.kind == "failed":
            log.warning("the first engine, %s, failed: %s", self._package, event.reason)
        elif event.kind == "to_backup":
            log.error("the backup speaks from now on, %s does not: %s", self._package, event.reason)
            self._announce(role="backup", reason=event.reason)
        else:
            log.info("%s speaks again: %s", self._package, event.reason)
            self._announce(role="primary", reason=event.reason)


class _Ensemble:
    """The speakers of one request."""

    def __init__(self, standby: Standby, part: Part) -> None:
        self._standby = standby
        self._part: Part = part

    def speaker(self, piece: Piece) -> Speaker:
        return self._standby.first(piece, self._part)

    def understudy(self, piece: Piece, failed: Sequence[Speaker], error: Fatal) -> Speaker | None:
        self._standby.failed(failed[-1].voice.name, error)
        if self._part == "primary":
            return None
        return self._standby.backup(piece, [piece.voice, *(one.voice.name for one in failed)], error.message)
