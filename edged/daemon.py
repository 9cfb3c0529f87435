"""The composition root: everything is built, started top to bottom and stopped bottom to top here, and nowhere else."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edged.announcer import Announcer
from edged.clock import SystemClock
from edged.delivery import Delivery
from edged.engine.memory import tune_allocator
from edged.errors import ConfigurationError, Fatal, Rejected, StorageFailed
from edged.gate import EngineGate
from edged.intake import Intake
from edged.job import Stage
from edged.ledger import Ledger
from edged.lexicon_desk import LexiconDesk
from edged.lexicons import LexiconStore
from edged.measuring import IdleMeasuring, bench_command, building
from edged.message import Outbound
from edged.mqtt.session import MqttSession
from edged.mqtt.topics import Topics
from edged.operations import Operations
from edged.output.select import open_output
from edged.reporter import Reporter
from edged.settings import Live, Settings, changed_needing_restart, load
from edged.site import Site
from edged.speech import VoiceLibrary
from edged.spool.ownership import own
from edged.spool.store import Store
from edged.standby import Standby
from edged.statistics import Statistics
from edged.status import Status
from edged.supervision import log as journal
from edged.supervision.heartbeat import Heartbeat
from edged.supervision.notify import ServiceManager

log = logging.getLogger(__name__)

TICK_S = 1.0
"""Seconds between two rounds of the main thread."""
PRUNE_S = 600.0
"""Seconds between two clean-ups of what is remembered."""
BEAT_LIMITS = {"mqtt": 30.0, "room": 60.0, "render": 120.0, "delivery": 30.0, "reporter": 30.0}
"""Seconds without a beat after which a thread counts as hung; the slowest step of each is far below."""


class Daemon:
    """One running edged."""

    def __init__(self, settings: Settings, config: Path | None) -> None:
        self._live = Live(settings)
        self._config = config
        self._clock = SystemClock()
        self._manager = ServiceManager()
        self._heartbeat = Heartbeat()
        for name, limit in BEAT_LIMITS.items():
            self._heartbeat.register(name, limit)
        # Of all queues this one may be used in a signal handler.
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._next_prune = 0.0
        self._compose()

    def _compose(self) -> None:
        settings, clock = self._live.current, self._clock
        self._topics = Topics(
            settings.mqtt.base_topic, settings.node, settings.mqtt.groups, settings.mqtt.discovery_prefix
        )
        self._owned = own(settings.state_dir)
        self._store = Store(settings.state_dir / "spool.sqlite3")
        self._lexicons = LexiconStore(settings.state_dir)
        self._library = VoiceLibrary(settings, self._lexicons.amend)
        self._site = Site(self._store, settings.speech)
        self._statistics = Statistics()
        self._delivery = Delivery(
            open_output(settings.sound, settings.state_dir), clock, settings.sound.idle_close_s, self._beat("delivery")
        )
        self._ledger = Ledger(self._store, settings.node, self._topics.base, clock, self._tell)
        gate = EngineGate(settings.engine.width)
        self._standby = Standby(self._live, self._library, self._site, clock=clock, announce=self._announce_engine)
        stage = Stage(
            live=self._live,
            store=self._store,
            ledger=self._ledger,
            library=self._library,
            standby=self._standby,
            site=self._site,
            gate=gate,
            delivery=self._delivery,
            clock=clock,
        )
        self._announcer = Announcer(
            stage, self._statistics, {"room": self._beat("room"), "render": self._beat("render")}, self._turned
        )
        self._measuring = IdleMeasuring(
            clock,
            idle_s=lambda: self._live.current.engine.measure_idle_s,
            wanted=self._library.undecided,
            busy=lambda: self._announcer.busy or building(),
            command=lambda voice: bench_command(self._config, voice),
            measured=self._take_over,
        )
        self._compose_outside()

    def _compose_outside(self) -> None:
        settings, clock = self._live.current, self._clock
        self._status = Status(
            self._live,
            self._topics,
            store=self._store,
            announcer=self._announcer,
            library=self._library,
            standby=self._standby,
            site=self._site,
            statistics=self._statistics,
            clock=clock,
            link=self._link_figures,
            underruns=lambda: self._delivery.output.underruns,
        )
        self._reporter = Reporter(
            self._store,
            clock,
            standing=self._status.standing,
            health=self._status.health_message,
            health_interval_s=lambda: self._live.current.health.interval_s,
            beat=self._beat("reporter"),
        )
        self._ledger.wake = self._library.changed = self._reporter.wake
        operations = Operations(
            self._topics,
            announcer=self._announcer,
            library=self._library,
            standby=self._standby,
            lexicons=LexiconDesk(self._lexicons),
            site=self._site,
            status=self._status,
            clock=clock,
            tell=self._tell,
            reload=self.reload,
            set_log_level=journal.set_level,
            voice_changed=self._load_voice,
        )
        self._intake = Intake(
            self._live,
            self._topics,
            store=self._store,
            announcer=self._announcer,
            library=self._library,
            site=self._site,
            ledger=self._ledger,
            clock=clock,
            obey=operations.obey,
        )
        self._session = MqttSession(
            settings.mqtt,
            settings.node,
            subscriptions=self._topics.subscriptions(),
            will=Outbound(self._topics.availability, b"offline", retain=True),
            handler=_Handler(self._intake, self._on_connected),
            beat=self._beat("mqtt"),
            on_published=self._reporter.acknowledged,
            session_token=self._store.recall("mqtt_session"),
        )

    # -- life --------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Start, serve until a signal says stop, stop; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self._start()
        tick_s = min(TICK_S, self._manager.watchdog_interval_s or TICK_S)
        while (received := self._next_signal(tick_s)) not in {signal.SIGTERM, signal.SIGINT}:
            if received == signal.SIGHUP:
                self._reload_by_signal()
            self._tick()
        self._stop()
        return 0

    def _start(self) -> None:
        self._manager.status("loading the voice")
        self._load_voice()
        self._announcer.recover()
        self._delivery.start()
        self._announcer.start()
        self._reporter.start(self._session)
        self._session.start()
        self._errand(self._standby.warm)
        self._manager.ready(self._words())
        log.info("ready: %s", self._words())

    def _stop(self) -> None:
        self._manager.stopping()
        log.info("stopping: what is being said goes on at the next start")
        self._measuring.stop()
        self._announcer.stop()
        self._delivery.stop()
        self._reporter.stop()
        self._session.stop(Outbound(self._topics.availability, b"offline", retain=True))
        self._library.close()
        self._store.close()
        os.close(self._owned)

    def _load_voice(self) -> None:
        """Open the voice that is set, or any other: a wrong voice is better than silence."""
        wanted = self._site.state.voice
        first = {card.package: card.name for card in reversed(self._library.cards)}  # one of each package will do
        others = [self._live.current.speech.voice, *reversed(first.values())]
        problem: str | None = None
        for name in dict.fromkeys([wanted, *others]):
            try:
                voice = self._library.get(self._library.resolve(name).name)
            except (Rejected, Fatal) as error:
                problem = problem or f"{error.message}; `edged voices install {name}` or `edged doctor` helps"
                continue
            if name != wanted:
                problem = f"{problem}; {name} speaks instead"
                self._site.stand_in(name)
                log.warning("%s", problem)
            self._status.voice, self._status.voice_problem = voice, problem
            self._standby.watch()
            return
        self._status.voice, self._status.voice_problem = None, problem
        log.error("nothing can be spoken: %s", problem)

    def _on_signal(self, number: int, _frame: object) -> None:
        self._signals.put(number)

    def _next_signal(self, seconds: float) -> int | None:
        with contextlib.suppress(queue.Empty):
            return self._signals.get(timeout=seconds)
        return None

    def _tick(self) -> None:
        late = self._heartbeat.late()
        if late:
            log.critical("hung: %s; the watchdog will restart the service", ", ".join(late))
        else:
            self._manager.watchdog()
        self._manager.status(self._words())
        self._measuring.look()
        self._look_after_engines()
        try:
            self._announcer.expire_due()
            self._housekeep()
        except StorageFailed as error:
            log.warning("clean-up waits for the disk: %s", error)

    def _look_after_engines(self) -> None:
        """The first engine is probed in the render lane, which may be busy; it takes over again from here."""
        self._standby.settle(self._announcer.in_flight)
        speaking = self._announcer.in_flight and self._standby.standing.role == "primary"  # which proves as much
        if not speaking and self._standby.probe_due() and not self._errand(self._standby.probe):
            self._standby.not_probed()

    def _housekeep(self) -> None:
        now = self._clock.monotonic()
        if now >= self._next_prune or self._store.problem:
            self._next_prune = now + PRUNE_S
            self._store.remember("wall", self._clock.wall(), full=False)
            forgotten = self._store.prune(self._clock.wall() - self._live.current.queue.dedup_window_s)
            log.debug("forgot %d requests older than the deduplication window", forgotten)

    # -- reload ------------------------------------------------------------------------------------------------

    def reload(self) -> dict[str, Any]:
        """Read the settings file again; what took effect and what needs a restart.

        Raises :class:`ConfigurationError`; the old settings then stay in force.
        """
        old, new = self._live.current, load(self._config)
        restart = changed_needing_restart(old, new)
        changed = [name for name in Settings.model_fields if getattr(old, name) != getattr(new, name)]
        self._live.current = new.model_copy(update={name: getattr(old, name) for name in restart})
        if "log_level" in changed:
            journal.set_level(new.log_level)
        self._library.rescan()
        self._site.use(self._live.current.speech)
        self._load_voice()
        self._take_over()
        log.info("reloaded: changed %s; a restart is needed for %s", changed or "nothing", restart or "nothing")
        return {"changed": changed, "restart_required": restart}

    def _reload_by_signal(self) -> None:
        self._manager.reloading()
        try:
            self.reload()
        except ConfigurationError as error:
            log.error("the settings stay as they were: %s", error)  # noqa: TRY400 - its cause is the sentence
        self._manager.ready(self._words())

    # -- small connections -------------------------------------------------------------------------------------

    def _beat(self, name: str) -> Callable[[], None]:
        return lambda: self._heartbeat.beat(name)

    def _on_connected(self) -> None:
        try:
            self._store.remember("mqtt_session", self._session.session_token)
        except StorageFailed as error:
            log.warning("after a restart, redeliveries without an id may be spoken again: %s", error)
        self._reporter.connected()

    def _tell(self, message: Outbound) -> None:
        self._reporter.tell(message)

    def _turned(self) -> None:
        """A lane took up a request, or is done with it."""
        self._measuring.interrupt()
        self._reporter.wake()

    def _take_over(self) -> None:
        """The variants may have been measured: the best speaks from the next request on; opened by the render lane."""

        def reopen() -> None:
            if self._library.reconsider():
                self._load_voice()
                self._reporter.wake()

        self._errand(reopen)  # if too many wait it is measured again, later

    def _errand(self, errand: Callable[[], None]) -> bool:
        """Have the render lane do something; False if too much waits there already."""
        try:
            self._announcer.run_errand(errand)
        except Rejected:
            return False
        return True

    def _announce_engine(self, *, role: str, reason: str) -> None:
        self._ledger.event("engine_switched", None, role=role, reason=reason)
        self._reporter.wake()

    def _link_figures(self) -> dict[str, Any]:
        figures = self._session.statistics
        return {
            "connected": self._session.connected,
            "received": figures.received,
            "published": figures.published,
            "queued": figures.queued,
            "events_lost": self._reporter.events_lost,
        }

    def _words(self) -> str:
        """The status line of the service."""
        if self._status.voice is None:
            return f"cannot speak: {self._status.voice_problem}"
        engine = self._status.voice.engine
        broker = "connected" if self._session.connected else f"no broker ({self._session.last_error or 'connecting'})"
        waiting = self._announcer.snapshot().depth
        runs = " ".join(filter(None, (engine.provider.variant, "on", engine.provider.obtained)))
        return f"voice {self._status.voice.name} {runs}; {broker}; {waiting} waiting"


class _Handler:
    """What the MQTT thread calls."""

    def __init__(self, intake: Intake, connected: Callable[[], None]) -> None:
        self.receive = intake.receive
        self.flush = intake.flush
        self.confirmed = intake.confirmed
        self._intake = intake
        self._connected = connected

    def connected(self, session_present: bool) -> None:  # noqa: FBT001 - the flag of CONNACK
        if not session_present:
            log.info("the broker holds no earlier session of ours: what was published while we were away is lost")
        self._connected()

    def disconnected(self, reason: str) -> None:
        self._intake.disconnected()
        level = logging.INFO if reason == "stopped" else logging.WARNING
        log.log(level, "the broker is away (%s): what was accepted is spoken, outcomes wait", reason)


def run(settings: Settings, config: Path | None) -> int:
    """The daemon, from start to stop; the exit code."""
    journal.setup(settings.log_level)
    journal.install_excepthooks()
    tune_allocator()
    return Daemon(settings, config).run()
