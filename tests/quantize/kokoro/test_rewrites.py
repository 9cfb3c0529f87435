from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from quantize.floating import parity
from quantize.graphs import Array
from quantize.kokoro.norms import instance_norms
from quantize.kokoro.snakes import polynomial_snakes, sine_terms
from quantize.kokoro.spectrum import convolved_spectra, fourier_kernel
from quantize.kokoro.upsampling import plain_upsampling

Build = Callable[..., onnx.ModelProto]
CHANNELS = 3


def _node(kind: str, inputs: str, output: str, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(kind, inputs.split(), [output], name=f"/decoder/{output}", **attributes)


def _feed(length: int, channels: int = CHANNELS, scale: float = 3.0) -> dict[str, Array]:
    return {"x": (scale * np.random.default_rng(length).standard_normal((1, channels, length))).astype(np.float32)}


def _kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def _difference(one: onnx.ModelProto, other: onnx.ModelProto, *feeds: dict[str, Array]) -> float:
    found = parity(one, other, feeds)["y"]
    assert found["reshaped"] == 0
    assert found["peak"] > 0.1
    return float(found["max"] / found["peak"])


@pytest.fixture
def norm(build: Build) -> onnx.ModelProto:
    nodes = [
        _node("ReduceMean", "x axis", "mean", keepdims=1),
        _node("Sub", "x mean", "centred"),
        _node("Mul", "centred centred", "square"),
        _node("ReduceMean", "square axis", "variance", keepdims=1),
        _node("Add", "variance epsilon", "more"),
        _node("Sqrt", "more", "deviation"),
        _node("Div", "centred deviation", "quotient"),
        _node("Mul", "gain quotient", "scaled"),
        _node("Add", "scaled shift", "first"),
        _node("Mul", "quotient shift", "scaled2"),
        _node("Add", "gain scaled2", "second"),
        _node("Add", "first second", "y"),
    ]
    random = np.random.default_rng(1)
    constants = {name: random.standard_normal((1, CHANNELS, 1)).astype(np.float32) for name in ("gain", "shift")}
    return build(nodes, {"axis": np.array([2]), "epsilon": np.array(1e-5, np.float32), **constants}, CHANNELS)


def test_norms_become_single_operators(norm: onnx.ModelProto) -> None:
    made = instance_norms(norm)
    assert sorted(_kinds(made)) == ["Add", *["InstanceNormalization"] * 2, *["Reshape"] * 4]
    assert _difference(norm, made, _feed(40), _feed(7)) < 1e-5


def test_norms_elsewhere_stay(norm: onnx.ModelProto) -> None:
    assert _kinds(instance_norms(norm, "/encoder/")) == _kinds(norm)


@pytest.mark.parametrize(("terms", "most"), [(3, 2e-4), (4, 5e-6)])
def test_snakes_become_polynomials(build: Build, terms: int, most: float) -> None:
    alpha = np.array([0.3, 1.0, 4.0], np.float32).reshape(1, -1, 1)
    nodes = [
        _node("Mul", "alpha x", "angle"),
        _node("Sin", "angle", "sine"),
        _node("Pow", "sine two", "square"),
        _node("Mul", "inverse square", "bent"),
        _node("Add", "x bent", "y"),
    ]
    constants = {"alpha": alpha, "inverse": 1 / alpha, "two": np.array(2, np.float32)}
    model = build(nodes, constants, CHANNELS)
    made = polynomial_snakes(model, terms)
    assert "Sin" not in _kinds(made)
    assert _difference(model, made, _feed(200)) < most


def test_the_sine_is_as_exact_as_it_says() -> None:
    radius = np.linspace(-0.5, 0.5, 10_001)
    for terms, most in ((3, 1.4e-4), (4, 1.2e-6)):
        found = radius * np.polynomial.polynomial.polyval(radius**2, sine_terms(terms))
        assert np.abs(found - np.sin(np.pi * radius)).max() < most


def test_spectra_are_convolutions(build: Build) -> None:
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(20) / 20)).astype(np.float32)
    nodes = [
        _node("Reshape", "x shape", "row"),
        helper.make_node("STFT", ["row", "step", "window", "frame"], ["y"], name="stft", onesided=1),
    ]
    constants = {
        "shape": np.array([1, -1, 1]),
        "step": np.array(5),
        "window": window,
        "frame": np.array(20),
    }
    model = build(nodes, constants, 1)
    made = convolved_spectra(model)
    assert "STFT" not in _kinds(made)
    assert _difference(model, made, _feed(100, 1), _feed(203, 1)) < 1e-5


def test_bins_that_are_real_have_no_rounding() -> None:
    kernel = fourier_kernel(np.ones(20, np.float32))
    assert kernel.shape == (22, 1, 20)
    assert not kernel[11].any()
    assert not kernel[21].any()


@pytest.mark.parametrize("pads", [[5, 5], [0, 0], [2, 3]])
def test_transposed_convolutions_become_plain_ones(build: Build, pads: list[int]) -> None:
    random = np.random.default_rng(2)
    constants = {
        "w": random.standard_normal((CHANNELS, 4, 20)).astype(np.float32),
        "b": random.standard_normal(4).astype(np.float32),
    }
    model = build(
        [_node("ConvTranspose", "x w b", "y", strides=[10], kernel_shape=[20], pads=pads)], constants, CHANNELS
    )
    made = plain_upsampling(model)
    assert "ConvTranspose" not in _kinds(made)
    assert _difference(model, made, _feed(9), _feed(1)) < 1e-5


def test_other_transposed_convolutions_stay(build: Build) -> None:
    weight = np.ones((CHANNELS, 1, 3), np.float32)
    node = _node("ConvTranspose", "x w", "y", strides=[2], group=3, pads=[1, 1], output_padding=[1])
    model = build([node], {"w": weight}, CHANNELS)
    assert _kinds(plain_upsampling(model)) == ["ConvTranspose"]
