"""What keeps a graph from running on TensorRT as it is meant to: found in the graph itself, without a GPU.

Sources: the table of operators of onnx-tensorrt (`docs/operators.md`, of TensorRT 9.2 and of 10.15), and "Explicit
Quantization" of NVIDIA's TensorRT documentation: int8 is symmetric, an activation has one scale, a weight may have one
for each output channel. What a table restricts is here restricted too; what only one of the tables has is not here.
TensorRT builds anew for each shape that it has not seen, so every shape must be known.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto, shape_inference

from edged.engine.decoder import FRAMES
from edged.errors import EdgedError
from quantize.graphs import Array, Neighbours

OPERATORS = frozenset(
    (  # noqa: SIM905 - a list of names reads best as names
        "Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast Ceil Celu "
        "Clip Concat Constant ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear "
        "Div Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gemm "
        "GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HardSigmoid "
        "HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less "
        "LessOrEqual Log LogSoftmax LpNormalization MatMul Max MaxPool Mean MeanVarianceNormalization Min Mod Mul "
        "Neg Not OneHot Or PRelu Pad Pow QuantizeLinear RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum "
        "ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize "
        "ReverseSequence Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Slice "
        "Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK "
        "Transpose Trilu Unsqueeze Where Xor"
    ).split()
)
"""Both tables have them. Left out, though TensorRT runs them: those whose shapes depend on the numbers (NonZero,
NonMaxSuppression, RoiAlign), subgraphs (If, Loop, Scan), and random numbers (it ignores their seed)."""
OPSETS = range(9, 20)
"""That TensorRT 9.2 reads; 10.15 reads up to 24."""
CONSTANT_INPUTS = {"Slice": (3,), "Squeeze": (1,), "Unsqueeze": (1,), "CumSum": (1,), "OneHot": (1,)}
"""Operator → the inputs that must be constants."""
ELEMENTS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL)
"""What tensors may hold; int8 only between Q and DQ."""
QUANTISERS = ("QuantizeLinear", "DequantizeLinear")
CHANNELS = {"Gemm": 1, "MatMul": 1, "Conv": 0}
"""Operators that may be quantised → the axis of their weight's output channels. No ConvTranspose: in int8 it is slower
than in float16 (NVIDIA/TensorRT, issue 1699)."""


class Unfit(EdgedError):
    """A graph would not run on TensorRT as it is meant to."""


def check(model: onnx.ModelProto, frames: int | None, name: str) -> None:
    """Raises :class:`Unfit` with all :func:`problems` of the graph of this name."""
    found = problems(model, frames)
    if found:
        raise Unfit(f"{name} is not fit for TensorRT: {'; '.join(found)}", problems=found)


def problems(model: onnx.ModelProto, frames: int | None) -> list[str]:
    """Everything that is wrong with a graph over ``frames`` frames, as sentences; empty if nothing is.

    ``frames`` is what the manifest says: the one profile that the graph is built for.
    """
    inferred = _inferred(model)
    graph = Neighbours(inferred)
    folded = _folded(graph)
    nodes = [node for node in inferred.graph.node if not folded.issuperset(node.output)]
    return [
        *_opset(model),
        *_bucket(model, frames),
        *(found for node in nodes for found in _operator(node, folded)),
        *_shapes(inferred, folded),
        *(found for node in nodes if node.op_type in QUANTISERS for found in _quantiser(graph, node)),
        *(found for node in nodes for found in _product(graph, node)),
    ]


def _inferred(model: onnx.ModelProto) -> onnx.ModelProto:
    """With every shape that follows from the others; as it is, if an operator is too broken for that."""
    try:
        return shape_inference.infer_shapes(model, data_prop=True)
    except (ValueError, RuntimeError, shape_inference.InferenceError):
        return model


def _folded(graph: Neighbours) -> set[str]:
    """Tensors that are computed from constants alone: ONNX Runtime does that before it hands the graph on.

    Not those behind a DequantizeLinear: it leaves them to TensorRT.
    """
    known = set(graph.constants)
    for node in graph.model.graph.node:
        if node.op_type not in QUANTISERS and all(name in known for name in node.input if name):
            known.update(node.output)
    return known


def _opset(model: onnx.ModelProto) -> Iterator[str]:
    for opset in model.opset_import:
        if opset.domain not in {"", "ai.onnx"} or opset.version not in OPSETS:
            yield f"opset {opset.version} of {opset.domain or 'ONNX'} is not one that TensorRT reads"


def _bucket(model: onnx.ModelProto, frames: int | None) -> Iterator[str]:
    """One profile for each graph: its number of frames, in the manifest, in the graph's own words and in its shapes."""
    said = next((entry.value for entry in model.metadata_props if entry.key == FRAMES), None)
    if frames is None:
        yield "the manifest says no number of frames, so there is no profile"
    elif said != str(frames):
        yield f"the manifest says {frames} frames, the graph {said}"
    for info in (*model.graph.input, *model.graph.output):
        rows = info.type.tensor_type.shape.dim[0].dim_value
        if info.name in {"text", "spectrum"} and rows != (frames or 0):
            yield f"{info.name} has {rows or 'no fixed number of'} rows, not {frames}"


def _operator(node: onnx.NodeProto, folded: set[str]) -> Iterator[str]:
    if node.domain not in {"", "ai.onnx"} or node.op_type not in OPERATORS:
        yield f"{node.name}: TensorRT does not run {node.op_type}"
    for place in CONSTANT_INPUTS.get(node.op_type, ()):
        if place < len(node.input) and node.input[place] and node.input[place] not in folded:
            yield f"{node.name}: input {place} of {node.op_type} is no constant"
    if node.op_type == "LayerNormalization" and len(node.output) > 1:
        yield f"{node.name}: only the first output of a norm can be had"


def _shapes(model: onnx.ModelProto, folded: set[str]) -> Iterator[str]:
    """Tensors with an axis that is not known, or with numbers that TensorRT does not take."""
    graph = model.graph
    known = {info.name: info.type.tensor_type for info in (*graph.input, *graph.value_info, *graph.output)}
    quantised = {name for node in graph.node if node.op_type == "QuantizeLinear" for name in node.output}
    made = [name for node in graph.node for name in node.output if name and name not in folded]
    for name in dict.fromkeys([*(info.name for info in graph.input), *made]):
        tensor = known.get(name)
        if tensor is None or not tensor.HasField("shape") or any(not axis.dim_value for axis in tensor.shape.dim):
            yield f"{name} has an axis whose length is not known"
        elif tensor.elem_type not in ELEMENTS and name not in quantised:
            yield f"{name} holds {TensorProto.DataType.Name(tensor.elem_type)}"


def _quantiser(graph: Neighbours, node: onnx.NodeProto) -> Iterator[str]:
    """What is wrong with a Q or DQ alone."""
    scale = graph.value(node.input[1])
    zero = graph.value(node.input[2]) if len(node.input) > 2 and node.input[2] else None  # noqa: PLR2004 - the third
    if scale is None or not (np.isfinite(scale).all() and (scale > 0).all()):
        yield f"{node.name}: its scale is no positive constant"
        return
    if zero is None and (node.op_type == "QuantizeLinear" or len(node.input) > 2):  # noqa: PLR2004 - likewise
        yield f"{node.name}: its zero point is no constant"
    elif zero is not None and zero.dtype != np.int8:
        yield f"{node.name}: it quantises to {zero.dtype}, not to int8"
    elif zero is not None and zero.any():
        yield f"{node.name}: its zero point is not 0"
    weight = graph.value(node.input[0])
    if weight is None:
        if scale.size != 1:
            yield f"{node.name}: an activation has {scale.size} scales, not one"
        return
    yield from _weight(graph, node, weight, scale)


def _weight(graph: Neighbours, node: onnx.NodeProto, weight: Array, scale: Array) -> Iterator[str]:
    """What is wrong with a constant and its DQ."""
    if node.op_type == "QuantizeLinear":
        yield f"{node.name}: a weight is kept in float and quantised when it runs"
        return
    if weight.dtype != np.int8:
        yield f"{node.name}: a constant is quantised to {weight.dtype}, not to int8"
    axis = next((item.i for item in node.attribute if item.name == "axis"), 1)
    for taker in graph.takers[node.output[0]]:
        channels = CHANNELS.get(taker.op_type)
        if channels is not None and any(item.name == "transB" and item.i for item in taker.attribute):
            channels = 0
        if channels is None or taker.input[1] != node.output[0]:
            continue  # see _product
        if scale.ndim != 1 or axis % weight.ndim != channels or len(scale) != weight.shape[channels]:
            yield f"{node.name}: a weight has not one scale for each output channel"


def _product(graph: Neighbours, node: onnx.NodeProto) -> Iterator[str]:
    """What is wrong with a node that takes or gives what is quantised."""
    given = [graph.maker(name, "DequantizeLinear") is not None for name in node.input]
    if node.op_type in QUANTISERS:
        return
    if any(given) and node.op_type not in CHANNELS:
        yield f"{node.name}: {node.op_type} is to stay in float16, but takes what is dequantised"
    elif any(given) and any(item.name == "group" and item.i > 1 for item in node.attribute):
        yield f"{node.name}: a convolution of each channel alone is to stay in float16"
    elif any(given) and given[:2] != [True, True]:
        yield f"{node.name}: {node.op_type} has only one operand in int8"
    elif any(given[2:]):
        yield f"{node.name}: its bias is in whole numbers"
