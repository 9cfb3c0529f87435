"""The thread named ``mqtt``: connects for ever, reads, has committed, acknowledges, sends.

Only this thread touches the wire: :meth:`Loop.publish` leaves its message in a queue and wakes it, so that no
lock of the MQTT library is ever taken by a thread that holds one of ours.

Messages are taken in batches: whatever can be read at once, about 64 messages or 5 milliseconds, then one
:meth:`~edged.mqtt.contract.Handler.flush`, then the acknowledgements in the order of arrival. A message alone is a
batch of its own and waits for nothing.
"""

from __future__ import annotations

import logging
import select
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from edged.message import Inbound, Outbound
from edged.mqtt.backoff import Backoff
from edged.mqtt.contract import Accepted, Handler, Statistics, Wire
from edged.mqtt.failure import Failure, suspected_takeover
from edged.mqtt.outgoing import Outgoing
from edged.mqtt.wake import Wake
from edged.settings import Mqtt

logger = logging.getLogger(__name__)

BATCH_MESSAGES = 64
BATCH_S = 0.005
CONNACK_S = 10.0
"""How long the broker may take to accept us."""
FAREWELL_S = 2.0
"""How long a stop waits for the broker to acknowledge our last messages."""
TICK_S = 1.0
"""The longest wait between two signs of life."""


class Loop:
    """Keeps one client connected over ``wire``; see :class:`edged.mqtt.session.MqttSession`."""

    def __init__(
        self,
        wire: Wire,
        settings: Mqtt,
        client_id: str,
        subscriptions: Sequence[str],
        handler: Handler,
        *,
        beat: Callable[[], None],
        on_published: Callable[[int], None],
        token: str | None,
    ) -> None:
        self.session_token = token
        """Names the broker's session, which packet ids belong to; a new one when the broker starts a new session."""
        self.connected = False
        self.last_error: str | None = None
        """What is wrong with the connection, as a sentence; None if nothing is."""
        self._settings = settings
        self._client_id = client_id
        self._subscriptions = tuple(subscriptions)
        self._handler = handler
        self._beat = beat
        self._on_published = on_published
        self._wire = wire
        self._out = Outgoing()
        self._backoff = Backoff(settings.reconnect_min_s, settings.reconnect_max_s)
        self._wake = Wake()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._stopping = threading.Event()
        self._farewell: Outbound | None = None
        self._received = self._published = 0
        self._forget_connection()

    # -- what others call -------------------------------------------------------------------------------------

    @property
    def statistics(self) -> Statistics:
        """Counts since the start."""
        return Statistics(self._received, self._published, len(self._out))

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def publish(self, message: Outbound) -> int | None:
        """Send ``message``; returns its token, or None (and nothing is queued) when not connected or too far behind.

        From any thread. A QoS 1 message survives reconnects; its token is reported exactly once. Raises
        ``ValueError`` for a topic that no broker takes.
        """
        if not message.topic or any(mark in message.topic for mark in "+#\0"):
            raise ValueError(f"not a topic to publish to: {message.topic!r}")
        message.topic.encode("utf-8")
        token = self._out.offer(message)
        if token is not None:
            self._wake.set()
        return token

    def stop(self, farewell: Outbound | None = None) -> None:
        """Send what is queued and ``farewell``, say goodbye to the broker, end the thread."""
        self._farewell = farewell
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=FAREWELL_S + 8.0)

    # -- the thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                failure = self._dial() or self._serve()
            except Exception as error:
                logger.exception("the MQTT thread met a bug; the connection is opened anew")
                failure = Failure(f"internal error: {error!r}")
            self._close(failure)

    def _forget_connection(self) -> None:
        self._accepted_at: float | None = None
        self._largest_packet: int | None = None
        self._unacknowledged: set[int] = set()
        self._arrived = 0
        self._next_flush = 0.0

    def _dial(self) -> Failure | None:
        """Open the connection in a thread that may block in a name look-up while this one goes on beating."""
        outcome: list[Failure | None] = []
        dialler = threading.Thread(target=lambda: outcome.append(self._wire.open()), name="mqtt-dial", daemon=True)
        dialler.start()
        while dialler.is_alive():
            self._beat()
            if self._stopping.is_set():
                return Failure("stopped")
            dialler.join(0.1)
        return outcome[0] if outcome else Failure("internal error while connecting")

    def _close(self, failure: Failure) -> None:
        """The connection failed or ended: say so and wait for the next attempt."""
        lived = time.monotonic() - self._accepted_at if self._accepted_at is not None else None
        was_connected, self.connected = self.connected, False
        self._wire.hang_up()
        self._out.closed()
        self._forget_connection()
        if not self._stopping.is_set():
            failure = self._judge(failure, lived)
            self.last_error = failure.reason
        if was_connected:
            self._handler.disconnected(failure.reason)
        if not self._stopping.is_set():
            delay = self._backoff.delay(lasting=failure.lasting)
            logger.warning("no connection to the broker: %s; next attempt in %.1f s", failure.reason, delay)
            self._pause(delay)

    def _judge(self, failure: Failure, lived: float | None) -> Failure:
        self._backoff.ended(lived)
        if self._backoff.looks_taken_over and not failure.lasting:
            return suspected_takeover(self._client_id, failure)
        return failure

    def _pause(self, seconds: float) -> None:
        """Wait, alive, until the time is over or somebody stops us."""
        end = time.monotonic() + seconds
        while not self._stopping.is_set() and (left := end - time.monotonic()) > 0:
            self._beat()
            self._stopping.wait(min(left, TICK_S))

    # -- the open connection ----------------------------------------------------------------------------------

    def _serve(self) -> Failure:
        """Work until the connection ends; returns why it did."""
        poller = select.poll()
        poller.register(self._wake, select.POLLIN)
        give_up = time.monotonic() + CONNACK_S
        leave_by: float | None = None
        while (sock := self._wire.socket()) is not None:
            self._beat()
            if self._stopping.is_set():
                leave_by = leave_by or self._begin_farewell()
                if len(self._out) == 0 or time.monotonic() > leave_by:
                    self._wire.say_goodbye()
                    return Failure("stopped")
            self._send_waiting()
            poller.register(sock, self._wire.interest)
            self._wait(poller)
            self._read_batch()
            self._wire.attend()
            if not self.connected and time.monotonic() > give_up:
                return Failure("the broker does not answer")
        return self._wire.why_ended()

    def _begin_farewell(self) -> float:
        if self._farewell is not None:
            self._out.offer(self._farewell)
        return time.monotonic() + (FAREWELL_S if self.connected else 0.0)

    def _wait(self, poller: select.poll) -> None:
        """Until the socket or another thread has something for us, at most one tick."""
        events = poller.poll(0 if self._wire.pending() else TICK_S * 1000)
        if any(descriptor == self._wake.fileno() for descriptor, _ in events):
            self._wake.clear()

    # -- receiving --------------------------------------------------------------------------------------------

    def _read_batch(self) -> None:
        end = time.monotonic() + BATCH_S
        poller = select.poll()
        while (sock := self._wire.socket()) is not None:
            poller.register(sock, select.POLLIN)
            if not (self._wire.pending() or poller.poll(0)):
                break
            self._wire.read()
            if self._arrived >= BATCH_MESSAGES or time.monotonic() > end:
                break
        self._acknowledge_batch()
        self._report_answers()

    def _acknowledge_batch(self) -> None:
        now = time.monotonic()
        if not self._arrived and not (self._unacknowledged and now >= self._next_flush):
            return
        self._arrived = 0
        self._next_flush = now + TICK_S
        for message in self._handler.flush():
            if message.packet_id in self._unacknowledged and message.session == self.session_token:
                self._unacknowledged.discard(message.packet_id)
                self._wire.acknowledge(message.packet_id)
                self._out.acknowledged(message)

    # -- sending ----------------------------------------------------------------------------------------------

    def _send_waiting(self) -> None:
        while self.connected and (taken := self._out.take()) is not None:
            token, message = taken
            if self._too_large(message):
                self._complain(f"{message.topic}: lost, for the broker takes at most {self._largest_packet} bytes")
                self._on_published(token)
                continue
            packet_id = self._wire.publish(message)
            if packet_id is None:
                self._out.put_back(token, message)
                break
            self._out.sent(packet_id, token, message)
        self._report_answers()

    def _too_large(self, message: Outbound) -> bool:
        if self._largest_packet is None:
            return False
        envelope = 1024  # header, content type, correlation, user properties
        return len(message.payload) + len(message.topic.encode("utf-8")) + envelope > self._largest_packet

    def _report_answers(self) -> None:
        while self._wire.answers:
            packet_id, objection = self._wire.answers.popleft()
            sent = self._out.answered(packet_id)
            if sent is None:
                continue
            if objection is not None:
                self._complain(f"{sent.message.topic}: lost, for the broker refuses it: {objection}")
            self._published += 1
            if sent.proves:
                self._handler.confirmed(sent.proves)
            self._on_published(sent.token)

    def _complain(self, sentence: str) -> None:
        self.last_error = sentence
        logger.error("%s", sentence)

    # -- what happens on the wire -----------------------------------------------------------------------------

    def accepted(self, accepted: Accepted) -> None:
        """The broker has accepted us: subscribe, and go on with what was under way."""
        self._accepted_at = time.monotonic()
        if self.session_token is None or not accepted.session_present:
            self.session_token = str(uuid.uuid4())
        self._largest_packet = accepted.largest_packet
        self.last_error = None
        self.connected = True
        self._out.opened(accepted.window)
        if self._subscriptions:
            self._wire.subscribe(self._subscriptions)
        logger.info("connected to the broker at %s:%d", self._settings.host, self._settings.port)
        self._handler.connected(accepted.session_present)

    def arrived(self, message: Inbound) -> None:
        """A message came in."""
        self._arrived += 1
        self._received += 1
        if message.qos > 0:
            self._unacknowledged.add(message.packet_id)
        self._handler.receive(replace(message, session=self.session_token or ""))

    def subscription_refused(self, name: str, reason: str) -> None:
        """The broker will not send us what matches the filter ``name``."""
        self._complain(f"the broker refuses our subscription to {name}: {reason}; its requests do not arrive")
