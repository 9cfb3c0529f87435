"""One attempt at one request: from the queue to the last sample, whatever happens on the way."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from edged.account import account
from edged.delivery import Hooks, Playback, Stopped
from edged.errors import Fatal, Rejected, Retryable, StorageFailed
from edged.job import SHUTDOWN, Job, Stage
from edged.lifecycle import Outcome, Step
from edged.message import Outbound
from edged.outcome import Report
from edged.output.publisher import Publisher
from edged.planning import Plan, plan
from edged.request import Notice
from edged.site import loudness
from edged.utterance import Utterance
from edged.waveform import Samples, pcm16

log = logging.getLogger(__name__)

KEPT_FREE = 8 * 1024 * 1024
"""Bytes of the disk that audio never takes: outcomes must be written, and even deleting needs room in SQLite's log."""
WAIT_S = 0.5
"""Seconds between two signs of life while sound plays."""


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
        self._plan: Plan | None = None
        self._utterance: Utterance | None = None
        self._publisher: Publisher | None = None
        self._unposted: list[Outbound] = []
        self._playing: Playback | None = None
        self._digest = hashlib.sha256()
        self._bookmarked = job.entry.spoken
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
        self._plan = plan(request, stage.site.state, stage.library.cards, stage.settings)
        self._utterance = utterance = Utterance(
            self._plan.pieces,
            stage.standby.ensemble(request.engine),
            prosody=self._plan.prosody,
            gate=stage.gate,
            lane=entry.lane,
            clock=stage.clock,
        )
        self._job.pieces = len(utterance.pieces)
        if request.output.publish != "none":
            self._publisher = Publisher(stage.settings.base, entry.id, request.output, utterance.rate)
        try:
            self._make(utterance)
            self._play_out()
        finally:
            self._silence()
        self._publish_rest()
        stage.standby.spoke(utterance.telling)
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
                self._hand_over(chunk.samples, utterance.rate)
                if chunk.ends_piece is not None and self._playing is not None:
                    self._playing.mark(chunk.ends_piece)
            self._digest.update(pcm16(chunk.samples))
            if self._publisher is not None:
                self._publish(self._publisher, chunk.samples)
            if chunk.ends_piece is not None:
                piece = chunk.ends_piece + 1
                if not room:  # what is heard in the room is told when it is heard
                    self._job.spoken = piece
                    self._tell_bookmarks()

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
        self._tell_bookmarks()

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
        volume = self._plan.volume if self._plan else self._request.volume
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
        store, size = self._stage.store, sum(len(message.payload) for message in messages)
        limit = self._stage.settings.outbox.max_mib * 1024 * 1024
        if store.outbox_size()[1] + size > limit:
            raise Fatal("queue_full", f"the broker is away and {limit} bytes of audio wait for it already")
        if store.free_bytes() - size < KEPT_FREE:
            raise Fatal("queue_full", "the disk is nearly full; what is left is kept for requests and their outcomes")
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
            self._plan.volume if self._plan else self._request.volume,
            self._stage.settings.speech.important_volume,
        )

    def _started(self) -> None:
        self._job.marks["first_audio"] = self._now()
        if self._job.state != "ending":
            self._record("start")
        rate = self._utterance.rate if self._utterance else None
        self._stage.ledger.event("started", self._entry.id, rate=self._publisher.rate if self._publisher else rate)

    def _heard(self, piece: int) -> None:
        self._job.spoken = piece + 1
        self._tell_bookmarks()
        self._written(lambda: self._stage.store.progress(self._entry.seq, piece + 1))

    def _tell_bookmarks(self) -> None:
        """Those of every piece that has been heard since; of the last pieces nobody hears until all is over."""
        heard = self._plan.pieces[self._bookmarked : self._job.spoken] if self._plan else ()
        self._bookmarked = self._job.spoken
        for piece in heard:
            for name in piece.bookmarks:
                self._stage.ledger.event("mark", self._entry.id, mark=name)

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
        return "finish", self.report("finished", warnings=(warning,))

    def stopped(self) -> tuple[Step, Report]:
        """What becomes of it when it was stopped from outside."""
        if self._job.stopped_by == SHUTDOWN:
            return "requeue", self.report("cancelled")
        if self._job.stopped_by == "ttl":
            return "expire", self.report("expired", reason="ttl")
        return "cancel", self.report("cancelled", reason=self._job.stopped_by)

    def report(self, outcome: Outcome, **facts: Any) -> Report:
        """Everything known by now."""
        warnings = (*self._entry.warnings, *(notice.as_result() for notice in self._notices()))
        facts = {**facts, "warnings": (*warnings, *facts.get("warnings", ()))}
        return account(self._job, self._utterance, self._publisher, outcome, sha256=self._digest.hexdigest(), **facts)

    def _notices(self) -> list[Notice]:
        """What was noticed while the text was read and said."""
        planned = self._plan.warnings if self._plan else ()
        return [*planned, *(self._utterance.telling.warnings if self._utterance else ())]
