"""Counts the real PUBACK packets that a client sends its broker, by listening on the wire between them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

PUBACK = 4
"""Type of the packet, MQTT 3.1.1 and 5, section 3.4."""


class Packets:
    """Cuts one direction of an MQTT connection into packets and counts those of one type."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._held = b""

    def feed(self, data: bytes) -> int:
        """How many packets of the type are complete with these bytes."""
        self._held += data
        at = found = 0
        while (end := _end(self._held, at)) is not None and end <= len(self._held):
            found += self._held[at] >> 4 == self._wanted
            at = end
        self._held = self._held[at:]
        return found


def _end(data: bytes, at: int) -> int | None:
    """Where the packet at ``at`` ends by its length field; None while that is incomplete."""
    length = 0
    for index in range(4):
        if at + 1 + index >= len(data):
            return None
        byte = data[at + 1 + index]
        length |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return at + 2 + index + length
    raise ValueError("not an MQTT packet")


class Wiretap:
    """A TCP relay to ``port`` for one client at a time. ``marks``: monotonic time and PUBACKs counted by then."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.marks: list[tuple[float, int]] = [(time.monotonic(), 0)]
        self._threads: list[threading.Thread] = []
        self._ends: list[socket.socket] = []
        self._spawn(self._accept)

    @property
    def count(self) -> int:
        return self.marks[-1][1]

    def close(self) -> None:
        for end in [self._server, *self._ends]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in [self._server, *self._ends]:
            end.close()

    def _spawn(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [near, far]
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._spawn(self._pump, near, far, Packets(PUBACK))
                self._spawn(self._pump, far, near, None)

    def _pump(self, source: socket.socket, sink: socket.socket, packets: Packets | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
                if packets is not None and (fresh := packets.feed(data)):
                    self.marks.append((time.monotonic(), self.count + fresh))
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
