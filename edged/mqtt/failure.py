"""Why there is no connection, in words, and whether trying again soon can help. Pure."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from edged.errors import EdgedError

TAKEN_OVER = 0x8E
"""MQTT 5 reason code *Session taken over*, the same in CONNACK and DISCONNECT (section 2.4)."""

_REFUSALS = {
    0x84: "the broker does not speak this version of MQTT: change mqtt.protocol",
    0x85: "the broker does not accept our client id",
    0x86: "wrong user name or password",
    0x87: "not authorized: the broker does not let this user in",
    0x8A: "the broker has banned this client",
    0x8C: "the broker wants another way of authentication",
}
"""MQTT 5 CONNACK reason codes (section 3.2.2.2) that stay until somebody acts; the codes 1, 2, 4 and 5 of MQTT 3.1.1
arrive mapped to them."""


@dataclass(frozen=True)
class Failure:
    """Why a connection failed or ended."""

    reason: str
    lasting: bool = False
    """True if it stays until somebody acts: tried again slowly."""


def refused(code: int, name: str) -> Failure:
    """The broker answered CONNECT with the reason ``code``, which the standard calls ``name``."""
    if code in _REFUSALS:
        return Failure(_REFUSALS[code], lasting=True)
    return Failure(f"the broker refuses the connection: {name}")


def ended(code: int, name: str, *, by_broker: bool, answered: bool) -> Failure:
    """An open connection ended with reason ``code``; ``answered``: the broker had accepted it before."""
    if by_broker and code == TAKEN_OVER:
        return Failure("session taken over: another client with our name has connected", lasting=True)
    if by_broker:
        return Failure(f"the broker closed the connection: {name}")
    if not answered:
        return Failure("the connection was closed before the broker accepted it (with TLS: perhaps our certificate)")
    return Failure(f"connection lost: {name}" if code != _UNSPECIFIED else "connection lost")


_UNSPECIFIED = 0x80


def unreachable(error: Exception, host: str, port: int) -> Failure:
    """No connection could be opened."""
    where = f"{host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        detail = getattr(error, "verify_message", error)
        return Failure(f"TLS: the certificate of {where} is not trusted ({detail})", lasting=True)
    if isinstance(error, ssl.SSLError):
        return Failure(f"TLS: no agreement with {where} ({error})", lasting=True)
    if isinstance(error, socket.gaierror):
        return Failure(f"the name {host} cannot be resolved ({error.strerror})")
    if isinstance(error, OSError) and error.filename is not None:
        return Failure(f"{error.filename} cannot be read ({error.strerror})", lasting=True)
    if isinstance(error, EdgedError):
        return Failure(error.message, lasting=True)
    return Failure(f"no broker at {where} ({error})")


def suspected_takeover(client_id: str, failure: Failure) -> Failure:
    """The same short life again and again: MQTT 3.1.1 does not say why, but a name used twice looks like this."""
    return Failure(
        f"{failure.reason}, each time soon after the broker accepted us: is the session taken over by another client"
        f" named {client_id}?",
        lasting=True,
    )
