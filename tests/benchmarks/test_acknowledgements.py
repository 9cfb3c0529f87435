from __future__ import annotations

import pytest

from tests.benchmarks.acknowledgements import PUBACK, Packets, Wiretap
from tests.brokers import Broker, mqtt_settings, until
from tests.mqtt.conversation import Recorder, session

PUBACK_PACKET = bytes([0x40, 2, 0, 9])
PUBLISH_PACKET = bytes([0x32, 0x80 | 0x48, 0x01]) + bytes([0x40] * 200)
"""200 bytes of payload, a length field of two bytes."""


def test_packets_are_counted_wherever_the_stream_is_cut() -> None:
    stream = PUBACK_PACKET + PUBLISH_PACKET + PUBACK_PACKET + PUBACK_PACKET
    for size in (1, 2, 3, 7, 1000):
        packets = Packets(PUBACK)
        assert sum(packets.feed(stream[at : at + size]) for at in range(0, len(stream), size)) == 3


def test_what_is_no_mqtt_is_refused() -> None:
    with pytest.raises(ValueError, match="not an MQTT packet"):
        Packets(PUBACK).feed(b"\x32\xff\xff\xff\xff\xff")


def test_wiretap_counts_what_a_session_acknowledges(broker: Broker) -> None:
    tap, told = Wiretap(broker.port), Recorder()
    try:
        with broker.hub() as hub, session(mqtt_settings(tap.port), told):
            until(lambda: told.connections)
            hub.burst([("edged/box/say", b"hello")] * 30)
            until(lambda: len(told.received) == 30)
            until(lambda: tap.count == 30)
    finally:
        tap.close()
