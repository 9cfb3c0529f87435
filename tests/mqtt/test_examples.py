"""The broker examples of ``configs/mosquitto`` work as they stand, but for ports and paths."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edged.message import Outbound
from tests.brokers import CONFIGS, Broker, Certificates, until
from tests.mqtt.conversation import Recorder, session
from tests.programs import needed


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker.from_example("edged.conf", tmp_path, {}).start()
    yield broker
    broker.stop()


def test_plain_example_holds_more_than_the_default_queue(plain: Broker) -> None:
    told = Recorder()
    with session(plain.settings(), told):
        pass
    with plain.hub() as hub:
        hub.burst([("edged/box/say", str(number).encode()) for number in range(1500)])
    plain.restart()
    with session(plain.settings(), told):
        until(lambda: len(told.received) == 1500)
    assert told.payloads == [str(number) for number in range(1500)]


@pytest.fixture
def secure(tmp_path: Path, certificates: Certificates) -> Iterator[Broker]:
    passwords = tmp_path / "passwd"
    for create, user in (("-c", "hub"), (None, "box"), (None, "other")):
        arguments = [argument for argument in ("-b", create, str(passwords), user, "pw") if argument]
        subprocess.run([needed("mosquitto_passwd"), *arguments], check=True)
    passwords.chmod(0o600)
    certificate, key = certificates.pair("server")
    changes = {
        "password_file": f"password_file {passwords}",
        "acl_file": f"acl_file {CONFIGS / 'edged.acl'}",
        "cafile": f"cafile {certificates.ca}",
        "certfile": f"certfile {certificate}",
        "keyfile": f"keyfile {key}",
    }
    broker = Broker.from_example("edged-secure.conf", tmp_path, changes).start()
    yield broker
    broker.stop()


def test_secure_example_gives_a_box_its_rights_and_no_more(
    secure: Broker, certificates: Certificates, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("pw\n", encoding="utf-8")
    tls = {"enabled": True, "ca_file": certificates.ca}
    box, other = (
        secure.settings(username=user, password_file=secret, tls=tls, reconnect_min_s=5.0) for user in ("box", "other")
    )
    mine, theirs = Recorder(), Recorder()
    filters = ["edged/box/say", "edged/all/#", "edged/group/g/#"]
    with session(box, mine, filters=filters) as link, session(other, theirs, filters=filters, client_id="x") as rival:
        for topic in ("edged/box/say", "edged/all/say", "edged/group/g/say", "edged/reply/1"):
            rival.publish(Outbound(topic, b"intruder"))
        until(lambda: len(theirs.published) == 4)
        assert "edged/group/g/say" in str(rival.last_error)
        link.publish(Outbound("edged/reply/1", b"fine"))
        link.publish(Outbound("homeassistant/device/edged_box/config", b"fine"))
        link.publish(Outbound("edged/box/say", b"to myself"))
        until(lambda: mine.received)
        assert link.last_error is None
    assert mine.payloads == ["to myself"]
    assert theirs.payloads == []
