"""The real daemon as a child process, and what a hub sees of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.brokers import Broker, Hub, Protocol, until

NODE = "testbox"
BASE = f"edged/{NODE}"
ENDS = frozenset({"finished", "cancelled", "superseded", "expired", "rejected", "failed"})


class Appliance:
    """One edged on one broker. Its state stays over restarts; its port, its node name and its base topic are fixed."""

    def __init__(self, directory: Path, broker: Broker, voices: Path | None, **sections: Any) -> None:
        self.directory = directory
        self.state_dir = directory / "state"
        self.config = directory / "edged.yaml"
        self.log = directory / "edged.log"
        self.spoken = directory / "spoken"
        self.process: subprocess.Popen[bytes] | None = None
        self.env: dict[str, str] = {}
        self.state_dir.mkdir(parents=True, exist_ok=True)
        if voices is not None:
            shutil.copytree(voices, self.state_dir / "voices", dirs_exist_ok=True)
        self._settings: dict[str, Any] = {
            "node": NODE,
            "state_dir": str(self.state_dir),
            "mqtt": {"host": "127.0.0.1", "port": broker.port, "reconnect_min_s": 0.05, "reconnect_max_s": 0.2},
            "sound": {"output": "wav_file", "wav_dir": str(self.spoken), "wav_keep": 1000},
        }
        self.configure(**sections)

    def configure(self, **sections: Any) -> None:
        """Write the settings file anew, sections merged key by key."""
        for name, value in sections.items():
            old = self._settings.get(name)
            self._settings[name] = {**old, **value} if isinstance(old, dict) else value
        self.config.write_text(yaml.safe_dump(self._settings), encoding="utf-8")

    def start(self) -> Appliance:
        """Start the process; does not wait."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edged", "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.env},
            )
        return self

    def stop(self) -> int:
        """SIGTERM, and wait; the exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(30)
        self.process = None
        return code

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def words(self) -> str:
        return self.log.read_text(encoding="utf-8")


class Listener:
    """A hub that keeps everything the node says."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.seen: list[tuple[str, bytes]] = []
        hub.subscribe(f"{BASE}/#", "edged/reply/#")

    def drain(self) -> None:
        while self.hub.waiting():
            message = self.hub.next()
            self.seen.append((message.topic, bytes(message.payload)))

    def topic(self, name: str) -> list[bytes]:
        self.drain()
        return [payload for topic, payload in self.seen if topic == f"{BASE}/{name}"]

    def objects(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.topic(name) if payload]

    def results(self, request_id: str | None = None) -> list[dict[str, Any]]:
        return [result for result in self.objects("result") if request_id in {None, result["id"]}]

    def result(self, request_id: str) -> dict[str, Any]:
        """The result of a request; waits for it."""
        until(lambda: self.results(request_id), f"a result of {request_id}")
        return self.results(request_id)[0]

    def events(self, request_id: str) -> list[str]:
        return [event["event_type"] for event in self.objects("event") if event["id"] == request_id]

    def wait_for(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        until(lambda: len(self.topic(name)) >= count, f"{count} messages on {name}")
        return self.objects(name)

    def ask(self, operation: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A request/response round."""
        transaction = str(time.monotonic_ns())
        self.hub.publish(f"{BASE}/request/{operation}", json.dumps({**(body or {}), "transaction": transaction}))

        def answers() -> list[dict[str, Any]]:
            found = self.objects(f"response/{operation}")
            return [answer for answer in found if answer.get("transaction") == transaction]

        until(answers, f"an answer to {operation}")
        return answers()[0]

    def online(self) -> None:
        """Wait until the node says that it is there."""
        until(lambda: self.topic("availability")[-1:] == [b"online"], "the node comes online")

    def say(self, text: str, **fields: Any) -> None:
        self.hub.publish(f"{BASE}/say", json.dumps({"text": text, **fields}))


@contextlib.contextmanager
def listening(broker: Broker, protocol: Protocol = "5") -> Iterator[Listener]:
    with broker.hub(protocol) as hub:
        yield Listener(hub)
