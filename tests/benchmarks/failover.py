"""How long a request takes whose voice fails, against the backup's own time for the same sentence.

The real daemon and a real broker; the voice of the house is that of espeak-ng, the backup is ``heart``. For every pair
the program is killed as soon as it is started, as the system would kill it, and the request is spoken by the backup
all the same; before or after that, in turns, the backup is asked for the same sentence itself. The sound goes into
files, so that it takes as long as it takes to make it::

    python -m tests.benchmarks.failover [--pairs 20]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping
from typing import Any

from tests.appliance import BASE
from tests.benchmarks import figures
from tests.benchmarks.figures import Target, spread
from tests.benchmarks.rig import Rig, rig, wait_online
from tests.benchmarks.sentences import short
from tests.brokers import Hub
from tests.fakes.ailing_program import AilingProgram

WARM_UP = 5
"""Pairs that are not counted."""
PAUSE_S = 0.2
"""Between an outcome and the next publish: the daemon has written and told everything by then."""
NEVER = {"failures": 100, "probe_interval_s": 3600}
"""No number of failures changes over for good, so that each request is a first one; nothing probes meanwhile."""


def spoken(hub: Hub, text: str, request_id: str, engine: str) -> dict[str, float]:
    """Have one sentence spoken by the backup; milliseconds from publish to result, and to the first sound."""
    published = time.monotonic()
    hub.publish(f"{BASE}/say", json.dumps({"text": text, "id": request_id, "engine": engine}))
    result: dict[str, Any] = json.loads(hub.next().payload)
    took = time.monotonic() - published
    if (result["outcome"], result["voices"]) != ("finished", ["heart"]):
        raise RuntimeError(f"the backup did not speak: {result}")
    time.sleep(PAUSE_S)
    return {"result": took * 1000, "first_audio": result["timing_ms"]["first_audio"]}


def _pair(hub: Hub, text: str, number: int) -> dict[str, dict[str, float]]:
    """The two ways to the same sentence; who goes first changes, because the second one finds warm caches."""
    engines = {"own": "backup", "failed": "auto"}
    order = list(engines) if number % 2 else list(reversed(engines))
    return {name: spoken(hub, text, f"{name}-{number}", engines[name]) for name in order}


def measure(count: int) -> dict[str, Any]:
    failover = {**NEVER, "backup": ["heart"]}
    with rig(speech={"voice": "espeak"}, failover=failover) as bench, bench.broker.hub() as hub:
        program = _ailing(bench)
        bench.appliance.start()
        wait_online(hub)
        hub.subscribe(f"{BASE}/result")
        program.becomes("dies")
        pairs = [_pair(hub, text, number) for number, text in enumerate(short(count + WARM_UP))][WARM_UP:]
    return {"pairs": count, **{name: _summary(pairs, name) for name in ("result", "first_audio")}}


def _ailing(bench: Rig) -> AilingProgram:
    program = AilingProgram(bench.folder / "program")
    bench.appliance.configure(engine={"espeak_program": str(program.path)})
    return program


def _summary(pairs: list[dict[str, dict[str, float]]], what: str) -> dict[str, Any]:
    """Milliseconds of both ways, and the median of what the one takes over the other."""
    own, failed = ([pair[name][what] for pair in pairs] for name in ("own", "failed"))
    ratios = [after / before for before, after in zip(own, failed, strict=True)]
    return {"own_ms": spread(own), "failed_ms": spread(failed), "ratio_median": round(statistics.median(ratios), 3)}


def targets(found: Mapping[str, Any]) -> list[Target]:
    words = {"result": "publish to result", "first_audio": "receipt to first sound"}
    return [
        Target(
            f"failed request against the backup's own, {words[name]}, p50",
            round(found[name]["failed_ms"]["p50"] / found[name]["own_ms"]["p50"], 3),
            "<=",
            1.5,
        )
        for name in words
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="time of a request whose voice fails")
    parser.add_argument("--pairs", type=int, default=20, help="pairs that are counted (20)")
    options = parser.parse_args()
    figures.report("failover", lambda: measure(options.pairs), targets)


if __name__ == "__main__":
    main()
