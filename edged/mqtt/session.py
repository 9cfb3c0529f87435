"""The session with the broker, and the one door to paho: one client, driven step by step by one thread.

Nothing of paho leaves this file: what it calls back becomes a call of ``Events`` or a ``Failure``.
paho holds a lock of its own while it calls back; therefore nobody but the owning thread may use a :class:`PahoWire`.
"""

from __future__ import annotations

import logging
import select
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edged.errors import EdgedError
from edged.message import Inbound, Outbound
from edged.mqtt.contract import Accepted, Events, Handler
from edged.mqtt.failure import Failure, ended, refused, unreachable
from edged.mqtt.loop import Loop
from edged.mqtt.outgoing import WINDOW
from edged.mqtt.tls import load_certificates, make_context
from edged.settings import Mqtt

logger = logging.getLogger(__name__)


class MqttSession(Loop):
    """One client at the broker, connected for ever.

    Its name there is ``edged-<node>`` unless ``client_id`` says otherwise; ``durable``: the broker keeps its queue
    while we are away. ``session_token`` is what the last process knew the broker's session by, None if nothing is
    known. ``beat`` is called at least once a second, ``on_published`` with the token of each message that the broker
    has acknowledged (QoS 0: that was written); both in the mqtt thread.
    """

    def __init__(
        self,
        settings: Mqtt,
        node: str,
        subscriptions: Sequence[str],
        will: Outbound | None,
        handler: Handler,
        *,
        beat: Callable[[], None] = lambda: None,
        on_published: Callable[[int], None] = lambda _token: None,
        session_token: str | None = None,
        client_id: str | None = None,
        durable: bool = True,
    ) -> None:
        name = client_id or f"edged-{node}"
        wire = PahoWire(settings, name, will, self, durable=durable)
        super().__init__(
            wire, settings, name, subscriptions, handler, beat=beat, on_published=on_published, token=session_token
        )


class PahoWire:
    """A connection to one broker that can be opened again and again; unacknowledged messages live on in it."""

    def __init__(self, settings: Mqtt, client_id: str, will: Outbound | None, events: Events, *, durable: bool) -> None:
        self._settings = settings
        self._events = events
        self._five = settings.protocol == "5"
        self._tls = make_context()
        self.answers: deque[tuple[int, str | None]] = deque()
        """Packet ids that the broker has acknowledged (QoS 0: that were written), and what it had against them."""
        self._forget()
        self._client = self._make_client(client_id, will, durable=durable)

    def _forget(self) -> None:
        self._accepted = False
        self._refusal: Failure | None = None
        self._end: tuple[ReasonCode, bool] | None = None
        self._subscribing: tuple[int | None, tuple[str, ...]] = (None, ())

    # -- opening and closing ----------------------------------------------------------------------------------

    def _make_client(self, client_id: str, will: Outbound | None, *, durable: bool) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if self._five else not durable,
            protocol=MQTTProtocolVersion.MQTTv5 if self._five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.enable_logger(logger.getChild("paho"))
        client.max_inflight_messages_set(WINDOW)
        client.max_queued_messages_set(WINDOW)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        if self._settings.tls.enabled:
            client.tls_set_context(self._tls)
        self._set_address(client, durable=durable)
        return client

    def _set_address(self, client: Client, *, durable: bool) -> None:
        settings = self._settings
        if not self._five:
            client.connect_async(settings.host, settings.port, settings.keepalive_s)
            return
        properties = _properties(PacketTypes.CONNECT)
        properties.ReceiveMaximum = settings.receive_maximum
        if durable:
            properties.SessionExpiryInterval = settings.session_expiry_s
        client.connect_async(
            settings.host, settings.port, settings.keepalive_s, clean_start=not durable, properties=properties
        )

    def open(self) -> Failure | None:
        """Connect and send CONNECT; None if that went well. Blocks in name look-up, TCP and TLS (5 s each)."""
        settings = self._settings
        self._forget()
        try:
            self._client.username_pw_set(settings.username, settings.read_password())
            if settings.tls.enabled:
                load_certificates(self._tls, settings.tls)
            self._client.reconnect()
            sock = self.socket()
            if sock is not None:
                # A request and its answer are small packets: none of them may wait for another (Nagle).
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError, EdgedError) as error:
            return unreachable(error, settings.host, settings.port)
        return None

    def socket(self) -> socket.socket | None:
        """The open connection, None if there is none."""
        sock = self._client.socket()
        return sock if isinstance(sock, socket.socket) else None

    def say_goodbye(self) -> None:
        """Tell the broker that we leave on purpose, so that it does not publish the will."""
        self._client.disconnect()

    def hang_up(self) -> None:
        """Close the connection without a word."""
        sock = self.socket()
        if sock is not None:
            sock.close()

    def why_ended(self) -> Failure:
        """Why the connection is closed."""
        if self._refusal is not None:
            return self._refusal
        if self._end is None:
            return Failure("connection lost")
        reason, by_broker = self._end
        return ended(reason.value, str(reason), by_broker=by_broker, answered=self._accepted)

    # -- driving ----------------------------------------------------------------------------------------------

    @property
    def interest(self) -> int:
        """The ``poll`` events to wait for."""
        return select.POLLIN | (select.POLLOUT if self._client.want_write() else 0)

    def pending(self) -> bool:
        """Whether TLS has read bytes that we have not taken yet: ``poll`` does not see those."""
        sock = self.socket()
        return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0

    def read(self) -> None:
        """Take about one packet; the socket must be readable."""
        self._client.loop_read()

    def attend(self) -> None:
        """Write what waits, and look after keep-alive."""
        if self._client.want_write():
            self._client.loop_write()
        self._client.loop_misc()

    # -- packets ----------------------------------------------------------------------------------------------

    def subscribe(self, filters: Sequence[str]) -> None:
        """Ask for ``filters`` at QoS 1; on MQTT 5 without stored messages."""
        if self._five:
            options = SubscribeOptions(1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
            packet_id = self._client.subscribe([(name, options) for name in filters])[1]
        else:
            packet_id = self._client.subscribe([(name, 1) for name in filters])[1]
        self._subscribing = (packet_id, tuple(filters))

    def publish(self, message: Outbound) -> int | None:
        """Hand over a message; returns its packet id, None if it must wait. Survives reconnects with QoS 1."""
        properties = self._publish_properties(message) if self._five else None
        info = self._client.publish(message.topic, message.payload, message.qos, message.retain, properties)
        return None if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE else info.mid

    def acknowledge(self, packet_id: int) -> None:
        """Tell the broker that a QoS 1 message is ours now."""
        self._client.ack(packet_id, 1)

    def _publish_properties(self, message: Outbound) -> Properties:
        properties = _properties(PacketTypes.PUBLISH)
        if message.content_type is not None:
            properties.ContentType = message.content_type
        if message.response_topic is not None:
            properties.ResponseTopic = message.response_topic
        if message.correlation is not None:
            properties.CorrelationData = message.correlation
        if message.expiry_s is not None:
            properties.MessageExpiryInterval = message.expiry_s
        for pair in message.user_properties:
            properties.UserProperty = pair
        return properties

    # -- what paho calls --------------------------------------------------------------------------------------

    def _on_connect(
        self, _client: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._refusal = refused(reason.value, str(reason))
            return
        self._accepted = True
        self._events.accepted(
            Accepted(
                flags.session_present,
                getattr(properties, "ReceiveMaximum", WINDOW),
                getattr(properties, "MaximumPacketSize", None),
            )
        )

    def _on_disconnect(
        self, _client: Client, _data: object, flags: DisconnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if self._end is None:
            self._end = (reason, flags.is_disconnect_packet_from_server)

    def _on_subscribe(
        self, _client: Client, _data: object, packet_id: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        asked, filters = self._subscribing
        if packet_id != asked:
            return
        for name, reason in zip(filters, reasons, strict=False):
            if reason.is_failure:
                self._events.subscription_refused(name, str(reason))

    def _on_publish(
        self, _client: Client, _data: object, packet_id: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        self.answers.append((packet_id, str(reason) if reason.is_failure else None))

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            logger.warning("a message whose topic is not UTF-8 was thrown away")
            self._client.ack(message.mid, message.qos)
            return
        properties = message.properties
        self._events.arrived(
            Inbound(
                topic=topic,
                payload=bytes(message.payload),
                qos=message.qos,
                retain=message.retain,
                dup=message.dup,
                packet_id=message.mid if message.qos > 0 else 0,
                expiry_s=getattr(properties, "MessageExpiryInterval", None),
                response_topic=getattr(properties, "ResponseTopic", None),
                correlation=getattr(properties, "CorrelationData", None),
            )
        )


def _properties(packet_type: int) -> Properties:
    return Properties(packet_type)  # type: ignore[no-untyped-call]  # paho leaves this one untyped
