"""How fast requests are accepted, and whether ten thousand are held: PUBACKs of the daemon counted on the wire.

The daemon is busy with one long text on a card that plays by the clock, so that what comes waits. A hub publishes a
burst of QoS 1; the broker is configured as in ``configs/``; each PUBACK of the daemon says that its request is on disk
(full sync). Afterwards every id must be in the spool, also after ``kill -9``, and the next request must be refused::

    python -m tests.benchmarks.intake_rate [--requests 10000] [--sync-ms 0]

``--sync-ms`` makes every sync slower, as on an SD card (5 to 20 ms).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from typing import Any

from edged.settings import Mqtt, Queue
from tests.appliance import BASE
from tests.benchmarks import figures
from tests.benchmarks.acknowledgements import Wiretap
from tests.benchmarks.figures import Target, resident_mib
from tests.benchmarks.rig import Rig, rig, sync_ms, wait_online
from tests.benchmarks.sentences import varied
from tests.brokers import Hub

PUBLISHER_WINDOW = 20
"""Unacknowledged messages of the publisher towards the broker: what paho does."""
LONG = "This text is long enough to keep the room busy while many others arrive, and nobody has to listen to it. " * 38
PATIENCE_S = 300.0


def measure(count: int, slower_ms: float = 0.0) -> dict[str, Any]:
    limit = Queue().limit
    if count > limit:
        raise SystemExit(f"the queue holds {limit} requests")
    with rig(card=True, sync_ms=slower_ms) as bench, _tapped(bench) as tap, bench.broker.hub() as hub:
        bench.appliance.start()
        wait_online(hub)
        hub.subscribe(f"{BASE}/result", f"{BASE}/response/health")
        empty = resident_mib(bench.pid)
        hub.publish(f"{BASE}/say", json.dumps({"text": LONG, "id": "long"}))
        _wait(lambda: _queued(bench) == {"long"}, "the long text is there")
        found = {
            "requests": count,
            "mqtt_protocol": Mqtt().protocol,
            "receive_maximum": Mqtt().receive_maximum,
            "publisher_max_inflight": PUBLISHER_WINDOW,
            "sync_ms": round(sync_ms(bench.folder) + slower_ms, 2),
            **_burst(hub, tap, count),
            "rss_mib_empty": empty,
            "rss_mib_full": resident_mib(bench.pid),
            "held": _held(bench, count),
            "depth_reported": _health(hub)["queue"]["depth"],
        }
        if count == limit:
            found["one_more"] = _one_more(hub)
        return {**found, **_survived(bench, hub, count)}


@contextlib.contextmanager
def _tapped(bench: Rig) -> Iterator[Wiretap]:
    tap = Wiretap(bench.broker.port)
    bench.appliance.configure(mqtt={"port": tap.port})
    try:
        yield tap
    finally:
        bench.appliance.kill()
        tap.close()


def _burst(hub: Hub, tap: Wiretap, count: int) -> dict[str, Any]:
    bodies = [json.dumps({"text": text, "id": f"held-{n}"}).encode() for n, text in enumerate(varied(count))]
    before = tap.count
    began = time.monotonic()
    hub.burst([(f"{BASE}/say", body) for body in bodies])
    published = time.monotonic()
    _wait(lambda: tap.count - before >= count, "every PUBACK")
    counted = [(t, n - before) for t, n in tap.marks if n > before]
    half = next(t for t, n in counted if n >= count / 2)
    return {
        "publisher_done_s": round(published - began, 2),
        "all_acknowledged_s": round(counted[-1][0] - began, 2),
        "accepted_per_s": round(count / (counted[-1][0] - began)),
        "second_half_per_s": round(count / 2 / (counted[-1][0] - half)),
    }


def _held(bench: Rig, count: int) -> int:
    """How many of the burst are in the spool without an outcome."""
    return len(_queued(bench) & {f"held-{number}" for number in range(count)})


def _queued(bench: Rig) -> set[str]:
    """Ids in the spool that have no outcome yet."""
    path = bench.appliance.state_dir / "spool.sqlite3"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as spool:
        return {name for (name,) in spool.execute("SELECT id FROM requests WHERE ended_wall IS NULL")}


def _health(hub: Hub) -> dict[str, Any]:
    hub.publish(f"{BASE}/request/health", "{}")
    answer: dict[str, Any] = json.loads(_message(hub, "response/health"))["data"]
    return answer


def _one_more(hub: Hub) -> str:
    """What the daemon says to one request too many."""
    hub.publish(f"{BASE}/say", json.dumps({"text": "One too many.", "id": "one-more"}))
    result = json.loads(_message(hub, "result"))
    return str(result.get("error", {}).get("code", result["outcome"]))


def _message(hub: Hub, name: str) -> bytes:
    while (message := hub.next()).topic != f"{BASE}/{name}":
        pass
    return bytes(message.payload)


def _survived(bench: Rig, hub: Hub, count: int) -> dict[str, Any]:
    """Kill the daemon, start it again: what it holds, and how long it took to be online with all of them."""
    bench.appliance.kill()
    while _message(hub, "availability") != b"offline":
        pass
    began = time.monotonic()
    bench.appliance.start()
    while _message(hub, "availability") != b"online":
        pass
    online_s = round(time.monotonic() - began, 2)
    return {
        "online_again_s": online_s,
        "held_after_kill": _held(bench, count),
        "depth_after_kill": _health(hub)["queue"]["depth"],
        "rss_mib_after_kill": resident_mib(bench.pid),
    }


def _wait(condition: Any, what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"in vain: {what}")
        time.sleep(0.05)


def targets(found: Mapping[str, Any]) -> list[Target]:
    count = found["requests"]
    return [
        Target("requests accepted (PUBACKs) with full sync", found["accepted_per_s"], ">=", 300, "/s"),
        Target("waiting requests held", found["held"], ">=", count),
        Target("waiting requests held after kill -9", found["held_after_kill"], ">=", count),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="rate of acceptance, and what is held")
    parser.add_argument("--requests", type=int, default=Queue().limit)
    parser.add_argument("--sync-ms", type=float, default=0.0, help="milliseconds that each sync takes longer (0)")
    options = parser.parse_args()
    figures.report("intake_rate", lambda: measure(options.requests, options.sync_ms), targets)


if __name__ == "__main__":
    main()
