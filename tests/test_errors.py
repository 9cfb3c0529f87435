from __future__ import annotations

import pytest

from edged import errors
from edged.errors import CODES, ConfigurationError, EdgedError, Fatal, InstallFailed, Rejected, Retryable, Unavailable


def test_codes_are_those_of_the_contract() -> None:
    first = {"bad_request", "too_long", "queue_full", "retained", "duplicate", "muted", "quiet_hours"}
    second = {"unknown_voice", "unsupported", "synth_failed", "audio_device", "provider_failed", "rate_limited"}
    assert first | second | {"unauthorized"} == CODES


def test_details_stand_beside_the_code_in_a_result() -> None:
    error = Rejected("too_long", "text has 5000 characters", max_length=4096)
    assert error.as_result() == {"code": "too_long", "message": "text has 5000 characters", "max_length": 4096}
    assert str(error) == "text has 5000 characters"


@pytest.mark.parametrize("kind", [Rejected, Retryable, Fatal])
def test_faults_are_told_apart(kind: type[errors.OutcomeError]) -> None:
    error = kind("audio_device", "gone")
    assert [other for other in (Rejected, Retryable, Fatal) if isinstance(error, other)] == [kind]


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (EdgedError("x"), 1),
        (Rejected("muted", "x"), 1),
        (InstallFailed("x"), 1),
        (Unavailable("x"), 69),
        (ConfigurationError(["x"]), 78),
    ],
)
def test_exit_codes_are_those_of_the_contract(error: EdgedError, exit_code: int) -> None:
    assert error.exit_code == exit_code


def test_configuration_error_keeps_every_problem() -> None:
    error = ConfigurationError(["a: wrong", "b: missing"])
    assert error.problems == ["a: wrong", "b: missing"]
    assert str(error) == "a: wrong; b: missing"
