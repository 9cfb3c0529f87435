"""Float16 graphs, by ONNX Runtime's converter: half the memory, and what GPUs are fastest with.

Inputs, outputs and state stay float32, so that a graph in half precision stands where one in float32 does. Norms stay
in float32 inside too: they square what they are given, and float16 ends at 65504.
"""

from __future__ import annotations

import onnx
import onnx.version_converter

from quantize.graphs import copied, prune

NORMS = ("LayerNormalization",)
"""Operators that stay in float32."""
HALF_SCALES = 19
"""The first opset whose QuantizeLinear and DequantizeLinear take float16 (ONNX, Operators.md)."""


def half(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph in float16, but for its norms. ``model`` stays as it is.

    Between Q and DQ there are whole numbers as before; their scales become float16, as TensorRT wants it of what it
    quantises from float16, and for that the opset is raised to 19.
    """
    from onnxruntime.quantization.onnx_model import ONNXModel  # noqa: PLC0415 - heavy
    from onnxruntime.transformers.float16 import convert_float_to_float16  # noqa: PLC0415 - heavy

    source = copied(model)
    if any(node.op_type == "QuantizeLinear" for node in source.graph.node):
        source = onnx.version_converter.convert_version(source, HALF_SCALES)
    converted: onnx.ModelProto = convert_float_to_float16(source, keep_io_types=True, op_block_list=list(NORMS))
    ONNXModel(converted).topological_sort()
    prune(converted)
    onnx.checker.check_model(converted, full_check=True)
    return converted
