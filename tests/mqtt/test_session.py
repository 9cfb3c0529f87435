from __future__ import annotations

import threading

import pytest

from edged.message import Outbound
from edged.mqtt.loop import BATCH_MESSAGES
from tests.brokers import PROTOCOLS, Broker, Protocol, until
from tests.mqtt.conversation import WILL, Recorder, session

pytestmark = pytest.mark.parametrize("protocol", PROTOCOLS)


def test_message_arrives_and_is_acknowledged_after_flush(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told) as link:
        hub.publish("edged/box/say", "hello")
        until(lambda: told.batches)
        assert told.payloads == ["hello"]
        message = told.received[0]
        assert (message.topic, message.qos, message.retain, message.dup) == ("edged/box/say", 1, False, False)
        assert message.packet_id > 0
        assert message.session == link.session_token
        assert told.calls == ["connected", "receive", "flush"]
        assert told.threads == {"mqtt"}


def test_burst_arrives_in_order_and_in_batches(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told):
        hub.burst([("edged/box/say", str(number).encode()) for number in range(500)])
        until(lambda: len(told.received) == 500)
    assert told.payloads == [str(number) for number in range(500)]
    assert max(len(batch) for batch in told.batches) <= 2 * BATCH_MESSAGES
    assert len(told.batches) < 500
    assert sum(len(batch) for batch in told.batches) == 500


def test_unflushed_message_comes_back_with_its_packet_id_and_session(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    told.holding = True
    settings = broker.settings(protocol=protocol)
    with broker.hub(protocol) as hub, session(settings, told) as link:
        hub.publish("edged/box/say", "hello")
        until(lambda: told.received)
        token = link.session_token
    again = Recorder()
    with session(settings, again, session_token=token) as link:
        until(lambda: again.received)
        assert link.session_token == token
    assert again.connections == [True]
    assert again.received[0].dup
    assert again.received[0].packet_id == told.received[0].packet_id
    assert again.received[0].session == told.received[0].session


def test_acknowledged_message_does_not_come_back(broker: Broker, protocol: Protocol) -> None:
    settings = broker.settings(protocol=protocol)
    told = Recorder()
    with broker.hub(protocol) as hub:
        with session(settings, told):
            hub.publish("edged/box/say", "first")
            until(lambda: told.batches)
        hub.publish("edged/box/say", "while away")
        again = Recorder()
        with session(settings, again):
            until(lambda: again.received)
    assert again.payloads == ["while away"]


def test_late_commit_is_acknowledged_without_new_traffic(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    told.holding = True
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told) as link:
        hub.publish("edged/box/say", "hello")
        until(lambda: told.received)
        told.holding = False
        until(lambda: told.batches)
        link.publish(Outbound("edged/box/event", b"{}"))
        until(lambda: told.confirmations)
    assert told.confirmations == told.received


def test_new_broker_session_gets_a_new_token(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    before = "from before"
    with session(broker.settings(protocol=protocol), told, session_token=before) as link:
        assert link.session_token not in {None, before}
    assert told.connections == [False]


def test_acknowledgements_are_confirmed_by_the_answer_to_a_later_publish(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told) as link:
        hub.publish("edged/box/say", "hello")
        until(lambda: told.batches)
        assert told.confirmations == []
        until(lambda: link.publish(Outbound("edged/box/event", b"{}")))
        until(lambda: told.confirmations)
    assert told.confirmations == told.received


def test_qos_0_arrives_and_is_never_acknowledged(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told):
        hub.publish("edged/box/say", "hello", qos=0)
        until(lambda: told.batches)
    assert (told.received[0].qos, told.received[0].packet_id) == (0, 0)


def test_qos_2_publish_arrives_as_qos_1(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told):
        hub.publish("edged/box/say", "hello", qos=2)
        until(lambda: told.batches)
    assert told.received[0].qos == 1


def test_stored_message_is_marked_on_3_and_not_sent_on_5(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with broker.hub(protocol) as hub:
        hub.publish("edged/box/say", "stored", retain=True)
        with session(broker.settings(protocol=protocol), told):
            hub.publish("edged/box/say", "live", retain=True)
            until(lambda: "live" in told.payloads)
    seen = [(message.payload, message.retain) for message in told.received]
    assert seen == ([(b"live", False)] if protocol == "5" else [(b"stored", True), (b"live", False)])


def test_published_from_many_threads_all_confirmed_once(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    tokens: list[int] = []

    def talk(number: int) -> None:
        for count in range(50):
            token = None
            while token is None:
                token = link.publish(Outbound(f"edged/box/{number}", str(count).encode(), qos=count % 2))
            tokens.append(token)

    with broker.hub(protocol) as hub, session(broker.settings(protocol=protocol), told) as link:
        hub.subscribe("edged/box/#")
        threads = [threading.Thread(target=talk, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: len(told.published) >= 400)
        seen = hub.take(400)
        assert link.statistics.published == 400
        assert link.statistics.queued == 0
    assert sorted(told.published) == sorted(tokens)
    assert len(set(tokens)) == 400
    for number in range(8):
        mine = [message for message in seen if message.topic == f"edged/box/{number}"]
        for qos in (0, 1):
            assert [int(message.payload) for message in mine if message.qos == qos] == list(range(qos, 50, 2))


def test_publish_without_connection_queues_nothing(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    broker.stop()
    with session(broker.settings(protocol=protocol), told, wait=False) as link:
        assert link.publish(Outbound("edged/box/event", b"{}")) is None
        assert link.statistics.queued == 0


@pytest.mark.parametrize("topic", ["", "edged/+/x", "edged/#", "a\0b", "a\ud800b"])
def test_publish_to_no_topic_is_refused(broker: Broker, protocol: Protocol, topic: str) -> None:
    with (
        session(broker.settings(protocol=protocol), Recorder()) as link,
        pytest.raises(ValueError, match=r"topic|utf-8"),
    ):
        link.publish(Outbound(topic, b""))


def test_farewell_is_published_and_the_will_is_not(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with broker.hub(protocol) as hub:
        hub.subscribe("edged/box/availability")
        with session(broker.settings(protocol=protocol), told) as link:
            link.stop(Outbound(WILL.topic, b"gone for good", retain=True))
        broker.restart()
        with broker.hub(protocol) as later:
            later.subscribe("edged/box/availability")
            kept = later.next()
        assert hub.next().payload == b"gone for good"
        assert (kept.payload, kept.retain) == (b"gone for good", True)
    assert told.reasons == ["stopped"]


def test_loop_beats_while_nothing_happens(broker: Broker, protocol: Protocol) -> None:
    told = Recorder()
    with session(broker.settings(protocol=protocol), told):
        seen = told.beats
        until(lambda: told.beats > seen + 1)
