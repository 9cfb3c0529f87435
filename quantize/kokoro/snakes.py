"""The snake activation, ``x + sin(a x)**2 / a`` (Ziyin et al. 2020, "Neural Networks Fail to Learn Periodic...").

ONNX Runtime computes ``Sin`` on one thread and slowly; everything around it is a multiplication or an addition, which
it spreads over threads. The square of a sine repeats every half turn, so rounding brings the angle to a quarter turn
either way, and a polynomial does the rest::

    p = x * a / pi;  r = p - round(p);  t = r * r;  sin(pi r) = r * (c0 + c1 t + c2 t**2 + c3 t**3)

The polynomial is fitted at Chebyshev's points, which makes its largest error nearly the least of its degree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.polynomial import Polynomial, chebyshev
from onnx import helper

from quantize.graphs import Array, Neighbours, copied, replace_nodes

TERMS = 4
"""Of the polynomial in ``t``; the largest error of the sine is then 1.2e-6, with three it is 1.4e-4."""
POINTS = 64
"""At which the polynomial is fitted."""


@dataclass(frozen=True)
class _Snake:
    """What goes in, ``a`` and ``1 / a`` ``[1, channels, 1]``, and the node that gives ``sin(a x)**2 / a``."""

    source: str
    alpha: Array
    inverse: Array
    last: onnx.NodeProto


def polynomial_snakes(model: onnx.ModelProto, terms: int = TERMS) -> onnx.ModelProto:
    """The same network without the sines of its snakes; ``model`` stays as it is."""
    changed = copied(model)
    graph = Neighbours(changed)
    replaced: dict[str, list[onnx.NodeProto]] = {}
    for sine in model.graph.node:
        if sine.op_type != "Sin" or (found := _snake(graph, sine)) is None:
            continue
        replaced[found.last.output[0]] = _polynomial(graph, found, terms)
    replace_nodes(changed, replaced)
    return changed


def sine_terms(terms: int) -> Array:
    """The coefficients ``c[k]`` of ``sin(pi r) / r`` as a polynomial in ``r**2`` for ``|r| <= 1/2``."""
    points = np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS) / 8 + 1 / 8
    radius = np.sqrt(points)
    fitted = chebyshev.Chebyshev.fit(points, np.sin(np.pi * radius) / radius, terms - 1, domain=[0, 0.25])
    coefficients: Array = fitted.convert(kind=Polynomial).coef
    return coefficients


def _snake(graph: Neighbours, sine: onnx.NodeProto) -> _Snake | None:
    """The snake that the sine belongs to, if it does."""
    product = graph.maker(sine.input[0], "Mul")
    power = graph.only_taker(sine.output[0], "Pow")
    last = power and graph.only_taker(power.output[0], "Mul")
    if product is None or power is None or last is None or graph.value(power.input[1]) != 2:  # noqa: PLR2004
        return None
    alpha, inverse = (_constant_beside(graph, node) for node in (product, last))
    source = next((name for name in product.input if name not in graph.constants), None)
    if alpha is None or inverse is None or source is None:
        return None
    return _Snake(source, alpha, inverse, last)


def _constant_beside(graph: Neighbours, node: onnx.NodeProto) -> Array | None:
    return next((value for name in node.input if (value := graph.value(name)) is not None), None)


def _polynomial(graph: Neighbours, snake: _Snake, terms: int) -> list[onnx.NodeProto]:
    """``sin(a x)**2 / a`` under the name it had; the root of ``1 / a`` is folded into the coefficients."""
    prefix, inverse = snake.last.output[0], snake.inverse
    turns = graph.add(f"{prefix}/turns", (snake.alpha.astype(np.float64) / np.pi).astype(np.float32))
    sign = np.sign(inverse)
    folded = [coefficient * np.sqrt(np.abs(inverse)) for coefficient in sine_terms(terms)]
    constants = [graph.add(f"{prefix}/c{at}", value.astype(np.float32)) for at, value in enumerate(folded)]
    nodes: list[onnx.NodeProto] = []

    def step(kind: str, *inputs: str, out: str = "") -> str:
        name = out or f"{prefix}/{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [name], f"{snake.last.name}/{len(nodes)}"))
        return name

    half_turns = step("Mul", snake.source, turns)
    rest = step("Sub", half_turns, step("Round", half_turns))
    squared = step("Mul", rest, rest)
    total = step("Mul", squared, constants[-1])
    for constant in reversed(constants[1:-1]):
        total = step("Mul", step("Add", total, constant), squared)
    sine = step("Mul", step("Add", total, constants[0]), rest)
    if (sign > 0).all():
        step("Mul", sine, sine, out=prefix)
    else:
        step("Mul", step("Mul", sine, sine), graph.add(f"{prefix}/sign", sign.astype(np.float32)), out=prefix)
    return nodes
