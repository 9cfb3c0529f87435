"""The error tree: whose fault it is decides what becomes of a request.

::

    EdgedError
    ├── Rejected             the caller's request cannot be met as it stands; sending it again will not help
    ├── Retryable            a part of this box failed in a way that may pass: the request is tried again
    ├── Fatal                a part of this box failed and stays so until somebody acts: the request fails
    ├── StorageFailed        the disk refuses; nothing is acknowledged until it takes the write
    ├── Unavailable          something the command line needs is not there (no broker, no sound device)
    ├── InstallFailed        a voice could not be fetched, verified or written; nothing was half-installed
    └── ConfigurationError   the settings are wrong; carries every error of the file at once

Foreign exceptions are translated at the one door of their library and never travel further.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, get_args

Code = Literal[
    "bad_request",
    "too_long",
    "queue_full",
    "retained",
    "duplicate",
    "muted",
    "quiet_hours",
    "unknown_voice",
    "unsupported",
    "synth_failed",
    "audio_device",
    "provider_failed",
    "rate_limited",
    "unauthorized",
]
"""The error codes of the MQTT contract, version 1."""

CODES: frozenset[str] = frozenset(get_args(Code))


class EdgedError(Exception):
    """Base of every error that edged raises on purpose.

    ``message`` is one sentence for a person; ``details`` are JSON-ready facts for a program.
    ``exit_code`` is what the command line ends with (CONTRACT: 1 failed, 69 unavailable, 78 configuration).
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class OutcomeError(EdgedError):
    """An error that ends a request; ``code`` is one of the contract's codes."""

    def __init__(self, code: Code, message: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.code: Code = code

    def as_result(self) -> dict[str, Any]:
        """The ``error`` object of a result: code, message and the details beside them."""
        return {"code": self.code, "message": self.message, **self.details}


class Rejected(OutcomeError):
    """The caller's fault: the request cannot be met as it stands."""


class Retryable(OutcomeError):
    """Our fault, and it may pass: the request goes back to its place in the queue."""


class Fatal(OutcomeError):
    """Our fault, and it stays until somebody acts: the request fails with this error."""


class StorageFailed(EdgedError):
    """The spool cannot be written (full or broken disk): what was being done is tried again, never given up."""


class Unavailable(EdgedError):
    """Something outside that a command needs is not there."""

    exit_code = 69


class InstallFailed(EdgedError):
    """A voice could not be fetched, verified or written; nothing was half-installed."""


class ConfigurationError(EdgedError):
    """The settings are wrong. ``problems`` lists every error of the file, one sentence each."""

    exit_code = 78

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems), problems=problems)
        self.problems = problems
