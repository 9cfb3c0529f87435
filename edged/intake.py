"""What arrives becomes an accepted request on disk, a refusal with its result, or a command obeyed. Never raises.

Messages are staged as they arrive and committed together; only then are they acknowledged, in arrival order. While
the disk refuses, nothing is acknowledged and the broker keeps them.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from edged.announcer import Announcer
from edged.clock import Clock
from edged.errors import Rejected, StorageFailed
from edged.ledger import Ledger, correlation_of
from edged.message import Inbound
from edged.mqtt.topics import Address, Topics
from edged.planning import plan
from edged.request import PRIORITIES, Accepted, Envelope, SpeechRequest, envelope, read_body, validate
from edged.settings import Live
from edged.site import Site
from edged.speech import VoiceLibrary
from edged.spool.records import Delivery, Entry, Lane
from edged.spool.store import Store

log = logging.getLogger(__name__)

_SPEECH = frozenset({"say", "synth"})


@dataclass(frozen=True)
class _Draft:
    """A speech message that has been read."""

    message: Inbound
    address: Address
    body: str | dict[str, object]
    envelope: Envelope
    digest: str
    reply: tuple[str | None, bytes | None]


class Intake:
    """The link's handler for messages. Everything runs in the MQTT thread."""

    def __init__(
        self,
        live: Live,
        topics: Topics,
        *,
        store: Store,
        announcer: Announcer,
        library: VoiceLibrary,
        site: Site,
        ledger: Ledger,
        clock: Clock,
        obey: Callable[[Address, Inbound], None],
    ) -> None:
        self._live = live
        self._topics = topics
        self._store = store
        self._announcer = announcer
        self._library = library
        self._site = site
        self._ledger = ledger
        self._clock = clock
        self._obey = obey
        self._staged: list[tuple[Inbound, Address | None]] = []

    def receive(self, message: Inbound) -> None:
        """Stage a message."""
        address = self._topics.parse(message.topic)
        if address is None:
            log.warning("ignored: the topic %r asks for nothing that this node knows", message.topic)
        self._staged.append((message, address))

    def flush(self) -> list[Inbound]:
        """Take everything staged; what may be acknowledged now, in arrival order."""
        done: list[Inbound] = []
        while self._staged:
            speech = self._leading_speech()
            try:
                if speech:
                    self._take_speech(speech)
                else:
                    self._command(*self._staged[0])
            except StorageFailed as error:
                log.error("nothing is accepted until the disk takes it: %s", error)  # noqa: TRY400 - said in words
                return done
            taken = self._staged[: max(speech, 1)]
            del self._staged[: len(taken)]
            done.extend(message for message, _ in taken)
        return done

    def confirmed(self, messages: Sequence[Inbound]) -> None:
        """The broker has processed our acknowledgements of these: it may use their packet ids anew."""
        try:
            self._store.acknowledged([_delivery(message) for message in messages if message.packet_id])
        except StorageFailed as error:
            log.warning("a new request could be taken for a redelivery: %s", error)

    def disconnected(self) -> None:
        """The link is gone: what is not acknowledged yet will be delivered again, so it is forgotten here."""
        self._staged = [(message, address) for message, address in self._staged if not message.packet_id]

    def _leading_speech(self) -> int:
        """How many of the staged messages, from the first on, ask for speech."""
        speech = itertools.takewhile(lambda item: item[1] is not None and item[1].verb in _SPEECH, self._staged)
        return sum(1 for _ in speech)

    # -- commands ----------------------------------------------------------------------------------------------

    def _command(self, message: Inbound, address: Address | None) -> None:
        if address is None or (message.retain and not self._first_sight(message)):
            return
        try:
            self._obey(address, message)
        except StorageFailed:
            raise
        except Exception:  # a message that we cannot handle would come back for ever and stop all others
            log.critical("a command on %s hit a bug of ours and is dropped", message.topic, exc_info=True)

    def _first_sight(self, message: Inbound) -> bool:
        return self._store.first_sight(message.topic, _sha256(message.payload))

    # -- speech ------------------------------------------------------------------------------------------------

    def _take_speech(self, count: int) -> None:
        accepted: list[Entry] = []
        with self._store.transaction():
            for message, address in self._staged[:count]:
                entry = None if address is None else self._take(message, address, len(accepted))
                if entry is not None:
                    accepted.append(entry)
        for entry in accepted:
            self._ledger.event("accepted", entry.id, source=entry.request.source)
            if self._announcer.enqueue(entry) > 1:
                self._ledger.event("queued", entry.id, source=entry.request.source)
        self._ledger.wake()

    def _take(self, message: Inbound, address: Address, staged: int) -> Entry | None:
        """Store one message or its refusal; None if it is not a new request."""
        sender = Envelope()
        reply = (message.response_topic, message.correlation)
        if message.retain and not self._first_sight(message):
            return None
        try:
            body = read_body(message.payload)
            sender = envelope(body)
            reply = self._reply(message, sender)
            draft = _Draft(message, address, body, sender, _digest(message, address), reply)
            return self._accept(draft, staged)
        except Rejected as error:
            reply = (self._usable(reply[0]), reply[1])
            self._ledger.refuse(sender, error, delivery_key=_delivery_key(message), reply=reply)
        except StorageFailed:
            raise
        except Exception:  # a message that we cannot handle would come back for ever and stop all others
            log.critical("a request on %s hit a bug of ours and is rejected", message.topic, exc_info=True)
            bug = Rejected("bad_request", "a fault of this node: it could not read the request")
            self._ledger.refuse(sender, bug, delivery_key=_delivery_key(message), reply=(None, None))
        return None

    def _accept(self, draft: _Draft, staged: int) -> Entry | None:
        message = draft.message
        if message.retain:
            raise Rejected("retained", "a replayed retained message is never spoken; publish without retain")
        if self._is_redelivery(draft):
            return None
        problem = None if draft.reply[0] is None else self._topics.reply_problem(draft.reply[0])
        if problem is not None:
            raise Rejected("bad_request", f"reply_to: {problem}", field="reply_to")
        accepted = validate(
            draft.body,
            max_length=self._live.current.speech.max_length,
            strict_fields=self._live.current.queue.strict_fields,
        )
        request, lane = _routed(accepted.request, draft.address)
        self._admit(request, lane, staged)
        return self._store.append(self._entry(draft, replace(accepted, request=request), lane))

    def _is_redelivery(self, draft: _Draft) -> bool:
        """Whether this was accepted before; if so it is answered as before."""
        message = draft.message
        known = None
        if draft.envelope.id is not None:
            known = self._store.known(draft.envelope.id)
            if known is not None and known.body_sha256 != draft.digest:
                raise Rejected("duplicate", f"id {known.id!r} was used for another request", conflict=True)
        elif message.dup and message.packet_id:
            known = self._store.delivered_as(_delivery(message))
        if known is None:
            return False
        log.info("received again, not spoken again", extra={"request_id": known.id})
        self._ledger.repeat(known)
        return True

    def _admit(self, request: SpeechRequest, lane: Lane, staged: int) -> None:
        """Whether the house takes it now."""
        state = self._site.state
        plan(request, state, self._library.cards, self._live.current)
        if lane == "room" and state.muted and request.priority != "important":
            raise Rejected("muted", "the house is muted; only `important` is spoken")
        if not self._announcer.has_room(request.priority, staged):
            raise Rejected("queue_full", "the queue is full; try again later", limit=self._live.current.queue.limit)

    def _entry(self, draft: _Draft, accepted: Accepted, lane: Lane) -> Entry:
        request, message = accepted.request, draft.message
        now, wall = self._clock.monotonic(), self._clock.wall()
        lifetime = self._lifetime(request, message, wall)
        return Entry(
            seq=0,
            id=request.id or str(uuid.uuid4()),
            body_sha256=draft.digest,
            lane=lane,
            priority=request.priority,
            request=request,
            warnings=tuple(notice.as_result() for notice in accepted.warnings),
            reply_topic=draft.reply[0],
            correlation=draft.reply[1],
            accepted_wall=wall,
            boot=self._clock.boot_id(),
            received=now,
            expires=now + lifetime,
            expires_wall=wall + lifetime,
            delivery=_delivery(message) if message.packet_id else None,
        )

    def _lifetime(self, request: SpeechRequest, message: Inbound, wall: float) -> float:
        """Seconds during which it may be spoken: the shortest of TTL, deadline and what remains of MQTT 5 expiry."""
        queue = self._live.current.queue
        default = queue.important_ttl_s if request.priority == "important" else queue.default_ttl_s
        bounds = [request.ttl_s, message.expiry_s]
        if request.deadline is not None:
            bounds.append(request.deadline.timestamp() - wall)
        given = [bound for bound in bounds if bound is not None]
        asked = request.ttl_s is not None or request.deadline is not None
        return min(given) if asked else min([default, *given])

    # -- replies -----------------------------------------------------------------------------------------------

    def _reply(self, message: Inbound, sender: Envelope) -> tuple[str | None, bytes | None]:
        return (message.response_topic or sender.reply_to, correlation_of(message.correlation, sender))

    def _usable(self, topic: str | None) -> str | None:
        return None if topic is None or self._topics.reply_problem(topic) else topic


def _routed(request: SpeechRequest, address: Address) -> tuple[SpeechRequest, Lane]:
    """The request as its topic means it, and its lane."""
    priority = request.priority
    if address.priority is not None:
        if address.priority not in PRIORITIES:
            listed = ", ".join(PRIORITIES)
            raise Rejected("bad_request", f"priority: {address.priority[:32]!r} is none of {listed}", field="priority")
        priority = next(known for known in PRIORITIES if known == address.priority)
    output = request.output
    if address.verb == "synth":
        publish = "whole" if output.publish == "none" else output.publish
        output = output.model_copy(update={"play": False, "publish": publish})
    if not output.play and output.publish == "none":
        raise Rejected("bad_request", "output: neither played nor published, nothing would happen", field="output")
    return request.model_copy(update={"priority": priority, "output": output}), "room" if output.play else "render"


def _sha256(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _digest(message: Inbound, address: Address) -> str:
    """What makes two requests the same: what is asked for, not the topic it came by."""
    return _sha256(f"{address.verb}/{address.priority or ''}\n".encode() + message.payload)


def _delivery(message: Inbound) -> Delivery:
    return Delivery(message.session, message.packet_id, message.topic, _sha256(message.payload))


def _delivery_key(message: Inbound) -> str:
    return f"{message.session}/{message.packet_id or uuid.uuid4()}/{message.topic}/{_sha256(message.payload)}"
