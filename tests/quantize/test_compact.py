from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper

from quantize import int8
from quantize.compact import Grid, compact, grid_of, grids, share
from quantize.graphs import Array, Neighbours, open_graph
from quantize.half import half
from quantize.student.drawing import Drawing

INPUTS, OUTPUTS = 64, 48


def numbers(seed: int, rows: int = INPUTS, columns: int = OUTPUTS, largest: int = 127) -> Array:
    found = np.random.default_rng(seed).integers(-largest, largest + 1, (rows, columns)).astype(np.int8)
    found[0], found[1] = largest, 1  # else a coarser grid might do
    return found


def steps(seed: int, columns: int = OUTPUTS) -> Array:
    return np.exp(np.random.default_rng(seed).uniform(-12, 2, columns)).astype(np.float32)


def layers(weight: Array) -> onnx.ModelProto:
    """Two linear layers: one whose weight is given, and one whose weight lies on no grid."""
    graph = Drawing("layers")
    rows = graph.input("rows", ["n", INPUTS])
    first = [graph.constant("weight", weight), graph.constant("bias", np.linspace(-1, 1, OUTPUTS).astype(np.float32))]
    wide = graph.node("Gemm", [rows, *first], "wide")
    other = np.random.default_rng(9).normal(size=(OUTPUTS, INPUTS)).astype(np.float32)
    graph.node("MatMul", [wide, graph.constant("other", other)], "narrow")
    graph.output("narrow", ["n", INPUTS])
    return graph.model()


def kept(model: onnx.ModelProto, name: str) -> Array:
    found = Neighbours(model).value(name)
    assert found is not None
    return found


@given(st.integers(0, 1 << 30), st.sampled_from([1, 5, 40, 127]))
def test_numbers_and_steps_are_found_again(seed: int, largest: int) -> None:
    whole, step = numbers(seed, largest=largest), steps(seed)
    found = grid_of(whole.astype(np.float32) * step)
    assert found is not None
    assert np.array_equal(found.numbers, whole)
    assert np.allclose(found.steps, step, rtol=2e-7, atol=0)


@given(st.integers(0, 1 << 30))
def test_a_factor_of_each_column_is_part_of_its_step(seed: int) -> None:
    whole, factor = numbers(seed), steps(seed)
    weight = whole.astype(np.float32) * np.float32(0.0123) * factor
    found = grid_of(weight)
    assert found is not None
    assert np.array_equal(found.numbers, whole)
    assert (np.abs(found.weight - weight) <= 2.5e-7 * np.abs(weight)).all()


def test_a_weight_on_no_grid_has_none() -> None:
    assert grid_of(np.random.default_rng(1).normal(size=(INPUTS, OUTPUTS)).astype(np.float32)) is None
    weight = numbers(1).astype(np.float32)
    weight[5, 3] += 0.01
    assert grid_of(weight) is None


def test_a_column_of_zeros_has_a_step_too() -> None:
    weight = numbers(1).astype(np.float32) * steps(1)
    weight[:, 7] = 0
    found = grid_of(weight)
    assert found is not None
    assert (found.steps > 0).all()
    assert not found.weight[:, 7].any()
    assert grid_of(np.zeros((INPUTS, OUTPUTS), np.float32)) is None


def test_only_weights_that_lie_on_a_grid_are_named() -> None:
    assert list(grids(layers(numbers(1) * steps(1)))) == ["weight"]


@pytest.mark.parametrize("precision", [np.float32, np.float16])
def test_a_compact_graph_computes_the_same(precision: type[np.floating]) -> None:
    model = layers(numbers(1) * steps(1))
    form = half(model) if precision is np.float16 else model
    small = compact(form, grids(model))
    onnx.checker.check_model(small, full_check=True)
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in small.graph.initializer}
    assert "weight" not in stored
    assert stored["weight_numbers"].dtype == np.int8
    assert stored["other"].dtype == precision
    feeds = {"rows": np.random.default_rng(2).normal(size=(8, INPUTS)).astype(np.float32)}
    expected, made = (open_graph(graph).run(None, feeds)[0] for graph in (form, small))
    assert np.allclose(made, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def test_a_weight_that_is_not_its_grid_s_stays() -> None:
    model = layers(numbers(1) * steps(1))
    other = Grid(numbers(2), steps(2))
    assert compact(model, {"weight": other, "missing": other}) == model


def test_int8_gets_the_published_numbers_and_its_bias_their_steps() -> None:
    whole, step = numbers(1, largest=40), steps(1)
    model = layers(whole * step)
    quantised = int8.static(model, {"rows": (-4.0, 4.0)}, ["wide"], float_outputs=True)
    shared = share(quantised, model, grids(model))
    assert not np.array_equal(kept(quantised, "weight_quantized"), whole)
    assert np.array_equal(kept(shared, "weight_quantized"), whole)
    bias, bias_steps = kept(shared, "bias_quantized"), kept(shared, "bias_quantized_scale")
    assert np.abs(bias * bias_steps.astype(np.float64) - np.linspace(-1, 1, OUTPUTS)).max() <= bias_steps.max()
    feeds = {"rows": np.random.default_rng(2).uniform(-4, 4, (8, INPUTS)).astype(np.float32)}
    expected, made = (open_graph(graph).run(None, feeds)[0] for graph in (model, shared))
    assert np.abs(made - expected).max() < 0.05 * np.abs(expected).max()


def test_dynamic_int8_gets_them_too() -> None:
    drawing = Drawing("product")
    whole = numbers(1, largest=40)
    weight = drawing.constant("weight", whole * steps(1))
    drawing.node("MatMul", [drawing.input("rows", ["n", INPUTS]), weight], "wide")
    drawing.output("wide", ["n", OUTPUTS])
    model = drawing.model()
    shared = share(int8.dynamic(model, ["wide"]), model, grids(model))
    assert np.array_equal(kept(shared, "weight_quantized"), whole)
    feeds = {"rows": np.random.default_rng(2).uniform(-4, 4, (8, INPUTS)).astype(np.float32)}
    expected, made = (open_graph(graph).run(None, feeds)[0] for graph in (model, shared))
    assert np.abs(made - expected).max() < 0.05 * np.abs(expected).max()
