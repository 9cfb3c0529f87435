"""Kokoro's variants for the processor: all in INT8, and with the part before the decoder in float."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import onnx

from edged.engine.providers import CPU
from edged.voices.manifest import Build
from quantize.int8 import dynamic
from quantize.kokoro import cuts, fast
from quantize.kokoro.fast import Peaks
from quantize.recipe import Point
from quantize.steps import versions
from quantize.variant import Graphs, Variant

PROSODY = "prosody"
"""How a point names the recurrent layers and products before the decoder, among the blocks of :func:`fast.blocks`."""
STEADY = "cpu-int8-float-prosody"
"""The variant whose rhythm and melody are those of the voice in float, to the last bit."""


def blocks(model: onnx.ModelProto) -> dict[str, list[str]]:
    """Name of a block -> names of its nodes: everything that is quantised, in the graph in float."""
    return {**fast.blocks(model), PROSODY: fast.products(model)}


def int8(model: onnx.ModelProto, found: Mapping[str, Peaks], kept: Sequence[str]) -> Graphs:
    """The two graphs of a point from the rewritten graph in float; the blocks named in ``kept`` stay in float."""
    named = fast.blocks(model)
    excluded = [node for block, nodes in named.items() if block in kept for node in nodes]
    before = cuts.encoder(model)
    return Graphs(
        encoder=before if PROSODY in kept else dynamic(before, fast.products(before)),
        decoders={None: fast.cpu_int8(cuts.decoder(model), found, excluded, prosody=False)},
    )


def alone(model: onnx.ModelProto, found: Mapping[str, Peaks], nodes: Sequence[str]) -> onnx.ModelProto:
    """The rewritten graph with the nodes of one block in INT8 and everything else in float."""
    if set(nodes) <= set(fast.products(model)):
        return dynamic(model, nodes)
    others = [node for block in fast.blocks(model).values() for node in block if node not in nodes]
    return fast.cpu_int8(model, found, others, prosody=False)


def variants(model: onnx.ModelProto, found: Mapping[str, Peaks], point: Point) -> dict[str, Variant]:
    """Name -> variant, of the rewritten graph in float: at the chosen point, and with the prosody in float too."""
    chosen = _variant("cpu-int8", model, found, point.kept)
    if PROSODY in point.kept:
        return {chosen.name: chosen}
    steady = _variant(STEADY, model, found, (*point.kept, PROSODY))
    return {chosen.name: chosen, steady.name: steady}


def _variant(name: str, model: onnx.ModelProto, found: Mapping[str, Peaks], kept: tuple[str, ...]) -> Variant:
    build = Build(precision="int8", method="static", calibration="peaks of tiles", kept=kept, packages=versions())
    return Variant(name, CPU, build, int8(model, found, kept))
