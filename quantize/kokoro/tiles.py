"""Convolutions over tiles of the time axis, each tile brought to the same level first.

Speech is loud and quiet in turns, and eight bits over the whole range leave the quiet parts a few steps: hiss. A
convolution is linear, so a tile of its input may be divided by any positive number and its output multiplied with it.
Dividing by the tile's own peak makes the range of every tile the same, whatever is said: a static scale fits all.
The same holds for factors per channel, which go into the weights. In real numbers nothing changes::

    conv(x)[o, tile] = level[tile] * out[o] * sum_i (w[o, i] * in[i] / out[o]) * (x[i, tile] / (in[i] * level[tile]))

A tile carries the samples that the kernel reaches beyond its end, so tiles need nothing of each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import helper

from edged.errors import EdgedError
from quantize.graphs import Array, Neighbours, copied, replace_nodes

QUIETEST = 1e-6
"""Peak below which a tile counts as silent and is not amplified further."""


class Untileable(EdgedError):
    """The node is no convolution along time that can be cut into tiles."""


@dataclass(frozen=True)
class Tiling:
    """How a convolution is cut: ``width`` in frames, factors ``inward [inputs]`` and ``outward [outputs]``."""

    width: int
    inward: Array | None = None
    outward: Array | None = None


def tile(model: onnx.ModelProto, tilings: Mapping[str, Tiling]) -> onnx.ModelProto:
    """The same network with the named convolutions over tiles; ``model`` stays as it is.

    The convolution keeps its name and becomes two-dimensional, its input ``<name>/tiles``
    ``[1, inputs, tiles, frames]`` within ±1 and its output ``<name>/tiled``.

    Raises:
        Untileable: a name is not that of a convolution with stride 1 and one group.

    """
    tiled = copied(model)
    graph = Neighbours(tiled)
    named = {node.name: node for node in model.graph.node}
    if missing := [name for name in tilings if name not in named]:
        raise Untileable(f"the graph has no node {', '.join(missing)}", nodes=missing)
    replaced = {named[name].output[0]: _tiled(graph, named[name], tiling) for name, tiling in tilings.items()}
    replace_nodes(tiled, replaced)
    return tiled


def _tiled(graph: Neighbours, node: onnx.NodeProto, tiling: Tiling) -> list[onnx.NodeProto]:
    weight, kernel = _kernel(graph, node)
    steps = _Steps(graph, node.name)
    inward = np.ones(weight.shape[1], np.float32) if tiling.inward is None else np.asarray(tiling.inward, np.float32)
    outward = np.ones(weight.shape[0], np.float32) if tiling.outward is None else np.asarray(tiling.outward, np.float32)
    length, tiles = _cut(steps, node.input[0], tiling.width, kernel)
    channel_peak = _channel_peaks(steps, tiles)
    level = _level(steps, channel_peak, inward)
    gain = steps("Div", [steps.constant("inward", (1 / inward).reshape(1, -1, 1, 1)), level])
    scaled = steps("Mul", [tiles, gain], out="tiles")
    folded = weight * inward[None, :, None] / outward[:, None, None]
    taps = steps.constant("weight", folded[:, :, None, :])
    conv = helper.make_node("Conv", [scaled, taps], [f"{node.name}/tiled"], node.name, dilations=[1, kernel.dilation])
    steps.nodes.append(conv)
    back = steps("Mul", [level, steps.constant("outward", outward.reshape(1, -1, 1, 1))])
    loud = steps("Mul", [conv.output[0], back])
    joined = steps("Reshape", [loud, steps.whole("joined", [0, 0, -1])])
    biased = len(node.input) > 2 and not _loses_bias(graph, node.output[0])  # noqa: PLR2004 - input, weight, bias
    ends = [steps.whole("start", [0]), length, steps.whole("time", [2])]
    if not biased:
        steps("Slice", [joined, *ends], full_out=node.output[0])
        return steps.nodes
    cut = steps("Slice", [joined, *ends])
    bias = graph.value(node.input[2])
    if bias is None:
        raise Untileable(f"the bias of {node.name} is no constant", node=node.name)
    steps("Add", [cut, steps.constant("bias", bias.reshape(1, -1, 1))], full_out=node.output[0])
    return steps.nodes


@dataclass(frozen=True)
class _Kernel:
    """How far the taps reach in frames, the frames padded before and after, and those between two taps."""

    reach: int
    before: int
    after: int
    dilation: int


class _Steps:
    """Nodes in the order they are made; every one is named after the convolution they belong to."""

    def __init__(self, graph: Neighbours, prefix: str) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self._graph = graph
        self._prefix = prefix

    def __call__(self, kind: str, inputs: Sequence[str], out: str = "", full_out: str = "", **attributes: Any) -> str:
        name = full_out or f"{self._prefix}/{out or f'{kind}_{len(self.nodes)}'}"
        self.nodes.append(
            helper.make_node(kind, list(inputs), [name], f"{self._prefix}/{len(self.nodes)}", **attributes)
        )
        return name

    def constant(self, name: str, values: Array) -> str:
        return self._graph.add(f"{self._prefix}/{name}", values.astype(np.float32))

    def whole(self, name: str, values: Sequence[int]) -> str:
        return self._graph.add(f"{self._prefix}/{name}", np.array(values, np.int64))


def _kernel(graph: Neighbours, node: onnx.NodeProto) -> tuple[Array, _Kernel]:
    """The weight ``[outputs, inputs, taps]`` and how it lies over the frames."""
    options = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    weight = graph.value(node.input[1]) if node.op_type == "Conv" else None
    if weight is None or weight.ndim != 3:  # noqa: PLR2004 - outputs, inputs, taps
        raise Untileable(f"{node.name} is no convolution along time with a constant weight", node=node.name)
    dilation = options.get("dilations", [1])[0]
    reach = dilation * (weight.shape[2] - 1)
    pads = options.get("pads", [0, 0])
    plain = options.get("strides", [1])[0] == 1 and options.get("group", 1) == 1
    if not plain:
        raise Untileable(f"{node.name} has strides or groups", node=node.name)
    return weight, _Kernel(reach, pads[0], pads[1], dilation)


def _cut(steps: _Steps, name: str, width: int, kernel: _Kernel) -> tuple[str, str]:
    """The length ``[1]`` of the output, and the tiles ``[1, channels, tiles, width + reach]``."""
    reach, before = kernel.reach, kernel.before
    longer = before + kernel.after - reach
    length = steps("Slice", [steps("Shape", [name]), *(steps.whole(f"axis{at}", [at]) for at in (2, 3))])
    given = length if not longer else steps("Add", [length, steps.whole("longer", [longer])])
    whole = steps.whole("width", [width])
    rounded = steps("Add", [length, steps.whole("over", [reach + width - 1])])
    count = steps("Div", [rounded, whole])
    padded = steps("Mul", [count, whole])
    after = steps("Sub", [steps("Sub", [padded, length]), steps.whole("before", [before])])
    pads = steps("Concat", [steps.whole("pads", [0, 0, before, 0, 0]), after], axis=0)
    rows = steps("Reshape", [steps("Pad", [name, pads]), steps.whole("rows", [0, 0, -1, width])])
    if not reach:
        return given, rows
    bounds = [steps.whole("first", [1, 0]), steps.whole("last", [2**62, reach]), steps.whole("both", [2, 3])]
    following = steps("Slice", [rows, *bounds])
    beyond = steps("Pad", [following, steps.whole("one_more", [0, 0, 0, 0, 0, 0, 1, 0])])
    return given, steps("Concat", [rows, beyond], axis=3)


def _channel_peaks(steps: _Steps, tiles: str) -> str:
    """The largest absolute value per channel and tile ``[1, channels, tiles, 1]``."""
    along = steps.whole("along", [3])
    highest = steps("ReduceMax", [tiles, along], keepdims=1)
    lowest = steps("ReduceMin", [tiles, along], keepdims=1)
    return steps("Max", [highest, steps("Neg", [lowest])])


def _level(steps: _Steps, peaks: str, inward: Array) -> str:
    """The level per tile ``[1, 1, tiles, 1]``: the largest of the peaks, each by its channel's factor."""
    even = steps("Mul", [peaks, steps.constant("even", (1 / inward).reshape(1, -1, 1, 1))])
    loudest = steps("ReduceMax", [even, steps.whole("across", [1])], keepdims=1)
    return steps("Max", [loudest, steps.constant("quietest", np.array(QUIETEST))])


def _loses_bias(graph: Neighbours, name: str) -> bool:
    """Whether everything that takes the tensor takes its mean over time off it, and a bias with it."""
    return {node.op_type for node in graph.takers[name]} == {"InstanceNormalization"}
