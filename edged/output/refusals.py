"""Why a sound device does not play, in words for the one who has to put it right. Pure."""

from __future__ import annotations

import errno
import os
from typing import Any

RATE_TOLERANCE = 0.005
"""Relative difference of rates that nobody hears: a twelfth of a semitone."""
REFUSED = os.strerror(errno.EINVAL)
ADVICE = {
    errno.EACCES: "the user must be in the group `audio`",
    errno.EPERM: "the user must be in the group `audio`",
    errno.EBUSY: "another program holds it: stop that program, or use a shared device such as `default`",
    errno.ECONNREFUSED: "the sound server does not run",
    errno.EINVAL: "put `plughw:` instead of `hw:` in sound.device, which converts",
}
"""What to do about an error of the library, by its number; the library gives only its text."""
GENERAL_ADVICE = "check that it is plugged in and that sound.device is one of `aplay -L`"


def not_opened(device: str, rate: int, reason: str) -> str:
    """The sentence for a device that cannot be opened; ``reason`` is the library's text."""
    advice = next((words for number, words in ADVICE.items() if os.strerror(number) in reason), GENERAL_ADVICE)
    return f"sound device {device!r} cannot be opened at {rate} Hz ({reason}): {advice}"


def lost(device: str, reason: str) -> str:
    """The sentence for a device that went away while it was used."""
    return f"sound device {device!r} was lost ({reason}): {GENERAL_ADVICE}"


def mismatch(got: dict[str, Any], rate: int) -> str | None:
    """What an open device wants instead of s16le at ``rate``, in the library's words; None if it takes that.

    ``got`` is what pyalsaaudio's ``info`` says: it does not fail where a device chooses otherwise.
    """
    if got["format_name"] != "S16_LE":
        return f"{REFUSED}: it wants {got['format_name']}"
    if abs(got["rate"] - rate) > RATE_TOLERANCE * rate:
        return f"{REFUSED}: it wants {got['rate']} Hz"
    return None
