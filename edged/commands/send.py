"""``edged send``: ask a node to speak, through the broker, as a hub would."""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, final

from edged.errors import Unavailable
from edged.message import Inbound, Outbound
from edged.request import PRIORITIES
from edged.settings import Settings, load

if TYPE_CHECKING:
    from edged.mqtt.session import MqttSession

CONNECT_S = 10.0
"""How long the broker may take to accept us and what we send."""


def add_parser(subparsers: Any) -> None:
    """Add ``send`` to the command line."""
    parser = subparsers.add_parser(
        "send",
        help="have a node speak, through the broker",
        description="Publish a request as a hub would. With --wait the result is printed, and the exit code is 0 only"
        " if it was spoken to its end.",
    )
    parser.add_argument("text", nargs="?", help="what to say; - reads standard input")
    parser.add_argument("--stop", action="store_true", help="cancel what is being said, instead of saying something")
    parser.add_argument("--node", help="the node that is to speak (default: the one of the settings)")
    parser.add_argument("--priority", choices=PRIORITIES)
    parser.add_argument("--voice")
    parser.add_argument("--ttl", type=float, metavar="SECONDS", help="worthless if not spoken by then")
    parser.add_argument("--wait", action="store_true", help="wait for the result and print it")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="of --wait (default: 60)")
    parser.set_defaults(run=run, refuse=parser.error)


def run(args: argparse.Namespace) -> int:
    """Send it; 0 when the broker has it (with --wait: when it was spoken), 1 if not, 69 without a broker."""
    if args.stop == (args.text is not None):
        args.refuse("give a text or --stop")
    settings = load(args.config)
    base = f"{settings.mqtt.base_topic}/{args.node or settings.node}"
    if args.stop:
        with _Conversation(settings, []) as conversation:
            conversation.send(Outbound(f"{base}/cancel", b""))
        return 0
    body = _body(args)
    reply_to = f"{settings.mqtt.base_topic}/reply/{uuid.uuid4()}"
    with _Conversation(settings, [reply_to] if args.wait else []) as conversation:
        conversation.send(_request(f"{base}/say", body, reply_to if args.wait else None, settings.mqtt.protocol))
        if args.wait:
            return _print_result(conversation.reply(args.timeout), args.timeout)
    print(f"sent to {args.node or settings.node} as {body['id']}", file=sys.stderr)
    return 0


def _body(args: argparse.Namespace) -> dict[str, Any]:
    text = sys.stdin.read() if args.text == "-" else args.text
    fields = {"priority": args.priority, "voice": args.voice, "ttl_s": args.ttl}
    given = {name: value for name, value in fields.items() if value is not None}
    return {"v": 1, "id": str(uuid.uuid4()), "text": text, "source": "edged send", **given}


def _request(topic: str, body: dict[str, Any], reply_to: str | None, protocol: str) -> Outbound:
    """The message; what MQTT 5 says in properties stands in the body on 3.1.1."""
    if reply_to is None:
        return Outbound(topic, _encode(body))
    if protocol == "5":
        return Outbound(topic, _encode(body), response_topic=reply_to, correlation=body["id"].encode())
    return Outbound(topic, _encode({**body, "reply_to": reply_to, "correlation": body["id"]}))


def _encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _print_result(payload: bytes | None, timeout: float) -> int:
    if payload is None:
        print(f"edged: no result within {timeout:g} s; is the node's name right, and does it run?", file=sys.stderr)
        return 1
    print(payload.decode("utf-8", "replace"))
    try:
        return 0 if json.loads(payload)["outcome"] == "finished" else 1
    except (ValueError, KeyError, TypeError):
        print("edged: that is no result of edged", file=sys.stderr)
        return 1


@final
class _Conversation:
    """A short session under a name of its own; also its handler."""

    def __init__(self, settings: Settings, subscriptions: Sequence[str]) -> None:
        from edged.mqtt.session import MqttSession  # noqa: PLC0415 - loads the MQTT library

        self._where = f"{settings.mqtt.host}:{settings.mqtt.port}"
        self._up = threading.Event()
        self._sent = threading.Event()
        self._replies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._taken: list[Inbound] = []
        self._link: MqttSession = MqttSession(
            settings.mqtt,
            settings.node,
            subscriptions,
            None,
            self,
            on_published=lambda _token: self._sent.set(),
            client_id=f"edged-send-{uuid.uuid4().hex[:12]}",
            durable=False,
        )

    def __enter__(self) -> _Conversation:
        self._link.start()
        try:
            self._await(self._up.is_set)
        except Unavailable:
            self._link.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._link.stop()

    def _await(self, done: Callable[[], bool]) -> None:
        """Raises :class:`Unavailable` with what is wrong, as soon as something is."""
        end = time.monotonic() + CONNECT_S
        while not done():
            if self._link.last_error is not None or time.monotonic() > end:
                raise Unavailable(self._link.last_error or f"no answer from the broker at {self._where}")
            time.sleep(0.01)

    def send(self, message: Outbound) -> None:
        """Publish and wait until the broker has it; raises :class:`Unavailable`."""
        if self._link.publish(message) is None:
            raise Unavailable(f"the broker at {self._where} is gone again")
        self._await(self._sent.is_set)
        if self._link.last_error is not None:
            raise Unavailable(self._link.last_error)

    def reply(self, timeout: float) -> bytes | None:
        """The first reply, None if there is none in time."""
        try:
            return self._replies.get(timeout=timeout)
        except queue.Empty:
            return None

    # -- what the session tells its handler --------------------------------------------------------------------

    def receive(self, message: Inbound) -> None:
        """A reply."""
        self._taken.append(message)
        self._replies.put(message.payload)

    def flush(self) -> Sequence[Inbound]:
        """Everything was taken."""
        taken, self._taken = self._taken, []
        return taken

    def connected(self, session_present: bool) -> None:  # noqa: ARG002, FBT001 - the handler's shape
        """The broker has accepted us."""
        self._up.set()

    def disconnected(self, reason: str) -> None:
        """Seen in the session's ``last_error``."""

    def confirmed(self, messages: Sequence[Inbound]) -> None:
        """Of no interest here."""
