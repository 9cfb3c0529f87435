"""All variants of a student: for the processor in int8 and in float, for GPUs in float16 and, with TensorRT, in int8.

Everywhere the same weights, as the int8 numbers they were published with (:mod:`quantize.compact`); what differs is
what they are multiplied with, and in which precision. Int8 is taken for the layers that were published in int8, no
others: they are the large ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import onnx

from edged.engine.providers import CPU, CUDA, TENSORRT
from edged.settings import Provider
from edged.voices.manifest import Build
from quantize import int8
from quantize.calibration import Ranges
from quantize.compact import Grid, compact, grids, share
from quantize.half import half
from quantize.recipe import Point
from quantize.steps import versions
from quantize.student import weights
from quantize.student.decoder import decoder
from quantize.student.encoder import encoder
from quantize.tensorrt import check
from quantize.variant import Graphs, Variant, file_name

BUCKETS = (192, 384)
"""Frames in each run on a GPU. The first of a student whose layers lag 135 frames: after one run there is sound; with
smaller ones it would take several. The second for what follows, as few runs as can be."""
ON_A_GPU = (
    "first_audio_ms",
    "times_real_time",
    "memory",
    "accuracy as this GPU computes",
    "nodes left to another provider",
)
ON_TENSORRT = (*ON_A_GPU, "building the engines and how long it takes", "engines kept and found again")
"""What is not known of a variant before it ran on a device."""

Made = tuple[onnx.ModelProto, dict[str, Grid]]
"""A graph in float, and the grids of its weights."""


def variants(model: onnx.ModelProto, ranges: Ranges, point: Point) -> dict[str, Variant]:
    """Name → variant, of the whole graph in float (`quantize.floating`); the best of each provider first.

    ``ranges`` are those of what the decoder's linear layers are given, and ``point`` says which of them stay in float.
    Raises :class:`quantize.tensorrt.Unfit` if a graph made for TensorRT would not run on it.
    """
    parameters = weights.read(model)
    made = _with_grids(_tidied(encoder(model, parameters)))
    any_length = _with_grids(decoder(parameters))
    fixed = {frames: _with_grids(decoder(parameters, frames)) for frames in BUCKETS}
    quick = _dynamic(made)

    def on_gpu(form: Callable[[Made], onnx.ModelProto]) -> dict[int | None, onnx.ModelProto]:
        return {frames: form(graph) for frames, graph in fixed.items()}

    halves = on_gpu(lambda graph: compact(half(graph[0]), graph[1]))
    integers = on_gpu(lambda graph: compact(half(_static(graph, ranges, point, "tensorrt")), graph[1]))
    processor = compact(_static(any_length, ranges, point, "cpu"), any_length[1])
    found = (
        _variant("cpu-int8", CPU, _int8(point), Graphs(quick, {None: processor})),
        _variant("cpu-float32", CPU, _plain("float32"), Graphs(compact(*made), {None: compact(*any_length)})),
        _variant("cuda-fp16", CUDA, _plain("float16"), Graphs(quick, halves)),
        _variant("tensorrt-fp16", TENSORRT, _plain("float16"), Graphs(quick, halves)),
        _variant("tensorrt-int8", TENSORRT, _int8(point), Graphs(quick, integers)),
    )
    return {variant.name: variant for variant in found}


def linear_layers(graph: onnx.ModelProto, found: Mapping[str, Grid]) -> list[str]:
    """The products that may be in int8: those whose weights were published so."""
    return [node.name for node in graph.graph.node if node.op_type in {"Gemm", "MatMul"} and node.input[1] in found]


def _tidied(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The encoder without what can be computed beforehand, shapes above all: more than half of its operations.

    The numbers stay as they are, to the last bit; a short clause takes a tenth less time.
    """
    import onnxslim  # noqa: PLC0415 - only the encoder needs it: it comes from elsewhere, the decoder is written here

    slim: onnx.ModelProto = onnxslim.slim(graph)
    return slim


def _with_grids(graph: onnx.ModelProto) -> Made:
    return graph, grids(graph)


def _static(made: Made, ranges: Ranges, point: Point, target: int8.Target) -> onnx.ModelProto:
    """Int8 with the ranges of the calibration."""
    graph, found = made
    chosen = [name for name in linear_layers(graph, found) if name not in point.kept]
    return share(int8.static(graph, ranges, chosen, target, float_outputs=True), graph, found)


def _dynamic(made: Made) -> onnx.ModelProto:
    """The encoder in the precision that it was published in: it runs on the processor whatever runs the rest."""
    graph, found = made
    return share(int8.dynamic(graph, linear_layers(graph, found)), graph, found)


def _variant(name: str, provider: Provider, build: Build, graphs: Graphs) -> Variant:
    unmeasured: tuple[str, ...] = {CPU: (), CUDA: ON_A_GPU, TENSORRT: ON_TENSORRT}[provider]
    for frames, graph in graphs.decoders.items() if provider == TENSORRT else ():
        check(graph, frames, file_name("decoder", name, frames))
    return Variant(name, provider, build, graphs, unmeasured)


def _int8(point: Point) -> Build:
    return Build(
        precision="int8", method="static", calibration=point.calibration.words, kept=point.kept, packages=versions()
    )


def _plain(precision: str) -> Build:
    return Build.model_validate({"precision": precision, "packages": versions()})
