from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import needed
from tests.system.machine import PROGRAMS, Machine

ROOT = Path(__file__).parents[2]
BROKER_UNIT = """
[Service]
ExecStart=/usr/sbin/mosquitto -c /etc/broker.conf
"""
BROKER = """
listener 1883 127.0.0.1
user root
allow_anonymous false
password_file /etc/broker.passwords
acl_file /etc/broker.acl
persistence true
autosave_on_changes true
autosave_interval 1
persistence_location /var/lib/
"""
DROP_IN = """
[Service]
ExecStart=
ExecStart=/opt/edged/.venv/bin/python -m edged run --config /etc/edged/edged.yaml
Environment=PYTHONPATH=/opt/edged
WatchdogSec=4
"""
"""The unit as it ships, but: started through the interpreter, because the script names its own path, and a watchdog
that a test has the time to wait for."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with a broker, and edged installed by its own script, not started."""
    for program in (*PROGRAMS, "mosquitto_passwd"):
        needed(program)
    if os.geteuid() != 0:
        pytest.skip("only root can boot a container")
    files = {
        "/etc/systemd/system/mosquitto.service": BROKER_UNIT,
        "/etc/systemd/system/edged.service.d/test.conf": DROP_IN,
        "/etc/broker.conf": BROKER,
        "/etc/broker.acl": "user box\ntopic readwrite #\n",
        "/etc/broker.passwords": "",
        "/etc/edged/edged.yaml": "",
    }
    booted = Machine(tmp_path_factory.mktemp("machine"), files, f"--bind-ro={ROOT}:/opt/edged")
    try:
        booted.run("mosquitto_passwd", "-b", "/etc/broker.passwords", "box", "s3cret")
        booted.run("systemctl", "restart", "mosquitto")
        booted.run("/opt/edged/systemd/install.sh")
        yield booted
    finally:
        booted.stop()
