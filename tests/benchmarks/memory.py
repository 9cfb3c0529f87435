"""VmRSS of the daemon after 100 and after 500 requests of varied texts, spoken into WAV files as fast as it can.

::

    python -m tests.benchmarks.memory [--requests 500]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from tests.appliance import BASE
from tests.benchmarks import figures
from tests.benchmarks.figures import Target, resident_mib
from tests.benchmarks.rig import Rig, rig, wait_online
from tests.benchmarks.sentences import varied
from tests.brokers import Hub

STEP = 100
"""Requests between two looks at the memory."""
PUBLISHED_EVERY = 10
"""One request in so many is published over MQTT as well, in turns as WAV, FLAC and OGG."""
FORMATS = ("wav", "flac", "ogg")


def measure(count: int) -> dict[str, Any]:
    resident: dict[int, float] = {}
    with rig() as bench, bench.broker.hub() as hub:
        bench.appliance.start()
        wait_online(hub)
        hub.subscribe(f"{BASE}/result")
        resident[0] = resident_mib(bench.pid)
        texts = varied(count)
        seconds = 0.0
        for start in range(0, count, STEP):
            seconds += _spoken(bench, hub, texts[start : start + STEP], start)
            resident[start + STEP] = resident_mib(bench.pid)
    return {"requests": count, "audio_s": round(seconds), "rss_mib": resident}


def _spoken(bench: Rig, hub: Hub, texts: list[str], first: int) -> float:
    """Publish them all at once and wait until all have been spoken; seconds of sound."""
    assert bench.appliance.alive()
    bodies = [_body(text, first + index) for index, text in enumerate(texts)]
    hub.burst([(f"{BASE}/say", json.dumps(body).encode()) for body in bodies])
    results = [json.loads(message.payload) for message in hub.take(len(texts))]
    failed = [result for result in results if result["outcome"] != "finished"]
    if failed:
        raise RuntimeError(f"not spoken: {failed[0]}")
    return float(sum(result["audio"]["ms"] for result in results)) / 1000


def _body(text: str, number: int) -> dict[str, Any]:
    body: dict[str, Any] = {"text": text, "id": f"bench-{number}"}
    if number % PUBLISHED_EVERY == 0:
        body["output"] = {"publish": "whole", "format": FORMATS[number // PUBLISHED_EVERY % len(FORMATS)]}
    return body


def targets(found: Mapping[str, Any]) -> list[Target]:
    resident = {int(count): mib for count, mib in found["rss_mib"].items()}
    last = max(resident)
    growth = round(resident[last] - resident[STEP], 1)
    return [
        Target(f"VmRSS after {last} requests", resident[last], "<=", 220, "MiB"),
        Target(f"VmRSS growth over the last {last - STEP} requests", growth, "<=", 4, "MiB"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="memory of the daemon")
    parser.add_argument("--requests", type=int, default=500)
    count = parser.parse_args().requests
    figures.report("memory", lambda: measure(count), targets)


if __name__ == "__main__":
    main()
