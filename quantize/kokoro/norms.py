"""Normalisation over time in one operator.

The exported graph spells it out, ``gain * (x - mean) / sqrt(mean((x - mean)**2) + epsilon) + shift``, in nine operators
that each pass over the whole tensor; ``InstanceNormalization`` (ONNX operators) is the same formula and keeps a channel
in the cache from the first pass to the last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper

from quantize.graphs import Neighbours, copied, replace_nodes


@dataclass(frozen=True)
class _Norm:
    """What is normalised ``[1, c, t]``, the epsilon, and the tensor that holds the quotient."""

    source: str
    epsilon: float
    quotient: str


def instance_norms(model: onnx.ModelProto, within: str = "") -> onnx.ModelProto:
    """The same network with its normalisations over time as single operators; ``model`` stays as it is.

    ``within`` is how the names of the nodes begin that may be changed. Where pitch is predicted the rounding of one
    product is found again: pitch adds up to phase, and after seconds the waves are apart though they sound the same.
    """
    changed = copied(model)
    graph = Neighbours(changed)
    flat = graph.add("instance_norms/flat", np.array([-1], np.int64))
    replaced: dict[str, list[onnx.NodeProto]] = {}
    for division in model.graph.node:
        if (
            division.op_type != "Div"
            or not division.name.startswith(within)
            or (norm := _norm(graph, division)) is None
        ):
            continue
        for scaling in graph.takers[norm.quotient]:
            shifting = graph.only_taker(scaling.output[0], "Add") if scaling.op_type == "Mul" else None
            if shifting is not None:
                replaced[shifting.output[0]] = _single(norm, scaling, shifting, flat)
    replace_nodes(changed, replaced)
    return changed


def _norm(graph: Neighbours, division: onnx.NodeProto) -> _Norm | None:
    """The normalisation that ends in this division, if it is one."""
    centred = graph.maker(division.input[0], "Sub")
    root = graph.maker(division.input[1], "Sqrt")
    total = root and graph.maker(root.input[0], "Add")
    mean = total and next((found for name in total.input if (found := graph.maker(name, "ReduceMean"))), None)
    square = mean and graph.maker(mean.input[0], "Mul")
    if centred is None or total is None or square is None or list(square.input) != [division.input[0]] * 2:
        return None
    average = graph.maker(centred.input[1], "ReduceMean")
    epsilon = next((value for name in total.input if (value := graph.value(name)) is not None), None)
    if average is None or average.input[0] != centred.input[0] or epsilon is None:
        return None
    return _Norm(centred.input[0], float(epsilon), division.output[0])


def _single(norm: _Norm, scaling: onnx.NodeProto, shifting: onnx.NodeProto, flat: str) -> list[onnx.NodeProto]:
    gain = next(name for name in scaling.input if name != norm.quotient)
    shift = next(name for name in shifting.input if name != scaling.output[0])
    result = shifting.output[0]
    return [
        helper.make_node("Reshape", [gain, flat], [f"{result}/gain"], f"{shifting.name}/gain"),
        helper.make_node("Reshape", [shift, flat], [f"{result}/shift"], f"{shifting.name}/shift"),
        helper.make_node(
            "InstanceNormalization",
            [norm.source, f"{result}/gain", f"{result}/shift"],
            [result],
            shifting.name,
            epsilon=norm.epsilon,
        ),
    ]
