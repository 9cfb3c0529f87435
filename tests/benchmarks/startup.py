"""From the start of the process to READY, as the service manager hears it; the voice is installed, the broker is there.

::

    python -m tests.benchmarks.startup [--rounds 7]
"""

from __future__ import annotations

import argparse
import socket
import time
from collections.abc import Mapping
from typing import Any

from tests.benchmarks import figures
from tests.benchmarks.figures import Target, percentile
from tests.benchmarks.rig import Rig, rig


def ready_after(bench: Rig) -> float:
    """Start the daemon; seconds until it says READY. It is stopped again."""
    name = bench.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(name))
        listener.settimeout(1.0)
        bench.appliance.env["NOTIFY_SOCKET"] = str(name)
        began = time.monotonic()
        bench.appliance.start()
        while b"READY=1" not in _heard(listener):
            if not bench.appliance.alive():
                raise RuntimeError(f"the daemon died: {bench.appliance.words()}")
        took = time.monotonic() - began
        bench.appliance.stop()
    name.unlink()
    return took


def _heard(listener: socket.socket) -> list[bytes]:
    try:
        return listener.recv(4096).splitlines()
    except TimeoutError:
        return []


def measure(rounds: int) -> dict[str, Any]:
    with rig() as bench:
        times = [ready_after(bench) for _ in range(rounds)]
    return {
        "rounds": rounds,
        "ready_s": [round(seconds, 2) for seconds in times],
        "median_s": round(percentile(times, 50), 2),
    }


def targets(found: Mapping[str, Any]) -> list[Target]:
    return [Target("start to READY, median", found["median_s"], "<=", 2.5, "s")]


def main() -> None:
    parser = argparse.ArgumentParser(description="time from the start of the process to READY")
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    figures.report("startup", lambda: measure(rounds), targets)


if __name__ == "__main__":
    main()
