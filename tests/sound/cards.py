"""Real sound paths for tests: a simulated ALSA card, the ALSA ``file`` plugin, a headless PulseAudio.

A process gets the card by its environment (``ALSA_CONFIG_PATH`` is read once per process, so use a child process)::

    card = simulated_card(tmp_path)
    subprocess.Popen([..., "edged", "run"], env={**os.environ, **card.env})
    card.heard_pcm()                  # what was played so far, raw s16le
    card.events("first-sound")        # [Event(t=<CLOCK_MONOTONIC>, name, accepted, heard)]
    card.control("unplug")            # or "stall", "xrun"; card.control("") puts it right

``first-sound`` is logged when the first non-silent frame of an utterance is accepted by the card: the end of the way
from a publish to sound. Its time compares with ``time.monotonic()`` of any process of this machine.
The card behind ``default`` is reached through ALSA's ``plug``; ``pcm.bare`` is the card itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.programs import needed

SOURCE = Path(__file__).with_name("simcard.c")
SYSTEM_CONFIG = "/usr/share/alsa/alsa.conf"


@dataclass(frozen=True)
class Event:
    """One line of the card's log."""

    t: float
    name: str
    accepted: int
    heard: int


@dataclass(frozen=True)
class Card:
    """A simulated sound card."""

    folder: Path
    env: dict[str, str]
    """To be added to the environment of the process that plays."""

    @property
    def heard(self) -> Path:
        return self.folder / "heard"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def heard_pcm(self) -> bytes:
        return self.heard.read_bytes() if self.heard.exists() else b""

    def control(self, word: str) -> None:
        """Unplug, stall or xrun; nothing makes the card whole again. Replaced as a whole, for the card reads often."""
        fresh = self.folder / "control.new"
        fresh.write_text(word, encoding="ascii")
        fresh.replace(self.folder / "control")

    def events(self, name: str | None = None) -> list[Event]:
        """The card's log so far, or the events of one name."""
        lines = self.log.read_text(encoding="ascii").splitlines() if self.log.exists() else []
        found = []
        for line in lines:
            t, what, accepted, heard = line.split(" ")
            found.append(Event(float(t), what, int(accepted.partition("=")[2]), int(heard.partition("=")[2])))
        return [event for event in found if name in (None, event.name)]


def simulated_card(tmp_path: Path, *, channels: int = 0, rate: int = 0, quiet: int = 0) -> Card:
    """A card with its files below ``tmp_path``. ``channels``, ``rate``: the only ones it takes (0: any)."""
    folder = tmp_path / "card"
    folder.mkdir()
    config = folder / "asound.conf"
    config.write_text(
        f'pcm_type.edgedcard {{ lib "{plugin()}" }}\n'
        f'pcm.bare {{ type edgedcard folder "{folder}" channels {channels} rate {rate} quiet {quiet} }}\n'
        'pcm.!default { type plug slave.pcm "bare" }\n',
        encoding="utf-8",
    )
    return Card(folder, {"ALSA_CONFIG_PATH": f"{SYSTEM_CONFIG}:{config}"})


def file_card(tmp_path: Path) -> Card:
    """ALSA's own ``file`` plugin over ``null``: takes everything at once, into ``heard``. It has no log."""
    folder = tmp_path / "file-card"
    folder.mkdir()
    config = folder / "asound.conf"
    config.write_text(
        f'pcm.!default {{ type file slave.pcm "null" file "{folder}/heard" format "raw" }}\n', encoding="utf-8"
    )
    return Card(folder, {"ALSA_CONFIG_PATH": f"{SYSTEM_CONFIG}:{config}"})


def plugin() -> Path:
    """The card as a shared library, compiled once per version of its source."""
    key = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"edged-tests-{os.getuid()}"
    library = folder / f"libasound_module_pcm_edgedcard-{key}.so"
    if library.exists():
        return library
    folder.mkdir(mode=0o700, exist_ok=True)
    half = folder / f"{library.name}.{os.getpid()}"
    flags = ["-shared", "-fPIC", "-DPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
    built = subprocess.run(
        [needed("gcc"), *flags, "-o", str(half), str(SOURCE), "-lasound"], capture_output=True, text=True, check=False
    )
    if built.returncode != 0:
        message = f"the simulated card was not compiled (apt: libasound2-dev): {built.stderr}"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    half.replace(library)
    return library


class PulseServer:
    """PulseAudio with one null sink, no D-Bus, no card; runs as any user. ``heard`` is the sink's monitor recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "run").mkdir(parents=True, mode=0o700)
        config = folder / "asound.conf"
        config.write_text("pcm.!default { type pulse }\n", encoding="utf-8")
        self.env = {
            "ALSA_CONFIG_PATH": f"{SYSTEM_CONFIG}:{config}",
            "PULSE_SERVER": f"unix:{folder}/native",
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CONFIG_HOME": str(folder),
            "HOME": str(folder),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, *, rate: int = 24000) -> PulseServer:
        native = f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1"
        sink = f"module-null-sink sink_name=edged rate={rate} channels=1 format=s16le norewinds=1"
        private = "--daemonize=no --use-pid-file=no --exit-idle-time=-1 --disable-shm=yes --realtime=no"
        log = f"--log-target=file:{self.folder}/log"
        self._spawn("pulseaudio", "-n", *private.split(), "--high-priority=no", log, "-L", native, "-L", sink)
        deadline = time.monotonic() + 20
        while self.control("set-default-sink", "edged", check=False) != 0:
            assert time.monotonic() < deadline, (self.folder / "log").read_text(encoding="utf-8")
            time.sleep(0.02)
        return self

    def control(self, *words: str, check: bool = True) -> int:
        """``pactl`` towards this server; its exit code."""
        return subprocess.run([needed("pactl"), *words], env=self._env(), capture_output=True, check=check).returncode

    def record(self, rate: int = 24000) -> Path:
        """Start to record what the sink plays; the file grows until the server stops."""
        heard = self.folder / "heard"
        arguments = f"-d edged.monitor --raw --format=s16le --rate={rate} --channels=1 --latency-msec=20"
        with heard.open("wb") as file:
            self._spawn("parec", *arguments.split(), stdout=file)
        deadline = time.monotonic() + 20
        while heard.stat().st_size == 0:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return heard

    def kill(self) -> None:
        """The server and the recording die without a word."""
        for child in self._children:
            child.kill()
            child.wait()
        self._children.clear()
        (self.folder / "native").unlink(missing_ok=True)

    def _spawn(self, program: str, *arguments: str, stdout: object = subprocess.DEVNULL) -> None:
        command = [needed(program), *arguments]
        errors = subprocess.DEVNULL
        child = subprocess.Popen(command, env=self._env(), stdin=errors, stdout=stdout, stderr=errors)  # type: ignore[call-overload] # stdout is a file or a number
        self._children.append(child)

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.env}


@contextlib.contextmanager
def pulse_server(tmp_path: Path) -> Iterator[PulseServer]:
    """A running PulseAudio of the test's own."""
    server = PulseServer(tmp_path / "pulse")
    try:
        yield server.start()
    finally:
        server.kill()
