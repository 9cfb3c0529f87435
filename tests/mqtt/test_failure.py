from __future__ import annotations

import ssl

from edged.errors import ConfigurationError
from edged.mqtt.failure import TAKEN_OVER, Failure, ended, refused, suspected_takeover, unreachable


def test_takeover_told_by_the_broker_is_lasting() -> None:
    failure = ended(TAKEN_OVER, "Session taken over", by_broker=True, answered=True)
    assert "session taken over" in failure.reason
    assert failure.lasting


def test_same_code_without_a_packet_of_the_broker_is_no_takeover() -> None:
    assert not ended(TAKEN_OVER, "x", by_broker=False, answered=True).lasting


def test_shutdown_of_the_broker_passes() -> None:
    failure = ended(0x8B, "Server shutting down", by_broker=True, answered=True)
    assert failure == Failure("the broker closed the connection: Server shutting down")


def test_close_before_the_answer_hints_at_the_certificate() -> None:
    assert "certificate" in ended(0x80, "Unspecified error", by_broker=False, answered=False).reason


def test_refusals_that_need_a_person_are_lasting() -> None:
    assert refused(0x86, "Bad user name or password") == Failure("wrong user name or password", lasting=True)
    assert "mqtt.protocol" in refused(0x84, "Unsupported protocol version").reason


def test_busy_broker_passes() -> None:
    assert refused(0x89, "Server busy") == Failure("the broker refuses the connection: Server busy")


def test_foreign_errors_become_sentences() -> None:
    wrong_protocol = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    assert unreachable(wrong_protocol, "broker", 8883).lasting
    assert unreachable(ConfigurationError(["mqtt.password_file: x"]), "b", 1) == Failure(
        "mqtt.password_file: x", lasting=True
    )
    assert unreachable(ConnectionRefusedError(111, "Connection refused"), "b", 1).reason == (
        "no broker at b:1 ([Errno 111] Connection refused)"
    )
    assert unreachable(PermissionError(1, "Operation not permitted"), "b", 1).reason.startswith("no broker at b:1")


def test_suspected_takeover_names_the_client() -> None:
    failure = suspected_takeover("edged-box", Failure("connection lost"))
    assert "edged-box" in failure.reason
    assert failure.lasting
