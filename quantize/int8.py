"""INT8 graphs through ONNX Runtime's quantiser, from ranges that are given; the same input gives the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx

from edged.errors import EdgedError
from quantize.calibration import Ranges
from quantize.graphs import copied, typed

Target = Literal["cpu", "tensorrt"]
STATIC = ("Conv", "ConvTranspose", "Gemm", "MatMul")
"""The operators with weights that can be quantised with fixed ranges."""
DYNAMIC = ("LSTM", "MatMul")
"""The operators with weights whose activations may be measured at every run instead."""


class CannotQuantise(EdgedError):
    """A node is not in the graph or of another kind, or the range of one of its tensors is not known."""


def static(
    model: onnx.ModelProto,
    ranges: Ranges,
    nodes: Collection[str],
    target: Target = "cpu",
    *,
    float_outputs: bool = False,
) -> onnx.ModelProto:
    """The named nodes in static QDQ, everything else in float; ``model`` stays as it is.

    Weights are S8 per output channel. ``cpu`` takes U8 activations, with which the x86 kernels of ONNX Runtime are
    fastest; ``tensorrt`` takes S8 activations with zero points of 0, a pair of Q and DQ for every node of its own, and
    biases in float (TensorRT Developer Guide, "Explicit Quantization"). ``float_outputs`` leaves what the nodes give
    in float; a Conv then runs in float on ``cpu``, for want of such a kernel.

    Raises:
        CannotQuantise: a node is unknown or one of its tensors has no range.

    """
    from onnxruntime.quantization import CalibrationMethod, QDQQuantizer, QuantType  # noqa: PLC0415 - heavy
    from onnxruntime.quantization.calibrate import TensorData, TensorsData  # noqa: PLC0415 - likewise

    chosen = _chosen(model, nodes, STATIC)
    if not chosen:
        return copied(model)
    activations = _activations(model, chosen, float_outputs=float_outputs)
    if missing := [name for name in activations if name not in ranges]:
        raise CannotQuantise(f"no range is known of {', '.join(missing)}; calibrate them first", tensors=missing)
    bounds = {name: [np.array(bound, np.float32) for bound in ranges[name]] for name in activations}
    data = {name: TensorData(lowest=low, highest=high) for name, (low, high) in bounds.items()}
    symmetric = target == "tensorrt"
    quantizer = QDQQuantizer(
        typed(model, activations),
        per_channel=True,
        reduce_range=False,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QInt8 if symmetric else QuantType.QUInt8,
        tensors_range=TensorsData(CalibrationMethod.MinMax, data),
        nodes_to_quantize=[node.name for node in chosen],
        nodes_to_exclude=[],
        op_types_to_quantize=sorted({node.op_type for node in chosen}),
        extra_options=_options(symmetric=symmetric, float_outputs=float_outputs),
    )
    quantizer.quantize_model()
    quantised: onnx.ModelProto = quantizer.model.model
    return quantised


def dynamic(model: onnx.ModelProto, nodes: Collection[str]) -> onnx.ModelProto:
    """The named MatMuls and LSTMs with S8 weights and activations measured at every run; the rest in float.

    Raises:
        CannotQuantise: a node is unknown or of another kind.

    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - heavy

    chosen = _chosen(model, nodes, DYNAMIC)
    if not chosen:
        return copied(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dynamic.onnx"
        quantize_dynamic(
            copied(model),
            path,
            op_types_to_quantize=sorted({node.op_type for node in chosen}),
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_quantize=[node.name for node in chosen],
        )
        return onnx.load(path)


def _options(*, symmetric: bool, float_outputs: bool) -> dict[str, Any]:
    return {
        "ActivationSymmetric": symmetric,
        "WeightSymmetric": True,
        "DedicatedQDQPair": symmetric,
        "QuantizeBias": not symmetric,
        "OpTypesToExcludeOutputQuantization": list(STATIC) if float_outputs else [],
    }


def _chosen(model: onnx.ModelProto, nodes: Collection[str], kinds: Sequence[str]) -> list[onnx.NodeProto]:
    """The named nodes in the order of the graph."""
    found = {node.name: node for node in model.graph.node if node.name in nodes and node.op_type in kinds}
    if unfit := sorted(set(nodes) - set(found)):
        raise CannotQuantise(f"the graph has no {' or '.join(kinds)} called {', '.join(unfit)}", nodes=unfit)
    return list(found.values())


def _activations(model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], *, float_outputs: bool) -> list[str]:
    """What the nodes take that is no constant and, if wanted, what they give; each once, sorted."""
    constants = {tensor.name for tensor in model.graph.initializer}
    taken = {name for node in nodes for name in node.input[:2] if name and name not in constants}
    given = set() if float_outputs else {name for node in nodes for name in node.output}
    return sorted(taken | given)
