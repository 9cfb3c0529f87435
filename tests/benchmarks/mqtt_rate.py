"""How fast the MQTT session alone takes messages, on both versions of the protocol; no daemon, no disk.

Every message of 300 bytes is published with QoS 1 by one hub in the same process, received, flushed into nothing and
acknowledged; then the time from ``publish`` to ``receive`` of messages sent one at a time::

    python -m tests.benchmarks.mqtt_rate [--messages 10000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks import figures
from tests.brokers import PROTOCOLS, Broker, Protocol, until
from tests.mqtt.conversation import Recorder, session


def drain(broker: Broker, protocol: Protocol, count: int) -> dict[str, float]:
    """Messages that wait in the broker, so that only our side is measured."""
    told = Recorder()
    with session(broker.settings(protocol=protocol), told):
        pass
    with broker.hub() as hub:
        for start in range(0, count, 1000):
            hub.burst([("edged/box/say", bytes(300))] * min(1000, count - start))
    with session(broker.settings(protocol=protocol), told):
        until(lambda: told.received)
        start_s = time.perf_counter()
        until(lambda: len(told.received) == count)
        took = time.perf_counter() - start_s
    batches = sorted(len(batch) for batch in told.batches)
    return {"messages_per_s": round(count / took), "batch_median": batches[len(batches) // 2]}


def latency(broker: Broker, protocol: Protocol, count: int = 300) -> dict[str, float]:
    told = Recorder()
    times = []
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told):
        for number in range(count):
            start = time.perf_counter()
            hub.publish("edged/box/say", bytes(300))
            while len(told.received) <= number:
                time.sleep(0.0001)
            times.append((time.perf_counter() - start) * 1000)
    return figures.spread(times)


def measure(count: int) -> dict[str, Any]:
    found: dict[str, Any] = {"messages": count}
    with tempfile.TemporaryDirectory() as directory:
        broker = Broker(Path(directory)).start()
        try:
            for protocol in PROTOCOLS:
                found[f"MQTT {protocol}"] = {
                    **drain(broker, protocol, count),
                    "publish_to_receive_ms": latency(broker, protocol),
                }
        finally:
            broker.stop()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="rate and delay of the MQTT session alone")
    parser.add_argument("--messages", type=int, default=10_000)
    count = parser.parse_args().messages
    figures.report("mqtt_rate", lambda: measure(count), lambda _found: [])


if __name__ == "__main__":
    main()
