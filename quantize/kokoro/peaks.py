"""The calibration as a file: greatest values per channel, rounded so that a build gives the same bytes anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from quantize.graphs import Feed
from quantize.kokoro.fast import Peaks

FIGURES = 4
"""That are kept of each value: more would differ between processors, and nothing is heard of the rest."""
FIRST = 8
"""Of so many sentences one shows how uneven the inputs are; the outputs take all."""


def dump(found: Mapping[str, Peaks]) -> bytes:
    """JSON, one convolution a line."""
    lines = [f"{json.dumps(name)}: {_line(found[name])}" for name in sorted(found)]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def parse(content: bytes) -> dict[str, Peaks]:
    """What :func:`dump` wrote."""
    raw: dict[str, dict[str, list[float]]] = json.loads(content)
    return {name: Peaks(tuple(sides["inward"]), tuple(sides["outward"])) for name, sides in raw.items()}


def in_turns(spoken: Sequence[Sequence[Feed]]) -> Iterator[Feed]:
    """A sentence of each language, then the next of each: the first few hold all languages."""
    for together in zip(*spoken, strict=True):
        yield from together


def _line(peaks: Peaks) -> str:
    sides = {"inward": _rounded(peaks.inward), "outward": _rounded(peaks.outward)}
    return json.dumps(sides, separators=(",", ":"))


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.{FIGURES}g}") for value in values]
