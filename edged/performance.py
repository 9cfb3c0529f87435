"""One attempt at one request: from the queue to the last sample, whatever happens on the way."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edged.clock import Clock
from edged.delivery import Delivery, Hooks, Playback, Stopped
from edged.errors import Fatal, Rejected, Retryable, StorageFailed
from edged.gate import EngineGate
from edged.ledger import Ledger
from edged.lifecycle import State, Step, after
from edged.message import Outbound
from edged.outcome import Report
from edged.output.publisher import Publisher
from edged.settings import Live, Settings
from edged.site import Site, loudness
from edged.speech import VoiceLibrary
from edged.spool.records import Entry
from edged.spool.store import Store
from edged.utterance import Telling, Utterance
from edged.waveform import Samples, pcm16

log = logging.getLogger(__name__)

SHUTDOWN = "shutdown"
"""``Job.stop`` with this word puts the request back into the queue instead of ending it."""
WAIT_S = 0.5
"""Seconds between two signs of life while sound plays."""


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
    site: Site
    gate: EngineGate
    delivery: Delivery
    clock: Clock

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.live.current


def perform(stage: Stage, job: Job, beat: Callable[[], None]) -> tuple[Step, Report]:
    """Say it or render it; the step to take and the report that goes with it. ``beat``: the lane is alive.

    The step ``requeue`` ends nothing: the request goes on later from piece ``job.spoken``. On return the output has
    let go of it.
    """
    attempt = _Attempt(stage, job, beat)
    try:
        return attempt.refusal() or attempt.run()
    except Stopped:
        return attempt.stopped()
    except Retryable as error:
        return attempt.lost(error)
    except (Rejected, Fatal, StorageFailed) as error:
        return attempt.broken(error)


class _Attempt:
    def __init__(self, stage: Stage, job: Job, beat: Callable[[], None]) -> None:
        self._stage = stage
        self._beat = beat
        self._job = job
        self._entry = job.entry
        self._request = job.entry.request
        self._now = stage.clock.monotonic
        self._utterance: Utterance | None = None
        self._publisher: Publisher | None = None
        self._unposted: list[Outbound] = []
        self._playing: Playback | None = None
        self._digest = hashlib.sha256()
        job.spoken = job.entry.spoken
        job.marks["claimed"] = self._now()

    # -- before ------------------------------------------------------------------------------------------------

    def refusal(self) -> tuple[Step, Report] | None:
        """Whether it is too late, or the house has been muted since."""
        if self._now() >= self._entry.expires:
            return "expire", self.report("expired", reason="ttl")
        if self._entry.lane == "room" and self._entry.priority != "important" and self._stage.site.state.muted:
            error = Rejected("muted", "the house is muted; only `important` is spoken")
            return "reject", self.report("rejected", error=error.as_result())
        return None

    # -- the attempt -------------------------------------------------------------------------------------------

    def run(self) -> tuple[Step, Report]:
        stage, entry, request = self._stage, self._entry, self._request
        self._record("claim")
        stage.ledger.event("synthesizing", entry.id)
        state = stage.site.state
        card = stage.library.resolve(request.voice or state.voice, request.lang)
        self._utterance = utterance = Utterance(
            stage.library.get(card.name),
            request.text,
            "plain" if request.format == "plain" else "text",
            speed=request.speed or state.speed,
            gate=stage.gate,
            lane=entry.lane,
            clock=stage.clock,
        )
        self._job.pieces = len(utterance.pieces)
        if not utterance.pieces:
            raise Rejected("bad_request", "text: there is nothing in it that can be said", field="text")
        if request.output.publish != "none":
            self._publisher = Publisher(stage.settings.base, entry.id, request.output, utterance.voice.engine.rate)
        try:
            self._make(utterance)
            self._play_out()
        finally:
            self._silence()
        self._publish_rest()
        return "finish", self.report("finished")

    def _make(self, utterance: Utterance) -> None:
        """Render, handing every chunk on at once."""
        room = self._entry.lane == "room"
        heard_before = self._job.spoken if room else 0
        piece = 0 if self._publisher else heard_before
        for chunk in utterance.chunks(first_piece=piece):
            self._beat()
            if self._job.stopped_by is not None:
                raise Stopped
            if room and piece >= heard_before:
                self._hand_over(chunk.samples, utterance.voice.engine.rate)
                if chunk.ends_piece is not None and self._playing is not None:
                    self._playing.mark(chunk.ends_piece)
            self._digest.update(pcm16(chunk.samples))
            if self._publisher is not None:
                self._publish(self._publisher, chunk.samples)
            if chunk.ends_piece is not None:
                piece = chunk.ends_piece + 1

    def _hand_over(self, samples: Samples, rate: int) -> None:
        if self._playing is None:
            self._playing = self._begin(rate)
        if len(samples):
            self._playing.put(samples)

    def _begin(self, rate: int) -> Playback:
        job = self._job
        if self._now() >= self._entry.expires:
            job.stop("ttl")
            raise Stopped
        job.playback = Playback(self._entry.id, rate, self._stage.settings.sound.ahead_s, self._hooks())
        if job.stopped_by is not None:
            raise Stopped
        self._stage.delivery.play(job.playback)
        return job.playback

    def _play_out(self) -> None:
        playback = self._playing
        if playback is None:
            return
        playback.end()
        while not playback.wait(WAIT_S):
            self._beat()
        self._job.spoken = self._job.pieces

    def _silence(self) -> None:
        """Whatever happened, the output is free for the next one."""
        playback = self._playing
        if playback is None:
            return
        playback.stop()
        while not playback.settled(WAIT_S):
            self._beat()

    # -- publishing --------------------------------------------------------------------------------------------

    def _publish(self, publisher: Publisher, samples: Samples) -> None:
        if self._entry.lane == "render" and "first_audio" not in self._job.marks:
            self._job.marks["first_audio"] = self._now()
            self._stage.ledger.event("started", self._entry.id, rate=publisher.rate)
        volume = self._request.volume
        self._unposted += publisher.put(samples if volume is None else samples * np.float32(volume))
        # One that waits for the device is tried every second: it is published once the device takes its sound.
        if "first_audio" in self._job.marks:
            self._post()

    def _publish_rest(self) -> None:
        if self._publisher is not None:
            self._unposted += self._publisher.end()
            self._post()

    def _post(self) -> None:
        messages, self._unposted = self._unposted, []
        if not messages:
            return
        waiting = self._stage.store.outbox_size()[1] + sum(len(message.payload) for message in messages)
        limit = self._stage.settings.outbox.max_mib * 1024 * 1024
        if waiting > limit:
            raise Fatal("queue_full", f"the broker is away and {limit} bytes of audio wait for it already")
        for message in messages:
            self._stage.store.post(message, full=False)
        self._stage.ledger.wake()

    # -- what the delivery thread tells ------------------------------------------------------------------------

    def _hooks(self) -> Hooks:
        return Hooks(volume=self._volume, started=self._started, heard=self._heard, before_last=self._before_last)

    def _volume(self) -> float:
        return loudness(
            self._stage.site.state,
            self._entry.priority,
            self._request.volume,
            self._stage.settings.speech.important_volume,
        )

    def _started(self) -> None:
        self._job.marks["first_audio"] = self._now()
        if self._job.state != "ending":
            self._record("start")
        rate = self._utterance.voice.engine.rate if self._utterance else None
        self._stage.ledger.event("started", self._entry.id, rate=self._publisher.rate if self._publisher else rate)

    def _heard(self, piece: int) -> None:
        self._job.spoken = piece + 1
        self._written(lambda: self._stage.store.progress(self._entry.seq, piece + 1))

    def _before_last(self) -> None:
        self._record("end")

    def _record(self, step: Step) -> None:
        state = self._job.step(step)
        self._written(lambda: self._stage.store.record(self._entry.seq, state))

    def _written(self, write: Callable[[], object]) -> None:
        """A full disk must not silence the room."""
        try:
            write()
        except StorageFailed as error:
            log.warning("progress is not on disk, a crash now would repeat a sentence: %s", error)

    # -- after -------------------------------------------------------------------------------------------------

    def lost(self, error: Retryable) -> tuple[Step, Report]:
        """What becomes of it when the output is lost."""
        if self._job.state == "ending":
            return self._finished_but("tail_unconfirmed", f"the last words may not have been heard: {error}")
        if self._stage.settings.sound.on_device_loss == "wait":
            return "requeue", self.report("failed", error=error.as_result())
        return "fail", self.report("failed", error=error.as_result())

    def broken(self, error: Rejected | Fatal | StorageFailed) -> tuple[Step, Report]:
        """What becomes of it when something failed that is not the output."""
        if self._job.state == "ending":
            return self._finished_but("audio_unpublished", f"it was spoken, but not published: {error}")
        if isinstance(error, StorageFailed):
            log.error("rendering waits for the disk: %s", error)
            return "requeue", self.report("failed")
        if isinstance(error, Fatal):
            return "fail", self.report("failed", error=error.as_result())
        return "reject", self.report("rejected", error=error.as_result())

    def _finished_but(self, code: str, message: str) -> tuple[Step, Report]:
        log.warning("%s", message, extra={"request_id": self._entry.id})
        warning = {"code": code, "message": message, "field": None}
        return "finish", self.report("finished", warnings=(*self._entry.warnings, warning))

    def stopped(self) -> tuple[Step, Report]:
        """What becomes of it when it was stopped from outside."""
        if self._job.stopped_by == SHUTDOWN:
            return "requeue", self.report("cancelled")
        if self._job.stopped_by == "ttl":
            return "expire", self.report("expired", reason="ttl")
        return "cancel", self.report("cancelled", reason=self._job.stopped_by)

    def report(self, outcome: Any, **facts: Any) -> Report:
        """Everything known by now."""
        telling = self._utterance.telling if self._utterance else Telling()
        voice = self._utterance.voice if self._utterance else None
        finished = outcome == "finished"
        return Report(
            outcome,
            audio=self._audio(telling) if finished else None,
            timing_ms=self._timing(telling),
            rtf=round(telling.synth_s / telling.audio_s, 4) if telling.audio_s else None,
            engine={"role": "primary", "name": voice.engine.name} if voice else None,
            voice=voice.name if voice else None,
            provider=voice.engine.provider.obtained if voice else None,
            model=voice.engine.model if voice else None,
            normalized=" ".join(telling.normalized) if voice else None,
            phonemes=" ".join(telling.phonemes) if voice else None,
            spoken_fraction=1.0 if finished else self._fraction(),
            **{"warnings": self._entry.warnings, **facts},
        )

    def _fraction(self) -> float:
        return round(self._job.spoken / self._job.pieces, 3) if self._job.pieces else 0.0

    def _audio(self, telling: Telling) -> dict[str, Any]:
        publisher = self._publisher
        rate = self._utterance.voice.engine.rate if self._utterance else 0
        return {
            "ms": round(telling.audio_s * 1000),
            "rate": publisher.rate if publisher else rate,
            "topic": publisher.topic if publisher else None,
            "sha256": publisher.sha256 if publisher else self._digest.hexdigest(),
        }

    def _timing(self, telling: Telling) -> dict[str, int]:
        marks, received = self._job.marks, self._entry.received
        timing = {"queue": marks["claimed"] - received, "text": telling.text_s, "synth": telling.synth_s}
        if "first_audio" in marks:
            timing["first_audio"] = marks["first_audio"] - received
        playback = self._job.playback
        if playback is not None and playback.last_heard is not None and playback.first_accepted is not None:
            timing["play"] = playback.last_heard - playback.first_accepted
        return {name: round(seconds * 1000) for name, seconds in timing.items()}
