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
from paho.mqtt.client import MQTTMessage

from tests.brokers import PATIENCE_S, Broker, Hub, Protocol, until

NODE = "testbox"
BASE = f"edged/{NODE}"
NO_PROGRAM = "no-such-program"
"""In place of espeak-ng: what is tested must not depend on whether the machine has it."""
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
            "engine": {"espeak_program": NO_PROGRAM},
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

    def ready(self, times: int = 1) -> Appliance:
        """Wait until it has said so this often, over all its starts."""
        until(lambda: self.words().count("ready: ") >= times, "the daemon is ready")
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

    def __init__(self, hub: Hub, *more: str) -> None:
        self.hub = hub
        self.messages: list[MQTTMessage] = []
        self._payloads: dict[str, list[bytes]] = {}
        self._objects: dict[str, list[dict[str, Any]]] = {}
        hub.subscribe(f"{BASE}/#", "edged/reply/#", *more)

    def drain(self) -> None:
        while self.hub.waiting():
            message = self.hub.next()
            self.messages.append(message)
            self._payloads.setdefault(message.topic, []).append(bytes(message.payload))

    def at(self, topic: str) -> list[bytes]:
        """What came on a topic so far."""
        self.drain()
        return list(self._payloads.get(topic, []))

    def topic(self, name: str) -> list[bytes]:
        """The same on a topic of the node."""
        return self.at(f"{BASE}/{name}")

    def objects(self, name: str) -> list[dict[str, Any]]:
        decoded = self._objects.setdefault(name, [])
        decoded += [json.loads(payload or b"{}") for payload in self.topic(name)[len(decoded) :]]
        return list(decoded)

    def results(self, request_id: str | None = None) -> list[dict[str, Any]]:
        return [result for result in self.objects("result") if request_id in {None, result["id"]}]

    def result(self, request_id: str, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The result of a request; waits for it."""
        until(lambda: self.results(request_id), f"a result of {request_id}", patience_s)
        return self.results(request_id)[0]

    def finished(self, *request_ids: str) -> None:
        """Wait until they are, and were not anything else."""
        for request_id in request_ids:
            result = self.result(request_id)
            assert result["outcome"] == "finished", result

    def refused(self, request_id: str, code: str) -> dict[str, Any]:
        """Wait until the request is rejected with that code; the error."""
        result = self.result(request_id)
        assert (result["status"], result["outcome"]) == ("error", "rejected"), result
        assert result["error"]["code"] == code, result
        error: dict[str, Any] = result["error"]
        return error

    def replies(self) -> list[bytes]:
        """What came to a reply topic."""
        self.drain()
        return [bytes(message.payload) for message in self.messages if message.topic.startswith("edged/reply/")]

    def events(self, request_id: str) -> list[str]:
        return [event["event_type"] for event in self.objects("event") if event["id"] == request_id]

    def event(self, request_id: str, name: str) -> dict[str, Any]:
        """An event of a request; waits for it."""
        until(lambda: name in self.events(request_id), f"{name} of {request_id}")
        return next(
            event for event in self.objects("event") if (event["id"], event["event_type"]) == (request_id, name)
        )

    def started(self) -> list[str]:
        """Ids in the order in which they began to be heard or rendered, repetitions left out."""
        begun = [event["id"] for event in self.objects("event") if event["event_type"] == "started"]
        return list(dict.fromkeys(begun))

    def wait_for(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        until(lambda: len(self.topic(name)) >= count, f"{count} messages on {name}")
        return self.objects(name)

    def state(self) -> dict[str, Any]:
        """The newest retained state."""
        return self.wait_for("state")[-1]

    def idle(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until the node says that it has nothing to do."""
        until(lambda: self._is_idle(self.state()), "the node is idle", patience_s)

    @staticmethod
    def _is_idle(state: dict[str, Any]) -> bool:
        return bool(state["state"] == "idle" and state["queue"]["depth"] == 0)

    def ask(self, operation: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A request/response round."""
        transaction = str(time.monotonic_ns())
        self.hub.publish(f"{BASE}/request/{operation}", json.dumps({**(body or {}), "transaction": transaction}))

        def answers() -> list[dict[str, Any]]:
            found = self.objects(f"response/{operation}")
            return [answer for answer in found if answer.get("transaction") == transaction]

        until(answers, f"an answer to {operation}")
        return answers()[0]

    def command(self, topic: str, payload: str = "") -> dict[str, Any]:
        """Publish a verb or a ``<setting>/set``; its answer."""
        name = topic.partition("/")[0]
        before = len(self.topic(f"response/{name}"))
        self.hub.publish(f"{BASE}/{topic}", payload)
        return self.wait_for(f"response/{name}", before + 1)[before]

    def online(self) -> None:
        """Wait until the node says that it is there."""
        until(lambda: self.topic("availability")[-1:] == [b"online"], "the node comes online")

    def offline(self) -> None:
        """Wait until the node, or its last will, says that it is gone."""
        until(lambda: self.topic("availability")[-1:] == [b"offline"], "the node goes offline")

    def say(self, text: str, **fields: Any) -> None:
        self.publish("say", text, **fields)

    def publish(self, verb: str, text: str, **fields: Any) -> None:
        self.hub.publish(f"{BASE}/{verb}", json.dumps({"text": text, **fields}))


HOLD = " ".join(["holding"] * 200)
"""Minutes of beeps."""


@contextlib.contextmanager
def holding(listener: Listener) -> Iterator[None]:
    """Something long is being said by the tone voice on a sound card meanwhile; what is sent then waits."""
    listener.say(HOLD, id="hold", priority="important", speed=0.5)
    listener.event("hold", "started")
    yield
    listener.command("cancel", "hold")
    assert listener.result("hold")["outcome"] == "cancelled"


@contextlib.contextmanager
def listening(broker: Broker, protocol: Protocol = "5", *more: str) -> Iterator[Listener]:
    with broker.hub(protocol) as hub:
        yield Listener(hub, *more)


@contextlib.contextmanager
def house(folder: Path, voices: Path, **sections: Any) -> Iterator[tuple[Appliance, Listener]]:
    """A broker, a node that is there and a hub that listens, for all the tests of a module: starting takes seconds."""
    broker = Broker(folder / "broker").start()
    appliance = Appliance(folder / "edged", broker, voices, **sections)
    try:
        with listening(broker) as listener:
            appliance.start()
            listener.online()
            yield appliance, listener
    finally:
        appliance.kill()
        broker.stop()
