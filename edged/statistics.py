"""How the last requests went: the figures of the health message."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

from edged.outcome import Report

WINDOW = 500
"""Requests that the percentiles look back on."""


class Statistics:
    """Counts outcomes and remembers the last times to first audio and real-time factors. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outcomes: Counter[str] = Counter()
        self._first_audio_ms: deque[int] = deque(maxlen=WINDOW)
        self._rtf: deque[float] = deque(maxlen=WINDOW)

    def add(self, report: Report) -> None:
        """Count one outcome."""
        with self._lock:
            self._outcomes[report.outcome] += 1
            if "first_audio" in report.timing_ms:
                waited = report.timing_ms.get("queue", 0)
                self._first_audio_ms.append(report.timing_ms["first_audio"] - waited)
            if report.rtf is not None:
                self._rtf.append(report.rtf)

    def summary(self) -> dict[str, Any]:
        """Percentiles over the last requests; None where nothing was measured yet."""
        with self._lock:
            first_audio, rtf = sorted(self._first_audio_ms), sorted(self._rtf)
            outcomes = dict(self._outcomes)
        return {
            "outcomes": outcomes,
            "first_audio_ms": {"p50": _quantile(first_audio, 0.5), "p95": _quantile(first_audio, 0.95)},
            "rtf": _quantile(rtf, 0.5),
        }


def _quantile(ordered: list[Any], share: float) -> Any:
    """The value below which ``share`` of the ordered values lie (nearest rank); None of nothing."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
