"""Weights in float kept as the int8 numbers that they are.

A voice is published in int8: each weight of a product is a whole number times a step, and in float it is four times as
large without saying more. Here the numbers and the steps are found again in the float weight, column by column, and a
graph in float32 or float16 gets them in place of it, with Cast and Mul behind (the runtime folds both when it loads
the graph). Variants in int8 get the very same numbers, so that all variants share them in one file (`quantize.pack`),
and no weight is rounded a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from quantize.graphs import Array, Neighbours, copied

PRODUCTS = ("Gemm", "MatMul")
"""Operators whose second operand, [inputs, outputs], may be kept this way."""
SMALLEST = 1024
"""Elements from which it is worth while."""
LARGEST = 127
PROBES = 24
"""Rows by which steps are tried before the whole column is."""
OFF_GRID = LARGEST * 2.0**-21
"""How far from a whole number a float32 weight may lie: its own rounding, and that of a factor since."""
ULPS = 2.0**-22
"""Relative difference of the restored weight, two units in the last place, where such a factor was multiplied in."""


@dataclass(frozen=True)
class Grid:
    """A weight as whole numbers times one step for each column."""

    numbers: NDArray[np.int8]
    """[inputs, outputs], from -127 to 127."""
    steps: NDArray[np.float32]
    """[outputs], positive."""

    @property
    def weight(self) -> NDArray[np.float32]:
        """The weight in float32."""
        return self.numbers.astype(np.float32) * self.steps


def grid_of(weight: Array) -> Grid | None:
    """The grid that every number of a float32 weight [inputs, outputs] lies on; None if there is none.

    For each column the coarsest one, tried as its largest number divided by 1, 2, 3, … 127.
    """
    exact = np.asarray(weight, np.float64)
    peaks = np.abs(exact).max(axis=0)
    steps = np.where(peaks > 0, 0.0, -1.0)
    probes = exact[np.linspace(0, len(exact) - 1, min(PROBES, len(exact))).astype(np.intp)]
    for largest in range(1, LARGEST + 1):
        open_columns = np.flatnonzero(steps == 0)
        step = peaks[open_columns] / largest
        likely = _on_grid(probes[:, open_columns], step)
        open_columns, step = open_columns[likely], step[likely]
        sure = _on_grid(exact[:, open_columns], step)
        steps[open_columns[sure]] = step[sure]
    if not (steps > 0).any() or (steps == 0).any():
        return None
    steps[steps < 0] = steps[steps > 0].min()  # columns of zeros
    numbers = np.round(exact / steps)
    squares = np.maximum((numbers**2).sum(axis=0), 1)
    fitted = np.where(peaks > 0, (exact * numbers).sum(axis=0) / squares, steps)
    found = Grid(numbers.astype(np.int8), fitted.astype(np.float32))
    near = np.abs(found.weight - exact) <= ULPS * np.abs(exact)
    return found if near.all() else None


def _on_grid(columns: Array, steps: Array) -> NDArray[np.bool_]:
    """For each column whether all its numbers are whole multiples of the step."""
    multiples = columns / steps
    return np.asarray((np.abs(multiples - np.round(multiples)) < OFF_GRID).all(axis=0))


def grids(model: onnx.ModelProto) -> dict[str, Grid]:
    """Of a graph in float32: name of a weight → its grid, for those that have one."""
    graph = Neighbours(model)
    names = dict.fromkeys(node.input[1] for node in model.graph.node if node.op_type in PRODUCTS)
    found: dict[str, Grid] = {}
    for name in names:
        value = graph.value(name)
        if value is not None and value.ndim == 2 and value.size >= SMALLEST:  # noqa: PLR2004 - a matrix
            grid = grid_of(value)
            if grid is not None:
                found[name] = grid
    return found


def compact(model: onnx.ModelProto, found: Mapping[str, Grid]) -> onnx.ModelProto:
    """The graph in float32 or float16 with whole numbers and steps in place of the weights with these names.

    A weight that is not what its grid says stays as it is. ``model`` too.
    """
    made = copied(model)
    graph = Neighbours(made)
    nodes: list[onnx.NodeProto] = []
    for name, grid in found.items():
        value = graph.value(name)
        if value is None or not _is(value, grid):
            continue
        graph.add(f"{name}_numbers", grid.numbers)
        graph.add(f"{name}_steps", grid.steps)
        nodes.extend(_restoring(name, half=value.dtype == np.float16))
        made.graph.initializer.remove(graph.constants[name])
    rest = list(made.graph.node)
    del made.graph.node[:]
    made.graph.node.extend([*nodes, *rest])
    return made


def _restoring(name: str, *, half: bool) -> Iterator[onnx.NodeProto]:
    """What makes the weight of its numbers and steps, in float32 even where the weight is in float16: rounded once."""
    cast, product = f"{name}_cast", f"{name}_float" if half else name
    yield helper.make_node("Cast", [f"{name}_numbers"], [cast], cast, to=TensorProto.FLOAT)
    yield helper.make_node("Mul", [cast, f"{name}_steps"], [product], product)
    if half:
        yield helper.make_node("Cast", [product], [name], f"{name}_half", to=TensorProto.FLOAT16)


def _is(value: Array, grid: Grid) -> bool:
    """Whether the weight, in float32 or float16, is that of the grid but for rounding."""
    alike = value.dtype in {np.dtype(np.float16), np.dtype(np.float32)} and value.shape == grid.numbers.shape
    tiny = float(np.finfo(np.float16).smallest_subnormal)
    return alike and np.allclose(value, grid.weight, rtol=float(np.finfo(value.dtype).eps), atol=tiny)


def share(model: onnx.ModelProto, source: onnx.ModelProto, found: Mapping[str, Grid]) -> onnx.ModelProto:
    """A quantised graph with the published numbers in place of those that the quantiser rounded anew.

    ``source`` is the float graph that was quantised: a bias in whole numbers has the step of its weight and of what the
    weight is multiplied with, and is rounded again from there. ``model`` stays as it is.
    """
    made = copied(model)
    graph = Neighbours(made)
    for name, grid in found.items():
        if f"{name}_quantized" in graph.constants:
            _put(graph, f"{name}_quantized", grid.numbers)
            _put(graph, f"{name}_scale", grid.steps)
            _put(graph, f"{name}_zero_point", np.zeros(len(grid.steps), np.int8))
    original = Neighbours(source)
    for node in made.graph.node:
        if node.op_type == "Gemm":
            _round_bias(graph, original, node)
    return made


def _round_bias(graph: Neighbours, original: Neighbours, node: onnx.NodeProto) -> None:
    """The bias of a quantised product, if it is in whole numbers, in steps of its operands."""
    factors = [graph.maker(name, "DequantizeLinear") for name in node.input]
    if len(factors) != 3 or any(factor is None for factor in factors):  # noqa: PLR2004 - rows, weight, bias
        return
    rows, weight, bias = (factor.input for factor in factors if factor is not None)
    bias_value = original.value(bias[0].removesuffix("_quantized"))
    steps = [graph.value(rows[1]), graph.value(weight[1])]
    if bias_value is None or steps[0] is None or steps[1] is None:
        return
    step = (steps[0].astype(np.float64) * steps[1]).astype(np.float32)
    rounded = np.clip(np.round(bias_value.astype(np.float64) / step), -(2**31) + 1, 2**31 - 1)
    _put(graph, bias[0], rounded.astype(np.int32))
    _put(graph, bias[1], step)


def _put(graph: Neighbours, name: str, values: Array) -> None:
    """Another value for a constant."""
    graph.constants[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), name))
