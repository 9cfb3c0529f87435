"""A machine of our own: a real systemd as PID 1 of a container, on a throw-away overlay of this system's files."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import tarfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
TARGET = "edged-test.target"
TARGET_UNIT = "[Unit]\nRequires=sysinit.target\nAfter=sysinit.target\nWants=mosquitto.service edged.service\n"
"""What is booted: as little of the host's services as possible, and ours."""
PROGRAMS = ("systemd-nspawn", "unshare", "nsenter", "systemctl")
"""What must be installed."""
ENVIRONMENT = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER="]


def wait_for(condition: Callable[[], bool], what: str, limit_s: float = 60) -> None:
    """Poll until ``condition`` holds; fails the test after ``limit_s``."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"waited {limit_s} s in vain for: {what}"
        time.sleep(0.05)


class Machine:
    """Starts on construction; :meth:`stop` leaves nothing behind."""

    def __init__(self, directory: Path, files: dict[str, str], *arguments: str) -> None:
        """``files``: absolute path → text, in place before the first boot; ``arguments`` go to systemd-nspawn."""
        self.directory = directory
        (directory / "overlay").mkdir()
        _pack({f"/etc/systemd/system/{TARGET}": TARGET_UNIT, **files}, directory / "files.tar")
        self.console = directory / "console.log"
        command = ["unshare", "--mount", "--propagation", "private", "bash", str(HERE / "boot.sh")]
        command += [str(directory), f"edged-{uuid.uuid4().hex[:8]}", TARGET, *arguments]
        with self.console.open("wb") as console:
            self._supervisor = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True
            )
        self._wait_until_booted(None)

    def run(self, *command: str, check: bool = True) -> str:
        """Standard output of a command inside; its errors are those of the test."""
        inside = ["nsenter", "-t", str(self._leader()), "-a", "--", "env", "-i", *ENVIRONMENT, *command]
        done = subprocess.run(inside, capture_output=True, text=True, check=False, timeout=60)
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def show(self, key: str, unit: str = "edged") -> str:
        """One property of a unit."""
        return self.run("systemctl", "show", "--property", key, "--value", unit)

    def journal(self, *match: str) -> str:
        """What the journal of all boots holds of edged, as JSON, one line each."""
        return self.run("journalctl", "--output=json", "--all", "--no-pager", "-u", "edged", *match)

    def wait_ready(self, other_than: str = "0") -> str:
        """Main process id of the service once it is ready, and not ``other_than``."""

        def ready() -> bool:
            return self.show("ActiveState") == "active" and self.show("MainPID") not in {"0", other_than}

        wait_for(ready, "edged is ready")
        return self.show("MainPID")

    def write(self, path: str, text: str) -> None:
        """A file inside."""
        target = Path(f"/proc/{self._leader()}/root{path}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def reboot(self) -> None:
        """A clean reboot."""
        old = self._leader()
        self.run("systemctl", "reboot", check=False)
        self._wait_until_booted(old)

    def crash(self) -> None:
        """Every process dies at once, PID 1 first; the files stay; it boots again."""
        old = self._leader()
        os.kill(old, signal.SIGKILL)
        self._wait_until_booted(old)

    def stop(self) -> None:
        """Power off for good."""
        (self.directory / "stop").touch()
        leader = self._leader()
        if leader:
            os.kill(leader, signal.SIGRTMIN + 4)  # systemd: power off
        try:
            self._supervisor.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._supervisor.pid, signal.SIGKILL)
            self._supervisor.wait(10)

    def _wait_until_booted(self, old: int | None) -> None:
        def booted() -> bool:
            assert self._supervisor.poll() is None, self.console.read_text(errors="replace")
            leader = self._leader()
            return leader not in {0, old} and self._answers()

        wait_for(booted, f"the container boots ({self.console})")

    def _answers(self) -> bool:
        return self.run("systemctl", "is-active", TARGET, check=False) == "active"

    def _leader(self) -> int:
        """The container's PID 1 as the host sees it, 0 if there is none; it is the child of our child nspawn."""
        for nspawn in _children(self._supervisor.pid):
            for child in _children(nspawn):
                if _name(child) == "systemd":
                    return child
        return 0


def _pack(files: dict[str, str], target: Path) -> None:
    with tarfile.open(target, "w") as archive:
        for path, text in files.items():
            info = tarfile.TarInfo(path.lstrip("/"))
            info.size, info.mode = len(text.encode()), 0o644
            archive.addfile(info, io.BytesIO(text.encode()))


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
