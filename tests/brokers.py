"""Real brokers for tests: mosquitto as a child process, certificates made on the spot, and a hub that talks to it."""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edged.settings import Mqtt
from tests.programs import needed

Protocol = Literal["5", "3.1.1"]
PROTOCOLS: tuple[Protocol, ...] = ("5", "3.1.1")
PATIENCE_S = 20.0
CONFIGS = Path(__file__).parents[1] / "configs" / "mosquitto"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str = "the condition", patience_s: float = PATIENCE_S) -> None:
    """Wait until ``condition()`` is true; fails after a long time."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.005)


class Broker:
    """A private mosquitto with everything under ``directory``. Its port stays the same over restarts."""

    def __init__(self, directory: Path, *, listener: Sequence[str] = (), options: Sequence[str] = ()) -> None:
        self.directory = directory
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self._config = directory / "mosquitto.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            *(listener or ["allow_anonymous true"]),
            "max_queued_messages 20000",
            "set_tcp_nodelay true",
            "persistence true",
            f"persistence_location {directory}/",
            *(["user root"] if os.geteuid() == 0 else []),
            *options,
        ]
        self._config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @classmethod
    def from_example(cls, name: str, directory: Path, changes: dict[str, str]) -> Broker:
        """A broker with one of the project's example files beside Debian's own, as the file says to install it.

        Lines of the example that start like a key of ``changes`` are replaced.
        """
        broker = cls(directory)
        changes = {"listener": f"listener {broker.port} 127.0.0.1", **changes}
        lines = (CONFIGS / name).read_text(encoding="utf-8").splitlines()
        included = directory / "conf.d"
        included.mkdir()
        (included / name).write_text(
            "\n".join(changes.get(line.split(" ")[0], line) for line in lines), encoding="utf-8"
        )
        debian = ["persistence true", f"persistence_location {directory}/", f"include_dir {included}"]
        debian += ["user root"] if os.geteuid() == 0 else []
        broker._config.write_text("\n".join(debian) + "\n", encoding="utf-8")
        return broker

    def start(self) -> Broker:
        log = (self.directory / "mosquitto.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [needed("mosquitto"), "-c", str(self._config)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until(self._answers, f"mosquitto starts, see {self.directory}/mosquitto.log")
        return self

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.directory / "mosquitto.log").read_text(encoding="utf-8")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        """A clean stop: sessions and what waits in them are saved."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def settings(self, **changes: Any) -> Mqtt:
        """Settings of a session with this broker, quick to reconnect."""
        return mqtt_settings(self.port, **changes)

    @contextlib.contextmanager
    def hub(self, protocol: Protocol = "5") -> Iterator[Hub]:
        hub = Hub(self.port, protocol)
        try:
            yield hub
        finally:
            hub.close()


def mqtt_settings(port: int, **changes: Any) -> Mqtt:
    quick = {"host": "127.0.0.1", "port": port, "reconnect_min_s": 0.05, "reconnect_max_s": 0.2}
    return Mqtt.model_validate({**quick, **changes})


class Hub:
    """A client as a hub has one: publishes and listens."""

    def __init__(self, port: int, protocol: Protocol = "5", client_id: str = "", *, durable: bool = False) -> None:
        """``durable`` (MQTT 5): the broker keeps what it has for us while it restarts."""
        self._five = protocol == "5"
        version = MQTTProtocolVersion.MQTTv5 if self._five else MQTTProtocolVersion.MQTTv311
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=version)
        self._messages: queue.Queue[MQTTMessage] = queue.Queue()
        self._subscribed: queue.Queue[int] = queue.Queue()
        self._client.on_message = lambda _client, _data, message: self._messages.put(message)
        self._client.on_subscribe = lambda _client, _data, packet_id, *_rest: self._subscribed.put(packet_id)
        properties = Properties(PacketTypes.CONNECT) if durable else None  # type: ignore[no-untyped-call]
        if properties is not None:
            properties.SessionExpiryInterval = 3600
        self._client.reconnect_delay_set(1, 1)
        # mosquitto 2.0 does not save sessions that began with a clean start
        clean_start = False if durable else MQTT_CLEAN_START_FIRST_ONLY
        self._client.connect("127.0.0.1", port, clean_start=clean_start, properties=properties)
        self._client.loop_start()
        until(self._client.is_connected, "the hub connects")

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client._reset_sockets()  # paho leaves its pair of wake-up sockets to the garbage collector

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        for name in filters:
            self._client.subscribe(name, qos)
            self._subscribed.get(timeout=PATIENCE_S)

    def publish(
        self, topic: str, payload: bytes | str = b"", *, qos: int = 1, retain: bool = False, **properties: Any
    ) -> None:
        """Publish and wait for the broker's acknowledgement. Properties by their MQTT 5 names."""
        packed: Properties | None = None
        if properties:
            packed = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            for name, value in properties.items():
                setattr(packed, name, value)
        self._client.publish(topic, payload, qos, retain, packed).wait_for_publish(PATIENCE_S)

    def burst(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Publish many with QoS 1 and wait for all their acknowledgements."""
        for info in [self._client.publish(topic, payload, 1) for topic, payload in messages]:
            info.wait_for_publish(PATIENCE_S)

    def next(self) -> MQTTMessage:
        return self._messages.get(timeout=PATIENCE_S)

    def take(self, count: int) -> list[MQTTMessage]:
        return [self.next() for _ in range(count)]

    def waiting(self) -> int:
        return self._messages.qsize()


class BlackHole(contextlib.AbstractContextManager["BlackHole"]):
    """A TCP relay to ``port`` that can stop forwarding without closing anything."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.swallowing = False
        self.swallowing_up = False
        """The same for what the client sends only."""
        self._pairs: list[socket.socket] = []
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._spawn(self._accept)

    def __exit__(self, *_: object) -> None:
        self._closed = True
        for end in [self._server, *self._pairs]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in [self._server, *self._pairs]:
            end.close()

    def _spawn(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                continue
            self._pairs += [near, far]
            self._spawn(self._pump, near, far, lambda: self.swallowing or self.swallowing_up)
            self._spawn(self._pump, far, near, lambda: self.swallowing)

    def _pump(self, source: socket.socket, sink: socket.socket, swallowing: Callable[[], bool]) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not swallowing():
                    sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Certificates:
    """An authority, a certificate for 127.0.0.1, one for a client; and another authority that nobody knows."""

    directory: Path

    @property
    def ca(self) -> Path:
        return self.directory / "ca.crt"

    @property
    def stranger(self) -> Path:
        return self.directory / "stranger.crt"

    def pair(self, name: str) -> tuple[Path, Path]:
        return self.directory / f"{name}.crt", self.directory / f"{name}.key"

    def listener(self, version: str, *, require: bool = False) -> list[str]:
        """Lines of mosquitto's configuration."""
        certificate, key = self.pair("server")
        lines = [f"cafile {self.ca}", f"certfile {certificate}", f"keyfile {key}", f"tls_version {version}"]
        return [*lines, "allow_anonymous true", *(["require_certificate true"] if require else [])]


def make_certificates(directory: Path) -> Certificates:
    made = Certificates(directory)
    for authority in ("ca", "stranger"):
        _openssl("req", "-x509", *_key(made, authority), "-subj", f"/CN=edged test {authority}", "-days", "2",
                 "-out", str(directory / f"{authority}.crt"))  # fmt: skip
    _sign(made, "server", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    _sign(made, "client", "extendedKeyUsage=clientAuth")
    return made


def _key(made: Certificates, name: str) -> list[str]:
    key = str(made.directory / f"{name}.key")
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key]


def _sign(made: Certificates, name: str, extension: str) -> None:
    request, extensions = made.directory / f"{name}.csr", made.directory / f"{name}.ext"
    extensions.write_text(extension + "\n", encoding="utf-8")
    _openssl("req", "-new", *_key(made, name), "-subj", f"/CN={name}", "-out", str(request))
    _openssl("x509", "-req", "-in", str(request), "-CA", str(made.ca), "-CAkey", str(made.directory / "ca.key"),
             "-CAcreateserial", "-days", "2", "-extfile", str(extensions),
             "-out", str(made.directory / f"{name}.crt"))  # fmt: skip


def _openssl(*arguments: str) -> None:
    subprocess.run([needed("openssl"), *arguments], check=True, capture_output=True)
