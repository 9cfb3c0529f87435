from __future__ import annotations

from edged.outcome import Report
from edged.statistics import WINDOW, Statistics


def finished(queue: int, first_audio: int, rtf: float) -> Report:
    return Report("finished", timing_ms={"queue": queue, "first_audio": first_audio}, rtf=rtf)


def test_nothing_measured_yet() -> None:
    assert Statistics().summary() == {"outcomes": {}, "first_audio_ms": {"p50": None, "p95": None}, "rtf": None}


def test_time_to_first_audio_is_counted_without_the_wait_in_the_queue() -> None:
    statistics = Statistics()
    for number in range(1, 101):
        statistics.add(finished(1000, 1000 + number, number / 100))
    summary = statistics.summary()
    assert summary["first_audio_ms"] == {"p50": 51, "p95": 96}
    assert summary["rtf"] == 0.51


def test_one_measurement_is_every_percentile() -> None:
    statistics = Statistics()
    statistics.add(finished(0, 20, 0.1))
    assert statistics.summary()["first_audio_ms"] == {"p50": 20, "p95": 20}


def test_outcomes_are_counted_also_where_nothing_was_measured() -> None:
    statistics = Statistics()
    for report in (Report("cancelled"), Report("expired"), Report("cancelled"), finished(0, 5, 0.5)):
        statistics.add(report)
    summary = statistics.summary()
    assert summary["outcomes"] == {"cancelled": 2, "expired": 1, "finished": 1}
    assert summary["first_audio_ms"]["p50"] == 5


def test_only_the_last_requests_count() -> None:
    statistics = Statistics()
    statistics.add(finished(0, 10_000, 9.0))
    for _ in range(WINDOW):
        statistics.add(finished(0, 20, 0.1))
    assert statistics.summary()["first_audio_ms"] == {"p50": 20, "p95": 20}
    assert statistics.summary()["outcomes"] == {"finished": WINDOW + 1}
