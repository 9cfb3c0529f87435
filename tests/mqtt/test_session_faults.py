from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edged.message import Outbound
from edged.mqtt import loop
from tests.brokers import PROTOCOLS, BlackHole, Broker, Certificates, Hub, Protocol, free_port, mqtt_settings, until
from tests.mqtt.conversation import Recorder, session
from tests.programs import needed

both_protocols = pytest.mark.parametrize("protocol", PROTOCOLS)


@both_protocols
def test_broker_restart_in_mid_flow_loses_nothing(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    settings = broker.settings(protocol=protocol)
    with session(settings, told) as link:
        token = link.session_token
        with broker.hub(protocol) as hub:
            hub.burst([("edged/box/say", str(number).encode()) for number in range(100)])
        broker.restart()
        with broker.hub(protocol) as hub:
            hub.burst([("edged/box/say", str(number).encode()) for number in range(100, 200)])
        until(lambda: len(set(told.payloads)) == 200)
        until(lambda: link.connected)
        assert link.session_token == token
        assert link.last_error is None
    assert list(dict.fromkeys(told.payloads)) == [str(number) for number in range(200)]
    assert told.connections == [False, True]


@both_protocols
def test_publishes_in_flight_at_a_broker_restart_are_confirmed_once(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    tokens: list[int] = []
    with session(broker.settings(protocol=protocol), told) as link:
        for number in range(300):
            if number == 150:
                broker.restart()
            token = None
            while token is None:
                token = link.publish(Outbound("edged/box/event", str(number).encode(), retain=True))
            tokens.append(token)
        until(lambda: len(told.published) >= 300)
    assert sorted(told.published) == tokens


@both_protocols
def test_killed_process_leaves_its_will(broker: Broker, protocol: Protocol) -> None:
    script = f"""
import time
from edged.settings import Mqtt
from tests.mqtt.conversation import Recorder, session
with session(Mqtt(port={broker.port}, protocol={protocol!r}), Recorder()):
    print("up", flush=True)
    time.sleep(60)
"""
    root = Path(__file__).parents[2]
    with broker.hub(protocol) as hub:
        hub.subscribe("edged/box/availability")
        child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=root)
        assert child.stdout is not None
        with child.stdout:
            assert child.stdout.readline() == b"up\n"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert hub.next().payload == b"offline"


@both_protocols
def test_client_with_our_name_is_not_fought(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    settings = broker.settings(protocol=protocol, reconnect_max_s=30.0, reconnect_min_s=0.01)
    with session(settings, told) as link:
        rivals = []
        while not (link.last_error or "").count("taken over"):
            until(lambda: link.connected or "taken over" in (link.last_error or ""), "connected or given up")
            losses = len(told.reasons)
            if link.connected:
                rivals.append(Hub(broker.port, protocol, client_id="edged-box"))
                until(lambda: len(told.reasons) > losses, "the session is taken over")  # noqa: B023 - called at once
        assert len(rivals) <= 3  # 1 where the broker gives the reason, as MQTT 5 would have it
        assert not link.connected
        for rival in rivals:
            rival.close()


@both_protocols
def test_no_broker_is_said_in_words_and_tried_again(make_broker: Callable[..., Broker], protocol: Protocol) -> None:
    broker = make_broker()
    broker.stop()
    told = Recorder()
    with session(broker.settings(protocol=protocol), told, wait=False) as link:
        until(lambda: link.last_error)
        assert f"no broker at 127.0.0.1:{broker.port}" in str(link.last_error)
        broker.start()
        until(lambda: link.connected)
        assert link.last_error is None
    assert told.reasons == ["stopped"]


def test_name_that_does_not_resolve_is_said_in_words() -> None:
    with session(mqtt_settings(1883, host="no-such-host.invalid"), Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        assert "no-such-host.invalid cannot be resolved" in str(link.last_error)


def test_name_that_is_none_is_said_in_words() -> None:
    with session(mqtt_settings(1883, host="a" * 64 + ".example"), Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        assert "no broker at" in str(link.last_error)


def test_stop_ends_a_long_wait() -> None:
    settings = mqtt_settings(free_port(), reconnect_min_s=60.0, reconnect_max_s=600.0)
    with session(settings, Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        link.stop()
        assert not link._thread.is_alive()


def test_loop_beats_while_it_waits_to_reconnect() -> None:
    told = Recorder()
    settings = mqtt_settings(free_port(), reconnect_min_s=60.0, reconnect_max_s=600.0)
    with session(settings, told, wait=False) as link:
        until(lambda: link.last_error)
        seen = told.beats
        until(lambda: told.beats > seen + 1)


@pytest.fixture
def guarded_broker(make_broker: Callable[..., Broker], tmp_path: Path) -> Broker:
    passwords, rights = tmp_path / "passwd", tmp_path / "acl"
    subprocess.run([needed("mosquitto_passwd"), "-b", "-c", passwords, "box", "s3cret"], check=True)
    rights.write_text("user box\ntopic readwrite edged/box/#\n", encoding="utf-8")
    for file in (passwords, rights):
        file.chmod(0o644)
    return make_broker(listener=["allow_anonymous false", f"password_file {passwords}", f"acl_file {rights}"])


@both_protocols
def test_wrong_password_is_said_in_words_and_a_new_one_is_taken(
    guarded_broker: Broker, tmp_path: Path, protocol: Protocol
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong\n", encoding="utf-8")
    settings = guarded_broker.settings(protocol=protocol, username="box", password_file=secret)
    with session(settings, Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        expected = "not authorized" if protocol == "5" else "not authorized|wrong user name"
        assert any(words in str(link.last_error) for words in expected.split("|"))
        assert "s3cret" not in str(link.last_error)
        secret.write_text("s3cret\n", encoding="utf-8")
        until(lambda: link.connected)


def test_password_file_that_is_missing_is_said_in_words(broker: Broker, tmp_path: Path) -> None:
    settings = broker.settings(username="box", password_file=tmp_path / "none")
    with session(settings, Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        assert "mqtt.password_file" in str(link.last_error)


def test_publish_that_the_broker_forbids_is_said_in_words_and_does_not_hang(
    guarded_broker: Broker, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret", encoding="utf-8")
    told = Recorder()
    settings = guarded_broker.settings(username="box", password_file=secret)
    with session(settings, told) as link:
        token = link.publish(Outbound("elsewhere", b"x"))
        until(lambda: told.published)
        assert told.published == [token]
        assert "elsewhere" in str(link.last_error)
        assert "Not authorized" in str(link.last_error)


@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
@both_protocols
def test_tls_with_both_certificates_works(
    make_broker: Callable[..., Broker], certificates: Certificates, version: str, protocol: Protocol
) -> None:
    broker = make_broker(listener=certificates.listener(version, require=True))
    certificate, key = certificates.pair("client")
    tls = {"enabled": True, "ca_file": certificates.ca, "cert_file": certificate, "key_file": key}
    told = Recorder()
    with session(broker.settings(protocol=protocol, tls=tls), told) as link:
        sent = [Outbound("edged/box/say", str(number).encode() + b"x" * 5000) for number in range(50)]
        for message in sent:
            link.publish(message)
        until(lambda: len(told.received) == 50 and len(told.published) == 50)
    assert [message.payload for message in told.received] == [message.payload for message in sent]


@pytest.mark.filterwarnings("ignore:Exception ignored in.*SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_broker_of_a_strange_authority_is_not_trusted(
    make_broker: Callable[..., Broker], certificates: Certificates
) -> None:
    # paho leaves a socket whose handshake failed to the garbage collector, hence the filter.
    broker = make_broker(listener=certificates.listener("tlsv1.3"))
    tls = {"enabled": True, "ca_file": certificates.stranger}
    with session(broker.settings(tls=tls), Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        assert "is not trusted" in str(link.last_error)
        assert not link.connected


@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
@pytest.mark.filterwarnings("ignore:Exception ignored in.*SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_client_without_its_certificate_is_told_so(
    make_broker: Callable[..., Broker], certificates: Certificates, version: str
) -> None:
    broker = make_broker(listener=certificates.listener(version, require=True))
    tls = {"enabled": True, "ca_file": certificates.ca}
    with session(broker.settings(tls=tls), Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        assert "TLS" in str(link.last_error)


def test_certificate_file_that_is_missing_is_named(broker: Broker, tmp_path: Path) -> None:
    tls = {"enabled": True, "ca_file": tmp_path / "none.crt"}
    with session(broker.settings(tls=tls), Recorder(), wait=False) as link:
        until(lambda: link.last_error)
        assert "none.crt cannot be read" in str(link.last_error)


def test_black_hole_is_noticed_and_left(broker: Broker) -> None:
    told = Recorder()
    with BlackHole(broker.port) as hole:
        settings = mqtt_settings(hole.port, keepalive_s=5)
        with broker.hub() as hub, session(settings, told) as link:
            hole.swallowing = True
            hub.publish("edged/box/say", "into the dark")
            until(lambda: told.reasons)
            hole.swallowing = False
            until(lambda: link.connected and told.received)
    assert told.payloads == ["into the dark"]


@contextlib.contextmanager
def scripted_broker(*steps: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Answers each thing that one client sends with the next step; yields the port and what was sent."""
    seen: list[bytes] = []

    def serve() -> None:
        peer, _ = server.accept()
        with peer:
            for step in steps:
                seen.append(peer.recv(1024))
                peer.sendall(step)
            while data := peer.recv(1024):
                seen.append(data)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], seen
        thread.join()


@pytest.mark.parametrize(
    "banner", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x02\x00\x07", b"\x20\xff\xff\xff\xff\xff"]
)
def test_something_that_is_no_broker_is_left_alone(banner: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CONNACK_S", 0.5)
    with scripted_broker(banner) as (port, _):
        settings = mqtt_settings(port, reconnect_min_s=60.0, reconnect_max_s=60.0)
        with session(settings, Recorder(), wait=False) as link:
            until(lambda: link.last_error)
            assert not link.connected


def test_topic_that_is_no_text_is_thrown_away_and_acknowledged() -> None:
    told = Recorder()
    unreadable = b"\x32\x07\x00\x02\xff\xfe\x00\x07x"
    readable = b"\x32\x0a\x00\x05a/b/c\x00\x08x"
    with (
        scripted_broker(b"\x20\x02\x00\x00", unreadable + readable) as (port, seen),
        session(mqtt_settings(port, protocol="3.1.1"), told),
    ):
        until(lambda: told.batches)
        until(lambda: b"\x40\x02\x00\x07" in b"".join(seen))
        until(lambda: b"\x40\x02\x00\x08" in b"".join(seen))
    assert [message.topic for message in told.received] == ["a/b/c"]


def test_takeover_told_by_the_broker_is_believed_at_once() -> None:
    accepted, taken_over = b"\x20\x03\x00\x00\x00", b"\xe0\x02\x8e\x00"
    with scripted_broker(accepted, taken_over) as (port, _):
        settings = mqtt_settings(port, reconnect_min_s=0.01, reconnect_max_s=60.0)
        with session(settings, Recorder(), wait=False) as link:
            until(lambda: link.last_error)
            assert "session taken over" in str(link.last_error)


def test_subscription_that_the_broker_refuses_is_said_in_words() -> None:
    with (
        scripted_broker(b"\x20\x02\x00\x00", b"\x90\x03\x00\x01\x80") as (port, _),
        session(mqtt_settings(port, protocol="3.1.1"), Recorder()) as link,
    ):
        until(lambda: link.last_error)
        assert "edged/box/say" in str(link.last_error)
        assert link.connected


def test_handler_with_a_bug_does_not_end_the_thread(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Recorder):
        def flush(self) -> list[object]:  # type: ignore[override]
            if not self.reasons:
                raise KeyError("a bug")
            return super().flush()  # type: ignore[return-value]

    told = Broken()
    with broker.hub() as hub, session(broker.settings(), told) as link:
        hub.publish("edged/box/say", "hello")
        until(lambda: told.batches)
        assert link.connected
    assert told.received[-1].dup
    assert "the MQTT thread met a bug" in caplog.text
