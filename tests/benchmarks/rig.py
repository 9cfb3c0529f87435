"""The real daemon beside a real broker configured as in ``configs/``, with or without a simulated sound card.

The daemon runs as set-up leaves it: scipy, which benchmarks install for the reference package alone, is hidden from it.
"""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edged.cli import main
from edged.errors import Rejected
from edged.settings import Settings
from edged.speech import LoadedVoice, VoiceLibrary, open_library
from edged.variants import vocabulary
from edged.voices.store import VoiceStore
from tests.appliance import BASE, Appliance
from tests.brokers import Broker, Hub
from tests.programs import needed
from tests.sound.cards import Card, simulated_card

QUIET = 33
"""Samples up to this magnitude are silence: -60 dB of full scale."""


@dataclass(frozen=True)
class Rig:
    """What stands on the bench. The daemon is not started yet."""

    folder: Path
    broker: Broker
    appliance: Appliance
    card: Card | None

    @property
    def pid(self) -> int:
        assert self.appliance.process is not None
        return self.appliance.process.pid


@contextlib.contextmanager
def rig(*, card: bool = False, sync_ms: float = 0.0, **sections: Any) -> Iterator[Rig]:
    """Everything in a folder of its own; all of it ends with the context.

    ``card``: it plays on a simulated card; ``sync_ms``: each sync of the daemon's disk takes so much longer.
    """
    with tempfile.TemporaryDirectory(prefix="edged-bench-") as name:
        folder = Path(name)
        broker = Broker.from_example("edged.conf", folder / "broker", {}).start()
        played = simulated_card(folder, quiet=QUIET) if card else None
        if played is not None:
            sections["sound"] = {"output": "alsa", "device": "default", **sections.get("sound", {})}
        appliance = Appliance(folder / "edged", broker, voices(folder), **sections)
        appliance.env.update(
            {**(played.env if played else {}), **_without_scipy(folder), **_slow_disk(folder, sync_ms)}
        )
        try:
            yield Rig(folder, broker, appliance, played)
        finally:
            appliance.kill()
            broker.kill()


def voices(folder: Path) -> Path:
    """The default voice, installed as a user would."""
    config = folder / "install.yaml"
    config.write_text(f"state_dir: {folder / 'installed'}\n", encoding="utf-8")
    words = io.StringIO()
    with contextlib.redirect_stderr(words), contextlib.redirect_stdout(words):
        code = main(["--config", str(config), "voices", "install", "heart"])
    if code != 0:
        raise ImportError(f"the voice heart cannot be installed: {words.getvalue()}")
    return folder / "installed" / "voices"


def installed_library(settings: Settings, name: str) -> VoiceLibrary:
    """The voices of this box, this one open and warm. Raises ``ImportError`` if it is not installed."""
    library = open_library(settings)
    try:
        library.get(name)
    except Rejected as error:
        raise ImportError(f"{error.message}: edged voices install kokoro") from error
    return library


def symbols_of(settings: Settings, voice: LoadedVoice) -> frozenset[str]:
    """The phonemes that an installed voice knows."""
    package, _, _ = voice.engine.model.partition("@")
    return frozenset(vocabulary(VoiceStore(settings.state_dir).get(package)))


def wait_online(hub: Hub) -> None:
    """Until the node says that it is there; leaves the hub subscribed to its availability."""
    hub.subscribe(f"{BASE}/availability")
    while hub.next().payload != b"online":
        pass


def sync_ms(folder: Path, rounds: int = 50) -> float:
    """Milliseconds that a sync of 4 KiB takes on this disk, median: figures of acceptance hang on it."""
    times = []
    with (folder / "sync").open("wb") as file:
        for _ in range(rounds):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2)


def _without_scipy(folder: Path) -> dict[str, str]:
    hidden = folder / "hidden"
    hidden.mkdir()
    (hidden / "scipy.py").write_text("raise ImportError('hidden by the benchmark')\n", encoding="utf-8")
    return {"PYTHONPATH": str(hidden)}


def _slow_disk(folder: Path, milliseconds: float) -> dict[str, str]:
    if not milliseconds:
        return {}
    library = folder / "slowsync.so"
    source = Path(__file__).with_name("slowsync.c")
    command = [needed("gcc"), "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return {"LD_PRELOAD": str(library), "EDGED_SYNC_MS": str(milliseconds)}
