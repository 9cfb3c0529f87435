"""The short-time Fourier transform as a convolution.

``STFT`` of ONNX Runtime transforms one frame after another on one thread; with twenty samples a frame the matrix of
cosines and sines is small, and a strided convolution with it is the same sum (ONNX operators, STFT).
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper

from quantize.graphs import Array, Neighbours, copied, replace_nodes

NOUGHT = 1e-20
"""What an imaginary part that is nought by symmetry is given: the angle of a negative real part is then +pi, as it was
in training; with a plain nought the comparisons of the exported graph make it -pi, which is heard."""


def convolved_spectra(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with every one-sided STFT of a real signal as a convolution; ``model`` stays as it is."""
    changed = copied(model)
    graph = Neighbours(changed)
    replaced: dict[str, list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        if node.op_type != "STFT":
            continue
        step, window = graph.value(node.input[1]), graph.value(node.input[2])
        if step is None or window is None:
            continue
        replaced[node.output[0]] = _convolution(graph, node, int(step), window)
    replace_nodes(changed, replaced)
    return changed


def fourier_kernel(window: Array) -> Array:
    """The windowed cosines, then the negative sines ``[2 * bins, 1, frame]`` for bins 0 to half the frame."""
    frame = len(window)
    turns = np.outer(np.arange(frame // 2 + 1), np.arange(frame)) % frame / frame
    rows = np.concatenate([np.cos(2 * np.pi * turns), -np.sin(2 * np.pi * turns)])
    rows[np.abs(rows) < np.finfo(np.float64).eps * 4] = 0.0
    kernel: Array = (rows * window).astype(np.float32)[:, None, :]
    return kernel


def _noughts(bins: int) -> Array:
    """The bias that makes the imaginary parts of the first and the last bin, always nought, positive ones."""
    bias = np.zeros(2 * bins, np.float32)
    bias[[bins, -1]] = NOUGHT
    return bias


def _convolution(graph: Neighbours, node: onnx.NodeProto, step: int, window: Array) -> list[onnx.NodeProto]:
    prefix = node.output[0]
    kernel = graph.add(f"{prefix}/kernel", fourier_kernel(window))
    signal = graph.add(f"{prefix}/signal", np.array([1, 1, -1], np.int64))
    nought = graph.add(f"{prefix}/nought", _noughts(len(window) // 2 + 1))
    halves = graph.add(f"{prefix}/halves", np.array([1, 2, len(window) // 2 + 1, -1], np.int64))
    return [
        helper.make_node("Reshape", [node.input[0], signal], [f"{prefix}/row"], f"{node.name}/row"),
        helper.make_node(
            "Conv", [f"{prefix}/row", kernel, nought], [f"{prefix}/bins"], f"{node.name}/bins", strides=[step]
        ),
        helper.make_node("Reshape", [f"{prefix}/bins", halves], [f"{prefix}/parts"], f"{node.name}/parts"),
        helper.make_node("Transpose", [f"{prefix}/parts"], [prefix], node.name, perm=[0, 3, 2, 1]),
    ]
