"""TLS both ways, and user names with passwords."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.appliance import BASE, Appliance
from tests.brokers import PROTOCOLS, Broker, Certificates, Protocol, until
from tests.programs import needed


@contextmanager
def trusted_hub(broker: Broker, certificates: Certificates) -> Iterator[Client]:
    certificate, key = certificates.pair("client")
    hub = Client(CallbackAPIVersion.VERSION2)
    hub.tls_set(str(certificates.ca), str(certificate), str(key))
    hub.connect("127.0.0.1", broker.port)
    hub.loop_start()
    yield hub
    hub.disconnect()
    hub.loop_stop()
    hub._reset_sockets()  # paho leaves its pair of wake-up sockets to the garbage collector


def tls(certificates: Certificates, **changes: Any) -> dict[str, Any]:
    certificate, key = certificates.pair("client")
    files = {"ca_file": certificates.ca, "cert_file": certificate, "key_file": key, **changes}
    return {"enabled": True, **{name: str(path) for name, path in files.items() if path is not None}}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_tls_with_a_client_certificate(
    make_broker: Callable[..., Broker],
    make_appliance: Callable[..., Appliance],
    certificates: Certificates,
    protocol: Protocol,
) -> None:
    broker = make_broker(listener=certificates.listener("tlsv1.3", require=True))
    mqtt = {"protocol": protocol, "tls": tls(certificates)}
    node = make_appliance(tone=True, broker=broker, mqtt=mqtt).start()
    until(lambda: "connected to the broker" in node.words(), "it is let in")
    with trusted_hub(broker, certificates) as hub:
        hub.publish(f"{BASE}/say", '{"text": "abc", "id": "one"}', 1).wait_for_publish(10)
        until((node.spoken / "one.wav").exists, "it speaks")
    assert node.stop() == 0


def test_stranger_of_a_broker_is_not_talked_to(
    make_broker: Callable[..., Broker], make_appliance: Callable[..., Appliance], certificates: Certificates
) -> None:
    broker = make_broker(listener=certificates.listener("tlsv1.3"))
    mqtt = {"tls": tls(certificates, ca_file=certificates.stranger)}
    node = make_appliance(tone=True, broker=broker, mqtt=mqtt).start()
    until(lambda: "no connection to the broker" in node.words(), "it says so")
    assert "certificate" in node.words()
    assert node.alive()
    assert node.stop() == 0


@pytest.fixture
def guarded(make_broker: Callable[..., Broker], tmp_path: Path) -> Broker:
    """A broker that lets in the user ``box`` with the password ``right`` only."""
    passwords = tmp_path / "passwords"
    subprocess.run([needed("mosquitto_passwd"), "-c", "-b", str(passwords), "box", "right"], check=True)
    passwords.chmod(0o644)
    return make_broker(listener=["allow_anonymous false", f"password_file {passwords}"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_wrong_password_is_named_and_the_right_one_helps(
    guarded: Broker, make_appliance: Callable[..., Appliance], tmp_path: Path, protocol: Protocol
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong-secret\n", encoding="utf-8")
    mqtt = {"protocol": protocol, "username": "box", "password_file": str(secret)}
    node = make_appliance(tone=True, broker=guarded, mqtt=mqtt).start().ready()
    until(lambda: "wrong user name or password" in node.words() or "not authorized" in node.words(), "it says so")
    assert node.alive()
    command = [sys.executable, "-m", "edged", "--config", str(node.config), "doctor"]
    doctor = subprocess.run(command, capture_output=True, text=True, check=False)
    assert doctor.returncode == 1
    assert "password" in doctor.stdout or "not authorized" in doctor.stdout
    secret.write_text("right\n", encoding="utf-8")
    assert node.stop() == 0
    node.start()
    until(lambda: "connected to the broker" in node.words(), "it is let in")
    publish = [needed("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(guarded.port), "-u", "box", "-P", "right"]

    def spoken() -> bool:
        # Again and again: it is let in a moment before it has subscribed.
        subprocess.run([*publish, "-q", "1", "-t", f"{BASE}/say", "-m", "The laundry is done."], check=True)
        return any(node.spoken.glob("*.wav"))

    until(spoken, "it speaks")
    for shown in (node.words(), doctor.stdout, doctor.stderr):
        assert "wrong-secret" not in shown
        assert "right" not in shown.replace("copyright", "")
