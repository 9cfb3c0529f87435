"""What benchmarks have in common: percentiles, what a process uses, targets, and how a report is printed."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from edged.commands.bench import machine


@dataclass(frozen=True)
class Target:
    """A figure beside what was promised."""

    figure: str
    measured: float
    relation: str
    """``<=`` or ``>=``."""
    target: float
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.measured <= self.target if self.relation == "<=" else self.measured >= self.target

    def __str__(self) -> str:
        verdict = "met" if self.met else "MISSED"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.figure}: {self.measured:g}{unit} (target {self.relation} {self.target:g}): {verdict}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that ``percent`` of all do not exceed (nearest rank): always one that was measured."""
    if not values:
        raise ValueError("no values")
    rank = math.ceil(percent / 100 * len(values))
    return sorted(values)[max(rank, 1) - 1]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and tail."""
    return {f"p{percent}": round(percentile(values, percent), 2) for percent in (50, 95, 99)}


def resident_mib(pid: int) -> float:
    """VmRSS of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def report(name: str, measure: Callable[[], Mapping[str, Any]], targets: Callable[[Any], list[Target]]) -> None:
    """Measure, print one JSON object on stdout and a line per target on stderr. A missing program or package is said.

    Exit code 0 if it was measured, whether or not a target was met; 69 if something is missing.
    """
    before = machine()
    try:
        found = measure()
    except (pytest.skip.Exception, pytest.fail.Exception, ImportError) as missing:
        print(json.dumps({"benchmark": name, "missing": str(missing)}))
        print(f"{name}: not measured: {missing}", file=sys.stderr)
        raise SystemExit(69) from None
    rows = targets(found)
    told = [{**asdict(row), "met": row.met} for row in rows]
    print(json.dumps({"benchmark": name, "machine": before, **found, "targets": told}, indent=1))
    for row in rows:
        print(f"{name}: {row}", file=sys.stderr)
