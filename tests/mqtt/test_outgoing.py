from __future__ import annotations

from edged.message import Inbound, Outbound
from edged.mqtt.outgoing import QUEUE_LIMIT, WINDOW, Outgoing

SURE = Outbound("a", b"", qos=1)
LOOSE = Outbound("a", b"", qos=0)


def opened(window: int = WINDOW) -> Outgoing:
    out = Outgoing()
    out.opened(window)
    return out


def send(out: Outgoing, packet_id: int, message: Outbound = SURE) -> int:
    assert out.offer(message) is not None
    taken = out.take()
    assert taken is not None
    out.sent(packet_id, *taken)
    return taken[0]


def test_offer_while_closed_is_refused() -> None:
    out = Outgoing()
    assert out.offer(SURE) is None
    out.opened(1)
    out.closed()
    assert out.offer(SURE) is None
    assert len(out) == 0


def test_queue_is_bounded() -> None:
    out = opened()
    tokens = [out.offer(SURE) for _ in range(QUEUE_LIMIT + 1)]
    assert tokens[-1] is None
    assert None not in tokens[:-1]


def test_window_of_the_broker_is_kept() -> None:
    out = opened(2)
    send(out, 1)
    send(out, 2)
    assert out.offer(SURE)
    assert out.take() is None
    assert out.answered(1) is not None
    assert out.take() is not None


def test_own_window_is_the_limit_for_a_generous_broker() -> None:
    assert opened(65535).window == WINDOW


def test_put_back_keeps_the_order() -> None:
    out = opened()
    first, second = out.offer(SURE), out.offer(SURE)
    taken = out.take()
    assert taken is not None
    out.put_back(*taken)
    assert [out.take(), out.take()] == [(first, SURE), (second, SURE)]


def test_lost_connection_keeps_qos_1_and_loses_qos_0() -> None:
    out = opened()
    kept = send(out, 1)
    send(out, 2, LOOSE)
    out.closed()
    assert out.answered(2) is None
    answered = out.answered(1)
    assert answered is not None
    assert answered.token == kept
    assert out.answered(1) is None


def test_answer_proves_only_what_was_acknowledged_before() -> None:
    out = opened()
    early, late = Inbound("t", b"1"), Inbound("t", b"2")
    out.acknowledged(early)
    send(out, 1, LOOSE)
    send(out, 2)
    out.acknowledged(late)
    send(out, 3)
    proofs = [sent.proves for packet_id in (1, 2, 3) if (sent := out.answered(packet_id))]
    assert proofs == [(), (early,), (late,)]


def test_lost_connection_voids_the_proofs() -> None:
    out = opened()
    out.acknowledged(Inbound("t", b"1"))
    send(out, 1)
    out.acknowledged(Inbound("t", b"2"))
    out.closed()
    out.opened(WINDOW)
    send(out, 2)
    proofs = [sent.proves for packet_id in (1, 2) if (sent := out.answered(packet_id))]
    assert proofs == [(), ()]
