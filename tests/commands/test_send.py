from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edged.cli import main
from tests.brokers import PROTOCOLS, Broker, Hub, Protocol, free_port, until

both_protocols = pytest.mark.parametrize("protocol", PROTOCOLS)


def config(tmp_path: Path, port: int, protocol: str = "5", node: str = "kitchen") -> str:
    path = tmp_path / "edged.yaml"
    path.write_text(f"node: {node}\nmqtt: {{port: {port}, protocol: '{protocol}'}}\n", encoding="utf-8")
    return str(path)


@contextlib.contextmanager
def node_that_answers(broker: Broker, outcome: str) -> Iterator[list[dict[str, Any]]]:
    """Stands for a daemon: answers one request where it asks for it."""
    seen: list[dict[str, Any]] = []

    def answer(hub: Hub) -> None:
        message = hub.next()
        body = json.loads(message.payload)
        seen.append({"topic": message.topic, **body})
        properties = message.properties.json() if message.properties else {}  # type: ignore[no-untyped-call]
        result = json.dumps({"id": body["id"], "outcome": outcome}).encode()
        hub.publish(properties.get("ResponseTopic") or body["reply_to"], result)

    with broker.hub("5") as hub:
        hub.subscribe("edged/kitchen/#")
        thread = threading.Thread(target=answer, args=(hub,))
        thread.start()
        yield seen
        thread.join()


@both_protocols
def test_request_is_published_as_asked(
    broker: Broker, tmp_path: Path, protocol: Protocol, capsys: pytest.CaptureFixture[str]
) -> None:
    with broker.hub() as hub:
        hub.subscribe("edged/bedroom/#")
        arguments = ["--config", config(tmp_path, broker.port, protocol), "send", "Grüß dich.", "--node", "bedroom"]
        assert main([*arguments, "--priority", "text", "--voice", "heart", "--ttl", "30"]) == 0
        message = hub.next()
    body = json.loads(message.payload)
    assert message.topic == "edged/bedroom/say"
    assert message.qos == 1
    assert body.pop("id") in capsys.readouterr().err
    assert body == {
        "v": 1,
        "text": "Grüß dich.",
        "source": "edged send",
        "priority": "text",
        "voice": "heart",
        "ttl_s": 30.0,
    }


@both_protocols
def test_wait_prints_the_result(
    broker: Broker, tmp_path: Path, protocol: Protocol, capsys: pytest.CaptureFixture[str]
) -> None:
    with node_that_answers(broker, "finished") as seen:
        assert main(["--config", config(tmp_path, broker.port, protocol), "send", "Hello.", "--wait"]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": seen[0]["id"], "outcome": "finished"}
    assert seen[0]["topic"] == "edged/kitchen/say"
    assert ("reply_to" in seen[0]) == (protocol == "3.1.1")


def test_wait_for_something_not_spoken_fails(broker: Broker, tmp_path: Path) -> None:
    with node_that_answers(broker, "expired"):
        assert main(["--config", config(tmp_path, broker.port), "send", "Hello.", "--wait"]) == 1


def test_wait_without_a_node_fails_in_words(broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--config", config(tmp_path, broker.port), "send", "Hello.", "--wait", "--timeout", "0.2"]
    assert main(arguments) == 1
    assert "no result within 0.2 s" in capsys.readouterr().err


def test_text_comes_from_standard_input(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("from a pipe"))
    with broker.hub() as hub:
        hub.subscribe("edged/kitchen/#")
        assert main(["--config", config(tmp_path, broker.port), "send", "-"]) == 0
        assert json.loads(hub.next().payload)["text"] == "from a pipe"


def test_stop_cancels_what_is_being_said(broker: Broker, tmp_path: Path) -> None:
    with broker.hub() as hub:
        hub.subscribe("edged/kitchen/#")
        assert main(["--config", config(tmp_path, broker.port), "send", "--stop"]) == 0
        message = hub.next()
    assert (message.topic, message.payload) == ("edged/kitchen/cancel", b"")


def test_no_broker_is_unavailable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", config(tmp_path, free_port()), "send", "Hello."]) == 69
    assert "no broker at 127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["Hello.", "--stop"]])
def test_neither_or_both_of_text_and_stop_is_a_mistake(arguments: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--config", config(tmp_path, 1), "send", *arguments])
    assert ended.value.code == 2


def test_running_node_is_not_disturbed(broker: Broker, tmp_path: Path) -> None:
    with contextlib.closing(Hub(broker.port, "5", client_id="edged-kitchen")) as daemon:
        assert main(["--config", config(tmp_path, broker.port), "send", "Hello."]) == 0
        daemon.subscribe("edged/kitchen/say")
        with broker.hub() as hub:
            hub.publish("edged/kitchen/say", "still here")
        until(daemon.waiting)
        assert daemon.next().payload == b"still here"
