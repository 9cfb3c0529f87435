"""Kokoro's INT8 graph for the processor: which parts are quantised, how, and from which figures.

Kokoro-82M (StyleTTS 2 with an iSTFTNet generator) spends nine tenths of its time in convolutions of the decoder and the
generator. They run over tiles brought to one level (:mod:`quantize.kokoro.tiles`), which makes static INT8 good enough
for all of them: none has to stay in float. The products before the decoder may be quantised dynamically.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx

from quantize.graphs import Array, Feed, Neighbours, open_graph
from quantize.int8 import dynamic, static
from quantize.kokoro.norms import instance_norms
from quantize.kokoro.snakes import polynomial_snakes
from quantize.kokoro.spectrum import convolved_spectra
from quantize.kokoro.tiles import Tiling, tile
from quantize.kokoro.upsampling import plain_upsampling

DECODER = "/decoder/"
"""How the names of the nodes behind the prosody begin; the ones before it are not rewritten."""
WIDTHS: Mapping[str, int] = {
    "generator/noise_res.1": 512,
    "generator/resblocks.3": 512,
    "generator/resblocks.4": 512,
    "generator/resblocks.5": 512,
    "generator/noise_res.0": 256,
    "generator/resblocks.0": 256,
    "generator/resblocks.1": 256,
    "generator/resblocks.2": 256,
    "generator/ups.1": 128,
    "generator/ups.0": 64,
    "decoder/decode.3": 64,
    "decoder/decode.0": 32,
    "decoder/decode.1": 32,
    "decoder/decode.2": 32,
    "decoder/encode": 32,
}
"""Block -> frames of a tile: 107 ms and 320 ms in the generator's two stages, 800 ms before it."""
SPREAD = 0.5
"""Power of a channel's peak that goes into the weights: half of the unevenness, in decibels, is left to either side."""
HEADROOM = 1.05
"""By how much an output may exceed its greatest peak of the calibration before it is cut."""
SMALLEST = 1e-3
"""Least peak that is taken for a channel's, so that one that is silent in the examples is not blown up."""
SNAKE_TERMS = 3
"""Of the polynomial for the snakes: an error of 3e-4 of their sine, far below the steps of INT8."""


@dataclass(frozen=True)
class Peaks:
    """Greatest absolute values per channel within tiles at one level: ``inward [inputs]``, ``outward [outputs]``."""

    inward: tuple[float, ...]
    outward: tuple[float, ...]


def rewritten(floating: onnx.ModelProto, snake_terms: int = SNAKE_TERMS, *, spectra: bool = False) -> onnx.ModelProto:
    """The float graph with its slow spots rewritten: norms, snakes, upsampling and, if wanted, the STFT.

    With four ``snake_terms`` all are exact but for rounding. Where a frame holds one constant value, though, the angles
    that the graph takes of an STFT are those of its rounding errors, and come out otherwise with ``spectra``.
    """
    faster = plain_upsampling(polynomial_snakes(instance_norms(floating, DECODER), snake_terms))
    return convolved_spectra(faster) if spectra else faster


def blocks(model: onnx.ModelProto) -> dict[str, list[str]]:
    """Name of a block -> the names of its convolutions that are quantised over tiles."""
    graph = Neighbours(model)
    found: dict[str, list[str]] = {name: [] for name in WIDTHS}
    for node in model.graph.node:
        block = next((name for name in WIDTHS if f"{name}/" in node.name), None)
        if block is not None and node.op_type == "Conv" and graph.value(node.input[1]) is not None:
            found[block].append(node.name)
    return {name: nodes for name, nodes in found.items() if nodes}


def products(model: onnx.ModelProto) -> list[str]:
    """The names of the recurrent layers and products with constant weights before the decoder."""
    constants = {tensor.name for tensor in model.graph.initializer}
    heavy = (node for node in model.graph.node if node.op_type in {"MatMul", "LSTM"} and node.input[1] in constants)
    return [node.name for node in heavy if not node.name.startswith(DECODER)]


def peaks(model: onnx.ModelProto, first: Iterable[Feed], second: Iterable[Feed]) -> dict[str, Peaks]:
    """The peaks of every convolution of the rewritten graph, by its name.

    ``first`` shows how uneven the inputs are; with that evened, ``second`` shows the outputs.
    """
    widths = _widths(model)
    plain = tile(model, {name: Tiling(width) for name, width in widths.items()})
    inward = _greatest(plain, [f"{name}/tiles" for name in widths], first)
    evened = tile(model, {name: Tiling(width, _evened(inward[f"{name}/tiles"])) for name, width in widths.items()})
    outward = _greatest(evened, [f"{name}/tiled" for name in widths], second)
    return {name: Peaks(inward[f"{name}/tiles"], outward[f"{name}/tiled"]) for name in widths}


def cpu_int8(
    model: onnx.ModelProto, found: Mapping[str, Peaks], excluded: Sequence[str] = (), *, prosody: bool = True
) -> onnx.ModelProto:
    """The rewritten graph in INT8: convolutions over tiles, and with ``prosody`` the products before the decoder."""
    widths = {name: width for name, width in _widths(model).items() if name not in excluded}
    tilings = {
        name: Tiling(width, _evened(found[name].inward), np.maximum(found[name].outward, SMALLEST / 10) * HEADROOM)
        for name, width in widths.items()
    }
    ranges = {f"{name}/{side}": (-1.0, 1.0) for name in widths for side in ("tiles", "tiled")}
    quantised = static(tile(model, tilings), ranges, list(widths))
    return dynamic(quantised, products(model)) if prosody else quantised


def _widths(model: onnx.ModelProto) -> dict[str, int]:
    return {node: WIDTHS[block] for block, nodes in blocks(model).items() for node in nodes}


def _evened(found: Sequence[float]) -> Array:
    """The factors per input channel that leave the rest of the unevenness to the weights."""
    factors: Array = np.maximum(np.asarray(found, np.float32), SMALLEST) ** SPREAD
    return factors


def _greatest(model: onnx.ModelProto, tensors: Sequence[str], feeds: Iterable[Feed]) -> dict[str, tuple[float, ...]]:
    """The greatest absolute value per channel of each tensor ``[1, channels, ...]``, reduced inside the graph."""
    watched = _with_peaks(model, tensors)
    session = open_graph(watched)
    names = [output.name for output in watched.graph.output]
    greatest: list[Array] | None = None
    for feed in feeds:
        found = session.run(names, dict(feed))
        greatest = found if greatest is None else [np.maximum(*pair) for pair in zip(greatest, found, strict=True)]
    values = greatest if greatest is not None else []
    return {name: tuple(map(float, value)) for name, value in zip(tensors, values, strict=True)}


def _with_peaks(model: onnx.ModelProto, tensors: Sequence[str]) -> onnx.ModelProto:
    """A graph that gives those peaks and nothing else."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    graph = Neighbours(watched)
    axes = graph.add("peaks/axes", np.array([0, 2, 3], np.int64))
    del watched.graph.output[:]
    for name in tensors:
        watched.graph.node.append(onnx.helper.make_node("Abs", [name], [f"{name}/absolute"]))
        watched.graph.node.append(
            onnx.helper.make_node("ReduceMax", [f"{name}/absolute", axes], [f"{name}/peak"], keepdims=0)
        )
        watched.graph.output.append(onnx.helper.make_tensor_value_info(f"{name}/peak", onnx.TensorProto.FLOAT, None))
    return watched
