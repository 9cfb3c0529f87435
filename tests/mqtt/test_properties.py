from __future__ import annotations

import time
from collections.abc import Callable

from edged.message import Outbound
from tests.brokers import Broker, until
from tests.mqtt.conversation import Recorder, session


def test_properties_of_a_request_arrive(broker: Broker) -> None:
    told = Recorder()
    with broker.hub() as hub, session(broker.settings(), told):
        hub.publish(
            "edged/box/say",
            "hello",
            ResponseTopic="edged/reply/7",
            CorrelationData=b"\x00\xff7",
            MessageExpiryInterval=90,
        )
        until(lambda: told.received)
    message = told.received[0]
    assert (message.response_topic, message.correlation, message.expiry_s) == ("edged/reply/7", b"\x00\xff7", 90)


def test_expiry_that_arrives_is_what_remains(broker: Broker) -> None:
    told = Recorder()
    settings = broker.settings()
    with broker.hub() as hub:
        with session(settings, told):
            pass
        hub.publish("edged/box/say", "dead", MessageExpiryInterval=1)
        hub.publish("edged/box/say", "alive", MessageExpiryInterval=100)
        hub.publish("edged/box/other", "sleep", MessageExpiryInterval=1)
        time.sleep(2.1)
        with session(settings, told):
            until(lambda: "alive" in told.payloads)
    assert told.payloads == ["alive"]
    expiry = told.received[0].expiry_s
    assert expiry is not None
    assert 0 < expiry < 100


def test_properties_of_our_messages_arrive(broker: Broker) -> None:
    with broker.hub() as hub, session(broker.settings(), Recorder()) as link:
        hub.subscribe("edged/box/audio/#")
        link.publish(
            Outbound(
                "edged/box/audio/1/2",
                b"",
                content_type="audio/L16",
                correlation=b"c",
                response_topic="a/b",
                expiry_s=60,
                user_properties=(("last", "true"), ("rate", "24000")),
            )
        )
        seen = hub.next().properties
    assert seen is not None
    properties = seen.json()  # type: ignore[no-untyped-call]  # paho leaves this one untyped
    assert properties.pop("MessageExpiryInterval") <= 60
    assert properties == {
        "ContentType": "audio/L16",
        "CorrelationData": b"c".hex(),
        "ResponseTopic": "a/b",
        "UserProperty": [("last", "true"), ("rate", "24000")],
    }


def test_message_larger_than_the_broker_takes_is_given_up_in_words(make_broker: Callable[..., Broker]) -> None:
    broker = make_broker(options=["max_packet_size 20000"])
    told = Recorder()
    with session(broker.settings(), told) as link:
        token = link.publish(Outbound("edged/box/audio/1", bytes(50_000)))
        until(lambda: told.published)
        assert told.published == [token]
        assert "at most 20000 bytes" in str(link.last_error)
        assert link.connected
