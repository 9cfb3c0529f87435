"""Every benchmark, one after the other, and a table at the end: ``python -m tests.benchmarks [--quick] [--json]``.

Each runs in a process of its own; what a figure means stands in its module. Nothing here fails for being slow: the
exit code is 0 if everything could be measured, 1 if something broke, 69 if only a program or a package is missing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from edged.commands.bench import machine

NAMES: dict[str, list[str] | None] = {
    "engine_speed": ["--rounds=10"],
    "startup": ["--rounds=3"],
    "memory": ["--requests=200"],
    "intake_rate": [],
    "mqtt_rate": ["--messages=2000"],
    "first_audio": ["--sentences=20"],
    "failover": ["--pairs=5"],
    "mandarin_first_audio": None,
    "intelligibility": None,
}
"""Benchmark → what makes it quick; None: it is left out then. The last two take the voices that this box has."""
UNAVAILABLE = 69
PROBLEMS = ("missing", "broken")


def measured(name: str, arguments: list[str]) -> dict[str, Any]:
    """One benchmark's report; ``missing`` or ``broken`` in it says why there are no figures."""
    print(f"-- {name}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"benchmark": name, "broken": f"exit code {done.returncode}"}
    return found


def table(reports: list[dict[str, Any]]) -> str:
    """The figures that have a target, as Markdown."""
    lines = ["| figure | measured | target | |", "|---|---|---|---|"]
    for found in reports:
        lines += [_row(row) for row in found.get("targets", [])]
        lines += [f"| {found['benchmark']} | {word}: {found[word]} | | |" for word in PROBLEMS if word in found]
    return "\n".join(lines)


def _row(row: dict[str, Any]) -> str:
    verdict = "met" if row["met"] else "**missed**"
    measured = f"{row['measured']:g} {row['unit']}".strip()
    return f"| {row['figure']} | {measured} | {row['relation']} {row['target']:g} | {verdict} |"


def _machine() -> str:
    found = machine()
    return f"{found['cpus']} x {found['cpu']}; load {found['load_1min']} at the end"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="every benchmark (about 25 min)")
    parser.add_argument("--quick", action="store_true", help="fewer rounds (about 3 min): a look, not a figure")
    parser.add_argument("--json", action="store_true", help="print all reports as one JSON array, no table")
    options = parser.parse_args()
    wanted = {name: quick if options.quick else [] for name, quick in NAMES.items()}
    reports = [measured(name, arguments) for name, arguments in wanted.items() if arguments is not None]
    print(json.dumps(reports, indent=1) if options.json else f"{_machine()}\n\n{table(reports)}")
    if any("broken" in found for found in reports):
        return 1
    return UNAVAILABLE if any("missing" in found for found in reports) else 0


if __name__ == "__main__":
    raise SystemExit(main())
