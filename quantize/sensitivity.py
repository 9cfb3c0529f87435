"""What quantising a part of a network does to its output, and which parts had better stay in float."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from quantize.graphs import Array, Feed, open_graph

Blocks = Mapping[str, Sequence[str]]
"""Name of a block -> the names of its nodes."""
Quantise = Callable[[onnx.ModelProto, Sequence[str]], onnx.ModelProto]
"""Makes a model in which the named nodes are quantised and nothing else is."""
Outputs = Mapping[str, Array]
"""Name of an output -> its value."""
Distance = Callable[[Outputs, Outputs], float]
"""How far the outputs of a changed model, the second argument, lie from those of the model itself."""


@dataclass(frozen=True)
class Point:
    """A variant that was measured: how fast it is (more is better) and how far from float (less is better)."""

    name: str
    speed: float
    distance: float


def measure(  # noqa: PLR0917 - the last one is optional
    model: onnx.ModelProto,
    blocks: Blocks,
    quantise: Quantise,
    feeds: Sequence[Feed],
    distance: Distance,
    kept: Path | None = None,
) -> dict[str, float]:
    """The mean distance over the feeds with each block quantised alone: name of the block -> distance.

    ``kept`` is a JSON file to which every figure is written as soon as it is there; what it holds is not measured
    again, so that an interrupted run goes on where it was. The model has to be deterministic.
    """
    known: dict[str, float] = {}
    if kept and kept.is_file():
        known = json.loads(kept.read_text(encoding="utf-8"))
    missing = [name for name in blocks if name not in known]
    reference = _outputs(model, feeds) if missing else []
    for name in missing:
        changed = _outputs(quantise(model, blocks[name]), feeds)
        known[name] = float(np.mean([distance(one, other) for one, other in zip(reference, changed, strict=True)]))
        if kept:
            _write(kept, known)
    return {name: known[name] for name in blocks}


def choose(sensitivities: Mapping[str, float], gate: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """The fewest blocks, worst first, that must stay in float for ``gate`` to pass the rest quantised.

    ``gate`` is asked with the blocks left out; that it passes with more left out if it passes with fewer is taken for
    granted, so it is asked about half of what is open each time. All blocks, if it never passes.
    """
    worst_first = sorted(sensitivities, key=lambda name: (-sensitivities[name], name))
    few, many = 0, len(worst_first)
    while few < many:
        middle = (few + many) // 2
        if gate(frozenset(worst_first[:middle])):
            many = middle
        else:
            few = middle + 1
    return frozenset(worst_first[:few])


def frontier(points: Collection[Point]) -> list[Point]:
    """The points that no other beats in both speed and distance (Pareto's front), fastest first."""
    front: list[Point] = []
    for point in sorted(points, key=lambda point: (-point.speed, point.distance, point.name)):
        if not front or point.distance < front[-1].distance:
            front.append(point)
    return front


def _outputs(model: onnx.ModelProto, feeds: Sequence[Feed]) -> list[Outputs]:
    """The outputs for each feed."""
    session = open_graph(model)
    names = [output.name for output in model.graph.output]
    return [dict(zip(names, session.run(names, dict(feed)), strict=True)) for feed in feeds]


def _write(path: Path, known: Mapping[str, float]) -> None:
    """Replace the file in one step: an interruption leaves the old one or the new one."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(path)
