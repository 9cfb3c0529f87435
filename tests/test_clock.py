from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.clock import SystemClock, rfc3339


@pytest.mark.parametrize(
    ("wall", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1795331100.125, "2026-11-22T07:05:00.125Z"),
        (1709164799.9999, "2024-02-28T23:59:59.999Z"),
        (1709164800, "2024-02-29T00:00:00.000Z"),
    ],
)
def test_time_stamp(wall: float, text: str) -> None:
    assert rfc3339(wall) == text


@given(st.floats(0, 4e9))
def test_time_stamp_is_never_ahead_and_less_than_a_millisecond_behind(wall: float) -> None:
    stamp = datetime.strptime(rfc3339(wall), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    behind = datetime.fromtimestamp(wall, tz=timezone.utc) - stamp
    assert 0 <= behind.total_seconds() < 0.001


def test_system_clock_moves_forward_and_knows_its_boot() -> None:
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert 0 <= clock.monotonic() - uptime < 60  # counted from boot, as /proc/uptime is
    assert clock.boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_wall_clock_is_seconds_since_1970() -> None:
    assert abs(SystemClock().wall() - datetime.now(tz=timezone.utc).timestamp()) < 60
