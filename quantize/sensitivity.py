"""What quantising a part of a network does to its output."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
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
