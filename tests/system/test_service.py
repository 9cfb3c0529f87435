"""The unit, its installer and the daemon under a real systemd; beeps go to files, for want of a voice and a card."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

import pytest

from tests.system.machine import Machine, wait_for

pytestmark = pytest.mark.systemd

SETTINGS = """
node: box
mqtt: {username: box}
engine: {kind: tone}
sound: {output: wav_file}
"""
LOGIN = ("-u", "box", "-P", "s3cret")
CREDENTIAL_FILE = "/etc/edged/mqtt-password"


@pytest.fixture(autouse=True)
def running(machine: Machine) -> Iterator[None]:
    """Each test finds the service running, with its settings and its password."""
    machine.write("/etc/edged/edged.yaml", SETTINGS)
    machine.write(CREDENTIAL_FILE, "s3cret\n")
    machine.run("chmod", "600", CREDENTIAL_FILE)
    machine.run("systemctl", "reset-failed", "edged")
    machine.run("systemctl", "start", "edged", check=False)
    assert machine.show("ActiveState") == "active", machine.run("journalctl", "-u", "edged", "-n", "40", "--no-pager")
    wait_connected(machine)
    yield
    machine.run("systemctl", "stop", "edged")


def wait_connected(machine: Machine) -> None:
    wait_for(lambda: "; connected" in machine.show("StatusText"), "edged is connected to the broker")


def publish(machine: Machine, request_id: str, text: str = "beep") -> None:
    body = json.dumps({"id": request_id, "text": text})
    machine.run("mosquitto_pub", *LOGIN, "-q", "1", "-t", "edged/box/say", "-m", body)


class Listener:
    """A session at the broker that collects results, whoever is up or down."""

    def __init__(self, machine: Machine, name: str) -> None:
        self._machine = machine
        self._command = ["mosquitto_sub", *LOGIN, "-c", "-i", name, "-q", "1", "-t", "edged/box/result"]
        machine.run(*self._command, "-E")

    def outcomes(self, count: int) -> dict[str, set[str]]:
        """Outcomes by id, once ``count`` ids have one."""
        found: dict[str, set[str]] = {}

        def all_there() -> bool:
            for line in self._machine.run(*self._command, "-W", "1", check=False).splitlines():
                result = json.loads(line)
                found.setdefault(result["id"], set()).add(result["outcome"])
            return len(found) >= count

        wait_for(all_there, f"{count} results", limit_s=30)
        return found


def test_ready_is_told_with_a_status_in_words(machine: Machine) -> None:
    assert machine.show("Type") == "notify"
    assert machine.show("ActiveState") == "active"
    assert "voice tone" in machine.show("StatusText")


def test_runs_as_a_user_of_its_own_that_owns_the_state(machine: Machine) -> None:
    status = machine.run("cat", f"/proc/{machine.show('MainPID')}/status")
    user = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    assert 61184 <= int(user) <= 65519  # the range of DynamicUser=
    assert machine.run("readlink", "/var/lib/edged") == "private/edged"
    assert machine.run("stat", "-c", "%u", "/var/lib/private/edged/spool.sqlite3") == user
    audio = machine.run("getent", "group", "audio").split(":")[2]
    assert audio in next(line for line in status.splitlines() if line.startswith("Groups:")).split()


def test_doctor_finds_the_service_and_its_broker(machine: Machine) -> None:
    command = ["/opt/edged/.venv/bin/python", "-m", "edged", "doctor", "--json", "--config", "/etc/edged/edged.yaml"]
    found = json.loads(machine.run("env", "PYTHONPATH=/opt/edged", *command))  # its exit code says: it can speak
    details = {finding["title"]: finding["detail"] for finding in found}
    assert "active (running)" in details["service"]
    assert details["state directory"].startswith("/var/lib/edged,")


def test_installer_run_twice_changes_nothing(machine: Machine) -> None:
    before = machine.run("sha256sum", "/etc/systemd/system/edged.service", "/etc/edged/edged.yaml")
    machine.run("/opt/edged/systemd/install.sh")
    assert machine.run("sha256sum", "/etc/systemd/system/edged.service", "/etc/edged/edged.yaml") == before
    assert machine.run("systemctl", "is-enabled", "edged") == "enabled"


def test_journal_has_the_life_of_a_request(machine: Machine) -> None:
    listener = Listener(machine, "journal")
    publish(machine, "journal-1")
    assert listener.outcomes(1) == {"journal-1": {"finished"}}
    machine.run("journalctl", "--sync")
    lines = [json.loads(line) for line in machine.journal("REQUEST_ID=journal-1").splitlines()]
    assert lines
    assert {line["SYSLOG_IDENTIFIER"] for line in lines} == {"edged"}
    assert {line["THREAD_NAME"] for line in lines} <= {"mqtt", "room", "render", "delivery", "reporter"}


def test_kill_is_followed_by_a_new_start(machine: Machine) -> None:
    restarts, pid = int(machine.show("NRestarts")), machine.show("MainPID")
    machine.run("kill", "-KILL", pid)
    machine.wait_ready(other_than=pid)
    assert int(machine.show("NRestarts")) == restarts + 1


def test_requests_in_flight_at_a_kill_get_one_outcome_each(machine: Machine) -> None:
    listener = Listener(machine, "kill")
    ids = {f"kill-{number}" for number in range(20)}
    for request_id in sorted(ids):
        publish(machine, request_id, "a sentence of several words that takes a while to say. " * 4)
    pid = machine.show("MainPID")
    machine.run("kill", "-KILL", pid)
    machine.wait_ready(other_than=pid)
    assert listener.outcomes(len(ids)) == {request_id: {"finished"} for request_id in ids}


def test_hung_process_is_ended_by_the_watchdog(machine: Machine) -> None:
    since = machine.run("date", "+%s")
    pid = machine.show("MainPID")
    machine.run("kill", "-STOP", pid)
    machine.wait_ready(other_than=pid)
    log = machine.run("journalctl", "-u", "edged", f"--since=@{since}", "--no-pager")
    assert "Watchdog timeout" in log
    assert "Failed with result 'watchdog'" in log
    assert "most recent call first" in log  # the stacks


def test_reload_takes_settings_over_without_a_restart(machine: Machine) -> None:
    pid = machine.show("MainPID")
    machine.write("/etc/edged/edged.yaml", f"{SETTINGS}\nlog_level: debug\nqueue: {{limit: 5}}\n")
    machine.run("systemctl", "reload", "edged")
    wait_for(lambda: "reloaded" in machine.journal(), "the journal tells of the reload")
    machine.wait_ready()
    assert machine.show("MainPID") == pid


def test_reload_of_wrong_settings_keeps_the_old_ones(machine: Machine) -> None:
    pid = machine.show("MainPID")
    machine.write("/etc/edged/edged.yaml", "speech: {speed: 99}\n")
    machine.run("systemctl", "reload", "edged")
    wait_for(lambda: "speech.speed" in machine.journal(), "the journal names the setting")
    assert (machine.show("ActiveState"), machine.show("MainPID")) == ("active", pid)


def test_stop_is_clean(machine: Machine) -> None:
    machine.run("systemctl", "stop", "edged")
    assert (machine.show("ActiveState"), machine.show("Result")) == ("inactive", "success")
    assert machine.show("ExecMainStatus") == "0"


def test_wrong_settings_are_not_tried_for_ever(machine: Machine) -> None:
    machine.write("/etc/edged/edged.yaml", "speech: {speed: 99}\n")
    machine.run("systemctl", "restart", "edged", check=False)
    assert (machine.show("ActiveState"), machine.show("ExecMainStatus")) == ("failed", "78")


def test_without_a_password_file_it_runs_and_says_what_is_wrong(machine: Machine) -> None:
    machine.run("rm", CREDENTIAL_FILE)
    machine.run("systemctl", "restart", "edged")
    wait_for(lambda: "no broker (" in machine.show("StatusText"), "the status tells of the broker")
    assert machine.show("ActiveState") == "active"
    wait_for(lambda: "authorized" in machine.show("StatusText"), "the status says why")


def test_password_is_hidden_from_other_users(machine: Machine) -> None:
    credential = "/run/credentials/edged.service/mqtt-password"
    assert machine.run("stat", "-c", "%a", CREDENTIAL_FILE) == "600"
    assert machine.run("cat", credential) == "s3cret"
    assert machine.run("setpriv", "--reuid=65534", "--clear-groups", "cat", credential, check=False) == ""
    assert "s3cret" not in machine.journal()


RUN_A_MODEL = (
    "from pathlib import Path; import alsaaudio, numpy, soundfile, soxr;"
    "from edged.engine.session import open_cpu_session;"
    "session = open_cpu_session(Path('/opt/edged/tests/fakes/tiny_decoder.onnx'), threads=2); print(session.provider)"
)


def test_sandbox_lets_the_libraries_work(machine: Machine) -> None:
    drop_in = f"""
        [Service]
        Type=exec
        Restart=no
        WatchdogSec=0
        Environment=PYTHONPATH=/opt/edged
        ExecStart=
        ExecStart=/opt/edged/.venv/bin/python -c "{RUN_A_MODEL}"
    """
    machine.run("cp", "/etc/systemd/system/edged.service", "/etc/systemd/system/edged-model.service")
    machine.write("/etc/systemd/system/edged-model.service.d/test.conf", textwrap.dedent(drop_in))
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "edged-model")
    wait_for(lambda: machine.show("ActiveState", "edged-model") in {"inactive", "failed"}, "the model ran")
    assert machine.show("ExecMainStatus", "edged-model") == "0", machine.run("journalctl", "-u", "edged-model")


def test_sandbox_lets_the_last_resort_speak(machine: Machine) -> None:
    """The separate program espeak-ng, started by the service."""
    machine.run("espeak-ng", "--version")
    machine.write("/etc/edged/edged.yaml", SETTINGS.replace("engine: {kind: tone}", "speech: {voice: espeak}"))
    machine.run("systemctl", "restart", "edged")
    wait_connected(machine)
    listener = Listener(machine, "espeak")
    publish(machine, "espeak-1", "Good morning.")
    assert listener.outcomes(1) == {"espeak-1": {"finished"}}


@pytest.mark.parametrize("how", ["reboot", "crash"])
def test_queue_survives(how: str, machine: Machine) -> None:
    listener = Listener(machine, how)
    no_card = SETTINGS.replace("wav_file", "alsa, device: no-such-card")
    machine.write("/etc/edged/edged.yaml", no_card)
    machine.run("systemctl", "restart", "edged")
    wait_connected(machine)
    ids = {f"{how}-{number}" for number in range(3)}
    for request_id in sorted(ids):
        publish(machine, request_id)
    wait_for(lambda: "3 waiting" in machine.show("StatusText"), "all three wait for a card")
    machine.write("/etc/edged/edged.yaml", SETTINGS)
    {"reboot": machine.reboot, "crash": machine.crash}[how]()
    wait_for(lambda: machine.show("ActiveState", "mosquitto") == "active", "the broker is back")
    assert listener.outcomes(len(ids)) == {request_id: {"finished"} for request_id in ids}
