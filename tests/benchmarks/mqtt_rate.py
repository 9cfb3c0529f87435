"""How fast messages come in: python -m tests.benchmarks.mqtt_rate [messages]. Needs mosquitto; asserts nothing.

Every message of 300 bytes is published with QoS 1 by one hub in the same process, received, flushed into nothing and
acknowledged; then the time from ``publish`` to ``receive`` of messages sent one at a time.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.brokers import PROTOCOLS, Broker, Protocol, until
from tests.mqtt.conversation import Recorder, session


def drain(broker: Broker, protocol: Protocol, count: int) -> None:
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
    print(f"MQTT {protocol}: {count / took:.0f} messages/s, batches of {batches[len(batches) // 2]} (median)")


def latency(broker: Broker, protocol: Protocol, count: int = 300) -> None:
    told = Recorder()
    times = []
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told):
        for number in range(count):
            start = time.perf_counter()
            hub.publish("edged/box/say", bytes(300))
            while len(told.received) <= number:
                time.sleep(0.0001)
            times.append((time.perf_counter() - start) * 1000)
    times.sort()
    print(f"MQTT {protocol}: publish to receive p50 {statistics.median(times):.2f} ms, p99 {times[-4]:.2f} ms")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        broker = Broker(Path(directory)).start()
        try:
            for protocol in PROTOCOLS:
                drain(broker, protocol, count)
                latency(broker, protocol)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
