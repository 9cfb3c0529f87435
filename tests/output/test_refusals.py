from __future__ import annotations

import errno
import os

import pytest

from edged.output import refusals


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "group `audio`"),
        (errno.EBUSY, "another program"),
        (errno.ECONNREFUSED, "server does not run"),
        (errno.EINVAL, "plughw:"),
        (errno.ENODEV, "plugged in"),
    ],
)
def test_advice_fits_the_error_of_the_library(number: int, advice: str) -> None:
    sentence = refusals.not_opened("hw:1", 24000, f"{os.strerror(number)} [hw:1]")
    assert "'hw:1'" in sentence
    assert os.strerror(number) in sentence
    assert advice in sentence


@pytest.mark.parametrize("rate", [24000, 24001, 23900])
def test_rate_that_nobody_hears_apart_is_taken(rate: int) -> None:
    assert refusals.mismatch({"format_name": "S16_LE", "rate": rate}, 24000) is None


@pytest.mark.parametrize("got", [{"format_name": "S16_LE", "rate": 44100}, {"format_name": "S32_LE", "rate": 24000}])
def test_other_rate_or_format_is_named(got: dict[str, object]) -> None:
    reason = refusals.mismatch(got, 24000)
    assert reason is not None
    assert "plughw:" in refusals.not_opened("hw:0", 24000, reason)
